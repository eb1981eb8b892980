"""Questions of SAML: by which a service provider sends somebody to an identity provider.

Both sides are here: Identity Center asks, and the built-in identity provider reads. They go by
HTTP-Redirect (deflated, in the address) or by HTTP-POST (SAML bindings, 3.4 and 3.5).
"""

import base64
import re
import zlib
from dataclasses import dataclass
from urllib.parse import urlencode, urlsplit
from xml.sax.saxutils import escape, quoteattr

from signin.federation import documents, statements
from signin.federation.documents import Element
from signin.federation.errors import DocumentRefused, QuestionInvalid
from signin.federation.metadata import POST
from signin.kernel import clock

LONGEST = 16_000  # characters of base64
LONGEST_XML = 16_000  # bytes, once it is inflated
LONGEST_RELAY_STATE = 1024  # characters; SAML says 80 bytes, and nobody keeps to it
_RAW_DEFLATE = -15
_IDENTIFIER = re.compile(r"[A-Za-z_][A-Za-z0-9_.-]{0,127}")
_QUESTION = """<samlp:AuthnRequest xmlns:samlp="{protocol}" ID={id} Version="2.0" \
IssueInstant={at} Destination={to} AssertionConsumerServiceURL={acs} ProtocolBinding={binding}\
{force}><saml:Issuer xmlns:saml="{saml}">{issuer}</saml:Issuer>\
<samlp:NameIDPolicy Format={format}/></samlp:AuthnRequest>"""


@dataclass(frozen=True)
class Question:
    """What a service provider asks: who it is, and where the answer goes if not to the usual."""

    id: str
    issuer: str
    acs_url: str = ""


def address(
    question: Question, *, to: str, forces: bool = False, format_: str = statements.EMAIL
) -> str:
    """Return the address that takes somebody with a question to a provider (HTTP-Redirect).

    ``forces`` has the provider ask again whom it knows already.
    """
    written = _QUESTION.format(
        protocol=documents.PROTOCOL,
        saml=documents.ASSERTION,
        id=quoteattr(question.id),
        at=quoteattr(clock.written(clock.now())),
        to=quoteattr(to),
        acs=quoteattr(question.acs_url),
        binding=quoteattr(POST),
        force=' ForceAuthn="true"' if forces else "",
        issuer=escape(question.issuer),
        format=quoteattr(format_),
    )
    packer = zlib.compressobj(wbits=_RAW_DEFLATE)
    packed = packer.compress(written.encode()) + packer.flush()
    query = urlencode({"SAMLRequest": base64.b64encode(packed).decode()})
    return f"{to}{'&' if urlsplit(to).query else '?'}{query}"


def read(encoded: str, *, is_deflated: bool) -> Question:
    """Return what somebody's question says, or raise QuestionInvalid.

    It is not signed, so it is believed in nothing but which of the known addresses to answer to.
    """
    root = parse(encoded, "AuthnRequest", is_deflated=is_deflated)
    if root.get("ProtocolBinding", POST) != POST:
        raise QuestionInvalid
    acs_url = root.get("AssertionConsumerServiceURL", "")
    return Question(root.get("ID"), issuer_of(root), acs_url)


def parse(encoded: str, name: str, *, is_deflated: bool) -> Element:
    """Return the root of a request of SAML that has this name, or raise QuestionInvalid."""
    if len(encoded) > LONGEST:
        raise QuestionInvalid
    try:
        octets = documents.decode(encoded)
        root = documents.parse(_inflated(octets) if is_deflated else octets)
    except DocumentRefused as refusal:
        raise QuestionInvalid from refusal
    if root.tag != f"{{{documents.PROTOCOL}}}{name}" or root.get("Version") != "2.0":
        raise QuestionInvalid
    if not is_identifier(root.get("ID", "")):
        raise QuestionInvalid
    return root


def issuer_of(root: Element) -> str:
    """Return who says that it asks, or raise QuestionInvalid."""
    issuers = documents.children(root, documents.ASSERTION, "Issuer")
    if len(issuers) != 1:
        raise QuestionInvalid
    return documents.text(issuers[0])


def is_identifier(text: str) -> bool:
    """Return whether a text can be the ID of a question."""
    return bool(_IDENTIFIER.fullmatch(text))


def _inflated(octets: bytes) -> bytes:
    unpacker = zlib.decompressobj(wbits=_RAW_DEFLATE)
    try:
        xml = unpacker.decompress(octets, LONGEST_XML)
    except zlib.error as error:
        raise QuestionInvalid from error
    if unpacker.unconsumed_tail or unpacker.unused_data or not unpacker.eof:
        raise QuestionInvalid
    return xml
