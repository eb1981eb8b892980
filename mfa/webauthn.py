"""WebAuthn: registering passkeys and security keys, and checking what they sign.

The checks are those of Level 3, 7.1 and 7.2. fido2 takes authenticator data apart and verifies
signatures; it leaves much to its callers, and trusts the types of what it is given, so all else is
decided here. It loads slowly: this module is imported when a passkey is first used, not before.
"""

import json
import struct
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from cryptography.exceptions import InvalidSignature
from django.conf import settings
from django.utils.translation import gettext
from fido2 import cbor
from fido2.cose import ES256, RS256, CoseKey, EdDSA
from fido2.utils import websafe_decode, websafe_encode
from fido2.webauthn import AttestedCredentialData, AuthenticatorData

from accounts.models import Principal
from mfa import devices as registered
from mfa import slots
from mfa.errors import PasskeyKnown, PasskeyRefused
from mfa.models import Ceremony, Device
from signin import naming
from signin.flow.models import Attempt
from signin.kernel import clock, entropy, partitions

CHALLENGE_LENGTH = 32  # bytes
LONGEST_ANSWER = 16 * 1024  # characters
CREDENTIAL_ID_LENGTHS = range(16, 1024)  # bytes
RSA_LENGTHS = range(2048, 8193)  # bits
TRANSPORTS = ("usb", "nfc", "ble", "smart-card", "hybrid", "internal")

# What is offered, in the order of our liking, with the type of key that belongs to it (RFC 9053).
KEY_TYPES: dict[int, int] = {ES256.ALGORITHM: 2, EdDSA.ALGORITHM: 1, RS256.ALGORITHM: 3}

# Whatever parsers of JSON, base64, CBOR, COSE and keys raise for what nobody should have sent.
MALFORMED = (
    ValueError,
    TypeError,
    LookupError,
    ArithmeticError,
    AttributeError,
    RecursionError,
    struct.error,
)


@dataclass(frozen=True)
class _Answer:
    """What a browser's ``PublicKeyCredential.toJSON()`` says, decoded but not believed."""

    credential_id: str
    client_data: bytes
    parts: list[bytes]
    user_handle: bytes | None
    transports: list[str]


def rp_id(principal: Principal) -> str:
    """Return the relying party's ID: the domain above the hosts where somebody signs in.

    Of the console's people it is above the console and its sign-in hosts, of all others above the
    sign-in hosts of Identity Center. It is a local name whatever the browser shows: behind the
    gateway of real names no passkey works, so that none of a real domain is ever used here.
    """
    partition = partitions.here()  # that of the page, where only its own people come
    domain = partition.platform
    if slots.is_of_console(principal):
        domain = "amazon.com" if partition is partitions.AWS else partition.console
    return naming.local().domain(domain)


def user_handle(principal: Principal) -> bytes:
    """Return what authenticators keep of a principal; it tells nobody who that is."""
    digest = entropy.keyed_digest(
        settings.SECRET_KEY, "passkey owner", principal.kind, _own_id(principal)
    )
    return bytes.fromhex(digest)


def begin(principal: Principal, attempt: Attempt) -> Ceremony:
    """Make the challenge of an attempt for one answer within five minutes (S-073)."""
    return Ceremony.objects.create(
        principal=principal,
        attempt=attempt,
        challenge=entropy.octets(CHALLENGE_LENGTH),
        expires_at=clock.now() + Ceremony.LIFETIME,
    )


def find_living(ceremony_id: str, attempt: Attempt) -> Ceremony | None:
    """Return the ceremony of an attempt, if it can still be answered."""
    living = Ceremony.objects.filter(
        pk=ceremony_id, attempt=attempt, consumed_at=None, expires_at__gt=clock.now()
    )
    return living.select_related("principal").first()


def registration_options(ceremony: Ceremony, label: str) -> dict[str, Any]:
    """Return what a page gives to ``PublicKeyCredential.parseCreationOptionsFromJSON``."""
    principal = ceremony.principal
    known = [each for each in registered.of(principal) if each.kind == Device.Kind.PASSKEY]
    return {
        "challenge": websafe_encode(bytes(ceremony.challenge)),
        "rp": {"id": rp_id(principal), "name": gettext("Vestibule emulator")},
        "user": {
            "id": websafe_encode(user_handle(principal)),
            "name": principal.username,
            "displayName": label,
        },
        "pubKeyCredParams": [{"type": "public-key", "alg": alg} for alg in KEY_TYPES],
        "excludeCredentials": [_descriptor(each) for each in known],
        "authenticatorSelection": {"userVerification": "required", "residentKey": "preferred"},
        "attestation": "none",
        "timeout": _timeout(),
    }


def assertion_options(ceremony: Ceremony, devices: Sequence[Device]) -> dict[str, Any]:
    """Return what a page gives to ``PublicKeyCredential.parseRequestOptionsFromJSON``."""
    return {
        "challenge": websafe_encode(bytes(ceremony.challenge)),
        "rpId": rp_id(ceremony.principal),
        "allowCredentials": [_descriptor(each) for each in devices],
        "userVerification": "required",
        "timeout": _timeout(),
    }


def register(ceremony: Ceremony, answer: str, *, name: str, origin: str) -> Device:
    """Return the passkey that was made, not stored yet, or raise PasskeyRefused or PasskeyKnown.

    The ceremony is used up whatever the answer is; a caller's transaction that a refusal rolls
    back would give it back. Attestation isn't asked for, so a statement that comes is ignored.
    """
    _use_up(ceremony)
    given = _read(answer, "attestationObject")
    _check_client_data(given.client_data, "webauthn.create", ceremony, origin)
    made = _authenticator_data(_attested(*given.parts), ceremony)
    credential = made.credential_data
    if credential is None:
        raise PasskeyRefused("The authenticator data has no credential.")
    _demand(
        websafe_encode(credential.credential_id) == given.credential_id,
        "The credential ID is not the attested one.",
    )
    _demand(
        len(credential.credential_id) in CREDENTIAL_ID_LENGTHS,
        "The credential ID is shorter than 16 or longer than 1023 bytes.",
    )
    _check_key(credential.public_key)
    if registered.is_known(given.credential_id):
        raise PasskeyKnown
    return Device(
        principal=ceremony.principal,
        kind=Device.Kind.PASSKEY,
        name=name,
        serial_number=registered.passkey_serial(ceremony.principal, name),
        credential_id=given.credential_id,
        credential=bytes(credential),
        sign_count=made.counter,
        transports=given.transports,
        backup_eligible=made.is_backup_eligible(),
        backed_up=made.is_backed_up(),
    )


def check(ceremony: Ceremony, devices: Sequence[Device], answer: str, *, origin: str) -> Device:
    """Return which of the devices signed the challenge, or raise PasskeyRefused.

    The ceremony is used up whatever the answer is; a caller's transaction that a refusal rolls
    back would give it back.
    """
    _use_up(ceremony)
    given = _read(answer, "authenticatorData", "signature")
    device = _find(devices, given.credential_id)
    owner = ceremony.principal
    _demand(device.principal_id == owner.pk, "The credential is another principal's.")
    _demand(
        given.user_handle in (None, user_handle(owner)), "The user handle is another principal's."
    )
    _check_client_data(given.client_data, "webauthn.get", ceremony, origin)
    octets, signature = given.parts
    signed = _authenticator_data(octets, ceremony)
    _check_signature(device, octets + sha256(given.client_data).digest(), signature)
    _demand(
        signed.is_backup_eligible() == device.backup_eligible,
        "The credential's backup eligibility has changed.",
    )
    _count(device, signed)
    return device


def _own_id(principal: Principal) -> str:
    """Return an ID that nobody else of the same kind has."""
    if principal.kind == Principal.Kind.DIRECTORY_USER:
        return principal.profile.user_id
    return principal.unique_id or str(principal.pk)


def _descriptor(device: Device) -> dict[str, Any]:
    return {"type": "public-key", "id": device.credential_id, "transports": device.transports}


def _timeout() -> int:
    return int(Ceremony.LIFETIME.total_seconds() * 1000)


def _demand(is_so: bool, reason: str) -> None:
    if not is_so:
        raise PasskeyRefused(reason)


@contextmanager
def _parsing(what: str) -> Iterator[None]:
    """Make a refusal of whatever a parser raises for malformed input (S-079)."""
    try:
        yield
    except MALFORMED as error:
        raise PasskeyRefused(f"The {what} is malformed.") from error


def _use_up(ceremony: Ceremony) -> None:
    """Consume a ceremony before anything is believed; of parallel answers one gets past this."""
    now = clock.now()
    living = Ceremony.objects.filter(pk=ceremony.pk, consumed_at=None, expires_at__gt=now)
    _demand(bool(living.update(consumed_at=now)), "The challenge was used before, or is too old.")


def _octets(encoded: object) -> bytes:
    """Decode base64url as strictly as RFC 4648 wants it: each value has one spelling."""
    if not isinstance(encoded, str):
        raise TypeError("not a text")  # fido2 would make that many zeros of a number
    octets = websafe_decode(encoded)
    if websafe_encode(octets) != encoded:
        raise ValueError("not base64url without padding")
    return octets


def _read(answer: str, *parts: str) -> _Answer:
    _demand(len(answer) <= LONGEST_ANSWER, "The answer is too long.")
    with _parsing("answer"):
        fields = json.loads(answer)
        response = fields["response"]
        handle, transports = response.get("userHandle"), response.get("transports", [])
        _demand(fields["type"] == "public-key", "The answer is no public-key credential.")
        _demand(fields["id"] == fields["rawId"], "The credential's two IDs differ.")
        _demand(isinstance(transports, list), "The transports are no list.")
        return _Answer(
            credential_id=websafe_encode(_octets(fields["id"])),
            client_data=_octets(response["clientDataJSON"]),
            parts=[_octets(response[part]) for part in parts],
            user_handle=None if handle is None else _octets(handle),
            transports=[each for each in TRANSPORTS if each in transports],
        )


def _check_client_data(octets: bytes, kind: str, ceremony: Ceremony, origin: str) -> None:
    """Check what the browser says of the page: kind of ceremony, origin, frames, challenge."""
    with _parsing("client data"):
        said = json.loads(octets.decode())
        challenge = _octets(said["challenge"])
        _demand(said["type"] == kind, f"The client data's type is not {kind}.")
        _demand(said["origin"] == origin, "The origin is not the page's.")
        _demand(said.get("crossOrigin", False) is False, "The page was in another site's frame.")
        _demand("topOrigin" not in said, "The page was in another site's frame.")
    _demand(challenge == bytes(ceremony.challenge), "The challenge is another one.")


def _attested(octets: bytes) -> bytes:
    """Return the authenticator data of an attestation object."""
    with _parsing("attestation object"):
        decoded: Any = cbor.decode(octets)
        # fido2 overlooks that bytes are missing at an end; CTAP2's form of CBOR is the only one.
        _demand(cbor.encode(decoded) == octets, "The attestation object is malformed.")
        data = decoded["authData"]
        is_whole = isinstance(decoded["fmt"], str) and isinstance(decoded["attStmt"], dict)
    _demand(is_whole and isinstance(data, bytes), "The attestation object is malformed.")
    return bytes(data)


def _authenticator_data(octets: bytes, ceremony: Ceremony) -> AuthenticatorData:
    """Take authenticator data apart and check what both ceremonies want of it."""
    with _parsing("authenticator data"):
        data = AuthenticatorData(octets)
        again = AuthenticatorData.create(
            data.rp_id_hash, data.flags, data.counter, data.credential_data or b"", data.extensions
        )
    _demand(again == octets, "The authenticator data is malformed.")
    own = sha256(rp_id(ceremony.principal).encode()).digest()
    _demand(data.rp_id_hash == own, "The relying party is another one.")
    _demand(data.is_user_present(), "The user was not present.")
    _demand(data.is_user_verified(), "The user was not verified.")
    _demand(
        data.is_backup_eligible() or not data.is_backed_up(),
        "The credential is backed up, but not eligible for it.",
    )
    return data


def _check_key(key: CoseKey) -> None:
    """Check that a key is of an algorithm that was offered, and that it can verify."""
    _demand(key.ALGORITHM in KEY_TYPES, "The algorithm was not offered.")
    _demand(key.get(1) == KEY_TYPES[key.ALGORITHM], "The key is of another type.")
    with _parsing("public key"):
        if key.ALGORITHM == RS256.ALGORITHM:
            length = int.from_bytes(key[-1], "big").bit_length()
            _demand(length in RSA_LENGTHS, "The RSA key has less than 2048 or more than 8192 bits.")
        try:
            key.verify(b"", b"")
        except InvalidSignature:
            return  # what a sound key says to a signature that is none
    raise PasskeyRefused("The public key accepts anything.")


def _find(devices: Sequence[Device], credential_id: str) -> Device:
    for device in devices:
        if device.credential_id == credential_id:
            return device
    raise PasskeyRefused("The credential is none of those that were asked for.")


def _check_signature(device: Device, message: bytes, signature: bytes) -> None:
    key = AttestedCredentialData(bytes(device.credential or b"")).public_key
    with _parsing("signature"):
        try:
            key.verify(message, signature)
        except InvalidSignature as error:
            raise PasskeyRefused("The signature is wrong.") from error


def _count(device: Device, signed: AuthenticatorData) -> None:
    """Note a use, unless the counter says that somebody has a copy (S-077).

    Authenticators without a counter always say zero; once it counts, it has to grow.
    """
    grown = {"sign_count__lt": signed.counter} if signed.counter else {"sign_count": 0}
    living = Device.objects.filter(pk=device.pk, slot__isnull=False, **grown)
    used = {
        "sign_count": signed.counter,
        "backed_up": signed.is_backed_up(),
        "last_used_at": clock.now(),
    }
    _demand(
        bool(living.update(**used)),
        "The counter did not grow: there is a copy of the key, or it was removed.",
    )
    for column, value in used.items():
        setattr(device, column, value)
