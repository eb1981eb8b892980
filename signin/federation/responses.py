"""SAML responses: that one is made of what it has to be, and has one assertion, plain or encrypted.

Nothing in here is believed yet; signatures are looked at afterwards (S-081).
"""

import re
from collections.abc import Sequence

from signin.federation import documents
from signin.federation.documents import ASSERTION, PROTOCOL, SIGNATURE, Element, children
from signin.federation.errors import (
    AssertionsCounted,
    EncryptionRefused,
    IdTwice,
    NoResponse,
    StructureWrong,
)

LONGEST_NAME = 1024  # characters of an ID, an issuer or a subject

_ID = re.compile(r"[A-Za-z_][\w.-]*", re.ASCII)
_IN_RESPONSE = ("Issuer", "Signature", "Status", "Assertion", "EncryptedAssertion")
_IN_ASSERTION = (
    *("Issuer", "Signature", "Subject", "Conditions", "Advice"),
    *("AuthnStatement", "AttributeStatement", "AuthzDecisionStatement"),
)
_ENCRYPTED = f"{{{ASSERTION}}}EncryptedAssertion"


def encrypted(response: Element, *, may_be: bool) -> Element | None:
    """Return the one encrypted assertion of a response, if it has one; it has no other then.

    Nothing else of a response can be encrypted.
    """
    if response.tag != f"{{{PROTOCOL}}}Response" or response.get("Version") != "2.0":
        raise NoResponse
    found = [each for each in response.iter() if each.tag.startswith(f"{{{ASSERTION}}}Encrypted")]
    direct = children(response, ASSERTION, "EncryptedAssertion")
    if found and (not may_be or any(each.tag != _ENCRYPTED for each in found)):
        raise EncryptionRefused
    if not found:
        return None
    if len(found) != 1 or not direct or _count(response, "Assertion"):
        raise AssertionsCounted
    if sum(1 for _ in response.iter(f"{{{PROTOCOL}}}Response")) != 1:
        raise NoResponse
    _check_response(response)
    return found[0]


def only_assertion(response: Element) -> Element:
    """Return the one assertion of a response, or raise why it is not the one."""
    if _count(response, "Assertion") != 1:
        raise AssertionsCounted
    if sum(1 for _ in response.iter(f"{{{PROTOCOL}}}Response")) != 1:
        raise NoResponse
    found = children(response, ASSERTION, "Assertion")
    if not found:
        raise AssertionsCounted
    _check_response(response)
    _check_assertion(found[0])
    return found[0]


def decrypted(response: Element, octets: bytes) -> Element:
    """Return the assertion that was encrypted, and is all of a document."""
    found = documents.parse(octets)
    if found.tag != f"{{{ASSERTION}}}Assertion" or _count(found, "Assertion") != 1:
        raise AssertionsCounted
    if any(each.tag.startswith(f"{{{ASSERTION}}}Encrypted") for each in found.iter()):
        raise EncryptionRefused
    if next(found.iter(f"{{{PROTOCOL}}}Response"), None) is not None:
        raise NoResponse
    if not set(documents.identifiers(found)).isdisjoint(documents.identifiers(response)):
        raise IdTwice
    _check_assertion(found)
    return found


def _count(root: Element, name: str) -> int:
    return sum(1 for _ in root.iter(f"{{{ASSERTION}}}{name}"))


def _check_response(response: Element) -> None:
    _check_children(response, _IN_RESPONSE, {PROTOCOL, ASSERTION, SIGNATURE})
    if not _is_id(response):
        raise StructureWrong


def _check_assertion(assertion: Element) -> None:
    _check_children(assertion, _IN_ASSERTION, {ASSERTION, SIGNATURE})
    if assertion.get("Version") != "2.0" or not _is_id(assertion):
        raise StructureWrong


def _check_children(parent: Element, names: Sequence[str], namespaces: set[str]) -> None:
    """Raise StructureWrong unless an element's children are these, and no more of them than can be.

    Statements there may be several of.
    """
    found = [each.tag[1:].split("}") for each in parent]
    if any(space not in namespaces or name not in names for space, name in found):
        raise StructureWrong
    single = [name for _, name in found if not name.endswith("Statement")]
    if len(single) != len(set(single)):
        raise StructureWrong


def _is_id(element: Element) -> bool:
    value = element.get("ID", "")
    return len(value) <= LONGEST_NAME and _ID.fullmatch(value) is not None
