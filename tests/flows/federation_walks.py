"""The ways to the pages of brokers that several tests look at."""

from tests.brokers import federated_keys, login_url, role_keys, token_for
from tests.browser import CONSOLE, SIGNIN, Browser
from tests.flows.multi_session_walks import turn_on
from tests.walks import sign_in_as_iam_user


def choice(browser: Browser) -> Browser:
    """Come from a broker where zhang is signed in."""
    return sign_in_as_iam_user(browser).visit(login_url(token_for(role_keys())))


def beside(browser: Browser) -> Browser:
    """Come from a broker where zhang is signed in, and others can be beside him."""
    turn_on(sign_in_as_iam_user(browser))
    return browser.visit(login_url(token_for(role_keys())))


def add_visitor(browser: Browser) -> Browser:
    """Have the sessions of zhang and of a broker's role; the console of the second is shown."""
    return beside(browser).submit("add-session", button="decision=add")


def refused(browser: Browser) -> Browser:
    """Come with a token that nobody gave out."""
    return browser.visit(login_url("x" * 43))


def sign_out(browser: Browser) -> Browser:
    """Follow a link that signs out."""
    return sign_in_as_iam_user(browser).visit(f"{SIGNIN}oauth?Action=logout")


def sign_out_of_all(browser: Browser) -> Browser:
    """Follow a link that signs out of several sessions."""
    return add_visitor(browser).visit(f"{SIGNIN}oauth?Action=logout")


def federated(browser: Browser, path: str) -> Browser:
    """See a page of the console as a federated user."""
    return browser.visit(login_url(token_for(federated_keys()))).visit(CONSOLE + path)


def every_page() -> dict[str, Browser]:
    """Return each kind of page, in a browser that shows it."""
    return {
        "choice": choice(Browser()),
        "refused": refused(Browser()),
        "beside": beside(Browser()),
        "sign out": sign_out(Browser()),
        "sign out of all": sign_out_of_all(Browser()),
        "home": federated(Browser(), "console/home"),
        "credentials": federated(Browser(), "iam/security_credentials"),
        "switch role": federated(Browser(), "switch-role"),
    }
