"""Accounts that want their root user to have a device, and how long they wait for it (C4)."""

import math
from datetime import timedelta

from accounts.models import Account, Principal
from signin.kernel import clock

GRACE = timedelta(days=35)


def is_wanted(principal: Principal) -> bool:
    """Return whether the account wants its root user to register a device."""
    mode = Account.RootMfaMode.REQUIRED
    return principal.is_root and _account(principal).root_mfa_mode == mode


def begin(principal: Principal) -> None:
    """Let the time run from the first sign-in that asks for a device; later ones change nothing."""
    account = _account(principal)
    if account.root_mfa_grace_ends_at is None:
        account.root_mfa_grace_ends_at = clock.now() + GRACE
        unbegun = Account.objects.filter(pk=account.pk, root_mfa_grace_ends_at=None)
        unbegun.update(root_mfa_grace_ends_at=account.root_mfa_grace_ends_at)


def may_skip(principal: Principal) -> bool:
    """Return whether the root user may still go on without a device."""
    ends_at = _account(principal).root_mfa_grace_ends_at
    return ends_at is not None and ends_at > clock.now()


def days_left(principal: Principal) -> int:
    """Return how many days, begun ones included, the root user may go on without a device."""
    ends_at = _account(principal).root_mfa_grace_ends_at
    if ends_at is None:
        return 0
    return max(math.ceil((ends_at - clock.now()) / timedelta(days=1)), 0)


def _account(principal: Principal) -> Account:
    if principal.account is None:
        raise ValueError("a root user has an account")
    return principal.account
