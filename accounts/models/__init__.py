"""The tables of who exists: accounts, principals, what they sign in with, and where."""

from accounts.models.accounts import Account
from accounts.models.applications import Application
from accounts.models.behaviours import Behaviour
from accounts.models.browsers import KnownBrowser
from accounts.models.codes import VerificationCode
from accounts.models.console_access import PermissionStatement
from accounts.models.credentials import AccessKey, TemporaryCredentials
from accounts.models.delegations import TradeInToken
from accounts.models.directories import Directory, DirectoryProfile, DirectoryUser
from accounts.models.email_changes import EmailChange
from accounts.models.groups import Group
from accounts.models.history import OldPassword
from accounts.models.identity_providers import (
    DirectoryIdentityProvider,
    OidcProvider,
    SamlPrivateKey,
    SamlProvider,
    TrustedTokenIssuer,
)
from accounts.models.invitations import EmailVerification, Invitation
from accounts.models.lockouts import Lockout
from accounts.models.multi_sessions import MultiSession
from accounts.models.openings import Opening
from accounts.models.policies import PasswordPolicy
from accounts.models.principals import Principal
from accounts.models.recovery import PasswordRecovery
from accounts.models.roles import Assignment, PermissionSet, Role
from accounts.models.sessions import Session
from accounts.models.switches import RoleSwitch

__all__ = [
    "AccessKey",
    "Account",
    "Application",
    "Assignment",
    "Behaviour",
    "Directory",
    "DirectoryIdentityProvider",
    "DirectoryProfile",
    "DirectoryUser",
    "EmailChange",
    "EmailVerification",
    "Group",
    "Invitation",
    "KnownBrowser",
    "Lockout",
    "MultiSession",
    "OidcProvider",
    "OldPassword",
    "Opening",
    "PasswordPolicy",
    "PasswordRecovery",
    "PermissionSet",
    "PermissionStatement",
    "Principal",
    "Role",
    "RoleSwitch",
    "SamlPrivateKey",
    "SamlProvider",
    "Session",
    "TemporaryCredentials",
    "TradeInToken",
    "TrustedTokenIssuer",
    "VerificationCode",
]
