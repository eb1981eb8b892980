"""WebAuthn answers with one thing wrong: each is refused for that, and nothing is stored."""

import json

import pytest
from fido2 import cbor
from fido2.cose import ES256, ES384, RS256, EdDSA
from fido2.utils import websafe_decode, websafe_encode
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts.models import Principal
from mfa.errors import PasskeyRefused
from mfa.models import Ceremony, Device
from tests.authenticator import SoftwareKey, attested
from tests.unit.ceremonies import ORIGIN, begin, check, made, own, passkeys, register, signed

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("demo")]

MALFORMED_DATA = "The authenticator data is malformed."
MALFORMED_OBJECT = "The attestation object is malformed."
FRAMED = "The page was in another site's frame."
ONE_THING_WRONG = settings(
    deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)

# What is wrong in either ceremony, and why it is refused.
IN_BOTH = [
    # S-072
    ({"type": "webauthn.other"}, "The client data's type is not"),
    ({"type": "payment.get"}, "The client data's type is not"),
    ({"origin": "http://signin.aws.amazon.com.localhost:8001"}, "The origin is not the page's."),
    ({"origin": "http://signin.aws.amazon.com.localhost"}, "The origin is not the page's."),
    ({"origin": "https://signin.aws.amazon.com.localhost:8000"}, "The origin is not the page's."),
    ({"origin": "http://x.signin.aws.amazon.com.localhost:8000"}, "The origin is not the page's."),
    ({"origin": "http://amazon.com.localhost:8000"}, "The origin is not the page's."),
    ({"origin": f"{ORIGIN}/"}, "The origin is not the page's."),
    ({"origin": ORIGIN.upper()}, "The origin is not the page's."),
    ({"cross_origin": True}, FRAMED),
    ({"cross_origin": "false"}, FRAMED),
    ({"cross_origin": None}, FRAMED),
    ({"top_origin": "http://evil.example"}, FRAMED),
    ({"top_origin": ORIGIN}, FRAMED),
    # S-073
    ({"challenge": bytes(32)}, "The challenge is another one."),
    ({"challenge": b""}, "The challenge is another one."),
    ({"challenge": b"short"}, "The challenge is another one."),
    # S-074
    ({"rp_id": "localhost"}, "The relying party is another one."),
    ({"rp_id": "signin.aws.amazon.com.localhost"}, "The relying party is another one."),
    ({"rp_id": "amazon.com"}, "The relying party is another one."),
    # S-075
    ({"up": False}, "The user was not present."),
    ({"uv": False}, "The user was not verified."),
    # S-080
    ({"be": False, "bs": True}, "The credential is backed up, but not eligible for it."),
    # S-079
    ({"challenge": 1_000_000_000}, "The client data is malformed."),
    ({"challenge": "not base64!"}, "The client data is malformed."),
    ({"challenge": "AAA="}, "The client data is malformed."),
    ({"client_data": b""}, "The client data is malformed."),
    ({"client_data": b"\xff\xfe"}, "The client data is malformed."),
    ({"client_data": b"[]"}, "The client data is malformed."),
    ({"client_data": b"{}"}, "The client data is malformed."),
    ({"client_data": b"[" * 9_000}, "The client data is malformed."),
    ({"trailing": b"\x00"}, MALFORMED_DATA),
    ({"trailing": b"\xa0"}, MALFORMED_DATA),
    ({"padding": 16 * 1024}, "The answer is too long."),
    ({"answer_type": "password"}, "The answer is no public-key credential."),
    ({"raw_id": "AAAA"}, "The credential's two IDs differ."),
]
ES256_KEY = SoftwareKey().public_key()
RS256_KEY = SoftwareKey(RS256.ALGORITHM).public_key()
EDDSA_KEY = SoftwareKey(EdDSA.ALGORITHM).public_key()
WHOLE = {"fmt": "none", "attStmt": {}, "authData": bytes(37)}
BAD_KEY = "The public key is malformed."

IN_REGISTRATION = [
    ({"at": False}, "The authenticator data has no credential."),
    ({"credential_id": b"x" * 15}, "The credential ID is shorter than 16"),
    ({"credential_id": b"x" * 1024}, "The credential ID is shorter than 16 or longer than 1023"),
    ({"credential_id": b""}, "The credential ID is shorter than 16"),
    ({"transports": "usb"}, "The transports are no list."),
    # Keys
    ({"public_key": SoftwareKey(ES384.ALGORITHM).public_key()}, "The algorithm was not offered."),
    ({"public_key": ES256_KEY | {3: -9}}, "The algorithm was not offered."),
    ({"public_key": ES256_KEY | {3: -65535}}, "The algorithm was not offered."),
    ({"public_key": ES256_KEY | {3: 4711}}, "The algorithm was not offered."),
    ({"public_key": ES256_KEY | {3: "ES256"}}, "The algorithm was not offered."),
    ({"public_key": ES256_KEY | {1: 3}}, "The key is of another type."),
    ({"public_key": {3: ES256.ALGORITHM}}, "The key is of another type."),
    ({"public_key": ES256_KEY | {-1: 2}}, BAD_KEY),
    ({"public_key": ES256_KEY | {-2: bytes(32)}}, BAD_KEY),
    ({"public_key": ES256_KEY | {-3: True}}, BAD_KEY),
    ({"public_key": ES256_KEY | {-2: b"\xff" * 900}}, BAD_KEY),
    ({"public_key": RS256_KEY | {-1: b""}}, "The RSA key has less than 2048"),
    ({"public_key": RS256_KEY | {-1: b"\x7f" + b"\xff" * 255}}, "The RSA key has less than 2048"),
    ({"public_key": RS256_KEY | {-1: b"\xff" * 1025}}, "or more than 8192 bits."),
    ({"public_key": RS256_KEY | {-1: True}}, BAD_KEY),
    ({"public_key": RS256_KEY | {-2: b"\x01"}}, BAD_KEY),
    ({"public_key": RS256_KEY | {-2: 65537}}, BAD_KEY),
    ({"public_key": {1: 3, 3: RS256.ALGORITHM}}, BAD_KEY),
    ({"public_key": EDDSA_KEY | {-1: 7}}, BAD_KEY),
    ({"public_key": EDDSA_KEY | {-2: bytes(31)}}, BAD_KEY),
    ({"public_key": {1: 2}}, MALFORMED_DATA),
    ({"public_key": {}}, MALFORMED_DATA),
    ({"public_key": [1, 2, 3]}, MALFORMED_DATA),
    ({"public_key": "a key"}, MALFORMED_DATA),
    # CBOR
    ({"attestation": b""}, MALFORMED_OBJECT),
    ({"attestation": b"\xff"}, MALFORMED_OBJECT),
    ({"attestation": b"\xc0\x00"}, MALFORMED_OBJECT),
    ({"attestation": b"\x81" * 9_000}, MALFORMED_OBJECT),
    ({"attestation": b"\xbb" + b"\xff" * 8}, MALFORMED_OBJECT),
    ({"attestation": b"\xa1\xa0\x00"}, MALFORMED_OBJECT),
    ({"attestation": b"\xa1\x80\x00"}, MALFORMED_OBJECT),
    ({"attestation": cbor.encode([])}, MALFORMED_OBJECT),
    ({"attestation": cbor.encode(7)}, MALFORMED_OBJECT),
    ({"attestation": cbor.encode({})}, MALFORMED_OBJECT),
    ({"attestation": cbor.encode(WHOLE) + b"\x00"}, MALFORMED_OBJECT),
    ({"attestation": cbor.encode(WHOLE)[:-1]}, MALFORMED_OBJECT),
    ({"fmt": 7}, MALFORMED_OBJECT),
    ({"statement": []}, MALFORMED_OBJECT),
    ({"auth_data": 1_000_000_000}, MALFORMED_OBJECT),
    ({"auth_data": "text"}, MALFORMED_OBJECT),
    ({"auth_data": b""}, MALFORMED_DATA),
    ({"auth_data": bytes(36)}, MALFORMED_DATA),
]
IN_ASSERTION = [
    ({"signed": b"other data"}, "The signature is wrong."),
    ({"signature": b""}, "The signature is wrong."),
    ({"signature": bytes(64)}, "The signature is wrong."),
    ({"signature": SoftwareKey().sign(b"x")}, "The signature is wrong."),
    ({"counter": 1}, "The counter did not grow"),
    ({"counter": 0}, "The counter did not grow"),
    ({"be": True}, "The credential's backup eligibility has changed."),
    ({"be": True, "bs": True}, "The credential's backup eligibility has changed."),
    ({"credential_id": b"x" * 32}, "The credential is none of those that were asked for."),
    ({"user_handle": bytes(32)}, "The user handle is another principal's."),
    ({"user_handle": b"zhang"}, "The user handle is another principal's."),
]

# Whole answers that no browser sends.
NO_ANSWERS = [
    "",
    "null",
    "7",
    '"text"',
    "[]",
    "{}",
    "[" * 16_000,
    '{"response": ' * 1_000,
    '{"type": "public-key", "id": "AAAA", "rawId": "AAAA", "response": []}',
    '{"type": "public-key", "id": 5, "rawId": 5, "response": {}}',
    '{"type": "public-key", "id": "AAAA", "rawId": "AAAA", "response": {"clientDataJSON": 7}}',
    '{"id": "\ud800", "rawId": "\ud800", "type": "public-key", "response": {}}',
    "1" * 10_000,
]

THINGS = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)
COSE = st.dictionaries(
    st.sampled_from([1, 3, -1, -2, -3, 7]),
    st.sampled_from([-7, -8, -257, 1, 2, 3, 6, b"", b"\x01\x00\x01", bytes(32), b"\xff" * 256])
    | st.binary(max_size=300)
    | st.integers(-(2**63), 2**63 - 1),
)


@pytest.fixture
def zhang():
    return Principal.objects.get(username="zhang")


@pytest.fixture
def key():
    return SoftwareKey()


def refused_registration(ceremony: Ceremony, answer: str) -> str:
    with pytest.raises(PasskeyRefused) as refused:
        register(ceremony, answer)
    return refused.value.reason


def refused_assertion(ceremony: Ceremony, devices: list[Device], answer: str) -> str:
    with pytest.raises(PasskeyRefused) as refused:
        check(ceremony, devices, answer)
    return refused.value.reason


def row_of(device: Device) -> dict:
    return Device.objects.filter(pk=device.pk).values().get()


def replaced(answer: str, part: str, value: object) -> str:
    """Return an answer with another value of one part of its response."""
    fields = json.loads(answer)
    fields["response"][part] = value
    return json.dumps(fields)


@pytest.mark.requirement("S-072", "S-073", "S-074", "S-075", "S-079", "S-080")
@pytest.mark.parametrize(("faults", "reason"), IN_BOTH + IN_REGISTRATION)
def test_a_registration_with_one_thing_wrong_is_refused(zhang, key, faults, reason):
    ceremony = begin(zhang)
    assert reason in refused_registration(ceremony, made(ceremony, key, **faults))
    assert not passkeys().exists()


@pytest.mark.requirement("S-072", "S-073", "S-074", "S-075", "S-076", "S-077", "S-079", "S-080")
@pytest.mark.parametrize(("faults", "reason"), IN_BOTH + IN_ASSERTION)
def test_an_assertion_with_one_thing_wrong_is_refused(zhang, key, faults, reason):
    device = own(zhang, key)
    before = row_of(device)
    ceremony = begin(zhang)
    answer = signed(ceremony, key, [device], **faults)
    assert reason in refused_assertion(ceremony, [device], answer)
    assert row_of(device) == before


@pytest.mark.requirement("S-072")
def test_the_type_of_the_other_ceremony_is_refused(zhang, key):
    ceremony = begin(zhang)
    answer = made(ceremony, key, type="webauthn.get")
    assert "not webauthn.create" in refused_registration(ceremony, answer)
    device = own(zhang, key)
    ceremony = begin(zhang)
    answer = signed(ceremony, key, [device], type="webauthn.create")
    assert "not webauthn.get" in refused_assertion(ceremony, [device], answer)


@pytest.mark.requirement("S-080")
def test_a_synced_passkey_does_not_become_one_of_a_single_device(zhang):
    key = SoftwareKey(synced=True)
    device = own(zhang, key)
    ceremony = begin(zhang)
    answer = signed(ceremony, key, [device], be=False, bs=False)
    assert "eligibility has changed" in refused_assertion(ceremony, [device], answer)


@pytest.mark.requirement("S-076")
def test_the_key_of_another_credential_does_not_sign_for_this_one(zhang, key):
    device = own(zhang, key)
    thief = SoftwareKey(credential_id=key.credential_id)
    ceremony = begin(zhang)
    answer = signed(ceremony, thief, [device], counter=9)
    assert refused_assertion(ceremony, [device], answer) == "The signature is wrong."


@pytest.mark.requirement("S-079")
def test_an_id_other_than_the_attested_one_is_refused(zhang, key):
    ceremony = begin(zhang)
    fields = json.loads(made(ceremony, key))
    fields["id"] = fields["rawId"] = SoftwareKey().id
    reason = refused_registration(ceremony, json.dumps(fields))
    assert reason == "The credential ID is not the attested one."


@pytest.mark.requirement("S-079")
def test_a_key_that_is_not_in_the_canonical_form_is_refused(zhang, key):
    ceremony = begin(zhang)
    answer = made(ceremony, key)
    whole = cbor.decode(websafe_decode(json.loads(answer)["response"]["attestationObject"]))
    canonical = cbor.encode(key.public_key())
    assert canonical[1:3] == b"\x01\x02"
    longer = canonical[:1] + b"\x18\x01\x02" + canonical[3:]  # the 1 in two bytes
    whole["authData"] = whole["authData"].replace(canonical, longer)
    answer = replaced(answer, "attestationObject", websafe_encode(cbor.encode(whole)))
    assert refused_registration(ceremony, answer) == MALFORMED_DATA


@pytest.mark.requirement("S-079")
@pytest.mark.parametrize("answer", NO_ANSWERS)
def test_what_no_browser_sends_is_refused(zhang, key, answer):
    device = own(zhang, key)
    assert refused_registration(begin(zhang), answer)
    assert refused_assertion(begin(zhang), [device], answer)
    assert passkeys().count() == 1


@pytest.mark.requirement("S-076")
def test_what_people_read_of_a_refusal_does_not_tell_why(zhang, key):
    device = own(zhang, key)
    texts = set()
    for faults, _reason in IN_ASSERTION:
        ceremony = begin(zhang)
        with pytest.raises(PasskeyRefused) as refused:
            check(ceremony, [device], signed(ceremony, key, [device], **faults))
        texts.add(str(refused.value.message))
    assert len(texts) == 1


@pytest.mark.requirement("S-079")
class TestAnything:
    """Whatever is sent, nothing but a refusal comes of it."""

    @ONE_THING_WRONG
    @given(answer=st.text() | THINGS.map(json.dumps))
    def test_texts_and_json(self, zhang, answer):
        refused_registration(begin(zhang), answer)
        refused_assertion(begin(zhang), [], answer)

    @ONE_THING_WRONG
    @given(
        part=st.sampled_from(["clientDataJSON", "attestationObject", "transports"]),
        value=THINGS.filter(lambda thing: thing is not None),
    )
    def test_json_in_the_place_of_a_part(self, zhang, key, part, value):
        ceremony = begin(zhang)
        answer = replaced(made(ceremony, key), part, value)
        if part == "transports" and isinstance(value, list):
            assert register(ceremony, answer).transports == []
        else:
            refused_registration(ceremony, answer)

    @ONE_THING_WRONG
    @given(octets=st.binary(max_size=400), part=st.sampled_from(["authenticatorData", "signature"]))
    def test_bytes_in_the_place_of_a_part_of_an_assertion(self, zhang, key, octets, part):
        device = passkeys().first() or own(zhang, key)
        ceremony = begin(zhang)
        answer = replaced(signed(ceremony, key, [device]), part, websafe_encode(octets))
        refused_assertion(ceremony, [device], answer)

    @ONE_THING_WRONG
    @given(octets=st.binary(max_size=400))
    def test_bytes_for_an_attestation_object_and_what_is_in_it(self, zhang, key, octets):
        for faults in ({"attestation": octets}, {"auth_data": octets}):
            ceremony = begin(zhang)
            refused_registration(ceremony, made(ceremony, key, **faults))

    @ONE_THING_WRONG
    @given(at=st.integers(0, 1000), flipped=st.integers(1, 255))
    def test_authenticator_data_with_one_byte_changed(self, zhang, key, at, flipped):
        device = passkeys().first() or own(zhang, key)
        ceremony = begin(zhang)
        answer = signed(ceremony, key, [device])
        octets = bytearray(websafe_decode(json.loads(answer)["response"]["authenticatorData"]))
        octets[at % len(octets)] ^= flipped
        answer = replaced(answer, "authenticatorData", websafe_encode(bytes(octets)))
        refused_assertion(ceremony, [device], answer)

    @ONE_THING_WRONG
    @given(length=st.integers(0, 1000))
    def test_an_attestation_object_cut_off(self, zhang, key, length):
        ceremony = begin(zhang)
        answer = made(ceremony, key)
        octets = websafe_decode(json.loads(answer)["response"]["attestationObject"])
        cut = websafe_encode(octets[: length % len(octets)])
        refused_registration(ceremony, replaced(answer, "attestationObject", cut))

    @ONE_THING_WRONG
    @given(cose=COSE)
    def test_keys_of_any_numbers(self, zhang, key, cose):
        ceremony = begin(zhang)
        try:
            device = register(ceremony, made(ceremony, key, public_key=cose))
        except PasskeyRefused:
            return
        assert bytes(device.credential) == attested(key.credential_id, cose)
