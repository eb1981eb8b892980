"""What the tests of the recovery of a root user's password share."""

from accounts.models import Principal
from tests.browser import Browser
from tests.walks import MAILED

NEW = "Brand-new-77"


def set_password(browser: Browser, password: str = NEW, again: str | None = None) -> Browser:
    """Type a new password at the page behind the link."""
    again = password if again is None else again
    return browser.submit("reset-password", new_password=password, confirm_password=again)


def mailed_user() -> Principal:
    """Return the root user who gets mailed codes as stored now."""
    return Principal.objects.get(username=MAILED[0])


def is_over(browser: Browser) -> bool:
    """Return whether the page says that the link is over."""
    return browser.status == 410 and 'id="link-over"' in browser.text


def token_of(link: str) -> str:
    """Return the token in a mailed link."""
    return link.partition("token=")[2]
