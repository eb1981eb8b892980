"""SAML assertions: whether somebody's provider signed one, for us, just now, and what it says.

``read`` takes a response as a browser posts it (SAML 2.0, web browser SSO profile, POST binding):
it is parsed once; there is exactly one assertion, which has a signature of its own; the signature
is by a key of the issuer that was known before; and everything is read from the octets that were
signed, and from nothing else (S-081 … S-089). An encrypted assertion is a document of its own, to
which the same applies; a signature of the response is of what is encrypted. ``use`` is for what an
assertion may do once (S-088).
"""

import json
import re
from collections.abc import Callable, Container, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from types import MappingProxyType
from typing import Any, Protocol, TypeVar

from django.db import IntegrityError, transaction

from accounts.models.identity_providers import AssertionIssuer
from signin.federation import documents, encryption, responses, signatures
from signin.federation.documents import ASSERTION, PROTOCOL, SIGNATURE, Element, children, text
from signin.federation.errors import (
    AssertionEarly,
    AssertionOver,
    AssertionReplayed,
    AssertionStale,
    AudienceWrong,
    ConfirmationWrong,
    DestinationWrong,
    IssuerUnknown,
    RecipientWrong,
    SignatureUnclear,
    SignatureWrong,
    StatusNotSuccess,
    StructureWrong,
    SubjectMissing,
    Unsigned,
)
from signin.federation.models import UsedAssertion
from signin.federation.responses import LONGEST_NAME
from signin.kernel import clock, entropy

FRESH_FOR = timedelta(minutes=5)
SKEW = timedelta(minutes=1)  # by which a provider's clock may be ahead of ours
SUCCESS = "urn:oasis:names:tc:SAML:2.0:status:Success"
BEARER = "urn:oasis:names:tc:SAML:2.0:cm:bearer"
UNSPECIFIED = "urn:oasis:names:tc:SAML:1.1:nameid-format:unspecified"

_TIME = re.compile(r"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.\d{1,9})?Z", re.ASCII)
_CONDITIONS = ("AudienceRestriction", "OneTimeUse", "ProxyRestriction")

Issuer = TypeVar("Issuer", bound=AssertionIssuer)


class Usable(Protocol):
    """What has to be known of an assertion, so that it is used once."""

    @property
    def id(self) -> str:
        """The ID that its issuer gave it."""

    @property
    def issuer(self) -> str:
        """The entity ID of its issuer."""

    @property
    def expires_at(self) -> datetime:
        """When nobody takes it any more."""


@dataclass(frozen=True)
class Assertion:
    """What an identity provider said of somebody, after all of it was checked.

    ``expires_at`` is until when it would be taken. ``session_expires_at`` is when the session at
    the provider ends, and with it what came of it. ``in_response_to`` is the ID of the request that
    it answers; nothing here knows whether there was one (S-090).
    """

    id: str
    issuer: str
    subject: str
    subject_format: str
    audience: str
    recipient: str
    attributes: Mapping[str, tuple[str, ...]]
    issued_at: datetime
    expires_at: datetime
    session_expires_at: datetime | None
    in_response_to: str
    is_encrypted: bool = False

    def values(self, name: str) -> tuple[str, ...]:
        """Return the values of an attribute, none of which may be there."""
        return self.attributes.get(name, ())


@dataclass(frozen=True)
class _Source:
    """The document that an assertion stands in, and where in it signxml looks for its signature."""

    octets: bytes
    location: str


def read(
    encoded: str,
    *,
    issuers: Callable[[str], Sequence[Issuer]],
    audiences: Container[str],
    recipients: Container[str],
    private_keys: Sequence[Any] = (),
) -> tuple[Assertion, tuple[Issuer, ...]]:
    """Return the assertion of a response in base64, and whose word it is.

    ``issuers`` tells who issues by an entity ID. Returned are those with a key that made the
    signature: several accounts may have made a provider of the same metadata. ``audiences`` and
    ``recipients`` are the names that mean us. ``private_keys`` are those for which it may be
    encrypted; without any, it may not. Raises an AssertionRefused.
    """
    octets = documents.decode(encoded)
    response = documents.parse(octets)
    encrypted = responses.encrypted(response, may_be=bool(private_keys))
    if encrypted is None:
        assertion = responses.only_assertion(response)
        source = _Source(octets, signatures.OF_ASSERTION)
        known, verified = _believed(octets, response, assertion, source, issuers)
    else:
        sealed = encryption.read(encrypted)
        with encryption.uniform(sealed):
            source = _Source(sealed.opened(private_keys), signatures.OF_ROOT)
            assertion = responses.decrypted(response, source.octets)
            known, verified = _believed(octets, response, assertion, source, issuers)
    destination = response.get("Destination", "")
    if destination and destination not in recipients:
        raise DestinationWrong
    found = _read(verified, audiences=audiences, recipients=recipients)
    if found.issuer != _issuer_of(assertion):
        raise IssuerUnknown
    if response.get("InResponseTo", "") not in {"", found.in_response_to}:
        raise ConfirmationWrong
    return replace(found, is_encrypted=encrypted is not None), known


def use(assertion: Usable, purpose: str) -> None:
    """Use an assertion up for a purpose, or raise AssertionReplayed (S-088).

    It is stored by its issuer and ID until nobody would take it any more. Of parallel calls, the
    database lets one through.
    """
    digest = entropy.digest(json.dumps([assertion.issuer, assertion.id, purpose]))
    try:
        with transaction.atomic():
            UsedAssertion.objects.create(digest=digest, expires_at=assertion.expires_at)
    except IntegrityError as error:
        raise AssertionReplayed from error


def _issuer_of(assertion: Element) -> str:
    issuers = children(assertion, ASSERTION, "Issuer")
    if not issuers:
        raise IssuerUnknown
    return _short(text(issuers[0]))


def _short(value: str) -> str:
    if len(value) > LONGEST_NAME:
        raise StructureWrong
    return value


def _check_status(response: Element) -> None:
    codes = response.findall(f"{{{PROTOCOL}}}Status/{{{PROTOCOL}}}StatusCode")
    if [each.get("Value") for each in codes] != [SUCCESS]:
        raise StatusNotSuccess


def _is_signed(element: Element) -> bool:
    return bool(children(element, SIGNATURE, "Signature"))


def _believed(
    octets: bytes,
    response: Element,
    assertion: Element,
    source: _Source,
    issuers: Callable[[str], Sequence[Issuer]],
) -> tuple[tuple[Issuer, ...], Element]:
    """Return who vouches for an assertion, and the assertion as it was signed."""
    entity_id = _issuer_of(assertion)
    if any(text(each) != entity_id for each in children(response, ASSERTION, "Issuer")):
        raise IssuerUnknown
    _check_status(response)
    _check_signatures(response, assertion)
    known = issuers(entity_id)
    if not known:
        raise IssuerUnknown
    signed_response = octets if _is_signed(response) else b""
    signed, certificate = _verify(source, known, signed_response)
    verified = documents.parse(signed)
    if verified.tag != assertion.tag or verified.get("ID") != assertion.get("ID"):
        raise SignatureUnclear
    return tuple(each for each in known if certificate in each.certificates), verified


def _check_signatures(response: Element, assertion: Element) -> None:
    """Raise unless the assertion is signed, and what is signed is said as it has to be."""
    if not _is_signed(assertion):
        raise Unsigned
    signed = [each for each in (response, assertion) if _is_signed(each)]
    apart = [response] if assertion.getparent() is not None else [response, assertion]
    if sum(1 for root in apart for _ in root.iter(f"{{{SIGNATURE}}}Signature")) != len(signed):
        raise SignatureUnclear
    for each in signed:
        signatures.check_form(each)


def _verify(
    source: _Source, issuers: Sequence[AssertionIssuer], signed_response: bytes
) -> tuple[bytes, str]:
    """Return the signed octets of the assertion, and the certificate whose key signed them.

    A response that is signed as well has to be by the same key.
    """
    certificates = dict.fromkeys(each for issuer in issuers for each in issuer.certificates)
    for certificate in certificates:
        try:
            signed = signatures.signed_octets(source.octets, source.location, certificate)
        except SignatureWrong:
            continue
        if signed_response:
            signatures.signed_octets(signed_response, signatures.OF_ROOT, certificate)
        return signed, certificate
    raise SignatureWrong


def _read(
    assertion: Element, *, audiences: Container[str], recipients: Container[str]
) -> Assertion:
    """Return what a signed assertion says, if it says it of somebody, to us, and now."""
    now = clock.now()
    issued_at = _time(assertion, "IssueInstant")
    if issued_at is None:
        raise StructureWrong
    if issued_at > now + SKEW:
        raise AssertionEarly
    subject, confirmation = _subject(assertion)
    recipient = confirmation.get("Recipient", "")
    if recipient not in recipients:
        raise RecipientWrong
    confirmed_until = _time(confirmation, "NotOnOrAfter")
    if confirmed_until is None:
        raise ConfirmationWrong
    conditions = _conditions(assertion)
    audience = _audience(conditions, audiences)
    _check_begun(now, confirmation, conditions)
    ends = [confirmed_until, _time(conditions, "NotOnOrAfter"), _session_end(assertion)]
    if any(each and each <= now for each in ends):
        raise AssertionOver
    if issued_at + FRESH_FOR <= now:
        raise AssertionStale
    return Assertion(
        id=assertion.get("ID"),
        issuer=_issuer_of(assertion),
        subject=_short(text(subject)),
        subject_format=subject.get("Format", UNSPECIFIED),
        audience=audience,
        recipient=recipient,
        attributes=_attributes(assertion),
        issued_at=issued_at,
        expires_at=min(each for each in [issued_at + FRESH_FOR, *ends[:2]] if each),
        session_expires_at=ends[2],
        in_response_to=confirmation.get("InResponseTo", ""),
    )


def _subject(assertion: Element) -> tuple[Element, Element]:
    """Return the name of whom an assertion is about, and what confirms that it is the bearer."""
    subjects = children(assertion, ASSERTION, "Subject")
    names = children(subjects[0], ASSERTION, "NameID") if subjects else []
    if len(names) != 1 or not text(names[0]):
        raise SubjectMissing
    confirmations = children(subjects[0], ASSERTION, "SubjectConfirmation")
    if [each.get("Method") for each in confirmations] != [BEARER]:
        raise ConfirmationWrong
    data = children(confirmations[0], ASSERTION, "SubjectConfirmationData")
    if len(data) != 1:
        raise ConfirmationWrong
    return names[0], data[0]


def _conditions(assertion: Element) -> Element:
    """Return the conditions, all of which are of a kind that is checked here."""
    found = children(assertion, ASSERTION, "Conditions")
    if not found:
        raise AudienceWrong
    if any(each.tag not in {f"{{{ASSERTION}}}{name}" for name in _CONDITIONS} for each in found[0]):
        raise StructureWrong
    return found[0]


def _audience(conditions: Element, audiences: Container[str]) -> str:
    """Return the name by which we are meant; every restriction has to name us."""
    meant = ""
    for restriction in children(conditions, ASSERTION, "AudienceRestriction"):
        named = [text(each) for each in children(restriction, ASSERTION, "Audience")]
        meant = next((each for each in named if each in audiences), "")
        if not meant:
            raise AudienceWrong
    if not meant:
        raise AudienceWrong
    return meant


def _check_begun(now: datetime, *elements: Element) -> None:
    begins = [_time(each, "NotBefore") for each in elements]
    if any(each and each > now + SKEW for each in begins):
        raise AssertionEarly


def _session_end(assertion: Element) -> datetime | None:
    statements = children(assertion, ASSERTION, "AuthnStatement")
    ends = [_time(each, "SessionNotOnOrAfter") for each in statements]
    return min((each for each in ends if each), default=None)


def _attributes(assertion: Element) -> Mapping[str, tuple[str, ...]]:
    """Return the attributes by name; of one that is there twice, all values."""
    found: dict[str, tuple[str, ...]] = {}
    for statement in children(assertion, ASSERTION, "AttributeStatement"):
        for each in children(statement, ASSERTION, "Attribute"):
            values = tuple(text(value) for value in children(each, ASSERTION, "AttributeValue"))
            name = each.get("Name", "")
            found[name] = found.get(name, ()) + values
    return MappingProxyType(found)


def _time(element: Element, name: str) -> datetime | None:
    """Return a time in UTC that an element says, to the second; there may be none."""
    written = element.get(name)
    if written is None:
        return None
    parts = _TIME.fullmatch(written)
    if parts is None:
        raise StructureWrong
    try:
        return datetime.fromisoformat(parts[1]).replace(tzinfo=UTC)
    except ValueError as error:
        raise StructureWrong from error
