"""Builder IDs in scenarios, by the control API, at the desk and in the admin site."""

import json

import pytest

from accounts import assignments, directories
from accounts.models import Directory, Principal, Session
from signin.control import scenarios
from signin.control.documents import ScenarioInvalid
from signin.control.scenarios import Scenario
from signin.events.models import Event
from signin.mailbox.models import Message
from signin.oidc import clients, device_authorizations, tokens
from signin.oidc.clients import Credentials
from tests.browser import DESK, Browser
from tests.builder_id_walks import (
    DEV,
    START,
    add_app,
    begin_sign_up,
    is_signed_in,
    person,
    sign_in,
)
from tests.devices import code_of
from tests.directories import DESK_BROWSER

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("demo")]

START_URL = "https://view.awsapps.com/start"
ANA = {"email": "ana@example.com", "name": "Ana Silva", "password": "Build-myself-7"}


@pytest.fixture
def waiting():
    """Return a program that waits for somebody with a Builder ID, and its codes."""
    registered = clients.register(
        "an editor",
        client_type="public",
        scopes=["codewhisperer:completions"],
        browser=DESK_BROWSER,
    )
    begun = device_authorizations.begin(
        registered.client, start_url=START_URL, browser=DESK_BROWSER
    )
    return registered, begun


class TestTheControlApi:
    def test_they_are_listed(self, control):
        status, [dev] = control("GET", "/builder_ids")
        assert status == 200
        assert (dev["email"], dev["name"], dev["nickname"]) == (DEV[0], "Mateo Jackson", "mateo")
        assert dev["email_verified_at"]
        _, [listed] = control("GET", "/principals?kind=builder-id")
        assert (listed["id"], listed["unique_id"]) == (dev["id"], dev["user_id"])
        assert (listed["arn"], listed["account"], listed["console_access"]) == ("", None, False)

    def test_one_is_made_and_signs_in_at_once(self, control, browser):
        status, made = control("POST", "/builder_ids", {**ANA, "nickname": "ana"})
        assert status == 201
        assert made["nickname"] == "ana"
        assert ANA["password"] not in str(made)
        assert not Message.objects.exists()
        assert is_signed_in(sign_in(browser, ANA["email"], ANA["password"]))

    @pytest.mark.parametrize(
        ("changed", "status"),
        [
            ({"email": DEV[0].upper()}, 409),
            ({"email": "ana"}, 422),
            ({"email": "ana@example.com\x00"}, 422),
            ({"name": ""}, 422),
            ({"name": "x" * 129}, 422),
            ({"name": "a\nb"}, 422),
            ({"password": "short"}, 422),
            ({"password": None}, 422),
            ({"account": "111122223333"}, 422),
        ],
    )
    def test_what_can_t_be_made(self, control, changed, status):
        answer, problem = control("POST", "/builder_ids", {**ANA, **changed})
        assert answer == status
        assert problem["error"]
        assert problem["next"]
        assert Principal.objects.filter(kind="builder-id").count() == 1

    @pytest.mark.parametrize("by", ["e-mail", "id"])
    def test_it_lets_a_program_in(self, control, waiting, by):
        registered, begun = waiting
        path = f"/device_authorizations/{begun.user_code}/approve"
        said = DEV[0].upper() if by == "e-mail" else person().pk
        assert control("POST", path, {"principal": said}) == (204, None)
        proof = Credentials(registered.client.pk, registered.secret)
        given = device_authorizations.redeem(proof, begun.device_code, browser=DESK_BROWSER)
        assert tokens.find(given.access_token).grant.principal == person()
        assert Session.objects.get(principal=person()).host.startswith("us-east-1.signin.aws.")
        _, [grant] = control("GET", "/grants")
        assert grant["principal"] == person().pk
        assert control("DELETE", f"/grants/{grant['id']}") == (204, None)
        assert tokens.find(given.access_token) is None

    def test_nobody_else_lets_that_program_in(self, control, waiting):
        _, begun = waiting
        path = f"/device_authorizations/{begun.user_code}/approve"
        jane = Principal.objects.get(kind="directory-user", folded="jane_doe")
        for said in ("jane_doe", "root@example.com", jane.pk, 0):
            status, problem = control("POST", path, {"principal": said})
            assert status == 404
            assert "/builder_ids" in problem["next"]

    @pytest.mark.requirement("R-186")
    def test_a_builder_id_lets_no_program_of_a_portal_in(self, control):
        registered = clients.register("a cli", client_type="public", browser=DESK_BROWSER)
        begun = device_authorizations.begin(
            registered.client,
            start_url="https://example-corp.awsapps.com/start",
            browser=DESK_BROWSER,
        )
        path = f"/device_authorizations/{begun.user_code}/approve"
        for said in (DEV[0], person().pk):
            assert control("POST", path, {"principal": said})[0] == 404

    @pytest.mark.requirement("R-186")
    def test_it_has_no_access_keys_and_no_first_password_by_an_administrator(self, control):
        path = f"/principals/{person().pk}"
        assert control("POST", f"{path}/access_keys")[0] == 409
        assert control("GET", f"{path}/access_keys") == (200, [])
        for call in ("disable", "enable", "invitation", "one-time-password"):
            assert control("POST", f"{path}/{call}")[0] == 404

    @pytest.mark.requirement("R-186")
    def test_nothing_of_an_account_can_be_assigned_to_it(self):
        directory = Directory.objects.get(pk="d-1234567890")
        assert person() not in directories.users_of(directory)
        assert not assignments.accounts_of(person()).exists()
        assert assignments.find(person(), "111122223333", "ReadOnlyAccess") is None

    def test_devices_are_registered_and_removed(self, control, browser):
        path = f"/principals/{person().pk}/devices"
        status, device = control("POST", path, {"name": "phone"})
        assert status == 201
        assert "Builder%20ID" in device["uri"]
        assert sign_in(browser).step == "mfa-code"
        assert control("DELETE", f"/devices/{device['id']}") == (204, None)
        names = [event.name for event in Event.objects.order_by("id")]
        assert names == ["BuilderMfaRegistered", "BuilderMfaDeleted"]
        told = Message.objects.filter(recipient=DEV[0]).order_by("id")
        assert [mail.kind for mail in told] == ["device-registered", "device-removed"]
        assert {mail.sender for mail in told} == {"no-reply@login.awsapps.com.localhost"}
        assert all("Builder ID" in mail.text for mail in told)


class TestScenarios:
    def read(self, *entries):
        return scenarios.read(Scenario("mine", json.dumps({"builder_ids": entries})))

    def test_whatever_is_told_of_one_is_there(self):
        entry = {**ANA, "nickname": "ana", "password_set_days_ago": 3, "devices": [{"name": "p"}]}
        [content] = self.read(entry).builder_ids
        assert (content.person.username, content.profile.name) == (ANA["email"], ANA["name"])
        assert content.person.has_usable_password()
        assert len(content.devices) == 1

    def test_one_without_a_password_signs_in_with_none(self):
        [content] = self.read({"email": "a@example.com", "name": "A"}).builder_ids
        assert not content.person.has_usable_password()

    def test_the_user_id_is_the_same_after_each_reset(self):
        first, second = (self.read(ANA).builder_ids[0].person.unique_id for _ in range(2))
        assert first == second

    @pytest.mark.parametrize(
        ("changed", "where"),
        [
            ({"email": "ana"}, "builder_ids[0].email"),
            ({"name": ""}, "builder_ids[0].name"),
            ({"name": "x" * 129}, "builder_ids[0].name"),
            ({"account": "111122223333"}, "builder_ids[0]"),
            ({"devices": [{"kind": "hardware"}]}, "builder_ids[0].devices[0].kind"),
            ({"devices": [{"name": "a"}] * 3}, "builder_ids[0].devices"),
        ],
    )
    def test_what_can_t_be_is_named(self, changed, where):
        with pytest.raises(ScenarioInvalid) as caught:
            self.read({**ANA, **changed})
        assert str(caught.value.message).startswith(f"{where}:")

    @pytest.mark.requirement("R-189")
    def test_no_address_is_there_twice(self):
        with pytest.raises(ScenarioInvalid):
            self.read(ANA, {**ANA, "email": ANA["email"].upper()})


class TestTheDesk:
    def test_the_door_and_the_person_are_shown(self, browser):
        browser.visit(DESK)
        assert f'href="{START}"' in browser.text
        assert DEV[0] in browser.words
        assert DEV[1] in browser.words

    def test_the_phone_shows_codes_and_mails(self, browser):
        app = add_app()
        browser.visit(f"{DESK}phone/?q=dev@example.com")
        assert "Builder ID" in browser.words
        begin_sign_up(Browser(), DEV[0])
        browser.visit(f"{DESK}phone/{person().pk}")
        assert code_of(app.serial_number) in browser.text.replace(" ", "")
        assert "has a Builder ID already" in browser.words

    def test_the_connect_page_and_the_events_are_there_without_a_directory(self, browser):
        sign_in(Browser())
        Directory.objects.all().delete()
        for path in ("", "connect/", "events/"):
            assert browser.visit(DESK + path).status == 200
        assert "BuilderSignIn" in browser.words


class TestTheAdminSite:
    def test_they_are_listed_and_looked_at(self, operator):
        operator.visit(f"{DESK}admin/builderid/builderid/")
        assert DEV[0] in operator.words
        assert "Mateo Jackson" in operator.words
        operator.visit(f"{DESK}admin/builderid/builderid/{person().pk}/change/")
        assert person().unique_id in operator.words
        assert person().password not in operator.text

    def test_devices_are_found_and_removed(self, operator):
        app = add_app()
        operator.visit(f"{DESK}admin/mfa/device/?principal={person().pk}")
        assert app.name in operator.words
        operator.visit(f"{DESK}admin/mfa/device/{app.pk}/change/")
        assert DEV[0] in operator.words

    def test_people_are_signed_out(self, operator, browser):
        sign_in(browser)
        operator.visit(f"{DESK}admin/builderid/builderid/")
        operator.submit("changelist-form", action="end_sessions", _selected_action=str(person().pk))
        assert "They are signed out" in operator.words
        assert browser.visit(START).status == 401

    def test_one_is_deleted_with_all_that_is_theirs(self, operator, browser):
        sign_in(browser)
        operator.visit(f"{DESK}admin/builderid/builderid/{person().pk}/delete/")
        operator.post(operator.url, token(operator))
        assert not Principal.objects.filter(kind="builder-id").exists()
        assert not Session.objects.exists()


def token(browser):
    """Return what confirms a deletion."""
    secret = browser.text.split('name="csrfmiddlewaretoken" value="')[1].split('"')[0]
    return {"csrfmiddlewaretoken": secret, "post": "yes"}
