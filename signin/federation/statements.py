"""What an identity provider says by SAML: metadata, responses with an assertion, and refusals.

The built-in provider and the access portal both speak so; ``Voice`` is who speaks. Nothing here
decides what may be said to whom.
"""

import base64
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from importlib import import_module
from typing import Any

from signin.federation import encryption
from signin.federation.assertions import BEARER, SUCCESS
from signin.federation.documents import ASSERTION, METADATA, PROTOCOL, SIGNATURE
from signin.federation.metadata import POST, REDIRECT
from signin.federation.signatures import EXCLUSIVE
from signin.kernel import clock, entropy

LIFETIME = timedelta(minutes=5)  # of an assertion
UNSPECIFIED = "urn:oasis:names:tc:SAML:2.0:ac:classes:unspecified"
EMAIL = "urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress"
URI = "urn:oasis:names:tc:SAML:2.0:attrname-format:uri"
ANY_FORMAT = "urn:oasis:names:tc:SAML:2.0:attrname-format:unspecified"
RESPONDER = "urn:oasis:names:tc:SAML:2.0:status:Responder"
NO_PASSIVE = "urn:oasis:names:tc:SAML:2.0:status:NoPassive"


@dataclass(frozen=True)
class Voice:
    """Whoever speaks: the entity ID, the addresses, the key that signs, and its certificate."""

    entity_id: str
    sign_in_url: str
    key: Any = field(repr=False)
    certificate_pem: str = field(repr=False)
    certificate: str = field(repr=False)
    method: str = "ecdsa-sha256"
    logout_url: str = ""


@dataclass(frozen=True)
class Statement:
    """What a provider says of somebody, to whom, and in answer to which question if to any.

    ``audience`` is an entity ID and ``recipient`` the address that takes it. ``session_seconds``
    is how long somebody's session may last at most, and ``authenticated_at`` when they proved who
    they are, if that was before now.
    """

    subject: str
    audience: str
    recipient: str
    in_response_to: str = ""
    name_id_format: str = EMAIL
    attributes: Mapping[str, Sequence[str]] = field(default_factory=dict)
    attribute_format: str = URI
    session_seconds: int | None = None
    authenticated_at: datetime | None = None


@dataclass(frozen=True)
class Encryption:
    """For whom an assertion is encrypted, by the public key, and how."""

    public_key: Any
    method: str = encryption.USUAL


def metadata(voice: Voice, *, name_id_format: str = EMAIL) -> bytes:
    """Return an identity provider's metadata, as service providers read it."""
    etree = import_module("lxml.etree")
    root = etree.Element(
        _in(METADATA, "EntityDescriptor"),
        {"entityID": voice.entity_id},
        nsmap={None: METADATA, "ds": SIGNATURE},
    )
    own = etree.SubElement(
        root,
        _in(METADATA, "IDPSSODescriptor"),
        {"WantAuthnRequestsSigned": "false", "protocolSupportEnumeration": PROTOCOL},
    )
    key = etree.SubElement(own, _in(METADATA, "KeyDescriptor"), {"use": "signing"})
    data = etree.SubElement(etree.SubElement(key, _in(SIGNATURE, "KeyInfo")), _ds("X509Data"))
    etree.SubElement(data, _ds("X509Certificate")).text = voice.certificate
    if voice.logout_url:
        _add_services(own, "SingleLogoutService", voice.logout_url)
    etree.SubElement(own, _in(METADATA, "NameIDFormat")).text = name_id_format
    _add_services(own, "SingleSignOnService", voice.sign_in_url)
    written: bytes = etree.tostring(root, xml_declaration=True, encoding="UTF-8", pretty_print=True)
    return written


def response(voice: Voice, statement: Statement, encrypted: Encryption | None = None) -> str:
    """Return a SAML response with one signed assertion, in base64 as a form carries it.

    It is signed before it is encrypted, so that nobody reads in the signature what it says.
    """
    now = clock.now()
    root = _answer(
        "Response", voice, now, to=statement.recipient, in_response_to=statement.in_response_to
    )
    _add_status(root, SUCCESS)
    assertion = _signed(voice, _assertion(voice, statement, now))
    if encrypted:
        assertion = encryption.encrypt(assertion, encrypted.public_key, encrypted.method)
    root.append(assertion)
    return _encoded(root)


def no_passive(voice: Voice, *, to: str, in_response_to: str) -> str:
    """Return the signed answer that nobody can be vouched for without a page (core, 3.2.2.2)."""
    root = _answer("Response", voice, clock.now(), to=to, in_response_to=in_response_to)
    _add_place(root)
    _add_status(root, RESPONDER, NO_PASSIVE)
    return _encoded(_signed(voice, root))


def logged_out(voice: Voice, *, to: str, in_response_to: str) -> str:
    """Return the signed answer that somebody's session is over (core, 3.7.2)."""
    root = _answer("LogoutResponse", voice, clock.now(), to=to, in_response_to=in_response_to)
    _add_place(root)
    _add_status(root, SUCCESS)
    return _encoded(_signed(voice, root))


def _answer(name: str, voice: Voice, now: datetime, *, to: str, in_response_to: str) -> Any:
    etree = import_module("lxml.etree")
    root = etree.Element(
        _in(PROTOCOL, name),
        {
            "ID": _identifier(),
            "Version": "2.0",
            "IssueInstant": clock.written(now),
            "Destination": to,
            **_answered(in_response_to),
        },
        nsmap={"samlp": PROTOCOL, "saml": ASSERTION},
    )
    etree.SubElement(root, _in(ASSERTION, "Issuer")).text = voice.entity_id
    return root


def _assertion(voice: Voice, statement: Statement, now: datetime) -> Any:
    etree = import_module("lxml.etree")
    until = clock.written(now + LIFETIME)
    own = etree.Element(
        _in(ASSERTION, "Assertion"),
        {"ID": _identifier(), "Version": "2.0", "IssueInstant": clock.written(now)},
        nsmap={"saml": ASSERTION},
    )
    etree.SubElement(own, _in(ASSERTION, "Issuer")).text = voice.entity_id
    _add_place(own)
    subject = etree.SubElement(own, _in(ASSERTION, "Subject"))
    name = etree.SubElement(subject, _in(ASSERTION, "NameID"), {"Format": statement.name_id_format})
    name.text = statement.subject
    confirmed = etree.SubElement(subject, _in(ASSERTION, "SubjectConfirmation"), {"Method": BEARER})
    confirmation = {"NotOnOrAfter": until, "Recipient": statement.recipient}
    etree.SubElement(
        confirmed,
        _in(ASSERTION, "SubjectConfirmationData"),
        {**confirmation, **_answered(statement.in_response_to)},
    )
    while_ = {"NotBefore": clock.written(now - timedelta(minutes=1)), "NotOnOrAfter": until}
    conditions = etree.SubElement(own, _in(ASSERTION, "Conditions"), while_)
    audiences = etree.SubElement(conditions, _in(ASSERTION, "AudienceRestriction"))
    etree.SubElement(audiences, _in(ASSERTION, "Audience")).text = statement.audience
    proven = statement.authenticated_at or now
    session = {"AuthnInstant": clock.written(proven), "SessionIndex": own.get("ID")}
    if statement.session_seconds:
        end = now + timedelta(seconds=statement.session_seconds)
        session["SessionNotOnOrAfter"] = clock.written(end)
    authenticated = etree.SubElement(own, _in(ASSERTION, "AuthnStatement"), session)
    context = etree.SubElement(authenticated, _in(ASSERTION, "AuthnContext"))
    etree.SubElement(context, _in(ASSERTION, "AuthnContextClassRef")).text = UNSPECIFIED
    if statement.attributes:
        attributes = etree.SubElement(own, _in(ASSERTION, "AttributeStatement"))
        for title, values in statement.attributes.items():
            named = {"Name": title, "NameFormat": statement.attribute_format}
            attribute = etree.SubElement(attributes, _in(ASSERTION, "Attribute"), named)
            for value in values:
                etree.SubElement(attribute, _in(ASSERTION, "AttributeValue")).text = value
    return own


def _signed(voice: Voice, element: Any) -> Any:
    signer = import_module("signxml").XMLSigner(
        signature_algorithm=voice.method, digest_algorithm="sha256", c14n_algorithm=EXCLUSIVE
    )
    return signer.sign(
        element, key=voice.key, cert=voice.certificate_pem, reference_uri=element.get("ID")
    )


def _add_place(parent: Any) -> None:
    """Add where the signature will be; without a prefix of its own no verifier finds it there."""
    etree = import_module("lxml.etree")
    etree.SubElement(parent, _ds("Signature"), {"Id": "placeholder"}, nsmap={"ds": SIGNATURE})


def _add_status(parent: Any, code: str, more: str = "") -> None:
    etree = import_module("lxml.etree")
    status = etree.SubElement(parent, _in(PROTOCOL, "Status"))
    first = etree.SubElement(status, _in(PROTOCOL, "StatusCode"), {"Value": code})
    if more:
        etree.SubElement(first, _in(PROTOCOL, "StatusCode"), {"Value": more})


def _add_services(parent: Any, name: str, location: str) -> None:
    for binding in (REDIRECT, POST):
        address = {"Binding": binding, "Location": location}
        import_module("lxml.etree").SubElement(parent, _in(METADATA, name), address)


def _answered(question: str) -> dict[str, str]:
    return {"InResponseTo": question} if question else {}


def _identifier() -> str:
    """Return a new ID, which in XML begins with no digit."""
    return f"_{entropy.handle()}"


def _in(namespace: str, name: str) -> str:
    return f"{{{namespace}}}{name}"


def _ds(name: str) -> str:
    return _in(SIGNATURE, name)


def _encoded(root: Any) -> str:
    return base64.b64encode(import_module("lxml.etree").tostring(root)).decode()
