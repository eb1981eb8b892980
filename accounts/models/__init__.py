"""The tables of who exists: accounts, principals, browsers that are known, sessions, codes."""

from accounts.models.accounts import Account
from accounts.models.behaviours import Behaviour
from accounts.models.browsers import KnownBrowser
from accounts.models.codes import VerificationCode
from accounts.models.lockouts import Lockout
from accounts.models.principals import Principal
from accounts.models.sessions import Session

__all__ = [
    "Account",
    "Behaviour",
    "KnownBrowser",
    "Lockout",
    "Principal",
    "Session",
    "VerificationCode",
]
