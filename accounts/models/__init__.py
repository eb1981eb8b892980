"""The tables of who exists: accounts, principals, what they sign in with, and where."""

from accounts.models.accounts import Account
from accounts.models.behaviours import Behaviour
from accounts.models.browsers import KnownBrowser
from accounts.models.codes import VerificationCode
from accounts.models.email_changes import EmailChange
from accounts.models.history import OldPassword
from accounts.models.lockouts import Lockout
from accounts.models.openings import Opening
from accounts.models.policies import PasswordPolicy
from accounts.models.principals import Principal
from accounts.models.recovery import PasswordRecovery
from accounts.models.sessions import Session

__all__ = [
    "Account",
    "Behaviour",
    "EmailChange",
    "KnownBrowser",
    "Lockout",
    "OldPassword",
    "Opening",
    "PasswordPolicy",
    "PasswordRecovery",
    "Principal",
    "Session",
    "VerificationCode",
]
