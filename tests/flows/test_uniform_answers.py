"""Nobody can tell from an answer who exists: known and unknown identities look alike.

Each case is one way through the pages, walked by two browsers that type different names. What
they see is compared whole, less what is random or what they typed themselves.
"""

import re
from collections.abc import Callable

import pytest

from accounts import codes, lockout, passwords
from accounts.models import Account, Lockout, Principal, VerificationCode
from accounts.models.accounts import REOPENABLE_FOR
from signin import mails
from signin.events.models import Event
from signin.kernel import clock
from signin.mailbox.models import Message
from tests.browser import CONSOLE, Browser, address
from tests.flows.account_walks import ask_for_email, signed_in_as_owner
from tests.walks import ACCOUNT_PAGE, ask_for_recovery, open_account, pass_captcha

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("demo")]

RANDOM = [
    re.compile(r"[0-9a-f]{32}"),  # handles
    re.compile(r'(?<=name="csrfmiddlewaretoken" value=")\w+'),
    re.compile(r"(?<=code_challenge=)[\w-]+"),
    re.compile(r"\d{4}-\d\d-\d\d.\d\d:\d\d:\d\d(\.\d+)?"),
]

NOBODYS_CODE = "000000"


def root_up_to_the_password(browser: Browser, email: str) -> None:
    browser.visit(CONSOLE).submit(user_type="root", email=email)
    if browser.step == "captcha":
        pass_captcha(browser)


def root_with_a_wrong_password(browser: Browser, email: str) -> None:
    root_up_to_the_password(browser, email)
    browser.submit(password="wrong")


def iam_user_with_a_wrong_password(browser: Browser, username: str) -> None:
    browser.visit(ACCOUNT_PAGE).submit(username=username, password="wrong")


def strict_user_with_a_wrong_password(browser: Browser, username: str) -> None:
    browser.visit(address("example-strict.signin.aws.amazon.com", "/console"))
    browser.submit(username=username, password="wrong")


def hard_user_with_a_wrong_password(browser: Browser, username: str) -> None:
    browser.visit(address("example-hard.signin.aws.amazon.com", "/console"))
    browser.submit(username=username, password="wrong")


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


def page_that_sends_the_link(browser: Browser, email: str) -> None:
    ask_for_recovery(browser, email)


def link_sent(browser: Browser, email: str) -> None:
    pass_captcha(ask_for_recovery(browser, email))


def link_sent_too_often(browser: Browser, email: str) -> None:
    for _ in range(lockout.MAILS_TO_ONE.failures + 1):
        link_sent(browser, email)


def opening_up_to_the_code(browser: Browser, email: str) -> None:
    open_account(browser, email)


def opening_with_a_new_code(browser: Browser, email: str) -> None:
    open_account(browser, email).submit(button="act=resend")


def opening_with_wrong_codes(browser: Browser, email: str) -> None:
    open_account(browser, email)
    for _ in range(3):
        browser.submit(code=NOBODYS_CODE)


def opening_with_a_dead_code(browser: Browser, email: str) -> None:
    open_account(browser, email)
    for _ in range(codes.TRIES + 1):
        browser.submit(code=NOBODYS_CODE)


def opening_throttled(browser: Browser, email: str) -> None:
    for _ in range(3):
        opening_with_a_dead_code(browser, email)


def opening_asked_for_too_often(browser: Browser, email: str) -> None:
    for _ in range(lockout.MAILS_TO_ONE.failures + 1):
        open_account(browser, email)


def another_email_asked_for(browser: Browser, email: str) -> None:
    ask_for_email(signed_in_as_owner(browser), email)


def another_email_with_wrong_codes(browser: Browser, email: str) -> None:
    lockout.release_all()  # both browsers are the same root user's, whose tries are counted
    another_email_asked_for(browser, email)
    for _ in range(codes.TRIES + 1):
        browser.submit("account-email-code", code=NOBODYS_CODE)


def another_email_asked_for_too_often(browser: Browser, email: str) -> None:
    signed_in_as_owner(browser)
    for _ in range(lockout.MAILS_TO_ONE.failures + 1):
        ask_for_email(browser, email)


EMAIL_CHANGES: list[tuple[Callable[[Browser, str], None], str, str]] = [
    (walk, known, "nobody@example.com")
    for walk in (
        another_email_asked_for,
        another_email_with_wrong_codes,
        another_email_asked_for_too_often,
    )
    for known in ("strict@example.com", "closed@example.com", "gone@example.com")
]
OPENINGS: list[tuple[Callable[[Browser, str], None], str, str]] = [
    (walk, known, "nobody@example.com")
    for walk in (
        opening_up_to_the_code,
        opening_with_a_new_code,
        opening_with_wrong_codes,
        opening_with_a_dead_code,
        opening_throttled,
        opening_asked_for_too_often,
    )
    for known in ("root@example.com", "closed@example.com", "gone@example.com")
]
CASES: list[tuple[Callable[[Browser, str], None], str, str]] = [
    (root_up_to_the_password, "root@example.com", "nobody@example.com"),
    (root_up_to_the_password, "root@example.com", "suspended@example.com"),
    (root_up_to_the_password, "root@example.com", "closed@example.com"),
    (root_with_a_wrong_password, "root@example.com", "nobody@example.com"),
    (root_with_a_wrong_password, "root@example.com", "suspended@example.com"),
    (iam_user_with_a_wrong_password, "zhang", "nobody"),
    (iam_user_with_a_wrong_password, "zhang", "no.console"),
    (iam_user_with_a_wrong_password, "zhang", "new.starter"),
    (strict_user_with_a_wrong_password, "expired.user", "nobody"),
    (strict_user_with_a_wrong_password, "stuck.user", "nobody"),
    (hard_user_with_a_wrong_password, "hard.expired", "nobody"),
    (account_named_at_the_main_page, "example-corp", "nobodys-corp"),
    (account_named_at_the_main_page, "111122223333", "999999999999"),
    (account_in_the_host_name, "example-corp", "nobodys-corp"),
    (account_in_the_host_name, "111122223333", "999999999999"),
    (account_with_a_wrong_password, "example-corp", "nobodys-corp"),
    (account_with_a_wrong_password, "111122223333", "777788889999"),
    (throttled_root, "root@example.com", "nobody@example.com"),
    (page_that_sends_the_link, "root@example.com", "nobody@example.com"),
    (link_sent, "root@example.com", "nobody@example.com"),
    (link_sent, "root@example.com", "suspended@example.com"),
    (link_sent, "root@example.com", "closed@example.com"),
    (link_sent, "root@example.com", "gone@example.com"),
    (link_sent_too_often, "root@example.com", "nobody@example.com"),
    *OPENINGS,
    *EMAIL_CHANGES,
]


@pytest.fixture(autouse=True)
def gone_account(demo):
    """Let there be an account that is closed for good."""
    gone = Account(id="999988887777", name="Example Gone")
    gone.close(clock.now() - REOPENABLE_FOR)
    gone.save()
    root_user = Principal(kind="root-user", username="gone@example.com", account=gone)
    passwords.assign(root_user, "Gone-demo-1")
    root_user.save()


@pytest.mark.requirement("S-017", "S-020", "S-023", "S-022")
@pytest.mark.parametrize(
    ("walk", "known", "unknown"), CASES, ids=lambda value: getattr(value, "__name__", value)
)
def test_known_and_unknown_are_answered_alike(new_browser, walk, known, unknown):
    seen = [witness(new_browser(), walk, name) for name in (known, unknown)]
    assert seen[0] == seen[1]


@pytest.mark.requirement("S-018")
@pytest.mark.parametrize(("walk", "known", "unknown"), CASES[3:11] + CASES[15:17])
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


@pytest.mark.requirement("S-019")
@pytest.mark.parametrize("unknown", ["nobody@example.com", "gone@example.com"])
def test_to_nobody_a_mail_is_written_too(new_browser, monkeypatch, unknown):
    written = []
    monkeypatch.setattr(mails, "write", counting(written, mails.write))
    link_sent(new_browser(), "root@example.com")
    assert (len(written), Message.objects.count()) == (1, 1)
    link_sent(new_browser(), unknown)
    assert (len(written), Message.objects.count()) == (2, 1)
    assert Lockout.objects.filter(kind="mail").count() == 3


@pytest.mark.requirement("S-019", "S-021")
@pytest.mark.parametrize("email", ["root@example.com", "gone@example.com", "nobody@example.com"])
def test_an_opening_writes_one_mail_and_keeps_one_code_whoever_has_the_address(
    new_browser, monkeypatch, email
):
    written = []
    monkeypatch.setattr(mails, "write", counting(written, mails.write))
    open_account(new_browser(), email)
    assert len(written) == 1
    assert VerificationCode.objects.count() == 1
    assert Lockout.objects.filter(kind="mail").count() == 2


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
    def counted(*arguments: object, **named: object) -> object:
        calls.append(arguments)
        return method(*arguments, **named)

    return counted
