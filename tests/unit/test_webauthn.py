"""WebAuthn ceremonies: what is asked of a browser, and answers that are good once."""

import json
from datetime import timedelta
from importlib import import_module

import pytest
from fido2.cose import ES256, RS256, EdDSA
from fido2.utils import websafe_decode
from fido2.webauthn import (
    PublicKeyCredentialCreationOptions,
    PublicKeyCredentialRequestOptions,
)

from accounts.models import Principal
from mfa import devices, webauthn
from mfa.errors import PasskeyKnown, PasskeyRefused
from signin import naming
from signin.kernel import clock
from tests.authenticator import SoftwareKey
from tests.devices import directory_user
from tests.unit.ceremonies import (
    begin,
    check,
    made,
    new_attempt,
    own,
    passkeys,
    register,
    signed,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("demo")]

SPENT = "The challenge was used before, or is too old."


@pytest.fixture
def zhang():
    return Principal.objects.get(username="zhang")


@pytest.fixture
def root_user():
    return Principal.objects.get(username="sandbox@example.com")


@pytest.fixture
def key():
    return SoftwareKey()


def reason_of(call, *arguments):
    with pytest.raises(PasskeyRefused) as refused:
        call(*arguments)
    return refused.value.reason


@pytest.mark.parametrize("alg", [ES256.ALGORITHM, EdDSA.ALGORITHM, RS256.ALGORITHM])
@pytest.mark.parametrize("username", ["zhang", "root@example.com"])
def test_a_passkey_of_each_algorithm_is_registered_and_signs(alg, username):
    clock.freeze()
    principal, key = Principal.objects.get(username=username), SoftwareKey(alg)
    device = own(principal, key)
    device.refresh_from_db()
    assert (device.kind, device.name, device.slot) == ("passkey", "laptop", 1)
    assert device.credential_id == key.id
    assert device.sign_count == 1
    assert device.transports == ["hybrid", "internal"]
    assert device.last_used_at is None
    clock.advance(timedelta(hours=1))
    ceremony = begin(principal)
    found = check(ceremony, [device], signed(ceremony, key, [device]))
    assert found == device
    device.refresh_from_db()
    assert (found.sign_count, found.last_used_at) == (2, clock.now())
    assert (device.sign_count, device.last_used_at) == (2, clock.now())


def test_the_arn_of_a_passkey_tells_whose_it_is(zhang, root_user):
    of_zhang, of_root_user = own(zhang, SoftwareKey()), own(root_user, SoftwareKey())
    assert f":u2f/user/zhang/{of_zhang.name}-" in of_zhang.serial_number
    assert f":u2f/root-account/{of_root_user.name}-" in of_root_user.serial_number


def test_of_several_keys_the_one_that_signed_is_returned(zhang):
    keys = [SoftwareKey() for _ in range(3)]
    stored = [own(zhang, key) for key in keys]
    for key, device in zip(keys, stored, strict=True):
        ceremony = begin(zhang)
        assert check(ceremony, stored, signed(ceremony, key, stored)) == device


def test_a_synced_passkey_that_does_not_count_is_good_again_and_again(zhang):
    key = SoftwareKey(synced=True, counts=False)
    device = own(zhang, key)
    assert (device.backup_eligible, device.backed_up, device.sign_count) == (True, True, 0)
    for is_backed_up in (True, False, True):
        ceremony = begin(zhang)
        check(ceremony, [device], signed(ceremony, key, [device], bs=is_backed_up))
        device.refresh_from_db()
        assert device.backed_up is is_backed_up


def test_a_security_key_that_remembers_nobody_sends_no_user_handle(zhang, key):
    device = own(zhang, key)
    key.user_handle = b""
    ceremony = begin(zhang)
    assert check(ceremony, [device], signed(ceremony, key, [device])) == device


@pytest.mark.parametrize("length", [16, 1023])
def test_the_shortest_and_the_longest_credential_ids_are_stored(zhang, length):
    key = SoftwareKey(credential_id=b"x" * length)
    device = own(zhang, key)
    device.refresh_from_db()
    assert websafe_decode(device.credential_id) == key.credential_id


def test_a_statement_that_nobody_asked_for_is_ignored(zhang, key):
    ceremony = begin(zhang)
    statement = {"alg": -7, "sig": b"no signature at all", "x5c": [b"no certificate"]}
    device = register(ceremony, made(ceremony, key, fmt="packed", statement=statement))
    assert device.credential_id == key.id


def test_extensions_are_read_over(zhang, key):
    ceremony = begin(zhang)
    device = register(ceremony, made(ceremony, key, extensions={"credProtect": 2}))
    assert device.credential_id == key.id


@pytest.mark.parametrize(
    ("said", "kept"),
    [([], []), (["usb", "nfc", "usb"], ["usb", "nfc"]), (["<b>", 7, None, {}, "ble"], ["ble"])],
)
def test_known_transports_are_kept_once(zhang, key, said, kept):
    ceremony = begin(zhang)
    assert register(ceremony, made(ceremony, key, transports=said)).transports == kept


class TestOptions:
    @pytest.mark.requirement("S-074", "S-075", "S-079")
    def test_a_browser_is_asked_for_a_verified_user_and_three_algorithms(self, zhang):
        options = webauthn.registration_options(begin(zhang), "Zhang Wei")
        json.dumps(options)
        PublicKeyCredentialCreationOptions.from_dict(options)
        assert options["rp"] == {"id": "amazon.com.localhost", "name": "Vestibule emulator"}
        assert [each["alg"] for each in options["pubKeyCredParams"]] == [-7, -8, -257]
        assert options["authenticatorSelection"] == {
            "userVerification": "required",
            "residentKey": "preferred",
        }
        assert options["attestation"] == "none"
        assert options["timeout"] == 300_000
        assert (options["user"]["name"], options["user"]["displayName"]) == ("zhang", "Zhang Wei")

    @pytest.mark.requirement("S-074")
    def test_the_relying_party_follows_the_suffix(self, zhang, settings):
        settings.SIGNIN_SUFFIX = "example.test"
        ceremony = begin(zhang)
        own_id = webauthn.rp_id(zhang)
        assert own_id == "amazon.com.example.test"
        assert webauthn.registration_options(ceremony, "")["rp"]["id"] == own_id
        assert webauthn.assertion_options(ceremony, [])["rpId"] == own_id

    @pytest.mark.requirement("S-074")
    def test_behind_the_gateway_it_is_no_real_domain_either(self, zhang, key):
        made_here = own(zhang, key)
        with naming.seen_as(naming.REAL):
            asked_for = webauthn.assertion_options(begin(zhang), [made_here])
        assert asked_for["rpId"] == "amazon.com.localhost"

    @pytest.mark.requirement("S-074", "R-163")
    @pytest.mark.parametrize(
        ("kind", "domain"),
        [
            (Principal.Kind.ROOT_USER, "amazon.com.localhost"),
            (Principal.Kind.IAM_USER, "amazon.com.localhost"),
            (Principal.Kind.DIRECTORY_USER, "signin.aws.localhost"),
            (Principal.Kind.BUILDER_ID, "signin.aws.localhost"),
        ],
    )
    def test_the_relying_party_is_above_the_sign_in_hosts_of_the_kind(self, kind, domain):
        assert webauthn.rp_id(Principal(kind=kind)) == domain

    @pytest.mark.requirement("S-074")
    def test_a_user_of_a_directory_is_at_another_relying_party(self, zhang, key):
        ines = directory_user()
        device = own(ines, key)
        asked = webauthn.assertion_options(begin(ines), [device])
        assert asked["rpId"] == "signin.aws.localhost"
        ceremony = begin(ines)
        assert check(ceremony, [device], signed(ceremony, key, [device])) == device
        for principal, other in ((ines, "amazon.com.localhost"), (zhang, "signin.aws.localhost")):
            ceremony = begin(principal)
            reason = reason_of(register, ceremony, made(ceremony, SoftwareKey(), rp_id=other))
            assert reason == "The relying party is another one."

    @pytest.mark.requirement("S-076")
    def test_users_of_one_directory_have_different_user_handles(self):
        handles = {webauthn.user_handle(directory_user(name)) for name in ("ines", "omar", "lee")}
        assert len(handles) == 3

    def test_a_user_handle_is_stable_and_tells_nothing(self, zhang, root_user, settings):
        handle = webauthn.user_handle(root_user)
        assert len(handle) == 32
        assert handle == webauthn.user_handle(root_user) != webauthn.user_handle(zhang)
        assert b"sandbox" not in handle
        settings.SECRET_KEY = "another installation's"
        assert webauthn.user_handle(root_user) != handle

    @pytest.mark.requirement("S-078")
    def test_all_passkeys_of_the_principal_are_excluded_and_nobody_else_s(self, zhang, root_user):
        mine = [own(zhang, SoftwareKey()) for _ in range(3)]
        own(root_user, SoftwareKey())
        devices.settle(devices.app(zhang, "app", b"x" * 20))
        excluded = webauthn.registration_options(begin(zhang), "")["excludeCredentials"]
        assert [each["id"] for each in excluded] == [device.credential_id for device in mine]
        assert all(each["transports"] == ["hybrid", "internal"] for each in excluded)

    @pytest.mark.requirement("S-022", "S-075")
    def test_a_browser_is_asked_for_exactly_the_given_devices(self, zhang):
        first, second, _third = [own(zhang, SoftwareKey()) for _ in range(3)]
        options = webauthn.assertion_options(begin(zhang), [first, second])
        json.dumps(options)
        PublicKeyCredentialRequestOptions.from_dict(options)
        allowed = [each["id"] for each in options["allowCredentials"]]
        assert allowed == [first.credential_id, second.credential_id]
        assert options["userVerification"] == "required"
        assert options["timeout"] == 300_000


@pytest.mark.requirement("S-073")
class TestCeremonies:
    def test_a_challenge_has_32_bytes_and_each_is_another(self, zhang):
        challenges = {bytes(begin(zhang).challenge) for _ in range(5)}
        assert len(challenges) == 5
        assert {len(challenge) for challenge in challenges} == {32}

    def test_a_ceremony_lives_for_five_minutes_to_the_second(self, zhang, key):
        clock.freeze()
        device = own(zhang, key)
        attempt = new_attempt()
        early, late, unmade = (begin(zhang, attempt) for _ in range(3))
        answers = [signed(ceremony, key, [device]) for ceremony in (early, late)]
        clock.advance(timedelta(minutes=5, seconds=-1))
        assert webauthn.find_living(early.pk, attempt) == early
        assert check(early, [device], answers[0]) == device
        clock.advance(timedelta(seconds=1))
        assert webauthn.find_living(late.pk, attempt) is None
        assert reason_of(check, late, [device], answers[1]) == SPENT
        assert reason_of(register, unmade, made(unmade, SoftwareKey())) == SPENT

    def test_another_attempt_does_not_find_it(self, zhang):
        attempt = new_attempt()
        ceremony = begin(zhang, attempt)
        assert webauthn.find_living(ceremony.pk, attempt) == ceremony
        assert webauthn.find_living(ceremony.pk, new_attempt()) is None
        assert webauthn.find_living("0" * 32, attempt) is None

    def test_an_answer_to_another_challenge_is_refused(self, zhang, key):
        device = own(zhang, key)
        theirs, mine = begin(zhang), begin(zhang)
        answer = signed(theirs, key, [device])
        assert reason_of(check, mine, [device], answer) == "The challenge is another one."

    def test_a_replayed_assertion_is_refused(self, zhang, key):
        device = own(zhang, key)
        ceremony = begin(zhang)
        answer = signed(ceremony, key, [device])
        check(ceremony, [device], answer)
        assert reason_of(check, ceremony, [device], answer) == SPENT
        assert reason_of(check, begin(zhang), [device], answer) == "The challenge is another one."

    def test_a_replayed_registration_is_refused(self, zhang, key):
        ceremony = begin(zhang)
        answer = made(ceremony, key)
        register(ceremony, answer)
        assert reason_of(register, ceremony, answer) == SPENT

    def test_a_wrong_answer_uses_it_up_too(self, zhang, key):
        device = own(zhang, key)
        attempt = new_attempt()
        ceremony = begin(zhang, attempt)
        reason_of(check, ceremony, [device], "nonsense")
        assert webauthn.find_living(ceremony.pk, attempt) is None
        assert reason_of(check, ceremony, [device], signed(ceremony, key, [device])) == SPENT

    def test_one_for_signing_registers_nothing(self, zhang, key):
        device = own(zhang, key)
        ceremony = begin(zhang)
        answer = signed(ceremony, key, [device])
        assert reason_of(register, ceremony, answer) == "The answer is malformed."


@pytest.mark.requirement("S-076")
class TestWhose:
    def test_another_principal_s_key_is_not_theirs_to_use(self, zhang, root_user, key):
        device = own(zhang, key)
        other = own(root_user, SoftwareKey())
        ceremony = begin(root_user)
        answer = signed(ceremony, key, [other])
        expected = "The credential is none of those that were asked for."
        assert reason_of(check, ceremony, [other], answer) == expected
        device.refresh_from_db()
        assert device.sign_count == 1

    def test_a_ceremony_is_its_principal_s_whatever_devices_are_passed(self, zhang, root_user, key):
        device = own(zhang, key)
        ceremony = begin(root_user)
        answer = signed(ceremony, key, [device])
        expected = "The credential is another principal's."
        assert reason_of(check, ceremony, [device], answer) == expected

    def test_a_user_handle_of_somebody_else_is_refused(self, zhang, root_user, key):
        device = own(zhang, key)
        ceremony = begin(zhang)
        answer = signed(ceremony, key, [device], user_handle=webauthn.user_handle(root_user))
        expected = "The user handle is another principal's."
        assert reason_of(check, ceremony, [device], answer) == expected

    def test_a_removed_device_signs_nobody_in(self, zhang, key):
        device = own(zhang, key)
        ceremony = begin(zhang)
        answer = signed(ceremony, key, [device])
        devices.remove(device)
        assert "it was removed" in reason_of(check, ceremony, [device], answer)

    @pytest.mark.requirement("S-078")
    @pytest.mark.parametrize("username", ["zhang", "root@example.com"])
    def test_a_known_credential_is_not_registered_again(self, zhang, key, username):
        own(zhang, key)
        ceremony = begin(Principal.objects.get(username=username))
        with pytest.raises(PasskeyKnown):
            register(ceremony, made(ceremony, key))
        assert passkeys().count() == 1

    @pytest.mark.requirement("S-078")
    def test_of_two_registrations_of_a_credential_one_is_stored(self, zhang, root_user, key):
        ceremonies = [begin(zhang), begin(root_user)]
        first, second = [register(each, made(each, key)) for each in ceremonies]
        devices.settle(first)
        with pytest.raises(PasskeyKnown):
            devices.settle(second)
        assert passkeys().get() == first


def test_nothing_else_in_the_package_imports_it():
    for name in ("models", "devices", "errors", "totp"):
        module = import_module(f"mfa.{name}")
        assert not [each for each in vars(module).values() if each is webauthn], name
