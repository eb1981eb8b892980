"""Accounts, their people and their sessions in the admin site.

No page shows a hash, a key or a digest: columns are named one by one, and a password is a field
to fill in, never one to read.
"""

from accounts.admin.accounts import AccountAdmin
from accounts.admin.policies import PasswordPolicyAdmin
from accounts.admin.principals import IamUserAdmin, RootUserAdmin
from accounts.admin.sessions import KnownBrowserAdmin, LockoutAdmin, SessionAdmin

__all__ = [
    "AccountAdmin",
    "IamUserAdmin",
    "KnownBrowserAdmin",
    "LockoutAdmin",
    "PasswordPolicyAdmin",
    "RootUserAdmin",
    "SessionAdmin",
]
