"""An identity provider for tests: it signs SAML responses, right ones and wrong ones.

What it says is one ``Said``; ``response`` writes it down, ``signed`` signs it, ``encoded`` is what
a browser posts. Tests of attacks take the signed tree apart in between.
"""

import base64
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import cache
from typing import Any
from xml.sax.saxutils import escape, quoteattr

import signxml
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding
from lxml import etree
from signxml import CanonicalizationMethod, DigestAlgorithm, SignatureMethod

from signin.federation.documents import ASSERTION, METADATA, PROTOCOL, SIGNATURE
from signin.kernel import clock

NAMES = {"samlp": PROTOCOL, "saml": ASSERTION, "ds": SIGNATURE, "md": METADATA}
EMAIL = "urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress"
ATTRIBUTES = "https://aws.amazon.com/SAML/Attributes/"
AUDIENCE = "urn:amazon:webservices"
RECIPIENT = "http://signin.aws.amazon.com.localhost:8000/saml"
ENTITY_ID = "https://idp.example.com/metadata"
SIGN_IN_URL = "https://idp.example.com/sso"

PLACEHOLDER = f'<ds:Signature xmlns:ds="{SIGNATURE}" Id="placeholder"/>'
CLARK = {prefix: f"{{{uri}}}" for prefix, uri in NAMES.items()}


@dataclass(frozen=True)
class IdentityProvider:
    """Somebody who signs: a name, a key, and the certificate that others know the key by."""

    key: Any = field(repr=False)
    certificate: str = field(repr=False)
    entity_id: str = ENTITY_ID


@dataclass(frozen=True)
class Said:
    """What a response says. Times are seconds from now, ``None`` leaves a thing out."""

    subject: str | None = "zhang@example.com"
    subject_format: str = EMAIL
    issuer: str | None = ENTITY_ID
    audience: str | None = AUDIENCE
    recipient: str | None = RECIPIENT
    destination: str | None = RECIPIENT
    attributes: Mapping[str, Sequence[str]] = field(default_factory=dict)
    issued: float = 0
    begins: float | None = -30
    ends: float | None = 300
    confirmation_begins: float | None = None
    confirmation_ends: float | None = 300
    session_ends: float | None = None
    in_response_to: str | None = None
    status: str = "urn:oasis:names:tc:SAML:2.0:status:Success"
    method: str = "urn:oasis:names:tc:SAML:2.0:cm:bearer"
    id: str = "_assertion-1"


def key(kind: str = "rsa") -> Any:
    """Return a private key; the same one each time for the same word."""
    return _key(kind)


def certificate(kind: str = "rsa", *, days: int = 30) -> str:
    """Return a certificate of a key that ends in some days, as DER in base64."""
    return _certificate(kind, days)


@cache
def _key(kind: str) -> Any:
    if kind.startswith("ec"):
        return ec.generate_private_key({"ec": ec.SECP256R1(), "ec-384": ec.SECP384R1()}[kind])
    return rsa.generate_private_key(65537, 1024 if kind == "rsa-1024" else 2048)


@cache
def _certificate(kind: str, days: int) -> str:
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, f"NOT FOR PRODUCTION {kind}")])
    end = clock.now() + timedelta(days=days)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key(kind).public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(end - timedelta(days=60))
        .not_valid_after(end)
        .sign(key(kind), hashes.SHA256())
    )
    return base64.b64encode(made.public_bytes(Encoding.DER)).decode()


def provider(kind: str = "rsa", entity_id: str = ENTITY_ID) -> IdentityProvider:
    """Return an identity provider whose key is the one of a word."""
    return IdentityProvider(key(kind), certificate(kind), entity_id)


def response(said: Said | None = None, **changed: Any) -> Any:
    """Return the root of an unsigned response, in which a signature has its place."""
    said = replace(said or Said(), **changed)
    return etree.fromstring(_written(said))


def signed(
    root: Any,
    idp: IdentityProvider | None = None,
    *,
    what: str = "assertion",
    method: Any = None,
    digest: Any = DigestAlgorithm.SHA256,
    canonicalization: Any = CanonicalizationMethod.EXCLUSIVE_XML_CANONICALIZATION_1_0,
    sign_with: Any = None,
) -> Any:
    """Return a response with its assertion signed, itself, or both."""
    idp = idp or provider()
    is_rsa = isinstance(idp.key, rsa.RSAPrivateKey)
    usual = SignatureMethod.RSA_SHA256 if is_rsa else SignatureMethod.ECDSA_SHA256
    signer = _Signer(
        method=signxml.methods.enveloped,
        signature_algorithm=method or usual,
        digest_algorithm=digest,
        c14n_algorithm=canonicalization,
    )
    [assertion] = root.findall("saml:Assertion", NAMES)
    for part in {"assertion": [assertion], "response": [root], "both": [assertion, root]}[what]:
        name, identifier = part.tag, part.get("ID")
        target = root if name == root.tag else root.find("saml:Assertion", NAMES)
        issuer = target.find("saml:Issuer", NAMES)
        place = etree.fromstring(PLACEHOLDER)
        target.insert(0 if issuer is None else target.index(issuer) + 1, place)
        pem = None if sign_with else [_pem(idp.certificate)]
        root = signer.sign(root, key=sign_with or idp.key, cert=pem, reference_uri=f"#{identifier}")
    return root


def encoded(root: Any) -> str:
    """Return a response as a form has it."""
    octets = root if isinstance(root, bytes) else etree.tostring(root)
    return base64.b64encode(octets).decode()


def answer(idp: IdentityProvider | None = None, **changed: Any) -> str:
    """Return a response that is signed as it should be, as a form has it."""
    idp = idp or provider()
    said = {"issuer": idp.entity_id, **changed}
    return encoded(signed(response(**said), idp))


def altered(encoded_response: str, change: Callable[[Any], None]) -> str:
    """Return a response in which something was changed after it was signed."""
    root = etree.fromstring(base64.b64decode(encoded_response))
    change(root)
    return encoded(root)


def metadata(idp: IdentityProvider | None = None, **changed: str) -> str:
    """Return the metadata of an identity provider; what they say may be changed."""
    idp = idp or provider()
    parts = {
        "entity_id": idp.entity_id,
        "binding": "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect",
        "location": SIGN_IN_URL,
        "keys": key_descriptor(idp.certificate),
        **changed,
    }
    return (
        f'<md:EntityDescriptor xmlns:md="{METADATA}" xmlns:ds="{SIGNATURE}"'
        f" entityID={quoteattr(parts['entity_id'])}>"
        f'<md:IDPSSODescriptor protocolSupportEnumeration="{PROTOCOL}">{parts["keys"]}'
        f'<md:SingleSignOnService Binding="{parts["binding"]}"'
        f" Location={quoteattr(parts['location'])}/>"
        "</md:IDPSSODescriptor></md:EntityDescriptor>"
    )


def key_descriptor(der: str, use: str = ' use="signing"') -> str:
    """Return how metadata name a certificate."""
    return (
        f"<md:KeyDescriptor{use}><ds:KeyInfo><ds:X509Data><ds:X509Certificate>{der}"
        "</ds:X509Certificate></ds:X509Data></ds:KeyInfo></md:KeyDescriptor>"
    )


class _Signer(signxml.XMLSigner):
    """Signs by algorithms that nobody should take any more, too."""

    def check_deprecated_methods(self) -> None:
        pass


def _pem(der: str) -> x509.Certificate:
    return x509.load_der_x509_certificate(base64.b64decode(der))


def _at(seconds: float | None, name: str) -> str:
    """Return an attribute with the time that is so many seconds from now."""
    if seconds is None:
        return ""
    moment: datetime = clock.now() + timedelta(seconds=seconds)
    return f' {name}="{moment.strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3]}Z"'


def _optional(name: str, value: str | None) -> str:
    return "" if value is None else f" {name}={quoteattr(value)}"


def _written(said: Said) -> str:
    issuer = "" if said.issuer is None else f"<saml:Issuer>{escape(said.issuer)}</saml:Issuer>"
    subject = (
        ""
        if said.subject is None
        else f'<saml:NameID Format="{said.subject_format}">{escape(said.subject)}</saml:NameID>'
    )
    audience = (
        ""
        if said.audience is None
        else f"<saml:AudienceRestriction><saml:Audience>{escape(said.audience)}</saml:Audience>"
        "</saml:AudienceRestriction>"
    )
    attributes = "".join(
        f"<saml:Attribute Name={quoteattr(name)}>"
        + "".join(f"<saml:AttributeValue>{escape(v)}</saml:AttributeValue>" for v in values)
        + "</saml:Attribute>"
        for name, values in said.attributes.items()
    )
    answers = _optional("InResponseTo", said.in_response_to)
    return (
        f'<samlp:Response xmlns:samlp="{PROTOCOL}" xmlns:saml="{ASSERTION}" ID="_response-1"'
        f' Version="2.0"{_at(said.issued, "IssueInstant")}'
        f"{_optional('Destination', said.destination)}{answers}>{issuer}"
        f'<samlp:Status><samlp:StatusCode Value="{said.status}"/></samlp:Status>'
        f"<saml:Assertion ID={quoteattr(said.id)}"
        f' Version="2.0"{_at(said.issued, "IssueInstant")}>{issuer}'
        f'<saml:Subject>{subject}<saml:SubjectConfirmation Method="{said.method}">'
        f"<saml:SubjectConfirmationData{_at(said.confirmation_begins, 'NotBefore')}"
        f"{_at(said.confirmation_ends, 'NotOnOrAfter')}"
        f"{_optional('Recipient', said.recipient)}{answers}/>"
        "</saml:SubjectConfirmation></saml:Subject>"
        f"<saml:Conditions{_at(said.begins, 'NotBefore')}{_at(said.ends, 'NotOnOrAfter')}>"
        f"{audience}</saml:Conditions>"
        f"<saml:AuthnStatement{_at(said.issued, 'AuthnInstant')}"
        f"{_at(said.session_ends, 'SessionNotOnOrAfter')}><saml:AuthnContext>"
        "<saml:AuthnContextClassRef>urn:oasis:names:tc:SAML:2.0:ac:classes:Password"
        "</saml:AuthnContextClassRef></saml:AuthnContext></saml:AuthnStatement>"
        f"<saml:AttributeStatement>{attributes}</saml:AttributeStatement>"
        "</saml:Assertion></samlp:Response>"
    )
