"""Accounts that say from where people may sign in to their consoles, for tests."""

from accounts import permission_statements
from accounts.models import Account
from tests.browser import Browser
from tests.walks import EXAMPLE_CORP

INSIDE = "127.0.0.1"
OUTSIDE = "127.0.0.2"
DENIED = "Authorization denied because of a resource-based policy"


def control(account_id: str = EXAMPLE_CORP, **conditions: str) -> str:
    """Let an account control who signs in, by one more statement; return the statement's ID."""
    account = Account.objects.get(pk=account_id)
    permission_statements.enable(account)
    return permission_statements.put(account, conditions or {"source_ip": INSIDE})


def outside(**options: str) -> Browser:
    """Return a browser that is not where the statements want it."""
    return Browser(ip=OUTSIDE, **options)


def is_denied(browser: Browser) -> bool:
    """Return whether the page says that nobody can sign in from here."""
    return browser.status == 403 and 'id="console-access-denied"' in browser.text
