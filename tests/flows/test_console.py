"""The console's pages, the sessions behind them, and the way between the hosts."""

import re
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest

from accounts import sessions
from accounts.models import Session
from signin.events.models import Event
from signin.kernel import clock
from tests.browser import CONSOLE, SIGNIN, address
from tests.walks import ACCOUNT_PAGE, ROOT, ZHANG, sign_in_as_iam_user, sign_in_as_root

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("demo")]


@pytest.mark.requirement("R-213", "R-214")
def test_a_root_user_finds_the_account_number(browser):
    sign_in_as_root(browser, *ROOT)
    assert "1111-2222-3333" in browser.signed_in_as
    browser.visit("/iam/security_credentials")
    assert "Account identifiers" in browser.words
    assert "1111-2222-3333" in browser.words
    assert "arn:aws:iam::111122223333:root" in browser.words


@pytest.mark.requirement("R-213", "R-215")
def test_an_iam_user_finds_the_account_number(browser):
    sign_in_as_iam_user(browser)
    browser.visit("/iam/security_credentials")
    assert "Account details" in browser.words
    assert "1111-2222-3333" in browser.words
    assert "arn:aws:iam::111122223333:user/zhang" in browser.words


@pytest.mark.requirement("R-216")
def test_the_support_center_shows_the_twelve_digits(browser):
    sign_in_as_iam_user(browser)
    assert 'id="support-menu"' in browser.text
    assert "111122223333" in browser.visit("/support/home").words


@pytest.mark.requirement("R-191", "R-193", "R-194", "S-041")
def test_signing_out_ends_the_session_on_both_hosts_and_shows_the_public_page(browser):
    sign_in_as_iam_user(browser)
    stolen = {host: dict(jar) for host, jar in browser.cookies.items()}
    browser.submit("sign-out")
    assert browser.url == address("aws.amazon.com", "/console/")
    assert "public page" in browser.words
    assert not Session.objects.filter(ended_at=None).exists()
    for host, jar in stolen.items():
        browser.cookies[host].load({name: morsel.value for name, morsel in jar.items()})
    assert browser.visit(CONSOLE + "console/home").status == 401
    assert browser.visit(SIGNIN).step == "iam-user"


@pytest.mark.requirement("S-042")
def test_signing_out_needs_a_form_of_our_own(browser):
    sign_in_as_iam_user(browser)
    assert browser.visit(CONSOLE + "console/sign-out").status == 405
    assert browser.post(CONSOLE + "console/sign-out", {}).status == 403
    assert browser.visit(CONSOLE + "console/home").signed_in_as


@pytest.mark.requirement("S-035", "S-038")
def test_keys_are_new_with_each_sign_in_and_stored_as_digests(browser):
    sign_in_as_iam_user(browser)
    first = browser.cookie("vestibule-console", CONSOLE), browser.cookie("vestibule-signin", SIGNIN)
    browser.submit("sign-out")
    sign_in_as_iam_user(browser)
    again = browser.cookie("vestibule-console", CONSOLE), browser.cookie("vestibule-signin", SIGNIN)
    assert not set(first) & set(again)
    assert all(len(key) >= 43 for key in [*first, *again])
    stored = {str(value) for row in Session.objects.values_list() for value in row}
    assert not stored & {*first, *again}


@pytest.mark.requirement("S-036", "S-049")
def test_the_code_works_in_the_browser_that_asked_only(browser, new_browser):
    attacker = new_browser()
    attacker.visit(ACCOUNT_PAGE)
    before = dict(attacker.cookies["console.aws.amazon.com.localhost:8000"])
    del attacker.cookies["console.aws.amazon.com.localhost:8000"]["vestibule-flow"]
    attacker.submit(username=ZHANG[0], password=ZHANG[1])
    assert attacker.status == 400
    code_url = attacker.trail[1]
    browser.visit(ACCOUNT_PAGE)
    browser.visit(code_url)
    assert browser.status == 400
    assert "didn't work" in browser.words
    assert before


def test_a_code_is_good_once_and_for_a_minute(browser):
    clock.freeze()
    sign_in_as_iam_user(browser)
    code_url = browser.trail[1]
    assert parse_qs(urlsplit(code_url).query)["code"]
    del browser.cookies["console.aws.amazon.com.localhost:8000"]["vestibule-console"]
    assert browser.visit(code_url).status == 400

    browser.visit(SIGNIN)
    assert browser.signed_in_as  # the sign-in host still knows, and gives another code
    root = Session.objects.get(door=sessions.SIGNIN)
    code = sessions.offer(root, host="h", challenge=sessions.challenge_of("v"))
    clock.advance(sessions.HANDOFF_LIFETIME)
    assert sessions.accept(code, host="h", verifier="v") is None


def test_a_signed_in_browser_gets_into_another_region_without_being_asked(browser):
    sign_in_as_iam_user(browser)
    frankfurt = address("eu-central-1.console.aws.amazon.com", "/console/home")
    in_menu = re.search(rf'href="({re.escape(frankfurt)}[^"]*)"', browser.text)[1]
    browser.visit(in_menu)
    assert browser.url == frankfurt
    assert browser.signed_in_as == "zhang @ example-corp"


def test_a_region_has_a_sign_in_host_of_its_own(browser):
    browser.visit(address("eu-central-1.console.aws.amazon.com", "/console/home"))
    assert browser.url.startswith(address("eu-central-1.signin.aws.amazon.com"))
    browser.submit(user_type="iam", account="example-corp")
    browser.submit(username=ZHANG[0], password=ZHANG[1])
    assert browser.url == address("eu-central-1.console.aws.amazon.com", "/console/home")
    assert Event.objects.get().document["awsRegion"] == "eu-central-1"


def test_the_page_first_asked_for_is_shown_after_the_sign_in(browser):
    browser.visit(CONSOLE + "iam/security_credentials")
    browser.submit(user_type="iam", account="example-corp")
    browser.submit(username=ZHANG[0], password=ZHANG[1])
    assert browser.url == CONSOLE + "iam/security_credentials"


def test_ending_a_session_elsewhere_shows_a_page_that_says_so(browser):
    sign_in_as_iam_user(browser)
    sessions.end(Session.objects.get(door=sessions.CONSOLE))
    assert browser.visit("/console/home").status == 401
    assert "Sign in again" in browser.words
    assert browser.visit("/console/home").step == "iam-user"


@pytest.mark.requirement("S-039")
def test_the_console_s_session_ends_with_the_sign_in_s(browser):
    clock.freeze()
    sign_in_as_iam_user(browser)
    clock.advance(timedelta(hours=6))
    del browser.cookies["console.aws.amazon.com.localhost:8000"]["vestibule-console"]
    assert browser.visit(CONSOLE).signed_in_as
    clock.advance(timedelta(hours=6))
    assert browser.visit(CONSOLE).status == 401
