"""Signatures of SAML documents: enveloped, of one element, by a key that is known beforehand.

signxml does the cryptography. What it would take besides is refused before: it follows a reference
to wherever it leads, and applies transforms and algorithms that SAML 2.0 has no use for.
"""

from collections.abc import Sequence
from importlib import import_module

from signin.federation import certificates, documents
from signin.federation.documents import ASSERTION, SIGNATURE, Element
from signin.federation.errors import (
    AlgorithmRefused,
    SignatureUnclear,
    SignatureWrong,
    TransformRefused,
)

EXCLUSIVE = "http://www.w3.org/2001/10/xml-exc-c14n#"
TRANSFORMS = ["http://www.w3.org/2000/09/xmldsig#enveloped-signature", EXCLUSIVE]
METHODS = {
    "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256",
    "http://www.w3.org/2001/04/xmldsig-more#rsa-sha384",
    "http://www.w3.org/2001/04/xmldsig-more#rsa-sha512",
    "http://www.w3.org/2007/05/xmldsig-more#sha256-rsa-MGF1",
    "http://www.w3.org/2007/05/xmldsig-more#sha384-rsa-MGF1",
    "http://www.w3.org/2007/05/xmldsig-more#sha512-rsa-MGF1",
    "http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha256",
    "http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha384",
    "http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha512",
}
DIGESTS = {
    "http://www.w3.org/2001/04/xmlenc#sha256",
    "http://www.w3.org/2001/04/xmldsig-more#sha384",
    "http://www.w3.org/2001/04/xmlenc#sha512",
}
# Where signxml looks for the signature, from the root.
OF_ROOT = "./"
OF_ASSERTION = f"./{{{ASSERTION}}}Assertion/"


def check_form(signed: Element) -> None:
    """Raise unless an element's signature is of exactly this element, and made as it may be."""
    [signature] = documents.children(signed, SIGNATURE, "Signature")
    parts = _only(signature, ["SignedInfo", "SignatureValue"], besides="KeyInfo")
    info = _only(parts[0], ["CanonicalizationMethod", "SignatureMethod", "Reference"])
    canonicalization, method, reference = info
    transforms, digest, value = _only(reference, ["Transforms", "DigestMethod", "DigestValue"])
    if reference.get("URI") != f"#{signed.get('ID')}":
        raise SignatureUnclear
    if not documents.text(parts[1]) or not documents.text(value):
        raise SignatureUnclear
    if canonicalization.get("Algorithm") != EXCLUSIVE:
        raise TransformRefused
    if [each.get("Algorithm") for each in transforms] != TRANSFORMS:
        raise TransformRefused
    if any(len(each) and not _keeps_prefixes(each) for each in (canonicalization, *transforms)):
        raise TransformRefused
    if method.get("Algorithm") not in METHODS or digest.get("Algorithm") not in DIGESTS:
        raise AlgorithmRefused
    if any(len(each) for each in (method, digest, value, parts[1])):
        raise SignatureUnclear


def signed_octets(octets: bytes, location: str, certificate: str) -> bytes:
    """Return what a certificate's key signed in a document, in canonical form.

    The signature's form was checked before. Raises SignatureWrong. What the document says of keys
    is ignored.
    """
    signxml = import_module("signxml")
    try:
        known = certificates.read(certificate)
        verified = signxml.XMLVerifier().verify(
            octets,
            x509_cert=known,
            parser=documents.parser(),
            id_attribute="ID",
            expect_config=signxml.SignatureConfiguration(
                location=location,
                signature_methods=frozenset(map(signxml.SignatureMethod, METHODS)),
                digest_algorithms=frozenset(map(signxml.DigestAlgorithm, DIGESTS)),
                ignore_ambiguous_key_info=True,
                # See signin.federation.certificates on when they end.
                verification_time=known.not_valid_before_utc,
            ),
        )
    except (
        ValueError,
        signxml.exceptions.SignXMLException,
        import_module("lxml.etree").LxmlError,
        import_module("cryptography.exceptions").InvalidSignature,
        import_module("cryptography.exceptions").UnsupportedAlgorithm,
    ) as error:
        raise SignatureWrong from error
    signed: bytes = verified.signed_data
    return signed


def _only(parent: Element, names: Sequence[str], *, besides: str = "") -> list[Element]:
    """Return an element's children, which have to be these, in this order, and maybe one more."""
    found = list(parent)
    expected = [f"{{{SIGNATURE}}}{name}" for name in names]
    if besides and len(found) == len(names) + 1:
        expected.append(f"{{{SIGNATURE}}}{besides}")
    if [each.tag for each in found] != expected:
        raise SignatureUnclear
    return found


def _keeps_prefixes(transform: Element) -> bool:
    """Return whether all that a transform has in it is which prefixes it keeps."""
    return [each.tag for each in transform] == [f"{{{EXCLUSIVE}}}InclusiveNamespaces"]
