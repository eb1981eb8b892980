"""The ways through the pages of Identity Center that many tests begin with."""

from accounts.models import Directory, Principal
from signin.captcha import challenges
from signin.mailbox.models import Message
from tests.browser import Browser, address

PORTAL = address("example-corp.awsapps.com", "/start/")
BY_ID = address("d-1234567890.awsapps.com", "/start")
PLATFORM = address("us-east-1.signin.aws")
DIRECTORY = "d-1234567890"
JANE = ("jane_doe", "Jane-portal-1")
NIKKI = ("nikki_wolf", "Nikki-portal-1")  # has an authenticator app
NEW_HIRE = ("new_hire", "Once-only-1")  # a one-time password
DISABLED = ("disabled_user", "Disabled-portal-1")
CHOSEN = "Chosen-myself-7"


def user(name: str) -> Principal:
    """Return a user of the demo scenario's directory as stored now."""
    users = Principal.objects.select_related("profile__directory")
    return users.get(realm=DIRECTORY, folded=name)


def settings_are(**columns: object) -> None:
    """Change settings of the demo scenario's directory."""
    Directory.objects.filter(pk=DIRECTORY).update(**columns)


def name_user(browser: Browser, username: str) -> Browser:
    """Open the portal and say who signs in."""
    return browser.visit(PORTAL).submit(username=username)


def sign_in(
    browser: Browser, username: str = JANE[0], password: str = JANE[1], **fields: str
) -> Browser:
    """Sign in with user name and password."""
    return name_user(browser, username).submit(password=password, **fields)


def is_at_portal(browser: Browser) -> bool:
    """Return whether the browser shows the portal's first page to somebody signed in."""
    return browser.url.startswith(PORTAL) and 'id="accounts"' in browser.text


def pass_captcha(browser: Browser) -> Browser:
    """Type the characters of the security check on the page."""
    shown = browser.value_of("captcha_id")
    assert shown
    return browser.submit(captcha=challenges.answer_to(shown))


def newest_mail(to: str, kind: str) -> Message:
    """Return the newest mail of a kind to an address."""
    return Message.objects.filter(recipient=to, kind=kind).latest("id")
