"""What the tests of opening an account share."""

from accounts.models import Behaviour, Principal
from tests.browser import Browser
from tests.walks import MAILED, newest_code, open_account

EMAIL = "new@example.com"
PASSWORD = "Brand-new-77"
PHONE = "+1 (555) 0100-22"


def verify(browser: Browser, email: str = EMAIL) -> Browser:
    """Go up to the page that asks for the password of the root user to be."""
    return open_account(browser, email).submit(code=newest_code(email))


def choose(browser: Browser, password: str = PASSWORD, again: str | None = None) -> Browser:
    """Type the password of the root user to be."""
    again = password if again is None else again
    return browser.submit(new_password=password, confirm_password=again)


def up_to_the_phone(browser: Browser, email: str = EMAIL) -> Browser:
    """Go up to the page that asks for the phone number."""
    return choose(verify(browser, email))


def open_whole(browser: Browser, email: str = EMAIL) -> Browser:
    """Open an account, all the way to the console."""
    return up_to_the_phone(browser, email).submit(phone=PHONE)


def taken_meanwhile(browser: Browser) -> Browser:
    """Finish an opening after somebody else's with the same address."""
    up_to_the_phone(browser)
    open_whole(Browser())
    return browser.submit(phone=PHONE)


def tell() -> None:
    """Let the scenario tell at the first step that an address is used."""
    Behaviour.objects.update(used_email_mode="told")


def told_of_use(browser: Browser) -> Browser:
    """Type an address that is in use, where that is told at once."""
    tell()
    return open_account(browser, MAILED[0])


def root_users() -> int:
    """Return how many root users there are."""
    return Principal.objects.filter(kind=Principal.Kind.ROOT_USER).count()
