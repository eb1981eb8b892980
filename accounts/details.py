"""What an account is known by beside its ID, and its root user may change."""

from accounts import events
from accounts.models import Account, Principal
from signin.http import Browser


def rename(account: Account, root_user: Principal, *, to: str, browser: Browser) -> None:
    """Give an account another name."""
    Account.objects.filter(pk=account.pk).update(name=to)
    events.account_named(root_user, name=to, browser=browser)


def set_phone(account: Account, root_user: Principal, *, to: str, browser: Browser) -> None:
    """Give an account another contact phone (R-056)."""
    Account.objects.filter(pk=account.pk).update(phone=to)
    events.contact_information_put(root_user, browser=browser)
