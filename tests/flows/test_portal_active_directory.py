"""Users of a directory whose identity source is an Active Directory."""

import json
import re
from datetime import timedelta

import pytest

from accounts import directory_users, invitations, lockout, passwords, recovery
from accounts.errors import PasswordsElsewhere
from accounts.models import Directory, Lockout
from signin.control import doors
from signin.control.scenarios import Scenario
from signin.kernel import clock
from signin.mailbox.models import Message
from tests.flows.test_portal_first_sign_in import OPERATOR
from tests.portal_walks import (
    CHOSEN,
    DIRECTORY,
    JANE,
    NEW_HIRE,
    PORTAL,
    is_at_portal,
    name_user,
    newest_mail,
    pass_captcha,
    settings_are,
    sign_in,
    user,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("demo")]

DOMAIN = "corp.example.com"
PLAIN = "jane_doe"
WITH_DOMAIN = ["CORP\\jane_doe", "corp\\Jane_Doe", "corp.example.com\\jane_doe"]
WITH_AT = ["jane_doe@corp.example.com", "JANE_DOE@Corp.Example.COM"]
OF_NOBODY = [
    "OTHER\\jane_doe",
    "example\\jane_doe",
    "\\jane_doe",
    "CORP\\",
    "CORP\\CORP\\jane_doe",
    "jane_doe@example.com",
    "jane_doe@corp",
    "@corp.example.com",
    "corp\\jane_doe@corp.example.com",
]


def managed(**more):
    settings_are(identity_source="managed-ad", domain=DOMAIN, **more)


def connected(**more):
    settings_are(identity_source="ad-connector", domain=DOMAIN, **more)


def directory():
    return Directory.objects.get(pk=DIRECTORY)


class TestNames:
    @pytest.mark.requirement("R-031")
    @pytest.mark.parametrize("typed", [PLAIN, *WITH_DOMAIN, *WITH_AT])
    def test_a_managed_directory_takes_a_name_in_three_forms(self, browser, typed):
        managed(mfa_mode="always-on", no_device_mode="allow")
        sign_in(browser, typed)
        assert is_at_portal(browser)
        assert browser.signed_in_as == "Jane Doe"

    @pytest.mark.requirement("R-031")
    @pytest.mark.parametrize("typed", [PLAIN, *WITH_DOMAIN, *WITH_AT])
    def test_so_does_a_connected_one_without_second_factors(self, browser, typed):
        connected(mfa_mode="never")
        assert is_at_portal(sign_in(browser, typed))

    @pytest.mark.requirement("R-031")
    @pytest.mark.parametrize("typed", WITH_DOMAIN)
    def test_a_connected_one_with_second_factors_wants_the_domain(self, browser, typed):
        connected(no_device_mode="allow")
        assert is_at_portal(sign_in(browser, typed))

    @pytest.mark.requirement("R-031", "S-017")
    @pytest.mark.parametrize("typed", [PLAIN, *WITH_AT])
    def test_another_form_is_answered_like_a_wrong_password(
        self, browser, new_browser, monkeypatch, typed
    ):
        connected(no_device_mode="allow")
        hashes, hasher = [], passwords.get_hasher()
        verify = type(hasher).verify
        monkeypatch.setattr(
            type(hasher), "verify", lambda *given: hashes.append(given) or verify(*given)
        )
        right, wrong = sign_in(browser, typed), sign_in(new_browser(), typed, "wrong")
        assert len(hashes) == 2
        assert (right.step, right.alert, right.status) == (wrong.step, wrong.alert, wrong.status)
        assert right.alert.startswith("That didn't match")

    @pytest.mark.parametrize("typed", OF_NOBODY)
    def test_names_of_other_domains_are_nobody_s(self, browser, typed):
        managed()
        assert sign_in(browser, typed).alert

    @pytest.mark.parametrize("typed", [*WITH_DOMAIN, *WITH_AT])
    def test_a_directory_of_its_own_has_no_domain(self, browser, typed):
        assert sign_in(browser, typed).alert

    @pytest.mark.requirement("S-012")
    def test_all_forms_are_one_identity_that_waits(self, browser, new_browser):
        managed()
        for typed in (PLAIN, WITH_DOMAIN[0], WITH_AT[0], WITH_DOMAIN[2]) * 3:
            last = sign_in(new_browser(), typed, "wrong")
        assert last.status == 429
        assert sign_in(browser).status == 429
        assert Lockout.objects.filter(kind="identity").count() == 1
        lockout.release(user(PLAIN))
        assert is_at_portal(sign_in(browser))

    def test_whoever_does_it_again_is_named_in_a_form_that_counts(self, browser):
        connected(no_device_mode="allow")
        sign_in(browser, WITH_DOMAIN[0])
        clock.advance(timedelta(minutes=16))
        browser.visit(f"{PORTAL}mfa/new")
        assert "CORP\\jane_doe" in browser.words
        browser.submit(password=JANE[1])
        assert browser.step == "choose-device-kind"


class TestThePages:
    @pytest.mark.parametrize(
        ("source", "mfa", "shown"),
        [
            ("ad-connector", "always-on", "CORP\\ana"),
            ("ad-connector", "never", "ana"),
            ("managed-ad", "always-on", "ana"),
        ],
    )
    def test_the_desk_shows_a_name_in_a_form_that_counts(self, source, mfa, shown):
        entry = {
            "id": "d-0123456789",
            "account": "222233334444",
            "identity_source": source,
            "domain": DOMAIN,
            "sign_in": {"mfa": mfa},
            "users": [{"name": "ana", "email": "ana@example.com", "password": "Ana-1"}],
        }
        scenario = Scenario(name="ad", text=json.dumps({"directories": [entry]}))
        [person] = doors.people(scenario)
        assert person.name == shown

    def test_the_form_of_the_name_is_told_where_it_matters(self, browser):
        def hints():
            return re.findall(
                r'id="(name-with-domain|name-of-company)"', browser.visit(PORTAL).text
            )

        assert hints() == []
        managed()
        assert hints() == ["name-of-company"]
        assert "CORP\\name" in browser.words
        assert "name@corp.example.com" in browser.words
        connected()
        assert hints() == ["name-with-domain"]
        settings_are(mfa_mode="never")
        assert hints() == ["name-of-company"]

    @pytest.mark.requirement("R-251")
    def test_a_managed_directory_mails_a_link_for_a_new_password(self, browser):
        managed()
        name_user(browser, WITH_DOMAIN[0])
        browser.visit(re.search(r'href="([^"]+/recovery)"', browser.text)[1])
        pass_captcha(browser)
        mail = newest_mail("jane_doe@example.com", "portal-password-reset")
        browser.visit(mail.link)
        browser.submit("reset-password", new_password=CHOSEN, confirm_password=CHOSEN)
        assert is_at_portal(sign_in(browser, WITH_AT[0], CHOSEN))

    @pytest.mark.requirement("R-251")
    @pytest.mark.parametrize("typed", [WITH_DOMAIN[0], "CORP\\nobody"])
    def test_a_connected_one_sends_people_to_their_help_desk(self, browser, typed):
        connected()
        name_user(browser, typed)
        assert 'id="forgot-password"' not in browser.text
        assert 'id="password-of-company"' in browser.text
        browser.visit(re.search(r'action="([^"]+)"', browser.text)[1] + "/recovery")
        assert browser.status == 410
        assert 'id="no-recovery"' in browser.text
        browser.visit(re.search(r'href="([^"]+)" id="go-on"', browser.text)[1])
        assert browser.step == "portal-password"
        assert not Message.objects.exists()


class TestAConnectedDirectorysPasswords:
    def test_nobody_is_mailed_a_one_time_password(self, browser):
        connected()
        name_user(browser, "CORP\\invited")
        assert browser.step == "portal-password"
        assert not Message.objects.exists()

    @pytest.mark.requirement("R-031")
    def test_no_new_one_is_asked_for(self, browser):
        connected(no_device_mode="allow")
        assert is_at_portal(sign_in(browser, f"CORP\\{NEW_HIRE[0]}", NEW_HIRE[1]))

    @pytest.mark.parametrize(
        "act",
        [
            directory_users.invite,
            directory_users.mail_reset,
            directory_users.give_one_time_password,
        ],
    )
    def test_the_administrator_changes_none(self, act):
        connected()
        with pytest.raises(PasswordsElsewhere):
            act(user("invited"), browser=OPERATOR)
        assert not Message.objects.exists()

    def test_links_from_before_are_over(self):
        invited, jane = user("invited"), user(PLAIN)
        invitations.issue(invited, "first")
        recovery.send_to(jane)
        token = Message.objects.get().link.partition("token=")[2]
        assert invitations.find("first") == invited
        assert recovery.find(token, jane.kind) == jane
        connected()
        assert invitations.find("first") is None
        assert recovery.find(token, jane.kind) is None

    def test_a_recovery_that_was_begun_before_mails_nothing(self, browser):
        name_user(browser, PLAIN)
        browser.visit(re.search(r'href="([^"]+/recovery)"', browser.text)[1])
        connected()
        pass_captcha(browser)
        assert 'id="recovery-sent"' in browser.text
        assert not Message.objects.exists()
        assert directory().short_domain == "CORP"
