"""Metadata of identity providers: who they are, which keys sign for them, where people sign in.

An administrator uploads them; nothing is fetched (R-037). They are read by the strict parser of
assertions. A signature of metadata is not looked at: whoever uploads them vouches for them.
"""

from dataclasses import dataclass
from urllib.parse import urlsplit

from signin.federation import certificates, documents
from signin.federation.certificates import CertificateWrong
from signin.federation.documents import METADATA, PROTOCOL, SIGNATURE, Element, children, text
from signin.federation.errors import DocumentRefused, MetadataRefused

LONGEST = 10_000_000  # octets; IAM's quota
LONGEST_NAME = 1024
MOST_KEYS = 10
REDIRECT = "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect"
POST = "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST"


@dataclass(frozen=True)
class Metadata:
    """What is needed to know of an identity provider.

    ``certificates`` are DER in base64. ``sign_in_url`` is empty if the provider has no address for
    one of the two bindings; ``sign_in_binding`` is that of the address, redirect if there is one.
    """

    entity_id: str
    certificates: tuple[str, ...]
    sign_in_url: str = ""
    sign_in_binding: str = ""


def read(octets: bytes) -> Metadata:
    """Return what metadata say of the one identity provider in them, or raise MetadataRefused."""
    if len(octets) > LONGEST:
        raise MetadataRefused
    try:
        entity = documents.parse(octets, drops_comments=True)
    except DocumentRefused as error:
        raise MetadataRefused from error
    descriptors = children(entity, METADATA, "IDPSSODescriptor")
    entity_id = entity.get("entityID", "").strip(documents.BLANKS)
    if entity.tag != f"{{{METADATA}}}EntityDescriptor" or len(descriptors) != 1:
        raise MetadataRefused
    if not 1 <= len(entity_id) <= LONGEST_NAME:
        raise MetadataRefused
    [descriptor] = descriptors
    if PROTOCOL not in descriptor.get("protocolSupportEnumeration", "").split():
        raise MetadataRefused
    binding, url = _sign_in(descriptor)
    return Metadata(entity_id, _certificates(descriptor), url, binding)


def _certificates(descriptor: Element) -> tuple[str, ...]:
    """Return the certificates of the keys that sign: those for it, and those for everything."""
    keys = [
        each
        for each in children(descriptor, METADATA, "KeyDescriptor")
        if each.get("use", "signing") == "signing"
    ]
    path = "/".join(f"{{{SIGNATURE}}}{name}" for name in ("KeyInfo", "X509Data", "X509Certificate"))
    written = ("".join(text(found).split()) for key in keys for found in key.findall(path))
    found = tuple(dict.fromkeys(written))
    if not 1 <= len(found) <= MOST_KEYS:
        raise MetadataRefused
    try:
        for each in found:
            certificates.read(each)
    except CertificateWrong as error:
        raise MetadataRefused from error
    return found


def _sign_in(descriptor: Element) -> tuple[str, str]:
    """Return the binding and the address of the sign-in."""
    services = children(descriptor, METADATA, "SingleSignOnService")
    for binding in (REDIRECT, POST):
        for each in services:
            if each.get("Binding") == binding:
                return binding, _address(each.get("Location", ""))
    return "", ""


def _address(location: str) -> str:
    """Return an address of the web to which a browser can be sent, or raise MetadataRefused."""
    if len(location) > LONGEST_NAME or any(not "!" <= each <= "~" for each in location):
        raise MetadataRefused
    try:
        parts = urlsplit(location)
        is_web = parts.scheme in {"http", "https"} and bool(parts.hostname)
        _ = parts.port
    except ValueError as error:
        raise MetadataRefused from error
    if not is_web or "@" in parts.netloc or "\\" in location:
        raise MetadataRefused
    return location
