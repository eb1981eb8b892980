"""The ways through the sign-in pages that many tests begin with."""

import re

from signin.captcha import challenges
from signin.mailbox.models import Message
from tests.browser import CONSOLE, SIGNIN, Browser, address

ROOT = ("root@example.com", "Root-demo-1")  # security check always, no mailed code
MAILED = ("mailed@example.com", "Mailed-demo-1")  # no check, code for a new browser
ZHANG = ("zhang", "Zhang-demo-1")
EXAMPLE_CORP = "111122223333"
ACCOUNT_PAGE = address("example-corp.signin.aws.amazon.com", "/console")


def name_root(browser: Browser, email: str) -> Browser:
    """Open the console and say which root user signs in."""
    return browser.visit(CONSOLE).submit(user_type="root", email=email)


def pass_captcha(browser: Browser) -> Browser:
    """Type the characters of the security check on the page."""
    shown = browser.value_of("captcha_id")
    assert shown
    return browser.submit(captcha=challenges.answer_to(shown))


def sign_in_as_root(browser: Browser, email: str, password: str) -> Browser:
    """Sign in as root user, through whatever checks are due."""
    name_root(browser, email)
    if browser.step == "captcha":
        pass_captcha(browser)
    browser.submit(password=password)
    if browser.step == "email-code":
        browser.submit(code=newest_code(email))
    return browser


def sign_in_as_iam_user(
    browser: Browser, username: str = ZHANG[0], password: str = ZHANG[1], **fields: str
) -> Browser:
    """Sign in as IAM user of Example Corp, at the account's own page."""
    return browser.visit(ACCOUNT_PAGE).submit(username=username, password=password, **fields)


def newest_code(to: str) -> str:
    """Return the digits of the newest mail to an address."""
    return Message.objects.filter(recipient=to).latest("id").code


def ask_for_recovery(browser: Browser, email: str) -> Browser:
    """Go from the root user's password page to the page that sends the link."""
    name_root(browser, email)
    if browser.step == "captcha":
        pass_captcha(browser)
    return browser.visit(f"/signin/{handle_of(browser)}/recovery")


def handle_of(browser: Browser) -> str:
    """Return the handle of the attempt whose page is shown."""
    return re.search(r'action="/signin/(\w+)"', browser.text)[1]


def mailed_link(browser: Browser, email: str) -> str:
    """Ask for a link that sets a new password, and return it from the mail."""
    pass_captcha(ask_for_recovery(browser, email))
    return Message.objects.filter(recipient=email, kind="password-recovery").latest("id").link


def open_account(browser: Browser, email: str, name: str = "New Account") -> Browser:
    """Type the e-mail and the name of a new account, at the address for it."""
    browser.visit(f"{SIGNIN}open-account")
    return browser.submit(email=email, account_name=name)
