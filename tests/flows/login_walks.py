"""The ways to the pages of ``aws login`` that several tests look at."""

from accounts import permission_statements
from accounts.models import Account
from tests.browser import SIGNIN, Browser
from tests.console_access import OUTSIDE, control
from tests.programs import Program
from tests.walks import EXAMPLE_CORP, sign_in_as_iam_user


def allow(browser: Browser) -> Browser:
    """Let in the program that a page asks about."""
    return browser.submit("login-request", button="decision=allow")


def deny(browser: Browser) -> Browser:
    """Don't let in the program that a page asks about."""
    return browser.submit("login-request", button="decision=deny")


def choice(browser: Browser, *, remote: bool = False) -> Browser:
    """Be asked whether a program shall be let in."""
    return sign_in_as_iam_user(browser).visit(Program(remote=remote).address())


def confirmation(browser: Browser) -> Browser:
    """Have the code for another device shown."""
    return allow(choice(browser, remote=True))


def denied(browser: Browser) -> Browser:
    """Let a program on another device not in."""
    return deny(choice(browser, remote=True))


def not_permitted(browser: Browser) -> Browser:
    """Be somebody who may let no program in."""
    browser.visit(Program().address()).submit(user_type="iam", account="example-strict")
    return browser.submit(username="expires.soon", password="Soon-demo-1")


def over(browser: Browser) -> Browser:
    """Come to a request that is over."""
    return browser.visit(f"{SIGNIN}v1/authorize/nothing")


def refused(browser: Browser) -> Browser:
    """Come with a request that is not right."""
    return browser.visit(f"{SIGNIN}v1/authorize")


def not_from_here(browser: Browser) -> Browser:
    """Let a program in from where the account lets nobody sign in, which it does for a moment."""
    choice(browser)
    control(source_ip=OUTSIDE)
    allow(browser)
    permission_statements.clear(Account.objects.get(pk=EXAMPLE_CORP))
    return browser


def every_page() -> dict[str, Browser]:
    """Return each kind of page, in a browser that shows it."""
    return {
        "choice": choice(Browser()),
        "choice, another device": choice(Browser(), remote=True),
        "code": confirmation(Browser()),
        "denied": denied(Browser()),
        "not permitted": not_permitted(Browser()),
        "not from here": not_from_here(Browser()),
        "over": over(Browser()),
        "refused": refused(Browser()),
    }
