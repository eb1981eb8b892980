"""People sign in with a Builder ID at the start page, and are signed out again."""

import json
import re
from datetime import timedelta
from urllib.parse import urlsplit

import pytest

from accounts import sessions
from accounts.models import KnownBrowser, Session
from builderid import people
from builderid.errors import BuilderIdTaken
from mfa import devices, webauthn
from signin.events.models import Event
from signin.faults import faults
from signin.faults.faults import Kind
from signin.flow.models import Attempt
from signin.http import BUILDER_ID_COOKIE, DEVICE_COOKIE, PORTAL_COOKIE, SIGNIN_COOKIE
from signin.kernel import clock
from tests import portal_walks
from tests.authenticator import SoftwareKey
from tests.browser import CONSOLE, address
from tests.builder_id_walks import (
    DEV,
    PLATFORM,
    START,
    add_app,
    is_signed_in,
    name,
    person,
    sign_in,
)
from tests.devices import code_of, wrong_code
from tests.walks import ACCOUNT_PAGE, ROOT, name_root, pass_captcha, sign_in_as_root

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("demo")]

ORIGIN = PLATFORM.rstrip("/")


def add_key():
    """Register a security key for somebody, and return it."""
    key, attempt = SoftwareKey(), Attempt.begin(flow="a-flow", flow_key="key", facts={})
    ceremony = webauthn.begin(person(), attempt)
    made = json.dumps(key.create(webauthn.registration_options(ceremony, "Mateo"), ORIGIN))
    devices.settle(webauthn.register(ceremony, made, name="key", origin=ORIGIN))
    return key


def options_of(browser):
    """Return what the page asks a key for."""
    return json.loads(re.search(r'data-options="(.*?)">', browser.text)[1])


def events(name="BuilderSignIn"):
    """Return the events of a name, oldest first."""
    return [event.document for event in Event.objects.filter(name=name).order_by("id")]


class TestTheWayIn:
    @pytest.mark.requirement("R-039", "R-051", "R-114", "R-115", "R-118")
    def test_e_mail_and_password_lead_to_the_start_page(self, browser):
        browser.visit(START)
        assert browser.url.startswith(f"{PLATFORM}platform/login")
        assert browser.step == "builder-id-email"
        browser.submit(email=f"  {DEV[0].upper()} ")
        assert browser.step == "builder-id-password"
        browser.submit(password=DEV[1])
        assert is_signed_in(browser)
        assert "Mateo Jackson" in browser.words
        assert DEV[0] in browser.words

    @pytest.mark.parametrize(
        "url",
        [
            address("view.awsapps.com"),
            address("view.awsapps.com", "/start"),
            address("profile.aws.amazon.com"),
            f"{PLATFORM}platform/login?directory=view",
            address("eu-west-1.signin.aws", "/platform/login?directory=view"),
        ],
    )
    @pytest.mark.requirement("R-114")
    def test_every_address_of_it_leads_to_the_same_sign_in(self, browser, url):
        browser.visit(url)
        assert browser.step == "builder-id-email"
        assert browser.url.startswith(PLATFORM)
        assert is_signed_in(browser.submit(email=DEV[0]).submit(password=DEV[1]))

    def test_the_profile_says_that_it_is_not_there_yet(self, browser):
        sign_in(browser)
        browser.visit(address("profile.aws.amazon.com"))
        assert is_signed_in(browser)
        assert 'id="no-profile"' in browser.text

    @pytest.mark.requirement("S-035", "S-036")
    def test_the_session_lasts_eight_hours_at_both_hosts(self, browser):
        sign_in(browser)
        for host in (START, PLATFORM):
            assert browser.cookie(BUILDER_ID_COOKIE, host)
        lives = Session.objects.filter(principal=person(), ended_at=None)
        assert {each.door for each in lives} == {sessions.SIGNIN, sessions.BUILDER_ID}
        root = lives.get(door=sessions.SIGNIN)
        assert root.expires_at - root.created_at == timedelta(hours=8)
        assert lives.get(door=sessions.BUILDER_ID).expires_at == root.expires_at
        clock.advance(timedelta(hours=8, seconds=1))
        assert browser.visit(START).status == 401
        assert 'id="session-over"' in browser.text

    def test_who_is_signed_in_at_the_sign_in_host_is_passed_on(self, browser):
        sign_in(browser)
        del browser.cookies["view.awsapps.com.localhost:8000"]
        assert is_signed_in(browser.visit(START))
        assert len(events()) == 1

    @pytest.mark.requirement("S-035")
    def test_signing_in_anew_ends_what_was_before(self, browser):
        sign_in(browser)
        old = Session.objects.get(door=sessions.BUILDER_ID)
        del browser.cookies["view.awsapps.com.localhost:8000"]
        verifier = "v" * 43
        browser.visit(
            f"{PLATFORM}platform/login?directory=view&prompt=select_account"
            f"&code_challenge={sessions.challenge_of(verifier)}"
        )
        browser.submit(email=DEV[0]).submit(password=DEV[1])
        old.refresh_from_db()
        assert old.ended_at

    @pytest.mark.requirement("S-049")
    def test_the_code_of_the_hand_over_is_good_in_this_browser_only(self, browser, new_browser):
        sign_in(browser)
        [handed] = [url for url in browser.trail if "/start/auth" in url]
        assert new_browser().visit(handed).status == 400
        assert browser.visit(handed).status == 400
        assert 'id="handoff-failed"' in browser.text

    @pytest.mark.parametrize(
        "url",
        [
            "https://evil.example/",
            "//evil.example/start/",
            address("example-corp.awsapps.com", "/start/"),
            address("view.awsapps.com", "/start/sign-out"),
            address("view.awsapps.com", "/start/auth?code=x"),
            CONSOLE,
        ],
    )
    @pytest.mark.requirement("S-050")
    def test_it_leads_nowhere_else(self, browser, url):
        browser.visit(START)
        query = {"directory": "view", "redirect_uri": url, "code_challenge": "c" * 43}
        from_elsewhere = "&".join(f"{key}={value}" for key, value in query.items())
        browser.visit(f"{PLATFORM}platform/login?{from_elsewhere}")
        browser.submit(email=DEV[0]).submit(password=DEV[1])
        assert browser.trail[-1].startswith(address("view.awsapps.com", "/start/auth"))
        assert f"destination={START.replace(':', '%3A').replace('/', '%2F')}" in browser.url


class TestRefusals:
    @pytest.mark.parametrize("who", [(DEV[0], "wrong"), ("nobody@example.com", "wrong")])
    @pytest.mark.requirement("S-017", "S-020")
    def test_a_wrong_password_and_an_unknown_e_mail_look_alike(self, browser, who):
        sign_in(browser, *who)
        assert browser.status == 200
        assert browser.alert.startswith("That didn't match.")
        assert browser.step == "builder-id-password"

    @pytest.mark.requirement("R-121")
    def test_capitals_matter_in_the_password(self, browser):
        assert sign_in(browser, DEV[0], DEV[1].upper()).step == "builder-id-password"

    @pytest.mark.parametrize("typed", ["", "dev", "dev@", "@example.com", "x" * 250 + "@e.com"])
    def test_what_is_no_address_is_told_at_the_field(self, browser, typed):
        browser.visit(START).submit(email=typed)
        assert browser.step == "builder-id-email"
        assert browser.error_of("email")

    @pytest.mark.parametrize("email", [DEV[0], "nobody@example.com"])
    @pytest.mark.requirement("S-010", "S-011", "S-012")
    def test_who_fails_too_often_has_to_wait(self, browser, email):
        name(browser, email)
        for _ in range(10):
            assert browser.submit(password="wrong").status == 200
        browser.submit(password=DEV[1])
        assert browser.status == 429
        assert browser.page.headers["Retry-After"]
        assert not Session.objects.filter(door=sessions.BUILDER_ID).exists()

    @pytest.mark.requirement("R-267")
    def test_a_clock_that_is_off_is_us_not_you(self, browser):
        name(browser)
        faults.arm(Kind.CLOCK_SKEW, 1)
        assert browser.submit(password=DEV[1]).status == 503

    def test_an_attempt_of_another_browser_is_over_here(self, browser, new_browser):
        name(browser)
        handle = re.search(r'action="([^"]+)"', browser.text)[1]
        assert new_browser().visit(PLATFORM[:-1] + handle).status == 410
        for more in ("/sign-up", "/recovery"):
            assert new_browser().visit(PLATFORM[:-1] + handle + more).status == 410
        browser.submit(password=DEV[1])
        browser.visit(PLATFORM[:-1] + handle)
        assert browser.status == 410
        assert 'data-skin="builder-id"' in browser.text


class TestDevices:
    @pytest.mark.requirement("R-119", "S-022")
    def test_a_device_is_asked_for_after_the_password(self, browser):
        app = add_app()
        sign_in(browser)
        assert browser.step == "mfa-code"
        browser.submit(code=wrong_code(app.serial_number))
        assert browser.step == "mfa-code"
        assert not Session.objects.filter(principal=person()).exists()
        browser.submit(code=code_of(app.serial_number))
        assert is_signed_in(browser)
        told = [each["serviceEventDetails"]["BuilderSignIn"] for each in events()]
        assert told == ["Failure", "Success"]
        assert {each["additionalEventData"]["MFAUsed"] for each in events()} == {"Yes"}

    @pytest.mark.parametrize("at", ["email", "device"])
    @pytest.mark.requirement("R-116", "R-117", "R-135")
    def test_a_trusted_browser_is_not_asked_again(self, browser, at):
        app = add_app()
        trusts = {"trust_device": "on"}
        sign_in(browser, **(trusts if at == "email" else {}))
        assert ("checked" in re.search(r"<input[^>]*id_trust_device[^>]*>", browser.text)[0]) == (
            at == "email"
        )
        browser.submit(code=code_of(app.serial_number), **(trusts if at == "device" else {}))
        assert browser.cookie(DEVICE_COOKIE, PLATFORM)
        browser.visit(START).submit("sign-out")
        assert is_signed_in(sign_in(browser))

    @pytest.mark.requirement("R-136", "S-068")
    def test_another_browser_or_place_is_asked(self, browser, new_browser):
        app = add_app()
        sign_in(browser, trust_device="on").submit(code=code_of(app.serial_number))
        assert sign_in(new_browser()).step == "mfa-code"
        browser.visit(START).submit("sign-out")
        browser.ip = "127.0.0.7"
        assert sign_in(browser).step == "mfa-code"
        browser.ip, browser.headers["User-Agent"] = "127.0.0.1", "another one"
        assert sign_in(browser).step == "mfa-code"

    def test_who_does_not_trust_the_browser_leaves_no_cookie(self, browser):
        sign_in(browser)
        assert browser.cookie(DEVICE_COOKIE, PLATFORM) is None
        assert not KnownBrowser.objects.exists()

    @pytest.mark.requirement("R-119", "R-135")
    def test_a_key_is_asked_for_too_and_the_browser_trusted(self, browser):
        key = add_key()
        sign_in(browser)
        assert browser.step == "mfa-passkey"
        browser.submit(credential="{}")
        assert browser.step == "mfa-passkey"
        answer = json.dumps(key.get(options_of(browser), ORIGIN))
        browser.submit(credential=answer, trust_device="on")
        assert is_signed_in(browser)
        assert Session.objects.get(door=sessions.BUILDER_ID).factors == ["password", "passkey"]
        browser.visit(START).submit("sign-out")
        assert is_signed_in(sign_in(browser))

    @pytest.mark.requirement("R-161")
    def test_nobody_stands_in_for_a_lost_device(self, browser):
        add_app()
        sign_in(browser).submit(button="act=trouble")
        assert browser.step == "lost-device"
        assert 'id="no-way-around"' in browser.text
        assert "administrator to remove" not in browser.words
        browser.submit(button="act=send_mail")
        assert browser.step == "lost-device"

    @pytest.mark.requirement("R-276")
    def test_a_device_whose_clock_is_off_can_be_brought_into_step(self, browser):
        app = add_app()
        sign_in(browser)
        later = [code_of(app.serial_number, later=steps) for steps in (20, 21)]
        browser.submit(code=wrong_code(app.serial_number))
        browser.submit(code=wrong_code(app.serial_number)).submit(button="act=resync")
        assert browser.step == "mfa-resync"
        browser.submit(code1=later[0], code2=later[1])
        assert browser.step == "builder-id-password"


class TestSigningOut:
    @pytest.mark.requirement("R-198", "S-037")
    def test_it_ends_the_session_at_both_hosts(self, browser):
        sign_in(browser).submit("sign-out")
        assert browser.step == "builder-id-email"
        assert not Session.objects.filter(ended_at=None).exists()
        assert browser.cookie(BUILDER_ID_COOKIE, START) is None

    def test_a_link_alone_signs_nobody_out(self, browser):
        sign_in(browser)
        assert browser.visit(f"{START}sign-out").status == 405


class TestApart:
    @pytest.mark.requirement("R-185")
    def test_a_root_user_may_have_the_same_address_and_another_password(self, browser):
        people.create(ROOT[0], "Ro Ot", password="Builder-root-1")
        assert sign_in(browser, ROOT[0], ROOT[1]).alert
        assert is_signed_in(browser.submit(password="Builder-root-1"))
        sign_in_as_root(browser, ROOT[0], "Builder-root-1")
        assert browser.signed_in_as is None
        sign_in_as_root(browser, *ROOT)
        assert browser.signed_in_as
        assert is_signed_in(browser.visit(START))

    @pytest.mark.requirement("R-189")
    def test_an_address_has_one_builder_id_whatever_its_capitals(self):
        people.create("two@example.com", "One", password="Builder-two-1")
        with pytest.raises(BuilderIdTaken):
            people.create("Two@Example.com", "Two", password="Builder-two-2")

    @pytest.mark.requirement("R-186")
    def test_it_opens_no_console_and_no_portal(self, browser):
        name_root(browser, DEV[0])
        browser = pass_captcha(browser) if browser.step == "captcha" else browser
        assert browser.submit(password=DEV[1]).alert
        browser.visit(ACCOUNT_PAGE).submit(username="dev", password=DEV[1])
        assert browser.alert
        assert portal_walks.sign_in(browser, DEV[0], DEV[1]).alert

    @pytest.mark.requirement("R-186", "S-036")
    def test_its_keys_open_nothing_in_the_cookies_of_other_doors(self, browser):
        sign_in(browser)
        key = browser.cookie(BUILDER_ID_COOKIE, PLATFORM)
        browser.cookies[urlsplit(PLATFORM).netloc][SIGNIN_COOKIE] = key
        browser.visit(portal_walks.PORTAL)
        assert browser.step == "username"
        key = browser.cookie(BUILDER_ID_COOKIE, START)
        browser.cookies[urlsplit(portal_walks.PORTAL).netloc][PORTAL_COOKIE] = key
        assert browser.visit(portal_walks.PORTAL).status == 401

    def test_a_portal_in_the_same_browser_goes_on_beside_it(self, browser):
        portal_walks.sign_in(browser)
        sign_in(browser)
        assert portal_walks.is_at_portal(browser.visit(portal_walks.PORTAL))
        browser.visit(START).submit("sign-out")
        assert portal_walks.is_at_portal(browser.visit(portal_walks.PORTAL))

    def test_a_portals_key_is_none_here(self, browser):
        portal_walks.sign_in(browser)
        host = urlsplit(PLATFORM).netloc
        browser.cookies[host][BUILDER_ID_COOKIE] = browser.cookie(SIGNIN_COOKIE, PLATFORM)
        assert browser.visit(START).step == "builder-id-email"


class TestEvents:
    @pytest.mark.requirement("S-104")
    def test_they_have_a_source_of_their_own_and_no_account(self, browser):
        sign_in(browser, DEV[0], "wrong").submit(password=DEV[1])
        failed, right = events()
        for told in (failed, right):
            assert told["eventSource"] == "builder.emulator"
            assert told["recipientAccountId"] == ""
            assert told["awsRegion"] == "us-east-1"
            assert told["userIdentity"] == {"type": "BuilderId", "userId": person().unique_id}
        assert failed["serviceEventDetails"] == {"BuilderSignIn": "Failure"}
        assert right["serviceEventDetails"] == {"BuilderSignIn": "Success"}
        assert DEV[1] not in str(failed) + str(right)

    def test_a_name_that_nobody_has_is_masked(self, browser):
        sign_in(browser, "My-password-1@example.com", "wrong")
        assert "My-password" not in str(events())
