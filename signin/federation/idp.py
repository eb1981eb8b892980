"""The built-in identity provider: who it is, what it says of people, and its signature.

It is a test's provider. It has no passwords and believes everybody, so nothing but this emulator
may trust it; its answers lead to service providers of this server only.
"""

import base64
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from importlib import import_module
from typing import Any

from signin import hosts
from signin.federation import encryption, idp_keys
from signin.federation.assertions import BEARER, SUCCESS
from signin.federation.documents import ASSERTION, METADATA, PROTOCOL, SIGNATURE
from signin.federation.metadata import POST, REDIRECT
from signin.federation.signatures import EXCLUSIVE
from signin.kernel import clock, entropy, jws

DOOR = "idp"
METADATA_PATH = "/metadata"
SIGN_IN_PATH = "/saml/sso"
LIFETIME = timedelta(minutes=5)  # of an assertion
TOKEN_LIFETIME = timedelta(hours=1)

UNSPECIFIED = "urn:oasis:names:tc:SAML:2.0:ac:classes:unspecified"
EMAIL = "urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress"
URI = "urn:oasis:names:tc:SAML:2.0:attrname-format:uri"


@dataclass(frozen=True)
class Statement:
    """What the provider says of somebody, to whom, and in answer to which question if to any.

    ``audience`` is an entity ID and ``recipient`` the address that takes it. ``session_seconds``
    is how long somebody's session may last at most.
    """

    subject: str
    audience: str
    recipient: str
    in_response_to: str = ""
    name_id_format: str = EMAIL
    attributes: Mapping[str, Sequence[str]] = field(default_factory=dict)
    session_seconds: int | None = None


@dataclass(frozen=True)
class Encryption:
    """For whom an assertion is encrypted, by the public key, and how."""

    public_key: Any
    method: str = encryption.USUAL


def entity_id() -> str:
    """Return the name by which it issues assertions, which is where its metadata is."""
    return hosts.url(DOOR, METADATA_PATH)


def issuer() -> str:
    """Return the name by which it issues tokens."""
    return hosts.origin(DOOR)


def sign_in_url() -> str:
    """Return where it takes questions of service providers."""
    return hosts.url(DOOR, SIGN_IN_PATH)


def columns() -> dict[str, Any]:
    """Return what whoever trusts its assertions has of it, as its metadata say."""
    return {
        "entity_id": entity_id(),
        "certificates": [idp_keys.identity().certificate],
        "sign_in_url": sign_in_url(),
    }


def metadata() -> bytes:
    """Return the provider's metadata, as service providers read it."""
    etree = import_module("lxml.etree")
    root = etree.Element(
        _in(METADATA, "EntityDescriptor"),
        {"entityID": entity_id()},
        nsmap={None: METADATA, "ds": SIGNATURE},
    )
    own = etree.SubElement(
        root,
        _in(METADATA, "IDPSSODescriptor"),
        {"WantAuthnRequestsSigned": "false", "protocolSupportEnumeration": PROTOCOL},
    )
    key = etree.SubElement(own, _in(METADATA, "KeyDescriptor"), {"use": "signing"})
    data = etree.SubElement(etree.SubElement(key, _in(SIGNATURE, "KeyInfo")), _ds("X509Data"))
    etree.SubElement(data, _ds("X509Certificate")).text = idp_keys.identity().certificate
    etree.SubElement(own, _in(METADATA, "NameIDFormat")).text = EMAIL
    for binding in (REDIRECT, POST):
        address = {"Binding": binding, "Location": sign_in_url()}
        etree.SubElement(own, _in(METADATA, "SingleSignOnService"), address)
    return _written(root)


def response(statement: Statement, encrypted: Encryption | None = None) -> str:
    """Return a SAML response with one signed assertion, in base64 as a form carries it.

    It is signed before it is encrypted, so that nobody reads in the signature what it says.
    """
    etree = import_module("lxml.etree")
    now = clock.now()
    root = etree.Element(
        _in(PROTOCOL, "Response"),
        {
            "ID": _identifier(),
            "Version": "2.0",
            "IssueInstant": clock.written(now),
            "Destination": statement.recipient,
            **_answered(statement),
        },
        nsmap={"samlp": PROTOCOL, "saml": ASSERTION},
    )
    etree.SubElement(root, _in(ASSERTION, "Issuer")).text = entity_id()
    status = etree.SubElement(root, _in(PROTOCOL, "Status"))
    etree.SubElement(status, _in(PROTOCOL, "StatusCode"), {"Value": SUCCESS})
    assertion = _signed(_assertion(statement, now))
    if encrypted:
        assertion = encryption.encrypt(assertion, encrypted.public_key, encrypted.method)
    root.append(assertion)
    return base64.b64encode(etree.tostring(root)).decode()


def discovery() -> dict[str, Any]:
    """Return what the provider says of itself to whoever takes its tokens (OpenID Discovery)."""
    return {
        "issuer": issuer(),
        "jwks_uri": f"{issuer()}/jwks.json",
        "response_types_supported": ["id_token"],
        "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": ["ES256"],
        "claims_supported": ["iss", "sub", "aud", "exp", "iat", "jti"],
    }


def keys() -> dict[str, Any]:
    """Return the keys that its tokens are signed with, as a JSON Web Key Set."""
    return {"keys": [idp_keys.identity().public_key]}


def token(subject: str, audience: str | Sequence[str], claims: Mapping[str, Any]) -> str:
    """Return a signed ID token; ``claims`` may say anything else, or other times."""
    identity, now = idp_keys.identity(), clock.now()
    said = {
        "iss": issuer(),
        "sub": subject,
        "aud": audience,
        "iat": int(now.timestamp()),
        "exp": int((now + TOKEN_LIFETIME).timestamp()),
        "jti": entropy.handle(),
        **claims,
    }
    header = {"alg": "ES256", "typ": "JWT", "kid": identity.public_key["kid"]}
    return jws.sign(header, said, secret=identity.secret)


def _assertion(statement: Statement, now: datetime) -> Any:
    etree = import_module("lxml.etree")
    until = clock.written(now + LIFETIME)
    own = etree.Element(
        _in(ASSERTION, "Assertion"),
        {"ID": _identifier(), "Version": "2.0", "IssueInstant": clock.written(now)},
        nsmap={"saml": ASSERTION},
    )
    etree.SubElement(own, _in(ASSERTION, "Issuer")).text = entity_id()
    # Where the signature will be; without a prefix of its own no verifier finds it there.
    etree.SubElement(own, _ds("Signature"), {"Id": "placeholder"}, nsmap={"ds": SIGNATURE})
    subject = etree.SubElement(own, _in(ASSERTION, "Subject"))
    name = etree.SubElement(subject, _in(ASSERTION, "NameID"), {"Format": statement.name_id_format})
    name.text = statement.subject
    confirmed = etree.SubElement(subject, _in(ASSERTION, "SubjectConfirmation"), {"Method": BEARER})
    etree.SubElement(
        confirmed,
        _in(ASSERTION, "SubjectConfirmationData"),
        {"NotOnOrAfter": until, "Recipient": statement.recipient, **_answered(statement)},
    )
    while_ = {"NotBefore": clock.written(now - timedelta(minutes=1)), "NotOnOrAfter": until}
    conditions = etree.SubElement(own, _in(ASSERTION, "Conditions"), while_)
    audiences = etree.SubElement(conditions, _in(ASSERTION, "AudienceRestriction"))
    etree.SubElement(audiences, _in(ASSERTION, "Audience")).text = statement.audience
    session = {"AuthnInstant": clock.written(now), "SessionIndex": own.get("ID")}
    if statement.session_seconds:
        end = now + timedelta(seconds=statement.session_seconds)
        session["SessionNotOnOrAfter"] = clock.written(end)
    authenticated = etree.SubElement(own, _in(ASSERTION, "AuthnStatement"), session)
    context = etree.SubElement(authenticated, _in(ASSERTION, "AuthnContext"))
    etree.SubElement(context, _in(ASSERTION, "AuthnContextClassRef")).text = UNSPECIFIED
    if statement.attributes:
        attributes = etree.SubElement(own, _in(ASSERTION, "AttributeStatement"))
        for title, values in statement.attributes.items():
            named = {"Name": title, "NameFormat": URI}
            attribute = etree.SubElement(attributes, _in(ASSERTION, "Attribute"), named)
            for value in values:
                etree.SubElement(attribute, _in(ASSERTION, "AttributeValue")).text = value
    return own


def _signed(assertion: Any) -> Any:
    signxml, identity = import_module("signxml"), idp_keys.identity()
    signer = signxml.XMLSigner(
        signature_algorithm="ecdsa-sha256", digest_algorithm="sha256", c14n_algorithm=EXCLUSIVE
    )
    return signer.sign(
        assertion,
        key=identity.key,
        cert=identity.certificate_pem,
        reference_uri=assertion.get("ID"),
    )


def _answered(statement: Statement) -> dict[str, str]:
    return {"InResponseTo": statement.in_response_to} if statement.in_response_to else {}


def _identifier() -> str:
    """Return a new ID, which in XML begins with no digit."""
    return f"_{entropy.handle()}"


def _in(namespace: str, name: str) -> str:
    return f"{{{namespace}}}{name}"


def _ds(name: str) -> str:
    return _in(SIGNATURE, name)


def _written(root: Any) -> bytes:
    written: bytes = import_module("lxml.etree").tostring(
        root, xml_declaration=True, encoding="UTF-8", pretty_print=True
    )
    return written
