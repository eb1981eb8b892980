"""Throttling, through the pages and every way around it."""

from datetime import timedelta

import pytest

from accounts.models import Lockout
from signin.events.models import Event
from signin.kernel import clock
from tests.browser import CONSOLE, address
from tests.walks import (
    ACCOUNT_PAGE,
    EXAMPLE_CORP,
    MAILED,
    ZHANG,
    name_root,
    newest_code,
    sign_in_as_iam_user,
    sign_in_as_root,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("demo")]


@pytest.fixture(autouse=True)
def still_clock():
    clock.freeze()


def fail(browser, times, **fields):
    browser.visit(ACCOUNT_PAGE)
    for _ in range(times):
        browser.submit(**({"username": "zhang", "password": "wrong"} | fields))
    return browser


@pytest.mark.requirement("S-011")
def test_the_eleventh_try_has_to_wait_a_minute_and_each_further_one_longer(browser):
    fail(browser, 10)
    assert browser.status == 200
    assert browser.submit(username="zhang", password="wrong").status == 429
    assert browser.page.headers["Retry-After"] == "60"
    assert "Wait a little" in browser.alert
    assert browser.value_of("username") == "zhang"
    for wait in (60, 120, 240, 480, 900, 900):
        clock.advance(timedelta(seconds=wait - 1))
        assert browser.visit(ACCOUNT_PAGE).submit(username="zhang", password="x").status == 429
        clock.advance(timedelta(seconds=1))
        assert browser.visit(ACCOUNT_PAGE).submit(username="zhang", password="x").status == 200


@pytest.mark.requirement("S-011", "S-013")
def test_after_the_wait_the_right_password_works_and_clears_the_count(browser):
    fail(browser, 11)
    clock.advance(timedelta(seconds=60))
    assert sign_in_as_iam_user(browser).signed_in_as
    browser.submit("sign-out")
    fail(browser, 9)
    assert browser.submit(username=ZHANG[0], password=ZHANG[1]).signed_in_as


@pytest.mark.requirement("S-012")
@pytest.mark.parametrize(
    "door",
    [
        {"url": ACCOUNT_PAGE, "account": EXAMPLE_CORP},
        {"url": ACCOUNT_PAGE, "account": "1111-2222-3333"},
        {"url": ACCOUNT_PAGE, "account": " EXAMPLE-corp "},
        {"url": ACCOUNT_PAGE, "username": "ZHANG"},
        {"url": ACCOUNT_PAGE, "username": " zhang "},
        {"url": address(f"{EXAMPLE_CORP}.signin.aws.amazon.com", "/console")},
        {"url": CONSOLE + "?account=example-corp"},
        {
            "url": address("eu-west-1.console.aws.amazon.com", "/?account=example-corp"),
        },
    ],
)
def test_every_way_in_hits_the_same_count(new_browser, door):
    for n in range(10):
        fail(new_browser(ip=f"127.0.1.{n}"), 1)
    door = dict(door)
    browser = new_browser(ip="127.0.2.1").visit(door.pop("url"))
    browser.submit(**({"username": "zhang", "password": ZHANG[1]} | door))
    assert browser.status == 429


@pytest.mark.requirement("S-012")
@pytest.mark.parametrize("header", ["X-Forwarded-For", "Forwarded", "X-Real-IP", "Via"])
def test_forwarding_headers_make_nobody_somebody_else(new_browser, header):
    browser = new_browser()
    browser.visit(ACCOUNT_PAGE)
    for n in range(31):
        browser.headers[header] = f"10.0.0.{n}"
        browser.submit(username=f"user{n}", password="wrong")
    assert browser.status == 429


@pytest.mark.requirement("S-011")
def test_one_address_fails_thirty_times_a_minute_at_most(new_browser):
    for n in range(30):
        assert fail(new_browser(), 1, username=f"user{n}").status == 200
    assert fail(new_browser(), 1).status == 429
    assert fail(new_browser(ip="127.0.0.9"), 1).status == 200
    clock.advance(timedelta(minutes=1))
    assert sign_in_as_iam_user(new_browser()).signed_in_as


def test_successful_sign_ins_don_t_count(new_browser):
    for _ in range(35):
        assert sign_in_as_iam_user(new_browser()).signed_in_as


@pytest.mark.requirement("S-013")
def test_a_stranger_can_t_shut_the_owner_out_of_a_browser_that_is_known(browser, new_browser):
    sign_in_as_root(browser, *MAILED).submit("sign-out")
    stranger = name_root(new_browser(ip="127.0.3.1"), MAILED[0])
    for _ in range(11):
        stranger.submit(password="wrong")
    assert stranger.status == 429
    name_root(browser, MAILED[0]).submit(password=MAILED[1])
    assert browser.signed_in_as


@pytest.mark.requirement("S-064")
def test_wrong_codes_are_counted_over_attempts_whatever_the_password(new_browser):
    for n in range(2):
        browser = name_root(new_browser(ip=f"127.0.4.{n}"), MAILED[0])
        browser.submit(password=MAILED[1])
        code = newest_code(MAILED[0])
        wrong = str((int(code) + 1) % 1_000_000).zfill(6)
        for _ in range(5):
            assert browser.submit(code=wrong).status == 200
    browser = name_root(new_browser(ip="127.0.4.9"), MAILED[0]).submit(password=MAILED[1])
    assert browser.submit(code=newest_code(MAILED[0])).status == 429
    clock.advance(timedelta(minutes=1))
    assert browser.submit(code=newest_code(MAILED[0])).signed_in_as


@pytest.mark.requirement("S-108")
def test_throttled_tries_are_recorded_too(browser):
    fail(browser, 12)
    assert Event.objects.count() == 12


def test_no_name_that_was_typed_is_kept(browser):
    fail(browser, 1, username="My-Password-1")
    kept = [str(value) for row in Lockout.objects.values_list() for value in row]
    assert not any("My-Password-1" in value for value in kept)
    assert not any("my-password-1" in value for value in kept)
