"""People and their devices by the control API, as a test suite uses it."""

from datetime import UTC, datetime, timedelta

import pyotp
import pytest

from mfa import devices, totp
from mfa.models import Device
from signin.control import operators
from signin.events.models import Event
from signin.kernel import clock
from signin.mailbox.models import Message
from tests.devices import JANE, PHONE, add_app, code_of, device, named
from tests.walks import EXAMPLE_CORP, sign_in_as_iam_user

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("demo")]


@pytest.fixture(autouse=True)
def still():
    """Let no step end in the midst of a test."""
    clock.freeze()


@pytest.fixture
def jane():
    return named(JANE[0])


def devices_of(principal):
    return f"/principals/{principal.pk}/devices"


class TestPrincipals:
    def test_somebody_is_found_by_realm_and_name_in_any_spelling(self, control, jane):
        path = f"/principals?kind=iam-user&realm={EXAMPLE_CORP}&username=JANE.doe"
        assert control("GET", path) == (
            200,
            [
                {
                    "id": jane.pk,
                    "kind": "iam-user",
                    "realm": EXAMPLE_CORP,
                    "account": EXAMPLE_CORP,
                    "partition": "aws",
                    "username": "jane.doe",
                    "unique_id": jane.unique_id,
                    "arn": f"arn:aws:iam::{EXAMPLE_CORP}:user/jane.doe",
                    "console_access": True,
                }
            ],
        )

    def test_operators_are_not_listed(self, control):
        operators.create()
        _, everybody = control("GET", "/principals")
        assert len(everybody) > 10
        kinds = {"root-user", "iam-user", "directory-user", "builder-id"}
        assert {each["kind"] for each in everybody} == kinds
        assert not [each for each in everybody if each["username"] == operators.NAME]

    def test_those_without_a_password_say_so(self, control):
        _, [found] = control("GET", "/principals?username=no.console")
        assert found["console_access"] is False

    def test_a_user_of_a_directory_has_its_user_id_and_no_password_for_the_console(self, control):
        _, [found] = control("GET", "/principals?realm=d-1234567890&username=jane_doe")
        user_id = named("jane_doe").profile.user_id
        assert found["kind"] == "directory-user"
        assert found["account"] is None
        assert found["unique_id"] == user_id
        assert found["arn"] == f"arn:aws:identitystore:::user/{user_id}"
        assert found["console_access"] is False

    def test_a_limit_counts(self, control):
        assert len(control("GET", "/principals?limit=2")[1]) == 2
        assert control("GET", "/principals?limit=0")[0] == 422

    @pytest.mark.requirement("S-006")
    def test_nothing_secret_is_told(self, control, jane):
        told = str(control("GET", "/principals")) + str(control("GET", devices_of(jane)))
        for word in ("argon2", "secret", device().secret, "JBSWY3DP"):
            assert word not in told


class TestCodes:
    def test_a_test_signs_in_without_waiting(self, control, browser, jane):
        [phone] = control("GET", devices_of(jane))[1]
        _, shown = control("GET", f"/devices/{phone['id']}/code")
        assert sign_in_as_iam_user(browser, *JANE).submit(code=shown["code"]).signed_in_as

    def test_the_next_code_is_accepted_too_and_a_third_one_after_thirty_seconds(
        self, control, new_browser, jane
    ):
        path = f"/devices/{device().pk}/code"
        shown = control("GET", path)[1]
        for code in (shown["code"], shown["next_code"]):
            assert sign_in_as_iam_user(new_browser(), *JANE).submit(code=code).signed_in_as
        control("PUT", "/clock", {"advance_seconds": 30})
        shown = control("GET", path)[1]
        assert (
            sign_in_as_iam_user(new_browser(), *JANE).submit(code=shown["next_code"]).signed_in_as
        )

    def test_they_are_those_of_the_server_s_clock(self, control):
        path = f"/devices/{device().pk}/code"
        first = control("GET", path)[1]
        clock.advance(timedelta(seconds=first["seconds_left"]))
        second = control("GET", path)[1]
        assert second["code"] == first["next_code"] == code_of()
        assert second["seconds_left"] == totp.STEP

    def test_a_clock_that_is_off_shows_codes_that_are_off(self, control):
        Device.objects.filter(serial_number=PHONE).update(drift=7)
        assert control("GET", f"/devices/{device().pk}/code")[1]["code"] == code_of(later=7)

    def test_no_clock_goes_back_before_the_first_step(self, control):
        Device.objects.filter(serial_number=PHONE).update(drift=-20)
        clock.freeze(datetime(1970, 1, 1, tzinfo=UTC))
        assert control("GET", f"/devices/{device().pk}/code")[0] == 200

    def test_a_passkey_has_no_code(self, control, jane):
        key = Device(
            principal=jane, kind="passkey", name="key", serial_number="x", credential_id="y"
        )
        devices.settle(key)
        status, problem = control("GET", f"/devices/{key.pk}/code")
        assert status == 422
        assert "passkey" in problem["error"]
        assert problem["next"]


class TestRegistering:
    def test_an_app_is_there_at_once_and_its_secret_is_told_once(self, control, jane):
        status, added = control("POST", devices_of(jane), {"name": "tablet"})
        assert status == 201
        assert added["serial_number"] == f"arn:aws:iam::{EXAMPLE_CORP}:mfa/tablet"
        shown = control("GET", f"/devices/{added['id']}/code")[1]["code"]
        assert pyotp.TOTP(added["secret"]).at(clock.now()) == shown
        assert pyotp.parse_uri(added["uri"]).at(clock.now()) == shown
        listed = control("GET", devices_of(jane))[1]
        assert [each["name"] for each in listed] == ["phone", "tablet"]
        assert "secret" not in listed[1]

    def test_without_a_name_one_is_made_up(self, control, jane):
        names = {control("POST", devices_of(jane), {})[1]["name"] for _ in range(2)}
        assert len(names) == 2

    def test_a_secret_can_be_given(self, control, jane):
        secret = "MFRGGZDFMZTWQ2LKMFRGGZDFMZTWQ2LK"
        _, added = control("POST", devices_of(jane), {"name": "tablet", "secret": secret})
        assert added["secret"] == secret

    def test_a_token_is_called_by_its_number_unless_it_has_a_name(self, control, jane):
        body = {"kind": "hardware", "serial_number": "GAHT12345678"}
        _, added = control("POST", devices_of(jane), body)
        assert (added["name"], added["serial_number"]) == ("GAHT12345678", "GAHT12345678")

    @pytest.mark.parametrize(
        "body",
        [
            {"name": "my phone"},
            {"name": "x", "secret": "short"},
            {"name": "x", "secret": 7},
            {"name": 7},
            {"name": "x\n"},
            {"name": "x", "serial_number": "GAHT12345678"},
            {"kind": "hardware", "name": "x"},
            {"kind": "passkey", "name": "x"},
            {"name": "x", "slot": 1},
        ],
    )
    def test_what_can_not_be_is_refused(self, control, jane, body):
        status, problem = control("POST", devices_of(jane), body)
        assert status == 422
        assert set(problem) == {"error", "next"}
        assert len(devices.of(jane)) == 1

    @pytest.mark.requirement("S-066")
    def test_a_name_that_is_there_and_a_ninth_device_are_refused(self, control, jane):
        assert control("POST", devices_of(jane), {"name": "phone"})[0] == 409
        for number in range(7):
            add_app(JANE[0], f"app-{number}")
        status, problem = control("POST", devices_of(jane), {"name": "tablet"})
        assert status == 409
        assert "eight" in problem["error"]

    def test_a_name_or_a_number_that_somebody_else_has_is_refused_as_taken(self, control):
        zhang = devices_of(named("zhang"))
        status, problem = control("POST", zhang, {"name": "phone"})
        assert status == 409
        assert "name" in problem["error"]
        token = {"kind": "hardware", "serial_number": "GAHT12345678"}
        assert control("POST", zhang, token)[0] == 201
        status, problem = control("POST", devices_of(named(JANE[0])), token)
        assert status == 409
        assert "serial number" in problem["error"]

    def test_one_s_own_unfinished_registration_gives_way(self, control, jane):
        devices.begin_app(jane, "tablet")
        assert control("POST", devices_of(jane), {"name": "tablet"})[0] == 201
        assert [each.name for each in devices.of(jane)] == ["phone", "tablet"]

    @pytest.mark.requirement("S-108")
    def test_it_is_recorded_as_the_account_s_own_doing_and_told_to_its_owner(self, control, jane):
        control("POST", devices_of(jane), {"name": "tablet"})
        enabled, created = (event.document for event in Event.objects.all())
        arn = {"serialNumber": f"arn:aws:iam::{EXAMPLE_CORP}:mfa/tablet"}
        assert created["eventName"] == "CreateVirtualMFADevice"
        assert created["requestParameters"] == {"virtualMFADeviceName": "tablet"}
        assert created["responseElements"] == {"virtualMFADevice": arn}
        assert enabled["eventName"] == "EnableMFADevice"
        assert enabled["requestParameters"] == {"userName": "jane.doe", **arn}
        assert enabled["userIdentity"]["type"] == created["userIdentity"]["type"] == "Root"
        mail = Message.objects.get()
        assert (mail.kind, mail.recipient) == ("device-registered", "root@example.com")


class TestRemoving:
    @pytest.mark.requirement("R-208", "S-108")
    def test_somebody_who_lost_the_device_gets_in_again(self, control, browser):
        assert control("DELETE", f"/devices/{device().pk}") == (204, None)
        assert sign_in_as_iam_user(browser, *JANE).signed_in_as
        names = set(Event.objects.values_list("name", flat=True))
        assert names == {"DeactivateMFADevice", "DeleteVirtualMFADevice", "ConsoleLogin"}
        assert Message.objects.get().kind == "device-removed"

    @pytest.mark.parametrize(
        ("method", "path"),
        [
            ("DELETE", "/devices/999"),
            ("GET", "/devices/999/code"),
            ("GET", "/principals/999/devices"),
            ("POST", "/principals/999/devices"),
        ],
    )
    def test_what_is_not_there_is_told_with_where_to_look(self, control, method, path):
        status, problem = control(method, path, {"name": "x"} if method == "POST" else None)
        assert status == 404
        assert "GET /control/v1/principals" in problem["next"]


@pytest.mark.requirement("S-065")
def test_no_call_but_the_registration_tells_a_secret(control, jane):
    zhang = named("zhang")
    control("POST", devices_of(jane), {"name": "tablet"})
    control("POST", devices_of(zhang), {"kind": "hardware", "serial_number": "GAHT12345678"})
    secrets = []
    for each in Device.objects.all():
        secrets += [each.secret, totp.encode(devices.secret_of(each))]
    paths = ["/principals?limit=1000", "/events", "/messages", "/openapi.json"]
    paths += [devices_of(jane), devices_of(zhang)]
    paths += [f"/devices/{each.pk}/code" for each in Device.objects.all()]
    for path in paths:
        status, said = control("GET", path)
        assert status == 200
        assert not [secret for secret in secrets if secret in str(said)], path
    taken = control("POST", devices_of(jane), {"name": "tablet"})
    assert taken[0] == 409
    assert not [secret for secret in secrets if secret in str(taken)]
