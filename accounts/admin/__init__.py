"""Accounts, their people and their sessions in the admin site.

No page shows a hash, a key or a digest: columns are named one by one, and a password is a field
to fill in, never one to read.
"""

from accounts.admin.access_keys import AccessKeyAdmin
from accounts.admin.accounts import AccountAdmin
from accounts.admin.applications import ApplicationAdmin
from accounts.admin.assignments import AssignmentAdmin, PermissionSetAdmin
from accounts.admin.console_access import PermissionStatementAdmin
from accounts.admin.directories import DirectoryAdmin, GroupAdmin
from accounts.admin.directory_users import DirectoryUserAdmin
from accounts.admin.policies import PasswordPolicyAdmin
from accounts.admin.principals import IamUserAdmin, RootUserAdmin
from accounts.admin.roles import RoleAdmin
from accounts.admin.sessions import KnownBrowserAdmin, LockoutAdmin, SessionAdmin

__all__ = [
    "AccessKeyAdmin",
    "AccountAdmin",
    "ApplicationAdmin",
    "AssignmentAdmin",
    "DirectoryAdmin",
    "DirectoryUserAdmin",
    "GroupAdmin",
    "IamUserAdmin",
    "KnownBrowserAdmin",
    "LockoutAdmin",
    "PasswordPolicyAdmin",
    "PermissionSetAdmin",
    "PermissionStatementAdmin",
    "RoleAdmin",
    "RootUserAdmin",
    "SessionAdmin",
]
