"""Scenarios: the devices of their people, and accounts that want their root user to have one."""

import json
from datetime import timedelta

import pytest

from accounts.models import Account, Principal
from mfa import devices, grace, totp
from mfa.models import Device
from signin.control import scenarios
from signin.control.scenarios import Scenario, ScenarioInvalid
from signin.kernel import clock

pytestmark = pytest.mark.django_db

SECRET = "GEZDGNBVGY3TQOJQ"
TOKEN = {"kind": "hardware", "serial_number": "GALT4711"}


def load(*, devices=(), **members):
    """Load a scenario with one account, its root user and one IAM user."""
    root = {"email": "a@example.com", **members.pop("root", {})}
    user = {"name": "ana", "devices": list(devices)}
    account = {"id": "222233334444", "name": "A", "root": root, "users": [user], **members}
    text = json.dumps({"accounts": [account]})
    scenarios.store(scenarios.read(Scenario(name="test", text=text)))


def devices_of(username):
    return devices.of(Principal.objects.get(username=username))


def test_devices_are_registered_in_their_order():
    clock.freeze()
    load(
        devices=[{"name": "phone", "secret": SECRET}, {**TOKEN, "name": "token"}],
        root={"devices": [{"name": "root-phone"}]},
    )
    phone, token = devices_of("ana")
    assert (phone.slot, phone.kind, phone.name) == (1, Device.Kind.TOTP, "phone")
    assert phone.serial_number == "arn:aws:iam::222233334444:mfa/phone"
    assert totp.encode(devices.secret_of(phone)) == SECRET
    assert (token.slot, token.kind, token.name) == (2, Device.Kind.HARDWARE, "token")
    assert token.serial_number == "GALT4711"
    assert phone.registered_at == token.registered_at == clock.now()
    [root_phone] = devices_of("a@example.com")
    assert len(devices.secret_of(root_phone)) == totp.SECRET_LENGTH


@pytest.mark.requirement("S-065")
def test_a_secret_is_sealed_before_it_is_stored():
    load(devices=[{"name": "phone", "secret": SECRET}])
    [phone] = devices_of("ana")
    assert SECRET not in phone.secret


def test_a_token_is_called_by_its_number_and_may_have_a_known_secret():
    load(devices=[TOKEN, {**TOKEN, "serial_number": "GALT4712", "secret": SECRET}])
    own, known = devices_of("ana")
    assert own.name == "GALT4711"
    assert totp.encode(devices.secret_of(own)) != totp.encode(devices.secret_of(known)) == SECRET


def test_an_account_wants_a_device_of_its_root_user_until_a_day():
    clock.freeze()
    load(root_mfa="required", root={"mfa_prompted_days_ago": 30})
    account = Account.objects.get()
    assert account.root_mfa_mode == Account.RootMfaMode.REQUIRED
    assert account.root_mfa_grace_ends_at == clock.now() + timedelta(days=5)
    assert grace.days_left(Principal.objects.get(username="a@example.com")) == 5


def test_an_account_that_says_nothing_leaves_devices_to_its_root_user():
    load()
    account = Account.objects.get()
    assert account.root_mfa_mode == Account.RootMfaMode.OPTIONAL
    assert account.root_mfa_grace_ends_at is None


@pytest.mark.parametrize(
    ("members", "says"),
    [
        ({"devices": [[]]}, "users[0].devices[0]: an object"),
        ({"devices": [{"name": "a", "code": "1"}]}, "devices[0]: not known here: code"),
        ({"devices": [{"name": "a", "kind": "passkey"}]}, "devices[0].kind: totp or hardware"),
        ({"devices": [{}]}, "devices[0].name: 1 to 64"),
        ({"devices": [{"name": "two words"}]}, "devices[0].name: 1 to 64"),
        ({"devices": [{"name": "x" * 65}]}, "devices[0].name: 1 to 64"),
        ({"devices": [{"name": 7}]}, "devices[0].name: a text"),
        ({"devices": [{"name": "a", "secret": "1"}]}, "devices[0].secret: not Base32"),
        ({"devices": [{"name": "a", "secret": ""}]}, "devices[0].secret: shorter than 10"),
        ({"devices": [{"name": "a", "secret": 7}]}, "devices[0].secret: a text"),
        ({"devices": [{"name": "a", "serial_number": "GALT4711"}]}, "of hardware tokens only"),
        ({"devices": [{"kind": "hardware", "name": "a"}]}, "serial_number: 6 to 32"),
        ({"devices": [{**TOKEN, "serial_number": "12-34-56"}]}, "serial_number: 6 to 32"),
        ({"devices": [{**TOKEN, "serial_number": "1"}]}, "serial_number: 6 to 32"),
        ({"devices": [TOKEN, TOKEN]}, "twice there: device GALT4711"),
        ({"devices": [{"name": "a"}] * 2}, "twice there: device arn:aws:iam::222233334444:mfa/a"),
        ({"devices": [{"name": f"a{n}"} for n in range(9)]}, "users[0].devices: at most 8"),
        ({"root": {"devices": {}}}, "accounts[0].root.devices: a list"),
        ({"root": {"mfa_prompted_days_ago": -1}}, "root.mfa_prompted_days_ago: a whole"),
        ({"root": {"mfa_prompted_days_ago": "1"}}, "root.mfa_prompted_days_ago: a whole"),
        ({"root_mfa": "always"}, "accounts[0].root_mfa: "),
        ({"root_mfa": True}, "accounts[0].root_mfa: a text"),
    ],
)
@pytest.mark.requirement("S-066")
def test_a_mistake_is_named_with_its_place_and_nothing_is_loaded(members, says):
    with pytest.raises(ScenarioInvalid) as refused:
        load(**members)
    assert says in str(refused.value.message)
    assert not Principal.objects.exists()
