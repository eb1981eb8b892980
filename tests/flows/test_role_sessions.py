"""Working as a role that somebody opened at the portal: the way there, the console, the end."""

import re
from datetime import timedelta
from urllib.parse import urlsplit

import pytest

from accounts import sessions, states
from accounts.models import Account, Assignment, PermissionSet, Role, RoleSwitch, Session
from mfa.models import Device
from signin.events.models import Event
from signin.kernel import clock
from tests.browser import CONSOLE, SIGNIN, address
from tests.flows.portal_walks import (
    DIRECTORY,
    PORTAL,
    REGION,
    SANDBOX,
    clear,
    directory,
    enter_portal,
    join,
    living,
    open_role,
    query_of,
    role_link,
    role_of,
)
from tests.walks import EXAMPLE_CORP, ZHANG, sign_in_as_iam_user

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("demo")]

NAME = re.compile(r"AWSReservedSSO_Developers_[0-9a-f]{16}/jane_doe @ 4444-5555-6666\Z")
OWN_PAGES = [
    "iam/password",
    "iam/mfa/new",
    "iam/mfa/1",
    "iam/mfa/1/rename",
    "iam/mfa/1/resync",
    "iam/mfa/1/remove",
    "iam/mfa/new/nothing",
    "account/",
    "account/name",
    "account/phone",
    "account/password",
    "account/email",
    "account/email/code",
    "account/close",
]


@pytest.fixture(autouse=True)
def nothing_else(demo):
    """Leave no directory and no role but those of this module."""
    clear()


@pytest.mark.requirement("R-096", "S-036")
@pytest.mark.parametrize("region", ["", f"{REGION}."])
def test_a_role_of_the_portal_opens_the_console_in_the_region_of_the_link(browser, region):
    home = address(f"{region}console.aws.amazon.com", "/console/home")
    open_role(browser, destination=home if region else "")
    assert browser.url == home
    assert NAME.match(browser.signed_in_as)
    assert "444455556666" in browser.text
    assert "You work as the role" in browser.words
    hosts = [urlsplit(url).netloc.partition(".localhost")[0] for url in browser.trail]
    assert hosts == [
        f"{DIRECTORY}.awsapps.com",
        f"{region}console.aws.amazon.com",
        f"{region}signin.aws.amazon.com",
        f"{DIRECTORY}.awsapps.com",
        f"{region}signin.aws.amazon.com",
        f"{region}console.aws.amazon.com",
        f"{region}console.aws.amazon.com",
    ]


def test_the_role_is_made_once_and_kept(browser, new_browser):
    open_role(browser)
    made = role_of()
    assert made.path == f"/aws-reserved/sso.amazonaws.com/{REGION}/"
    browser.visit(role_link())
    enter_portal(new_browser(), join("john_doe"))
    assert Role.objects.filter(permission_set__name="Developers").get() == made


def test_the_permission_set_says_which_page_opens_unless_the_link_does(browser):
    open_role(browser, "Audit")
    assert browser.url == CONSOLE + "support/home"
    assert SANDBOX in browser.words
    browser.visit(role_link("Audit", destination=CONSOLE + "iam/security_credentials"))
    assert browser.url == CONSOLE + "iam/security_credentials"
    assert "AWSReservedSSO_Audit_" in browser.signed_in_as


@pytest.mark.requirement("S-050")
@pytest.mark.parametrize(
    "url", ["https://evil.example/", "//evil.example", PORTAL, CONSOLE + "console/sign-out", "/\\x"]
)
def test_no_destination_leads_elsewhere(browser, url):
    directory().permission_sets.filter(name="Developers").update(relay_state=url)
    open_role(browser, destination=url)
    assert browser.signed_in_as
    assert urlsplit(browser.url).path == "/console/home"


@pytest.mark.requirement("S-060")
def test_nobody_opens_a_role_that_is_not_theirs(browser):
    enter_portal(browser)
    for role, account in [("Nothing", SANDBOX), ("Developers", EXAMPLE_CORP), ("x\x00", "\x00")]:
        browser.visit(role_link(role, account))
        assert browser.status == 404
        assert "You don't have this role" in browser.words
    Assignment.objects.all().delete()
    assert browser.visit(role_link()).status == 404
    assert not Role.objects.exists()


@pytest.mark.requirement("S-060")
def test_the_portal_asks_again_whose_the_role_is_before_it_vouches(browser):
    enter_portal(browser)
    browser.visit(role_link("Developers"))
    asked = next(url for url in browser.trail if "/start/authorize" in url)
    Assignment.objects.all().delete()
    assert browser.visit(asked).status == 404
    assert Event.objects.filter(name="Federate").count() == 1


def test_a_role_in_an_account_that_is_not_active_is_gone(browser):
    enter_portal(browser)
    states.enter(Account.objects.get(pk=SANDBOX), "suspended")
    assert browser.visit(role_link()).status == 404


@pytest.mark.requirement("S-039")
def test_the_role_s_session_ends_to_the_second_at_both_hosts(browser):
    clock.freeze()
    open_role(browser)
    jar = browser.cookies[urlsplit(SIGNIN).netloc]
    assert jar["vestibule-signin"]["max-age"] == 2 * 60 * 60
    clock.advance(timedelta(hours=2, seconds=-1))
    assert browser.visit(CONSOLE + "console/home").signed_in_as
    clock.advance(timedelta(seconds=1))
    assert browser.visit(CONSOLE + "console/home").status == 401
    assert browser.visit(CONSOLE + "console/home").step == "user-type"


@pytest.mark.requirement("S-039")
def test_another_console_of_the_same_sign_in_ends_with_it(browser):
    clock.freeze()
    open_role(browser)
    clock.advance(timedelta(hours=1, minutes=30))
    there = re.search(r'href="(http://us-east-2[^"]*)"', browser.text)[1]
    browser.visit(there)
    assert NAME.match(browser.signed_in_as)
    clock.advance(timedelta(minutes=30))
    assert browser.visit(browser.url).status == 401


def test_signing_out_of_the_portal_leaves_the_console_signed_in(browser):
    open_role(browser)
    browser.visit(PORTAL + "start/").submit("sign-out")
    assert not living(sessions.PORTAL).exists()
    assert NAME.match(browser.visit(CONSOLE + "console/home").signed_in_as)


@pytest.mark.requirement("R-194", "S-041")
def test_signing_out_of_the_console_ends_only_the_role_s_session(browser):
    open_role(browser)
    stolen = dict(browser.cookies[urlsplit(CONSOLE).netloc])
    browser.submit("sign-out")
    assert browser.url == address("aws.amazon.com", "/console/")
    assert living(sessions.PORTAL).count() == 1
    assert not living(sessions.SIGNIN).exists()
    browser.cookies[urlsplit(CONSOLE).netloc].load(
        {name: morsel.value for name, morsel in stolen.items()}
    )
    assert browser.visit(CONSOLE + "console/home").status == 401
    assert NAME.match(browser.visit(role_link()).signed_in_as)


@pytest.mark.requirement("S-035", "S-045")
def test_a_role_takes_the_place_of_whoever_was_signed_in_here(browser):
    browser.visit(CONSOLE).submit(user_type="iam", account="example-corp")
    browser.submit(username=ZHANG[0], password=ZHANG[1])
    before = browser.cookie("vestibule-signin", SIGNIN)
    open_role(browser)
    assert NAME.match(browser.signed_in_as)
    assert browser.cookie("vestibule-signin", SIGNIN) != before
    assert living(sessions.SIGNIN).get().role == role_of()
    assert {each.role for each in living(sessions.CONSOLE)} == {role_of()}


@pytest.mark.requirement("S-045")
def test_an_iam_user_at_another_host_stays_who_they_are(browser):
    sign_in_as_iam_user(browser)
    regional = address(f"{REGION}.console.aws.amazon.com")
    open_role(browser, destination=regional)
    assert browser.visit(CONSOLE).signed_in_as == "zhang @ example-corp"
    assert NAME.match(browser.visit(regional).signed_in_as)


@pytest.mark.requirement("S-036", "S-049")
def test_what_the_portal_gives_works_once_and_in_the_browser_that_asked_only(browser, new_browser):
    open_role(browser)
    used = next(url for url in browser.trail if "/portal-session" in url)
    assert browser.visit(used).status == 400
    assert "didn't work" in browser.words

    asked = next(url for url in _open_again(browser) if "/start/authorize" in url)
    attacker = new_browser()
    enter_portal(attacker, join("mallory"))
    attacker.visit(asked)
    assert attacker.status == 400
    assert not attacker.cookie("vestibule-signin", SIGNIN)
    assert browser.visit(attacker.url).status == 400


@pytest.mark.parametrize("handle", ["", "x", "%00", "0" * 31 + "%00", "0" * 33])
def test_what_is_no_attempt_brings_nothing(browser, handle):
    base = "http://signin.aws.amazon.com.localhost:8000/portal-session"
    assert browser.visit(f"{base}?attempt={handle}").status == 400


def _open_again(browser):
    return browser.visit(role_link()).trail


@pytest.mark.requirement("S-036")
def test_a_code_of_the_portal_is_good_for_a_minute(browser):
    clock.freeze()
    open_role(browser)
    role, person = role_of(), Session.objects.get(door=sessions.PORTAL)
    attributes = {"host": "h", "challenge": sessions.challenge_of("v")}
    code = sessions.offer_role(
        role, person, browser=_stand_in(), lifetime=timedelta(hours=1), **attributes
    )
    clock.advance(sessions.HANDOFF_LIFETIME)
    assert sessions.accept(code, host="h", verifier="v") is None


def _stand_in():
    return type("Browser", (), {"ip": "127.0.0.1", "user_agent": "a browser"})()


@pytest.mark.parametrize("portal", ["", "evil.example/", "view", "a b", "D-9067F00D01"])
def test_only_the_name_of_a_portal_is_led_to(browser, portal):
    assert browser.visit(f"{CONSOLE}console/portal?portal={portal}").status == 404
    challenge = sessions.challenge_of("v")
    query = f"code_challenge={challenge}&portal={portal}"
    browser.visit(f"{SIGNIN}oauth?{query}")
    assert browser.status == 404


@pytest.mark.parametrize(
    "changed", [{"attempt": "x"}, {"code_challenge": "x"}, {"attempt": "https://evil.example"}]
)
def test_a_mangled_question_to_the_portal_is_refused(browser, changed):
    open_role(browser)
    asked = next(url for url in browser.trail if "/start/authorize" in url)
    query = {**query_of(asked), **changed}
    browser.visit(asked.partition("?")[0] + "?" + "&".join(f"{k}={v}" for k, v in query.items()))
    assert browser.status == 404


@pytest.mark.requirement("S-045", "S-060")
@pytest.mark.parametrize("path", OWN_PAGES)
def test_a_role_has_no_page_of_its_person_s_own(browser, path):
    open_role(browser)
    person = Session.objects.get(door=sessions.PORTAL).principal
    device = Device.objects.create(
        principal=person, kind="totp", name="phone", serial_number="arn:aws:iam::x:mfa/p"
    )
    path = path.replace("iam/mfa/1", f"iam/mfa/{device.pk}")
    clock.advance(timedelta(minutes=20))
    assert browser.visit(CONSOLE + path).status == 404
    browser.visit(CONSOLE + "switch-role").submit("switch-role-understood")
    token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', browser.text)[1]
    fields = {"csrfmiddlewaretoken": token, "device_name": "mine"}
    assert browser.post(CONSOLE + path, fields).status == 404
    device.refresh_from_db()
    assert device.name == "phone"


def test_a_role_can_not_reopen_a_closed_account(browser):
    open_role(browser)
    account = Account.objects.get(pk=SANDBOX)
    account.close(clock.now())
    account.save()
    browser.visit(CONSOLE + "console/home")
    assert "is closed" in browser.words
    assert 'id="account-reopening"' not in browser.text
    token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', browser.text)[1]
    browser.post(CONSOLE + "account/reopen", {"csrfmiddlewaretoken": token})
    assert browser.status == 404
    account.refresh_from_db()
    assert account.state == Account.State.CLOSED


@pytest.mark.requirement("R-213")
def test_security_credentials_show_account_and_arn_and_nothing_of_the_person(browser):
    open_role(browser)
    browser.visit(CONSOLE + "iam/security_credentials")
    role = role_of()
    assert "4444-5555-6666" in browser.words
    assert f"arn:aws:sts::{SANDBOX}:assumed-role/{role.name}/jane_doe" in browser.words
    for unwanted in ("new-device", "change-password", "edit-account", "devices"):
        assert f'id="{unwanted}"' not in browser.text


@pytest.mark.requirement("R-216")
def test_a_role_finds_the_account_number_at_the_support_center(browser):
    open_role(browser)
    assert SANDBOX in browser.visit(CONSOLE + "support/home").words


def test_asking_for_a_fresh_sign_in_begins_one_as_somebody_else(browser):
    open_role(browser)
    challenge = sessions.challenge_of("v")
    browser.visit(f"{SIGNIN}oauth?prompt=login&code_challenge={challenge}")
    assert browser.step == "user-type"


@pytest.mark.requirement("R-241", "S-044")
def test_the_operator_who_suspends_an_account_ends_the_roles_there(browser):
    open_role(browser)
    states.enter(Account.objects.get(pk=SANDBOX), "suspended")
    assert browser.visit(CONSOLE + "console/home").status == 401


def test_a_session_in_a_suspended_account_shows_that_page_only(browser):
    open_role(browser)
    Account.objects.filter(pk=SANDBOX).update(state="suspended")
    assert "is suspended" in browser.visit(CONSOLE + "console/home").words
    assert "is suspended" in browser.visit(CONSOLE + "switch-role").words


@pytest.mark.requirement("S-045")
def test_a_role_of_the_portal_switches_to_a_role_that_trusts_it_for_an_hour(browser):
    clock.freeze()
    open_role(browser)
    Role.objects.create(
        account_id=EXAMPLE_CORP, name="Read", trusts=[role_of().arn], session_seconds=36000
    )
    browser.visit(CONSOLE + "switch-role").submit("switch-role-understood")
    browser.submit("switch-role-form", account="example-corp", role="Read")
    assert browser.signed_in_as == "Read/jane_doe @ example-corp"
    assert RoleSwitch.objects.get().expires_at == clock.now() + timedelta(hours=1)
    details = Event.objects.filter(name="SwitchRole").get().document["additionalEventData"]
    expected = f"arn:aws:sts::{SANDBOX}:assumed-role/{role_of().name}/jane_doe"
    assert details["SwitchFrom"] == expected
    browser.submit("leave-role")
    assert NAME.match(browser.signed_in_as)


@pytest.mark.requirement("S-039")
def test_a_switch_never_outlives_the_role_s_session(browser):
    clock.freeze()
    open_role(browser)
    Role.objects.create(
        account_id=EXAMPLE_CORP, name="Read", trusts=[f"arn:aws:iam::{SANDBOX}:root"]
    )
    clock.advance(timedelta(hours=1, minutes=30))
    browser.visit(CONSOLE + "switch-role").submit("switch-role-understood")
    browser.submit("switch-role-form", account="example-corp", role="Read")
    assert RoleSwitch.objects.get().expires_at == clock.now() + timedelta(minutes=30)


def test_a_longer_permission_set_counts_from_the_next_time_on(browser):
    clock.freeze()
    open_role(browser)
    PermissionSet.objects.filter(name="Developers").update(session_minutes=720)
    browser.visit(role_link())
    assert living(sessions.SIGNIN).get().expires_at == clock.now() + timedelta(hours=12)
