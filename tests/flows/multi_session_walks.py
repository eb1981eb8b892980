"""Having several sessions in one browser, and what is seen of it."""

import re
from collections.abc import Sequence
from datetime import timedelta

from accounts.models import MultiSession, Principal, Session
from signin.kernel import clock, entropy
from tests.browser import SIGNIN, Browser
from tests.walks import MAILED, ZHANG, newest_code, sign_in_as_iam_user

PAGE = SIGNIN + "sessions"
NEW = SIGNIN + "sessions/new"
SOON = ("expires.soon", "Soon-demo-1")  # of Example Strict, may not let programs in
OTHERS = ("sandbox@example.com", "strict@example.com", "graced@example.com", "root@example.com")


def turn_on(browser: Browser) -> Browser:
    """Let a browser have several sessions."""
    return browser.visit(PAGE).submit("multi-session-form", "act=turn_on")


def add_zhang(browser: Browser) -> Browser:
    """Sign an IAM user in beside those who are there."""
    browser.visit(NEW).submit(user_type="iam", account="example-corp")
    return browser.submit(username=ZHANG[0], password=ZHANG[1])


def add_soon(browser: Browser) -> Browser:
    """Sign an IAM user of another account in beside those who are there."""
    browser.visit(NEW).submit(user_type="iam", account="example-strict")
    return browser.submit(username=SOON[0], password=SOON[1])


def fill(browser: Browser, names: Sequence[str] = OTHERS) -> None:
    """Give a browser that has several sessions those of some root users, too."""
    key = browser.cookie("vestibule-multi-session", SIGNIN)
    multi_session = MultiSession.objects.get(key_digest=entropy.digest(key))
    for name in names:
        now = clock.now()
        Session.objects.create(
            door="signin",
            host=multi_session.host,
            key_digest=entropy.digest(entropy.token()),
            principal=Principal.objects.get(username=name),
            multi_session=multi_session,
            ip=browser.ip,
            user_agent="a browser",
            created_at=now,
            expires_at=now + timedelta(hours=12),
        )


def add_root(browser: Browser) -> Browser:
    """Sign a root user in beside those who are there."""
    browser.visit(NEW).submit(user_type="root", email=MAILED[0]).submit(password=MAILED[1])
    if browser.step == "email-code":
        browser.submit(code=newest_code(MAILED[0]))
    return browser


def both(browser: Browser) -> Browser:
    """Sign an IAM user and a root user in, side by side; the root user's console is shown."""
    return add_root(turn_on(sign_in_as_iam_user(browser)))


def link(browser: Browser, element_id: str) -> str:
    """Return where a link leads, by its id."""
    [tag] = re.findall(rf'<a [^>]*id="{element_id}"[^>]*>', browser.text)
    return re.search(r'href="([^"]*)"', tag)[1]


def listed(browser: Browser) -> list[str]:
    """Return who has a session in this browser, by the page of the sessions."""
    browser.visit(PAGE)
    return re.findall(r'id="session-\d+">([^<]*)</a>', browser.text)


def full(browser: Browser) -> Browser:
    """Want a sixth session."""
    turn_on(browser)
    fill(browser, (*OTHERS, "closed@example.com"))
    return add_zhang(browser)


def every_page() -> dict[str, Browser]:
    """Return a browser at each page of several sessions."""
    return {
        "full": full(Browser()),
        "off": sign_in_as_iam_user(Browser()).visit(PAGE),
        "nobody": turn_on(Browser()),
        "menu": both(Browser()),
        "list": both(Browser()).visit(PAGE),
    }
