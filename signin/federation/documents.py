"""SAML documents: read by one strict parser, which fetches nothing and expands nothing.

Whoever checks a signature and whoever reads what is signed have to see the same document. So what
parsers could take in two ways is refused, here for all: other encodings, document types, comments,
processing instructions, and IDs that are there twice (S-085, S-086, S-087). The library loads with
its first use.
"""

import base64
import binascii
import re
from importlib import import_module
from typing import Any

from signin.federation.errors import (
    DoctypeRefused,
    EncodingRefused,
    IdTwice,
    MarkupRefused,
    NotBase64,
    NotXml,
    TooLong,
)

Element = Any  # lxml's, which has no types

LONGEST = 100_000  # characters in base64; IAM's quota
PROTOCOL = "urn:oasis:names:tc:SAML:2.0:protocol"
ASSERTION = "urn:oasis:names:tc:SAML:2.0:assertion"
METADATA = "urn:oasis:names:tc:SAML:2.0:metadata"
SIGNATURE = "http://www.w3.org/2000/09/xmldsig#"
BLANKS = " \t\r\n"  # those of XML

_DECLARATION = re.compile(
    r"<\?xml version=([\"'])1\.0\1(?:\s+encoding=([\"'])(?P<encoding>[\w.-]+)\2)?"
    r"(?:\s+standalone=([\"'])(?:yes|no)\4)?\s*\?>",
    re.ASCII,
)
_DECLARES = re.compile(r"<!(?:DOCTYPE|ENTITY|ELEMENT|ATTLIST|NOTATION)", re.IGNORECASE)


def decode(encoded: str) -> bytes:
    """Return the octets of a document as a form sends it: base64, maybe in several lines."""
    if len(encoded) > LONGEST:
        raise TooLong
    text = encoded.replace("\r\n", "").replace("\n", "")
    try:
        octets = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError) as error:
        raise NotBase64 from error
    if not octets or base64.b64encode(octets).decode() != text:
        raise NotBase64
    return octets


def parse(octets: bytes, *, drops_comments: bool = False) -> Element:
    """Return the root of a document, or raise a DocumentRefused.

    Comments are refused, or dropped for good: then the text around them is one text.
    """
    _check_encoding(octets)
    etree = import_module("lxml.etree")
    try:
        root = etree.fromstring(octets, parser(remove_comments=drops_comments))
    except (etree.LxmlError, ValueError) as error:
        raise NotXml from error
    if any(not isinstance(each.tag, str) for each in root.getroottree().iter()):
        raise MarkupRefused
    if root.getprevious() is not None or root.getnext() is not None:
        raise MarkupRefused
    ids = identifiers(root)
    if len(ids) != len(set(ids)):
        raise IdTwice
    return root


def parser(*, remove_comments: bool = False) -> Any:
    """Return a new parser: no network, no document type, no entities, no huge trees."""
    return import_module("lxml.etree").XMLParser(
        encoding="UTF-8",
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        dtd_validation=False,
        attribute_defaults=False,
        huge_tree=False,
        recover=False,
        collect_ids=False,
        remove_comments=remove_comments,
    )


def identifiers(root: Element) -> list[str]:
    """Return all IDs in a document."""
    return [value for each in root.iter() for value in _ids(each)]


def text(element: Element) -> str:
    """Return all the text of an element, whatever stands between its parts (S-085)."""
    return "".join(element.itertext()).strip(BLANKS)


def children(element: Element, namespace: str, name: str) -> list[Element]:
    """Return an element's children of a name."""
    found: list[Element] = element.findall(f"{{{namespace}}}{name}")
    return found


def _check_encoding(octets: bytes) -> None:
    if octets.startswith(b"\xef\xbb\xbf") or b"\0" in octets:
        raise EncodingRefused
    try:
        written = octets.decode()
    except UnicodeDecodeError as error:
        raise EncodingRefused from error
    if written.startswith("<?xml"):
        declared = _DECLARATION.match(written)
        if not declared or (declared["encoding"] or "UTF-8").upper() != "UTF-8":
            raise EncodingRefused
    if _DECLARES.search(written):
        raise DoctypeRefused


def _ids(element: Element) -> list[str]:
    """Return an element's IDs, under all the names that a signature could find them by."""
    return [
        value
        for name, value in element.attrib.items()
        if name.rpartition("}")[2].lower() in {"id", "assertionid", "requestid", "responseid"}
    ]
