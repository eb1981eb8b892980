"""The account that a browser remembers, so that IAM users start at their own page (R-065, R-082).

The cookie says that an IAM user signed in here; only if the person asked for it, or came by the
account's own URL, it says where and as whom. It proves nothing: it fills in a form.
"""

from dataclasses import dataclass

from django.core import signing
from django.http import HttpRequest, HttpResponse

from signin import client_cookies
from signin.flow.facts import Facts
from signin.http import REMEMBER_COOKIE, cookie, delete_cookie, set_cookie

SALT = "signin.console.remembered"
LIFETIME = 365 * 24 * 60 * 60  # seconds


@dataclass(frozen=True)
class Remembered:
    """What the cookie says; both are empty if the person did not want more to be kept."""

    account: str
    username: str


def read(request: HttpRequest) -> Remembered | None:
    """Return what this browser remembers, if an IAM user signed in with it."""
    try:
        kept = signing.loads(cookie(request, REMEMBER_COOKIE), salt=SALT)
    except signing.BadSignature:
        return None
    return Remembered(account=kept.get("account", ""), username=kept.get("username", ""))


def keep(response: HttpResponse, facts: Facts) -> None:
    """Let the browser remember the IAM user who just signed in."""
    kept = {}
    if facts.get("remember_account"):
        kept = {"account": facts["account"], "username": facts["username"]}
    set_cookie(response, REMEMBER_COOKIE, signing.dumps(kept, salt=SALT), max_age=LIFETIME)
    _tell(response, kept.get("account", ""))


def forget(response: HttpResponse) -> None:
    """Let the browser forget it all."""
    delete_cookie(response, REMEMBER_COOKIE)
    client_cookies.take_back(response, *client_cookies.OF_SIGN_IN_HOSTS)


def _tell(response: HttpResponse, account: str) -> None:
    """Say the same in the cookies that programs know; here nothing goes by them."""
    is_kept = "true" if account else "false"
    client_cookies.give(response, client_cookies.REMEMBER_ACCOUNT, is_kept, max_age=LIFETIME)
    if account:
        client_cookies.give(response, client_cookies.ACCOUNT_ALIAS, account, max_age=LIFETIME)
    else:
        client_cookies.take_back(response, client_cookies.ACCOUNT_ALIAS)
