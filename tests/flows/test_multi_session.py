"""Several console sessions side by side in one browser."""

import re
from datetime import timedelta
from urllib.parse import urlsplit

import pytest

from accounts import multi_sessions, passwords, sessions
from accounts.models import MultiSession, Principal, Session
from signin.control import sweep
from signin.kernel import clock
from tests.browser import CONSOLE, SIGNIN, Browser, address
from tests.flows.multi_session_walks import (
    NEW,
    PAGE,
    SOON,
    add_root,
    add_soon,
    add_zhang,
    both,
    link,
    listed,
    turn_on,
)
from tests.flows.portal_walks import clear, open_role, role_link
from tests.walks import EXAMPLE_CORP, MAILED, ZHANG, sign_in_as_iam_user, sign_in_as_root

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("demo")]

HOME = CONSOLE + "console/home"
ZHANG_AT = "zhang @ example-corp"
AGAIN = "prompt=login&different_account=1"


def root_of(username):
    return Session.objects.filter(door="signin", principal__username=username).latest("created_at")


class TestOff:
    def test_a_second_sign_in_takes_the_place_of_the_first(self, browser):
        sign_in_as_iam_user(browser)
        browser.visit(link(browser, "multi-session"))
        assert 'id="multi-session-off"' in browser.text
        browser.visit(f"{SIGNIN}oauth?redirect_uri={HOME}&code_challenge={'x' * 43}&{AGAIN}")
        browser.submit(user_type="iam", account="example-strict")
        browser.submit(username=SOON[0], password=SOON[1])
        assert Session.objects.filter(door="signin", ended_at=None).count() == 1

    def test_nobody_is_added(self, browser):
        assert 'id="multi-session-off"' in browser.visit(NEW).text

    def test_the_menu_says_nothing_of_others(self, browser):
        sign_in_as_iam_user(browser)
        for element in ("other-sessions", "add-session", "sign_out_all_button"):
            assert f'id="{element}"' not in browser.text

    def test_a_console_of_a_session_that_is_nobody_s_leads_to_the_common_one(self, browser):
        sign_in_as_iam_user(browser)
        stale = address(f"{EXAMPLE_CORP}-0123abcd.us-east-1.console.aws.amazon.com")
        browser.visit(f"{stale}support/home?via=global")
        assert browser.url == address("us-east-1.console.aws.amazon.com", "/support/home")
        assert browser.signed_in_as == ZHANG_AT


class TestOn:
    def test_two_people_have_consoles_of_their_own(self, browser):
        both(browser)
        assert "mailed" in browser.words
        root_at = urlsplit(browser.url).hostname
        assert re.fullmatch(
            r"\d{12}-[0-9a-f]{8}\.us-east-1\.console\.aws\.amazon\.com\.localhost", root_at
        )
        browser.visit(link(browser, "session-1"))
        assert browser.signed_in_as == ZHANG_AT
        zhang_at = urlsplit(browser.url).hostname
        assert zhang_at.startswith(f"{EXAMPLE_CORP}-")
        assert zhang_at != root_at
        browser.visit(link(browser, "session-1"))
        assert urlsplit(browser.url).hostname == root_at
        assert Session.objects.filter(door="signin", ended_at=None).count() == 2

    def test_the_first_keeps_its_session_and_moves(self, browser):
        sign_in_as_iam_user(browser)
        turn_on(browser)
        browser.visit(HOME)
        assert browser.signed_in_as == ZHANG_AT
        assert f"//{EXAMPLE_CORP}-" in browser.url
        assert browser.cookie("vestibule-console", CONSOLE) is None
        [left] = Session.objects.exclude(ended_at=None)
        assert (left.door, left.host) == ("console", "console.aws.amazon.com.localhost:8000")
        assert 'id="multi-session"' in browser.text
        assert "No other session in this browser" in browser.words

    def test_the_common_address_leads_to_the_newest(self, browser):
        both(browser)
        newest = browser.url
        browser.visit(link(browser, "session-1")).visit(HOME)
        assert browser.signed_in_as == ZHANG_AT  # whose session was there before
        browser.visit(HOME)
        assert browser.url.partition("?")[0] == newest
        browser.visit(CONSOLE + "switch-role?account=1&roleName=x")
        assert urlsplit(browser.url)[:3] == (*urlsplit(newest)[:2], "/switch-role")
        assert urlsplit(browser.url).query.startswith("account=1&roleName=x&")

    def test_an_address_that_says_more_is_moved_without_it(self, browser):
        turn_on(sign_in_as_iam_user(browser))
        browser.visit(CONSOLE + "support/home?x=%5C&y=\\")
        assert browser.signed_in_as == ZHANG_AT
        assert urlsplit(browser.url)[2:4] == ("/support/home", "")

    def test_another_region_shows_the_same_person(self, browser):
        both(browser).visit(link(browser, "session-1"))
        name = urlsplit(browser.url).hostname.partition(".")[0]
        browser.visit(re.search(rf'href="(http://{name}\.eu-central-1[^"]*)"', browser.text)[1])
        assert browser.signed_in_as == ZHANG_AT
        assert urlsplit(browser.url).hostname.startswith(f"{name}.eu-central-1.")

    def test_whoever_signs_in_again_takes_no_second_place(self, browser):
        both(browser).visit(link(browser, "session-1"))
        before, old = urlsplit(browser.url).netloc, root_of("zhang")
        add_zhang(browser)
        assert urlsplit(browser.url).netloc == before
        assert browser.signed_in_as == ZHANG_AT
        assert len(listed(browser)) == 2
        old.refresh_from_db()
        assert old.ended_at

    @pytest.mark.requirement("S-048")
    def test_a_fresh_sign_in_is_that_of_the_console_that_asks(self, browser):
        both(browser).visit(link(browser, "session-1"))
        clock.advance(sessions.FRESH_FOR)
        there = browser.url.partition("?")[0]
        browser.visit("/iam/mfa/new")
        assert browser.step == "iam-user"
        assert browser.value_of("username") == "zhang"
        browser.submit(password=ZHANG[1])
        assert browser.url.startswith(there.replace("/console/home", "/iam/mfa/new"))
        assert len(listed(browser)) == 2

    def test_a_role_of_the_portal_comes_beside_and_takes_its_own_place(self, browser):
        clear()
        both(browser)
        open_role(browser)
        assert "/jane_doe @ 4444-5555-6666" in browser.signed_in_as
        assert "//444455556666-" in browser.url
        first = urlsplit(browser.url).netloc
        browser.visit(role_link())
        assert urlsplit(browser.url).netloc == first
        assert "/jane_doe @ 4444-5555-6666" in browser.signed_in_as
        assert len(listed(browser)) == 3

    def test_the_recovery_of_a_root_user_sees_every_iam_user(self, browser):
        both(browser)
        assert browser.visit(SIGNIN + "recovery?token=x").status == 409


class TestSigningOut:
    @pytest.mark.requirement("S-041")
    def test_of_one_leaves_the_others(self, browser):
        both(browser)
        there = browser.url
        browser.submit("sign-out")
        assert browser.url == address("aws.amazon.com", "/console/")
        assert listed(browser) == ["zhang"]
        assert browser.visit(HOME).signed_in_as == ZHANG_AT
        assert browser.visit(there).step == "iam-user"  # whose account is remembered

    def test_of_another_one_on_the_page(self, browser):
        both(browser)
        there = browser.url
        browser.visit(link(browser, "multi-session"))
        name = re.findall(r'name="sign_out" value="([^"]*)"', browser.text)[1]
        browser.submit("multi-session-form", f"sign_out={name}")
        assert listed(browser) == [MAILED[0]]
        assert MAILED[0] in browser.visit(there).words

    def test_of_all_in_the_menu(self, browser):
        both(browser).submit("sign-out", "all=")
        assert not Session.objects.filter(ended_at=None).exists()
        assert listed(browser) == []
        assert "Nobody is signed in." in browser.words

    def test_of_all_on_the_page(self, browser):
        both(browser).visit(PAGE).submit("multi-session-form", "act=sign_out_all")
        assert not Session.objects.filter(door="signin", ended_at=None).exists()
        assert 'id="no-sessions"' in browser.text

    @pytest.mark.requirement("S-042", "S-049")
    @pytest.mark.parametrize("fields", [{"act": "sign_out_all"}, {"act": "turn_off"}])
    def test_needs_a_form_of_our_own(self, browser, fields):
        both(browser).post(PAGE, fields)
        assert browser.status == 403
        assert len(listed(browser)) == 2

    def test_a_form_that_says_nothing_known_changes_nothing(self, browser):
        both(browser).visit(PAGE).submit("multi-session-form", "act=other")
        assert len(listed(browser)) == 2


class TestTurningOff:
    def test_keeps_the_one_whose_console_it_was(self, browser):
        both(browser).visit(link(browser, "session-1"))
        there = browser.url
        browser.visit(link(browser, "multi-session"))
        assert "all sessions end but that of zhang" in browser.words
        browser.submit("multi-session-form", "act=turn_off")
        assert 'id="multi-session-off"' in browser.text
        assert not MultiSession.objects.exists()
        assert Session.objects.get(door="signin", ended_at=None).principal.username == "zhang"
        browser.visit(there)
        assert browser.url == address("us-east-1.console.aws.amazon.com", "/console/home")
        assert browser.signed_in_as == ZHANG_AT
        assert browser.visit(HOME).signed_in_as == ZHANG_AT

    def test_is_possible_with_nobody_there(self, browser):
        turn_on(browser).submit("multi-session-form", "act=turn_off")
        assert 'id="multi-session-off"' in browser.text

    def test_the_next_sign_in_is_the_only_one_again(self, browser):
        both(browser).visit(PAGE).submit("multi-session-form", "act=turn_off")
        browser.visit(f"{SIGNIN}oauth?redirect_uri={HOME}&code_challenge={'x' * 43}&{AGAIN}")
        browser.submit(user_type="iam", account="example-strict")
        browser.submit(username=SOON[0], password=SOON[1])
        assert Session.objects.filter(door="signin", ended_at=None).count() == 1


class TestWhoVanishes:
    @pytest.mark.requirement("S-039")
    def test_sessions_whose_time_is_over(self, browser):
        turn_on(sign_in_as_iam_user(browser))
        clock.advance(timedelta(hours=6))
        add_root(browser)
        clock.advance(timedelta(hours=6))
        assert listed(browser) == [MAILED[0]]
        assert 'id="session-1"' not in browser.visit(HOME).text

    @pytest.mark.requirement("S-044")
    def test_whoever_got_another_password(self, browser):
        both(browser)
        there = browser.url
        passwords.replace(Principal.objects.get(username="zhang"), "Another-demo-9")
        assert listed(browser) == [MAILED[0]]
        assert 'id="session-1"' not in browser.visit(there).text

    def test_a_session_that_ended_is_asked_for_again_and_not_swapped(self, browser):
        both(browser).visit(link(browser, "session-1"))
        there = browser.url
        sessions.end(root_of("zhang"))
        assert browser.visit(there).status == 401
        again = link(browser, "go-on")
        browser.visit(there.partition("?")[0])
        assert browser.step == "iam-user"
        assert urlsplit(browser.url).netloc == urlsplit(SIGNIN).netloc
        browser.visit(again).submit(username=ZHANG[0], password=ZHANG[1])
        assert urlsplit(browser.url)[:3] == urlsplit(there)[:3]
        assert len(listed(browser)) == 2

    def test_a_session_of_a_region_s_own_sign_in_host_is_asked_for_there(self, browser):
        there = address("eu-central-1.console.aws.amazon.com", "/console/home")
        browser.visit(there).submit(user_type="iam", account="example-corp")
        browser.submit(username=ZHANG[0], password=ZHANG[1])
        browser.visit(link(browser, "multi-session")).submit("multi-session-form", "act=turn_on")
        browser.visit(there)
        assert re.search(rf"//{EXAMPLE_CORP}-\w{{8}}\.eu-central-1\.console\.", browser.url)
        sessions.end(root_of("zhang"))
        assert browser.visit(browser.url).status == 401
        browser.visit(link(browser, "go-on"))
        assert urlsplit(browser.url).netloc.startswith("eu-central-1.signin.")
        browser.submit(user_type="iam", account="example-corp")
        browser.submit(username=ZHANG[0], password=ZHANG[1])
        assert browser.signed_in_as == ZHANG_AT
        assert 'id="add-session"' in browser.text

    def test_the_choice_after_a_year(self, browser):
        turn_on(browser)
        clock.advance(multi_sessions.LIFETIME)
        assert 'id="multi-session-off"' in browser.visit(PAGE).text
        sweep.expired()
        assert not MultiSession.objects.exists()


class TestOneBrowserOnly:
    @pytest.mark.requirement("S-036", "S-035")
    @pytest.mark.parametrize("theirs", [{"ip": "127.0.0.2"}, {"agent": "another browser"}])
    def test_a_planted_secret_opens_nothing_of_whoever_signs_in(self, browser, theirs):
        thief = turn_on(sign_in_as_root(Browser(**theirs), *MAILED))
        planted = thief.cookie("vestibule-multi-session", SIGNIN)
        browser.visit(SIGNIN)
        browser.cookies[urlsplit(SIGNIN).netloc]["vestibule-multi-session"] = planted
        add_zhang(browser)
        assert browser.cookie("vestibule-multi-session", SIGNIN) != planted
        assert 'id="multi-session-off"' in thief.visit(PAGE).text
        assert "zhang" not in thief.words
        assert thief.visit(HOME).signed_in_as
        assert "zhang" not in thief.words

    @pytest.mark.requirement("S-036")
    @pytest.mark.parametrize("value", ["", "x", "of-another-host"])
    def test_other_values_are_none(self, browser, value):
        both(browser)
        if value == "of-another-host":
            value = browser.cookie("vestibule-multi-session", SIGNIN)
            other = address("eu-west-1.signin.aws.amazon.com")
        else:
            other = SIGNIN
        browser.visit(other)
        browser.cookies[urlsplit(other).netloc]["vestibule-multi-session"] = value
        browser.visit(other + "sessions")
        assert 'id="multi-session-off"' in browser.text

    @pytest.mark.requirement("S-036")
    def test_the_console_of_a_session_is_nothing_to_another_browser(self, browser, new_browser):
        there = add_soon(turn_on(browser)).url
        other = sign_in_as_root(new_browser(), *MAILED)
        other.visit(f"{there}?via=global")
        assert "6666-7777-8888" in other.signed_in_as
        assert other.url == address("us-east-1.console.aws.amazon.com", "/console/home")
        turn_on(other)
        other.visit(f"{there}?via=global")
        assert other.step == "user-type"

    @pytest.mark.requirement("S-035", "S-037", "S-038")
    def test_the_secret_is_new_with_each_sign_in_and_stored_as_a_digest(self, browser):
        turn_on(sign_in_as_iam_user(browser))
        first = browser.cookie("vestibule-multi-session", SIGNIN)
        add_root(browser)
        second = browser.cookie("vestibule-multi-session", SIGNIN)
        assert first != second
        assert len(second) >= 43
        stored = {str(value) for row in MultiSession.objects.values_list() for value in row}
        assert second not in stored
        morsel = browser.cookies[urlsplit(SIGNIN).netloc]["vestibule-multi-session"]
        assert (morsel["httponly"], morsel["samesite"], morsel["path"]) == (True, "Lax", "/")
        assert not morsel["domain"]

    @pytest.mark.requirement("S-036", "S-049")
    def test_the_code_for_a_console_is_for_the_browser_that_asked(self, browser, new_browser):
        both(browser)
        [code_url] = [url for url in browser.trail if "/console/auth?" in url]
        assert new_browser().visit(code_url).status == 400


def test_several_sessions_cost_one_query_of_the_console_s_pages_and_one_none(
    browser, django_assert_num_queries
):
    sign_in_as_iam_user(browser)
    with django_assert_num_queries(1):
        browser.visit("/console/home")
    add_root(turn_on(browser))
    with django_assert_num_queries(2):
        browser.visit("/console/home")
