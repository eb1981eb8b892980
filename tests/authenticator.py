"""A software authenticator and the browser before it, with a switch for what they can do wrong.

``SoftwareKey().create(options, origin)`` and ``.get(options, origin)`` take what a page gives to
``navigator.credentials`` and return what ``PublicKeyCredential.toJSON()`` says. Each fault of
``Faults`` is a keyword: ``key.get(options, origin, uv=False)``.
"""

import json
import os
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa
from fido2 import cbor
from fido2.cose import ES256, ES384, RS256, EdDSA
from fido2.utils import websafe_decode, websafe_encode
from fido2.webauthn import Aaguid, AuthenticatorData

FLAG = AuthenticatorData.FLAG


@dataclass(frozen=True)
class Faults:
    """What an answer has in place of what is right; by default, nothing."""

    # Of the browser.
    type: str | None = None
    origin: str | None = None
    cross_origin: Any = False
    top_origin: str | None = None
    challenge: Any = None  # bytes, or whatever shall stand there
    client_data: bytes | None = None
    answer_type: str = "public-key"
    raw_id: str | None = None
    padding: int = 0  # characters that nobody asked for
    transports: Any = ("internal", "hybrid")

    # Of the authenticator.
    rp_id: str | None = None
    up: bool = True
    uv: bool = True
    at: bool = True
    be: bool | None = None
    bs: bool | None = None
    counter: int | None = None
    user_handle: bytes | None = None
    credential_id: bytes | None = None
    public_key: dict[int, Any] | None = None
    extensions: dict[str, Any] | None = None
    trailing: bytes = b""  # after the authenticator data
    auth_data: Any = None
    fmt: Any = "none"
    statement: Any = None
    attestation: bytes | None = None  # the whole object
    signed: bytes | None = None  # over which the signature is made
    signature: bytes | None = None


class SoftwareKey:
    """One credential: its key pair, its ID, its counter and whose it is."""

    def __init__(
        self,
        alg: int = ES256.ALGORITHM,
        *,
        synced: bool = False,
        counts: bool = True,
        credential_id: bytes | None = None,
    ) -> None:
        self.alg = alg
        self.synced = synced
        self.counts = counts
        self.counter = 0
        self.credential_id = credential_id or os.urandom(32)
        self.user_handle = b""
        self._private = _generate(alg)

    @property
    def id(self) -> str:
        """The credential's ID as the browser spells it."""
        return websafe_encode(self.credential_id)

    def public_key(self) -> dict[int, Any]:
        """Return the COSE key."""
        kinds = {kind.ALGORITHM: kind for kind in (ES256, ES384, RS256, EdDSA)}
        return dict(kinds[self.alg].from_cryptography_key(self._private.public_key()))

    def create(self, options: dict[str, Any], origin: str, /, **faults: Any) -> dict[str, Any]:
        """Answer ``navigator.credentials.create``."""
        fault = Faults(**faults)
        self.user_handle = websafe_decode(options["user"]["id"])
        credential = attested(
            self.credential_id if fault.credential_id is None else fault.credential_id,
            self.public_key() if fault.public_key is None else fault.public_key,
        )
        data = self._authenticator_data(options["rp"]["id"], credential if fault.at else b"", fault)
        whole = {
            "fmt": fault.fmt,
            "attStmt": {} if fault.statement is None else fault.statement,
            "authData": data if fault.auth_data is None else fault.auth_data,
        }
        attestation = cbor.encode(whole) if fault.attestation is None else fault.attestation
        response = {
            "clientDataJSON": websafe_encode(_client_data("create", options, origin, fault)),
            "attestationObject": websafe_encode(attestation),
            "transports": fault.transports,
        }
        return self._answer(response, fault)

    def get(self, options: dict[str, Any], origin: str, /, **faults: Any) -> dict[str, Any]:
        """Answer ``navigator.credentials.get``."""
        fault = Faults(**faults)
        data = self._authenticator_data(options["rpId"], b"", fault)
        client_data = _client_data("get", options, origin, fault)
        message = data + sha256(client_data).digest() if fault.signed is None else fault.signed
        signature = self.sign(message) if fault.signature is None else fault.signature
        handle = self.user_handle if fault.user_handle is None else fault.user_handle
        response = {
            "clientDataJSON": websafe_encode(client_data),
            "authenticatorData": websafe_encode(data),
            "signature": websafe_encode(signature),
            "userHandle": websafe_encode(handle) if handle else None,
        }
        return self._answer(response, fault)

    def sign(self, message: bytes) -> bytes:
        """Return a signature by the credential's private key."""
        if isinstance(self._private, ec.EllipticCurvePrivateKey):
            digest = hashes.SHA384() if self.alg == ES384.ALGORITHM else hashes.SHA256()
            return self._private.sign(message, ec.ECDSA(digest))
        if isinstance(self._private, rsa.RSAPrivateKey):
            return self._private.sign(message, padding.PKCS1v15(), hashes.SHA256())
        return self._private.sign(message)

    def _authenticator_data(self, rp_id: str, credential: bytes, fault: Faults) -> bytes:
        self.counter += self.counts
        return authenticator_data(
            fault.rp_id or rp_id,
            {
                FLAG.UP: fault.up,
                FLAG.UV: fault.uv,
                FLAG.BE: self.synced if fault.be is None else fault.be,
                FLAG.BS: self.synced if fault.bs is None else fault.bs,
                FLAG.AT: bool(credential),
                FLAG.ED: fault.extensions is not None,
            },
            self.counter if fault.counter is None else fault.counter,
            credential,
            b"" if fault.extensions is None else cbor.encode(fault.extensions),
            fault.trailing,
        )

    def _answer(self, response: dict[str, Any], fault: Faults) -> dict[str, Any]:
        own_id = self.id if fault.credential_id is None else websafe_encode(fault.credential_id)
        return {
            "id": own_id,
            "rawId": own_id if fault.raw_id is None else fault.raw_id,
            "type": fault.answer_type,
            "authenticatorAttachment": "platform",
            "clientExtensionResults": {},
            "response": response,
            **({"padding": "x" * fault.padding} if fault.padding else {}),
        }


def attested(credential_id: bytes, public_key: dict[int, Any]) -> bytes:
    """Return attested credential data (WebAuthn, 6.5.1), whether it makes sense or not."""
    length = len(credential_id).to_bytes(2, "big")
    return bytes(Aaguid.NONE) + length + credential_id + cbor.encode(public_key)


def authenticator_data(
    rp_id: str, flags: dict[AuthenticatorData.FLAG, bool], counter: int, *rest: bytes
) -> bytes:
    """Return authenticator data (WebAuthn, 6.1), whether it makes sense or not."""
    head = sum(flag for flag, is_set in flags.items() if is_set)
    own = sha256(rp_id.encode()).digest()
    return own + bytes([head]) + counter.to_bytes(4, "big") + b"".join(rest)


def _client_data(ceremony: str, options: dict[str, Any], origin: str, fault: Faults) -> bytes:
    if fault.client_data is not None:
        return fault.client_data
    challenge = options["challenge"] if fault.challenge is None else fault.challenge
    said = {
        "type": fault.type or f"webauthn.{ceremony}",
        "challenge": websafe_encode(challenge) if isinstance(challenge, bytes) else challenge,
        "origin": fault.origin or origin,
        "crossOrigin": fault.cross_origin,
        **({} if fault.top_origin is None else {"topOrigin": fault.top_origin}),
    }
    return json.dumps(said).encode()


def _generate(alg: int) -> Any:
    if alg == RS256.ALGORITHM:
        return rsa.generate_private_key(65537, 2048)
    if alg == EdDSA.ALGORITHM:
        return ed25519.Ed25519PrivateKey.generate()
    return ec.generate_private_key(ec.SECP384R1() if alg == ES384.ALGORITHM else ec.SECP256R1())
