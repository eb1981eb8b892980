"""What the tests of a lost device share."""

from signin.mailbox.models import Message
from signin.phones import calls
from signin.phones.models import Call
from tests.browser import Browser
from tests.walks import ACCOUNT_PAGE, name_root

SANDBOX = ("sandbox@example.com", "Sandbox-demo-1")  # one authenticator app, a contact phone
PHONE = "+1-555-0101"
JANE = ("jane.doe", "Jane-demo-1")  # an IAM user with an authenticator app


def in_trouble(browser: Browser) -> Browser:
    """Sign in as root user up to the page of those who can't use their device."""
    name_root(browser, SANDBOX[0]).submit(password=SANDBOX[1])
    assert browser.step == "mfa-code"
    return browser.submit(button="act=trouble")


def iam_user_in_trouble(browser: Browser) -> Browser:
    """Sign in as IAM user up to that page."""
    browser.visit(ACCOUNT_PAGE).submit(username=JANE[0], password=JANE[1])
    assert browser.step == "mfa-code"
    return browser.submit(button="act=trouble")


def mailed(browser: Browser) -> str:
    """Have the link mailed, and return it."""
    browser.submit(button="act=send_mail")
    return newest_link()


def newest_link() -> str:
    """Return the link of the newest mail about a lost device."""
    return Message.objects.filter(kind="lost-device").latest("id").link


def follow(browser: Browser, link: str) -> Browser:
    """Open a mailed link, and confirm there."""
    return browser.visit(link).submit("confirm-lost-device")


def up_to_the_call(browser: Browser) -> Browser:
    """Sign in up to the page that calls the contact phone."""
    return follow(in_trouble(browser), mailed(browser))


def answer() -> bool:
    """Type on the phone what the page shows."""
    return calls.press(PHONE, calls.digits_of(Call.objects.latest("rung_at")))
