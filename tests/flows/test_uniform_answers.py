"""Nobody can tell from an answer who exists: known and unknown identities look alike.

Each case is one way through the pages, walked by two browsers that type different names. What
they see is compared whole, less what is random or what they typed themselves.
"""

import re
from collections.abc import Callable

import pytest

from accounts import passwords
from accounts.models import Account
from signin.events.models import Event
from tests.browser import CONSOLE, Browser, address
from tests.walks import ACCOUNT_PAGE, pass_captcha

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("demo")]

RANDOM = [
    re.compile(r"[0-9a-f]{32}"),  # handles
    re.compile(r'(?<=name="csrfmiddlewaretoken" value=")\w+'),
    re.compile(r"(?<=code_challenge=)[\w-]+"),
    re.compile(r"\d{4}-\d\d-\d\d.\d\d:\d\d:\d\d(\.\d+)?"),
]


def root_up_to_the_password(browser: Browser, email: str) -> None:
    browser.visit(CONSOLE).submit(user_type="root", email=email)
    if browser.step == "captcha":
        pass_captcha(browser)


def root_with_a_wrong_password(browser: Browser, email: str) -> None:
    root_up_to_the_password(browser, email)
    browser.submit(password="wrong")


def iam_user_with_a_wrong_password(browser: Browser, username: str) -> None:
    browser.visit(ACCOUNT_PAGE).submit(username=username, password="wrong")


def account_named_at_the_main_page(browser: Browser, account: str) -> None:
    browser.visit(CONSOLE).submit(user_type="iam", account=account)


def account_in_the_host_name(browser: Browser, account: str) -> None:
    browser.visit(address(f"{account}.signin.aws.amazon.com", "/console"))


def account_with_a_wrong_password(browser: Browser, account: str) -> None:
    account_in_the_host_name(browser, account)
    browser.submit(username="zhang", password="wrong")


def throttled_root(browser: Browser, email: str) -> None:
    root_up_to_the_password(browser, email)
    while browser.status != 429:
        if browser.step == "captcha":
            pass_captcha(browser)
        browser.submit(password="wrong")


CASES: list[tuple[Callable[[Browser, str], None], str, str]] = [
    (root_up_to_the_password, "root@example.com", "nobody@example.com"),
    (root_up_to_the_password, "root@example.com", "suspended@example.com"),
    (root_up_to_the_password, "root@example.com", "closed@example.com"),
    (root_with_a_wrong_password, "root@example.com", "nobody@example.com"),
    (root_with_a_wrong_password, "root@example.com", "suspended@example.com"),
    (iam_user_with_a_wrong_password, "zhang", "nobody"),
    (iam_user_with_a_wrong_password, "zhang", "no.console"),
    (iam_user_with_a_wrong_password, "zhang", "new.starter"),
    (account_named_at_the_main_page, "example-corp", "nobodys-corp"),
    (account_named_at_the_main_page, "111122223333", "999999999999"),
    (account_in_the_host_name, "example-corp", "nobodys-corp"),
    (account_in_the_host_name, "111122223333", "999999999999"),
    (account_with_a_wrong_password, "example-corp", "nobodys-corp"),
    (account_with_a_wrong_password, "111122223333", "777788889999"),
    (throttled_root, "root@example.com", "nobody@example.com"),
]


@pytest.mark.requirement("S-017", "S-020", "S-023", "S-022")
@pytest.mark.parametrize(
    ("walk", "known", "unknown"), CASES, ids=lambda value: getattr(value, "__name__", value)
)
def test_known_and_unknown_are_answered_alike(new_browser, walk, known, unknown):
    seen = [witness(new_browser(), walk, name) for name in (known, unknown)]
    assert seen[0] == seen[1]


@pytest.mark.requirement("S-018")
@pytest.mark.parametrize(("walk", "known", "unknown"), CASES[3:8] + CASES[12:14])
def test_known_and_unknown_cost_the_same_work(new_browser, monkeypatch, walk, known, unknown):
    work = []
    for name in (known, unknown):
        hashes, hasher = [], passwords.get_hasher()
        monkeypatch.setattr(type(hasher), "encode", counting(hashes, type(hasher).encode))
        monkeypatch.setattr(type(hasher), "verify", counting(hashes, type(hasher).verify))
        walk(new_browser(), name)
        monkeypatch.undo()
        work.append(len(hashes))
    assert work == [1, 1]


@pytest.mark.requirement("S-014")
def test_while_throttled_the_right_password_is_answered_like_a_wrong_one(new_browser):
    browser = new_browser()
    Account.objects.update(captcha_mode="never")
    throttled_root(browser, "root@example.com")
    assert browser.submit(password="wrong").status == 429
    wrong = shown(browser, "root@example.com")
    assert browser.submit(password="Root-demo-1").status == 429
    assert shown(browser, "root@example.com") == wrong


def test_the_account_s_owner_can_tell_them_apart_in_the_events(new_browser):
    iam_user_with_a_wrong_password(new_browser(), "zhang")
    iam_user_with_a_wrong_password(new_browser(), "nobody")
    unknown, known = (event.document for event in Event.objects.all())
    assert known["errorMessage"] == "Failed authentication"
    assert unknown["errorMessage"] == "No username found in supplied account"


def witness(browser: Browser, walk: Callable[[Browser, str], None], name: str) -> object:
    """Return all that somebody outside can see of a walk's last answer."""
    walk(browser, name)
    return shown(browser, name)


def shown(browser: Browser, name: str) -> object:
    cookies = {host: sorted(jar) for host, jar in browser.cookies.items() if name not in host}
    trail = [masked(url, name) for url in browser.trail]
    headers = {
        header: masked(value, name)
        for header, value in browser.page.headers.items()
        if header not in ("Content-Length", "Retry-After")
    }
    return browser.status, trail, headers, cookies, masked(browser.text, name)


def masked(text: str, name: str) -> str:
    for pattern in RANDOM:
        text = pattern.sub("…", text)
    return text.replace(name, "NAME").replace(name.replace("@", "%40"), "NAME")


def counting(calls: list[object], method: Callable[..., object]) -> Callable[..., object]:
    def counted(*arguments: object) -> object:
        calls.append(arguments)
        return method(*arguments)

    return counted
