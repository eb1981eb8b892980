"""Signing in to the access portal: user name, password, and where it leads."""

from datetime import timedelta

import pytest

from accounts.models import Session
from signin.kernel import clock
from tests.browser import CONSOLE, SIGNIN, address
from tests.portal_walks import (
    BY_ID,
    DIRECTORY,
    DISABLED,
    JANE,
    PLATFORM,
    PORTAL,
    is_at_portal,
    name_user,
    settings_are,
    sign_in,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("demo")]

WRONG = "That didn't match"


@pytest.mark.requirement("R-030", "R-032", "R-089", "R-090", "R-045")
def test_a_user_signs_in_with_name_and_password(browser):
    browser.visit(PORTAL)
    assert browser.url.startswith(f"{PLATFORM}platform/login")
    assert browser.step == "username"
    browser.submit(username=JANE[0])
    assert browser.step == "portal-password"
    assert "jane_doe" in browser.words
    browser.submit(password=JANE[1])
    assert is_at_portal(browser)
    assert browser.signed_in_as == "Jane Doe"


@pytest.mark.requirement("R-044")
def test_the_directory_id_is_an_address_of_the_portal_too(browser):
    browser.visit(BY_ID).submit(username=JANE[0]).submit(password=JANE[1])
    assert browser.url == address("d-1234567890.awsapps.com", "/start/")
    assert browser.signed_in_as == "Jane Doe"


def test_no_directory_has_this_portal(browser):
    browser.visit(address("nobody.awsapps.com", "/start"))
    assert browser.status == 404
    assert 'id="no-such-portal"' in browser.text


@pytest.mark.requirement("R-090", "S-018")
@pytest.mark.parametrize(
    ("username", "password"),
    [
        (JANE[0], "wrong"),
        (JANE[0], JANE[1].lower()),
        ("nobody", "wrong"),
        DISABLED,
        ("invited", "wrong"),
        ("zhang", "Zhang-demo-1"),
    ],
)
def test_whatever_is_wrong_the_answer_is_the_same(browser, username, password):
    sign_in(browser, username, password)
    assert browser.step == "portal-password"
    assert browser.alert.startswith(WRONG)
    assert browser.status == 200
    assert browser.value_of("password") == ""
    assert username in browser.words


def test_capitals_and_blanks_around_a_name_make_no_difference(browser):
    assert is_at_portal(sign_in(browser, " JANE_Doe "))


@pytest.mark.parametrize("username", ["", "two words", "x" * 129])
def test_a_name_that_nobody_can_have_is_refused_at_once(browser, username):
    name_user(browser, username)
    assert browser.step == "username"
    assert browser.error_of("username")


@pytest.mark.requirement("R-033", "R-248")
def test_users_of_a_directory_get_nowhere_at_the_console(browser):
    browser.visit(CONSOLE).submit(user_type="iam", account="111122223333")
    browser.submit(username=JANE[0], password=JANE[1])
    assert browser.step == "iam-user"
    assert browser.alert.startswith(WRONG)
    browser.visit(CONSOLE + "?user_type=root").submit(email="jane_doe@example.com")
    assert browser.step in {"captcha", "password"}


def test_the_page_first_asked_for_opens(browser):
    browser.visit(PORTAL + "applications").submit(username=JANE[0]).submit(password=JANE[1])
    assert browser.url == PORTAL + "applications"


@pytest.mark.requirement("S-050")
@pytest.mark.parametrize(
    "elsewhere",
    [
        "https://evil.example/start/",
        "http://evil.awsapps.com.localhost:8000/start/",
        "http://example-corp.awsapps.com.localhost:8000/nowhere",
        "http://example-corp.awsapps.com.localhost:8000@evil.example/start/",
        "//evil.example",
        "",
    ],
)
def test_a_sign_in_leads_to_its_own_portal_only(browser, elsewhere):
    browser.visit(PORTAL)
    url = browser.trail[1].partition("redirect_uri=")[0] + f"redirect_uri={elsewhere}"
    challenge = browser.trail[1].partition("code_challenge=")[2][:43]
    browser.visit(f"{url}&code_challenge={challenge}")
    browser.submit(username=JANE[0]).submit(password=JANE[1])
    assert is_at_portal(browser)


@pytest.mark.parametrize("query", ["", f"?directory={DIRECTORY}", "?directory=d-0000000000"])
def test_the_sign_in_host_alone_says_that_a_sign_in_begins_at_the_portal(browser, query):
    browser.visit(f"{PLATFORM}platform/login{query}")
    assert browser.status == 400
    assert 'id="begin-at-portal"' in browser.text


def test_a_directory_of_another_region_is_not_signed_in_to_here(browser):
    browser.visit(PORTAL)
    browser.visit(browser.trail[1].replace("us-east-1.signin", "eu-west-1.signin"))
    assert 'id="begin-at-portal"' in browser.text


@pytest.mark.requirement("S-036", "S-049")
def test_the_code_for_the_portal_is_worth_nothing_in_another_browser(browser, new_browser):
    sign_in(browser)
    taken = next(url for url in browser.trail if "/start/auth" in url)
    other = new_browser().visit(taken)
    assert other.status == 400
    assert 'id="handoff-failed"' in other.text
    browser.visit(taken)
    assert browser.status == 400


def test_a_signed_in_browser_opens_the_portals_other_address_at_once(browser):
    sign_in(browser)
    browser.visit(BY_ID)
    assert browser.signed_in_as == "Jane Doe"


@pytest.mark.requirement("R-088", "R-099", "R-101", "S-039")
def test_a_session_lasts_eight_hours_and_not_a_second_longer(browser):
    clock.freeze()
    sign_in(browser)
    clock.advance(Session.objects.latest("created_at").expires_at - clock.now())
    browser.visit(PORTAL)
    assert browser.status == 401
    assert 'id="session-over"' in browser.text
    browser.visit(PORTAL)
    assert browser.step == "username"
    browser.submit(username=JANE[0]).submit(password=JANE[1])
    assert is_at_portal(browser)


@pytest.mark.requirement("R-100", "S-039")
@pytest.mark.parametrize("minutes", [15, 90 * 24 * 60])
def test_the_administrator_says_how_long_new_sessions_last(browser, minutes):
    clock.freeze()
    settings_are(session_minutes=minutes)
    sign_in(browser)
    settings_are(session_minutes=480)
    session = Session.objects.get(door="portal")
    assert (session.expires_at - clock.now()).total_seconds() == minutes * 60
    clock.advance(session.expires_at - clock.now() - timedelta(seconds=1))
    assert is_at_portal(browser.visit(PORTAL))
    clock.advance(timedelta(seconds=1))
    assert browser.visit(PORTAL).status == 401


@pytest.mark.requirement("R-195", "R-196", "S-041")
def test_signing_out_ends_everything_and_shows_the_sign_in_page(browser):
    sign_in(browser)
    key = browser.cookie("vestibule-portal", PORTAL)
    browser.submit("sign-out")
    assert browser.step == "username"
    assert browser.cookie("vestibule-portal", PORTAL) is None
    browser.cookies["example-corp.awsapps.com.localhost:8000"]["vestibule-portal"] = key
    assert browser.visit(PORTAL).status == 401
    assert browser.visit(PORTAL).step == "username"


@pytest.mark.requirement("S-042")
def test_an_address_alone_signs_nobody_out(browser):
    sign_in(browser)
    assert browser.visit(PORTAL + "sign-out").status == 405
    assert is_at_portal(browser.visit(PORTAL))


@pytest.mark.requirement("S-045")
def test_the_portal_and_the_console_know_nothing_of_each_others_people(browser):
    sign_in(browser)
    browser.visit(CONSOLE)
    assert browser.url.startswith(SIGNIN)
    assert browser.step == "user-type"


@pytest.mark.requirement("S-012", "S-013")
def test_too_many_tries_have_to_wait(browser):
    name_user(browser, JANE[0])
    for _ in range(10):
        browser.submit(password="wrong")
    browser.submit(password=JANE[1])
    assert browser.status == 429
    assert browser.page.headers["Retry-After"]
    clock.advance(timedelta(minutes=2))
    assert is_at_portal(browser.submit(password=JANE[1]))


def test_somebody_else_can_sign_in_instead(browser):
    name_user(browser, JANE[0])
    browser.visit(browser.text.partition('id="not-you"')[0].rpartition('href="')[2].split('"')[0])
    assert browser.step == "username"


def test_an_attempt_that_is_over_leads_back_to_the_portal(browser):
    name_user(browser, JANE[0])
    clock.advance(timedelta(minutes=16))
    browser.submit(password=JANE[1])
    assert browser.status == 410
    assert f'href="{PORTAL}"' in browser.text


def test_japanese_is_spoken_at_the_portal(japanese):
    sign_in(japanese)
    assert 'lang="ja"' in japanese.text
