"""The states of an account: entering them, and closing or reopening one's own."""

from django.db import transaction

from accounts import emails, events, principals, sessions, switches
from accounts.errors import AccountIdDiffers
from accounts.models import Account, Principal
from signin.http import Browser
from signin.kernel import clock

State = Account.State


def enter(account: Account, state: str) -> None:
    """Bring an account into a state, with its dates.

    Unless it is active, its IAM users are out, and so is everybody who works as a role there.

    A root user stays signed in: only they can see what became of the account.
    """
    account.reopen()
    if state == State.CLOSED:
        account.close(clock.now())
    account.state = State(state)
    account.save()
    if state != State.ACTIVE:
        signed_in = account.principals.filter(
            kind=Principal.Kind.IAM_USER, sessions__ended_at=None, sessions__isnull=False
        )
        for iam_user in signed_in.distinct():
            sessions.end_all(iam_user)
        sessions.end_roles(account)
        switches.leave_account(account)


def close_own(account: Account, root_user: Principal, *, typed: str, browser: Browser) -> None:
    """Close an account whose root user typed its ID, or raise AccountIdDiffers (R-245)."""
    if principals.account_key(typed) != account.id:
        raise AccountIdDiffers
    with transaction.atomic():
        active = Account.objects.filter(pk=account.pk, state=State.ACTIVE)
        if not active.update(state=State.CLOSED):
            return
        account.refresh_from_db()
        enter(account, State.CLOSED)
        events.account_closed(root_user, browser=browser)
    emails.account_closed(root_user, account)


def reopen_own(account: Account) -> None:
    """Make an account active again that its root user closed, while that can be done (R-237)."""
    with transaction.atomic():
        closed = Account.objects.filter(
            pk=account.pk, state=State.CLOSED, expires_at__gt=clock.now()
        )
        if closed.update(state=State.ACTIVE):
            account.refresh_from_db()
            enter(account, State.ACTIVE)
