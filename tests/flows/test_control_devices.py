"""Devices by the control API: a test suite signs in with a second factor, and waits for nothing."""

from datetime import UTC, datetime, timedelta

import pyotp
import pytest

from accounts.models import Principal
from mfa import devices, totp
from mfa.models import MOST_DEVICES, Device
from signin.control import operators
from signin.events.models import Event
from signin.kernel import clock, entropy
from signin.mailbox.models import Message
from tests.flows.admin_walks import named
from tests.walks import EXAMPLE_CORP, sign_in_as_iam_user

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("demo")]

JANE = ("jane.doe", "Jane-demo-1")
JANES_SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
TOKEN = {"kind": "hardware", "name": "token", "serial_number": "GALT4711"}


def path_of(username):
    """Return the path of somebody's devices."""
    return f"/principals/{named(username).pk}/devices"


def janes_phone(control):
    """Return what the API says of Jane's authenticator app."""
    [phone] = control("GET", path_of("jane.doe"))[1]
    return phone


def add_passkey(username):
    """Give somebody a passkey that no authenticator has."""
    device = Device(
        principal=named(username),
        kind=Device.Kind.PASSKEY,
        name="key",
        serial_number=devices.passkey_serial(named(username), "key"),
        credential_id=entropy.handle(),
    )
    devices.settle(device)
    return device


class TestPrincipals:
    def test_they_are_found_by_kind_realm_and_name_in_any_capitals(self, control):
        status, [jane] = control("GET", "/principals?username=Jane.DOE")
        assert status == 200
        person = named("jane.doe")
        assert jane == {
            "id": person.pk,
            "kind": "iam-user",
            "realm": EXAMPLE_CORP,
            "account": EXAMPLE_CORP,
            "username": "jane.doe",
            "unique_id": person.unique_id,
            "arn": f"arn:aws:iam::{EXAMPLE_CORP}:user/jane.doe",
            "console_access": True,
        }
        of_corp = control("GET", f"/principals?kind=iam-user&realm={EXAMPLE_CORP}")[1]
        names = {each["username"]: each["console_access"] for each in of_corp}
        assert set(names) == {"zhang", "jane.doe", "new.starter", "no.console"}
        assert not names["no.console"]
        [root] = control("GET", "/principals?kind=root-user&username=root@example.com")[1]
        assert (root["realm"], root["arn"]) == ("", f"arn:aws:iam::{EXAMPLE_CORP}:root")
        assert len(control("GET", "/principals?limit=3")[1]) == 3

    @pytest.mark.requirement("S-059")
    def test_operators_are_never_there(self, control):
        operators.create()
        operator = Principal.objects.get(kind="operator")
        everybody = control("GET", "/principals?limit=1000")[1]
        assert "operator" not in {each["kind"] for each in everybody}
        assert len(everybody) == Principal.objects.count() - 1
        assert control("GET", "/principals?kind=operator") == (200, [])
        assert control("GET", f"/principals/{operator.pk}/devices")[0] == 404
        body = {"kind": "totp", "name": "phone"}
        assert control("POST", f"/principals/{operator.pk}/devices", body)[0] == 404


class TestCodes:
    @pytest.mark.requirement("R-073", "S-061", "S-062")
    def test_two_codes_are_good_at_once_and_a_third_when_the_clock_moves_on(self, control, browser):
        phone = janes_phone(control)
        path = f"/devices/{phone['id']}/code"
        clock.freeze()
        shown = control("GET", path)[1]
        for code in (shown["code"], shown["next_code"]):
            sign_in_as_iam_user(browser, *JANE).submit(code=code)
            assert browser.signed_in_as
            browser.submit("sign-out")
        assert control("GET", path)[1] == shown
        sign_in_as_iam_user(browser, *JANE).submit(code=shown["next_code"])
        assert "not right now" in browser.words
        for _ in range(2):
            control("PUT", "/clock", {"advance_seconds": 30})
        browser.submit(code=control("GET", path)[1]["code"])
        assert browser.signed_in_as
        assert janes_phone(control)["last_used_at"]

    def test_they_are_those_of_the_servers_clock_which_may_stand(self, control):
        path = f"/devices/{janes_phone(control)['id']}/code"
        app = pyotp.TOTP(JANES_SECRET)
        for moment, left in [
            (datetime(2030, 1, 1, tzinfo=UTC), 30),
            (datetime(1970, 1, 1, 0, 0, 29, tzinfo=UTC), 1),
        ]:
            clock.freeze(moment)
            expected = {
                "code": app.at(moment),
                "next_code": app.at(moment + timedelta(seconds=30)),
                "seconds_left": left,
            }
            assert control("GET", path) == (200, expected)

    def test_a_device_whose_clock_is_off_shows_the_codes_of_its_own(self, control, browser):
        phone = janes_phone(control)
        Device.objects.filter(pk=phone["id"]).update(drift=-20)
        clock.freeze()
        shown = control("GET", f"/devices/{phone['id']}/code")[1]
        assert shown["code"] == pyotp.TOTP(JANES_SECRET).at(clock.now() - timedelta(minutes=10))
        assert sign_in_as_iam_user(browser, *JANE).submit(code=shown["code"]).signed_in_as
        clock.freeze(datetime(1970, 1, 1, tzinfo=UTC))
        assert control("GET", f"/devices/{phone['id']}/code")[0] == 200

    def test_passkeys_and_unknown_devices_have_none(self, control):
        status, problem = control("GET", f"/devices/{add_passkey('zhang').pk}/code")
        assert status == 409
        assert "virtual authenticator" in problem["next"]
        begun = devices.begin_app(named("zhang"), "begun")
        for unknown in (0, begun.pk, 10**30):
            status, problem = control("GET", f"/devices/{unknown}/code")
            assert (status, set(problem)) == (404, {"error", "next"})
        assert control("GET", "/devices/phone/code")[0] == 422


class TestRegistration:
    def test_an_app_is_registered_at_once_and_asked_for_from_then_on(self, control, browser):
        status, made = control("POST", path_of("zhang"), {"kind": "totp", "name": "tablet"})
        assert status == 201
        assert made["serial_number"] == f"arn:aws:iam::{EXAMPLE_CORP}:mfa/tablet"
        assert f"secret={made['secret']}" in made["uri"]
        [listed] = control("GET", path_of("zhang"))[1]
        assert listed == {k: v for k, v in made.items() if k not in {"secret", "uri"}}
        sign_in_as_iam_user(browser).submit(code=pyotp.TOTP(made["secret"]).at(clock.now()))
        assert browser.signed_in_as
        assert Message.objects.get().kind == "device-registered"

    def test_a_secret_of_ones_own_is_taken_and_a_token_tells_none(self, control):
        own = {"kind": "totp", "name": "own", "secret": "jbsw y3dp ehpk 3pxp"}
        made = control("POST", path_of("zhang"), own)[1]
        assert made["secret"] == "JBSWY3DPEHPK3PXP"
        status, token = control("POST", path_of("zhang"), TOKEN)
        assert (status, token["serial_number"]) == (201, "GALT4711")
        assert (token["secret"], token["uri"]) == (None, None)
        seeded = {**TOKEN, "serial_number": "GALT4712", "secret": JANES_SECRET}
        token = control("POST", path_of("zhang"), seeded)[1]
        clock.freeze()
        shown = control("GET", f"/devices/{token['id']}/code")[1]
        assert shown["code"] == pyotp.TOTP(JANES_SECRET).at(clock.now())

    def test_the_accounts_log_has_it(self, control):
        control("POST", path_of("zhang"), {"kind": "totp", "name": "tablet"})
        control("POST", path_of("root@example.com"), TOKEN)
        token, enabled, created = (event.document for event in Event.objects.all())
        arn = f"arn:aws:iam::{EXAMPLE_CORP}:mfa/tablet"
        assert created["eventName"] == "CreateVirtualMFADevice"
        assert created["requestParameters"] == {"virtualMFADeviceName": "tablet"}
        assert created["responseElements"] == {"virtualMFADevice": {"serialNumber": arn}}
        assert enabled["eventName"] == "EnableMFADevice"
        assert enabled["requestParameters"] == {"userName": "zhang", "serialNumber": arn}
        assert enabled["userIdentity"]["type"] == "Root"
        assert token["eventName"] == "EnableMFADevice"
        assert token["requestParameters"]["userName"] == "AWS ROOT USER"

    def test_a_name_or_a_number_that_is_taken_is_refused(self, control):
        app = {"kind": "totp", "name": "phone"}  # Jane's, in the same account
        status, problem = control("POST", path_of("zhang"), app)
        assert status == 409
        assert "name" in problem["error"]
        assert problem["next"]
        assert control("POST", path_of("zhang"), TOKEN)[0] == 201
        status, problem = control("POST", path_of("jane.doe"), TOKEN)
        assert status == 409
        assert "serial number" in problem["error"]
        assert Device.objects.filter(principal=named("zhang")).count() == 1

    @pytest.mark.requirement("S-066")
    def test_there_are_eight_at_most(self, control):
        for number in range(MOST_DEVICES):
            app = {"kind": "totp", "name": f"phone-{number}"}
            assert control("POST", path_of("zhang"), app)[0] == 201
        status, problem = control("POST", path_of("zhang"), {"kind": "totp", "name": "ninth"})
        assert status == 409
        assert "eight" in problem["error"]
        assert path_of("zhang") in problem["next"]
        assert Device.objects.filter(principal=named("zhang")).count() == MOST_DEVICES

    @pytest.mark.parametrize(
        ("body", "says"),
        [
            ({}, "kind"),
            ({"kind": "passkey", "name": "key"}, "kind"),
            ({"kind": "totp"}, "name"),
            ({"kind": "totp", "name": 7}, "name"),
            ({"kind": "totp", "name": "two words"}, "name"),
            ({"kind": "totp", "name": "phone\n"}, "name"),
            ({"kind": "totp", "name": "x" * 65}, "name"),
            ({"kind": "totp", "name": "phone", "secret": "1"}, "secret"),
            ({"kind": "totp", "name": "phone", "secret": "GEZDGNBV"}, "secret"),
            ({"kind": "totp", "name": "phone", "secret": "é"}, "secret"),
            ({"kind": "totp", "name": "phone", "serial_number": "GALT4711"}, "serial_number"),
            ({"kind": "hardware", "name": "token"}, "serial_number"),
            ({"kind": "hardware", "name": "token", "serial_number": "x"}, "serial_number"),
            ({"kind": "totp", "name": "phone", "slot": 1}, "slot"),
        ],
    )
    def test_what_can_not_be_is_refused_by_name(self, control, body, says):
        status, problem = control("POST", path_of("zhang"), body)
        assert status == 422
        assert says in problem["error"]
        assert not Device.objects.filter(principal=named("zhang")).exists()


class TestDeactivation:
    @pytest.mark.requirement("R-208")
    def test_who_lost_a_device_gets_in_with_the_password(self, control, browser):
        phone = janes_phone(control)
        assert control("DELETE", f"/devices/{phone['id']}") == (204, None)
        assert control("GET", path_of("jane.doe")) == (200, [])
        assert sign_in_as_iam_user(browser, *JANE).signed_in_as
        deleted, deactivated = Event.objects.exclude(name="ConsoleLogin")
        of_phone = {"serialNumber": phone["serial_number"]}
        assert (deactivated.name, deleted.name) == (
            "DeactivateMFADevice",
            "DeleteVirtualMFADevice",
        )
        parameters = deactivated.document["requestParameters"]
        assert parameters == {"userName": "jane.doe", **of_phone}
        assert deleted.document["requestParameters"] == of_phone
        mail = Message.objects.get()
        assert (mail.kind, mail.recipient) == ("device-removed", "root@example.com")
        assert control("DELETE", f"/devices/{phone['id']}")[0] == 404

    def test_a_passkey_can_be_deactivated_too(self, control):
        passkey = add_passkey("zhang")
        assert control("GET", path_of("zhang"))[1][0]["kind"] == "passkey"
        assert control("DELETE", f"/devices/{passkey.pk}")[0] == 204
        assert [event.name for event in Event.objects.all()] == ["DeactivateMFADevice"]


@pytest.mark.requirement("S-065")
def test_no_call_but_the_registration_tells_a_secret(control):
    made = control("POST", path_of("zhang"), {"kind": "totp", "name": "tablet"})[1]
    control("POST", path_of("zhang"), TOKEN)
    secrets = [made["secret"], JANES_SECRET]
    for device in Device.objects.all():
        secrets += [device.secret, totp.encode(devices.secret_of(device))]
    paths = ["/principals?limit=1000", "/events", "/messages", "/openapi.json"]
    paths += [path_of(name) for name in ("zhang", "jane.doe", "sandbox@example.com")]
    paths += [f"/devices/{device.pk}/code" for device in Device.objects.all()]
    for path in paths:
        status, said = control("GET", path)
        assert status == 200
        assert not [secret for secret in secrets if secret in str(said)], path
    taken = control("POST", path_of("zhang"), {"kind": "totp", "name": "tablet"})[1]
    assert not [secret for secret in secrets if secret in str(taken)]
