"""The ways through the pages of Builder IDs that many tests begin with."""

import re

from accounts.models import Principal
from mfa import devices, totp
from mfa.models import Device
from signin.captcha import challenges
from signin.mailbox.models import Message
from tests.browser import Browser, address

START = address("view.awsapps.com", "/start/")
PLATFORM = address("us-east-1.signin.aws")
DEV = ("dev@example.com", "Builder-demo-1")
NEW = ("new.builder@example.com", "Build-myself-7")
CHOSEN = "Chosen-myself-7"


def person(email: str = DEV[0]) -> Principal:
    """Return somebody with a Builder ID as stored now."""
    everybody = Principal.objects.select_related("builder_id_profile")
    return everybody.get(kind=Principal.Kind.BUILDER_ID, folded=email)


def name(browser: Browser, email: str = DEV[0], **fields: str) -> Browser:
    """Open the start page and say who signs in."""
    return browser.visit(START).submit(email=email, **fields)


def sign_in(
    browser: Browser, email: str = DEV[0], password: str = DEV[1], **fields: str
) -> Browser:
    """Sign in with e-mail and password."""
    return name(browser, email, **fields).submit(password=password)


def is_signed_in(browser: Browser) -> bool:
    """Return whether the browser shows the start page to somebody signed in."""
    return browser.url.startswith(START) and 'id="builder-id"' in browser.text


def follow(browser: Browser, link: str) -> Browser:
    """Follow the link with this id."""
    found = re.search(rf'href="([^"]*)" id="{link}"', browser.text)
    assert found, link
    return browser.visit(found[1])


def pass_captcha(browser: Browser) -> Browser:
    """Type the characters of the security check on the page."""
    shown = browser.value_of("captcha_id")
    assert shown
    return browser.submit(captcha=challenges.answer_to(shown))


def newest_mail(to: str, kind: str) -> Message:
    """Return the newest mail of a kind to an address."""
    return Message.objects.filter(recipient=to, kind=kind).latest("id")


def newest_code(to: str) -> str:
    """Return the digits of the newest mail to an address."""
    return newest_mail(to, "builder-id-code").code


def begin_sign_up(browser: Browser, email: str = NEW[0], full_name: str = "Ana Silva") -> Browser:
    """Go up to the page that asks for the mailed code."""
    follow(browser.visit(START), "create-builder-id")
    return browser.submit(email=email).submit(full_name=full_name)


def verify(browser: Browser, email: str = NEW[0]) -> Browser:
    """Go up to the page that asks for a password."""
    return begin_sign_up(browser, email).submit(code=newest_code(email))


def choose(browser: Browser, password: str = NEW[1], again: str | None = None) -> Browser:
    """Type the password of the Builder ID to be."""
    again = password if again is None else again
    return browser.submit(new_password=password, confirm_password=again)


def sign_up(browser: Browser, email: str = NEW[0], password: str = NEW[1]) -> Browser:
    """Create a Builder ID, all the way to where it was asked for."""
    choose(verify(browser, email), password)
    return pass_captcha(browser) if browser.step == "captcha" else browser


def ask_for_recovery(browser: Browser, email: str = DEV[0]) -> Browser:
    """Go from the password to the page that sends the link."""
    return follow(name(browser, email), "forgot-password")


def mailed_link(browser: Browser, email: str = DEV[0]) -> str:
    """Ask for a link that sets a new password, and return it from the mail."""
    pass_captcha(ask_for_recovery(browser, email))
    return newest_mail(email, "builder-id-password-reset").link


def add_app(email: str = DEV[0]) -> Device:
    """Register an authenticator app for somebody."""
    app = devices.app(person(email), "phone", totp.new_secret())
    devices.settle(app)
    return app
