"""Encrypted assertions (XML Encryption 1.1; SAML 2.0 core, 2.3.4): what they may be made with.

The content is by AES in GCM or CBC, as IAM takes it, the key of it by RSA-OAEP; nothing else is
tried, and RSA 1.5 never. Ciphertext in CBC can be changed by anybody, who would learn the content
from what we say of it, octet by octet. So until the signature inside is found right, all that can
be wrong with it is one refusal (``uniform``). The library loads with its first use.
"""

import base64
import binascii
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import import_module
from typing import Any

from signin.federation.documents import ASSERTION, SIGNATURE, Element, children, text
from signin.federation.errors import (
    AssertionRefused,
    DecryptionFailed,
    EncryptionAlgorithmRefused,
    EncryptionUnclear,
)
from signin.kernel import entropy

XENC = "http://www.w3.org/2001/04/xmlenc#"
XENC_11 = "http://www.w3.org/2009/xmlenc11#"
ELEMENT = f"{XENC}Element"
ENCRYPTED_KEY = f"{XENC}EncryptedKey"
BLOCK = 16  # octets
NONCE = 12  # octets of GCM
TAG = 16

OAEP = f"{XENC}rsa-oaep-mgf1p"
OAEP_11 = f"{XENC_11}rsa-oaep"
_DIGESTS = {f"{SIGNATURE}sha1": "SHA1", f"{XENC}sha256": "SHA256"}
_MASKS = {f"{XENC_11}mgf1sha1": "SHA1", f"{XENC_11}mgf1sha256": "SHA256"}


@dataclass(frozen=True)
class Content:
    """How content is encrypted: the octets of the key, and whether a change of it is noticed."""

    key_length: int
    is_authenticated: bool


CONTENTS: Mapping[str, Content] = {
    f"{XENC_11}aes128-gcm": Content(16, is_authenticated=True),
    f"{XENC_11}aes256-gcm": Content(32, is_authenticated=True),
    f"{XENC}aes128-cbc": Content(16, is_authenticated=False),
    f"{XENC}aes256-cbc": Content(32, is_authenticated=False),
}
# The same, as people call them.
METHODS: Mapping[str, str] = {uri.rpartition("#")[2]: uri for uri in CONTENTS}
USUAL = "aes256-gcm"


@dataclass(frozen=True)
class Sealed:
    """An encrypted assertion as it is written: its ciphertext, and the one of its key."""

    content: Content
    octets: bytes
    key_octets: bytes
    digest: str
    mask: str

    def opened(self, private_keys: Sequence[Any]) -> bytes:
        """Return what is in it, by whichever key opens it, or raise DecryptionFailed."""
        for each in private_keys:
            key = self._content_key(each)
            if key is not None and (found := self._decrypted(key)) is not None:
                return found
        raise DecryptionFailed

    def _content_key(self, private_key: Any) -> bytes | None:
        try:
            key: bytes = private_key.decrypt(self.key_octets, _oaep(self.digest, self.mask))
        except ValueError:
            return None
        return key if len(key) == self.content.key_length else None

    def _decrypted(self, key: bytes) -> bytes | None:
        if self.content.is_authenticated:
            return _from_gcm(key, self.octets)
        return _from_cbc(key, self.octets)


def read(encrypted: Element) -> Sealed:
    """Return an EncryptedAssertion as it is written, which has one key; or raise why it is none.

    Nothing of it is secret yet, so each reason has its own word. What it says of keys besides is
    ignored, as in signatures.
    """
    found = list(encrypted)
    if not found or found[0].tag != f"{{{XENC}}}EncryptedData":
        raise EncryptionUnclear
    data = found[0]
    if data.get("Type", ELEMENT) != ELEMENT:
        raise EncryptionUnclear
    method, info, cipher = _parts(data, ["EncryptionMethod", "KeyInfo", "CipherData"])
    content = CONTENTS.get(method.get("Algorithm", ""))
    if content is None or len(method):
        raise EncryptionAlgorithmRefused
    key = _key(info, found[1:])
    digest, mask = _transport(key)
    return Sealed(content, _octets(cipher), _octets(_last(key)), digest, mask)


@contextmanager
def uniform(sealed: Sealed) -> Iterator[None]:
    """Let nobody know what is wrong with content that anybody can have changed."""
    try:
        yield
    except AssertionRefused as refusal:
        if sealed.content.is_authenticated:
            raise
        raise DecryptionFailed from refusal


def encrypt(assertion: Element, public_key: Any, method: str = USUAL) -> Element:
    """Return an EncryptedAssertion with an assertion in it, for whoever has the private key."""
    etree = import_module("lxml.etree")
    written = etree.tostring(assertion, method="c14n", exclusive=True)
    content = CONTENTS[METHODS[method]]
    key = entropy.octets(content.key_length)
    octets = _to_gcm(key, written) if content.is_authenticated else _to_cbc(key, written)
    names = {"saml": ASSERTION, "xenc": XENC, "ds": SIGNATURE}
    root = etree.Element(f"{{{ASSERTION}}}EncryptedAssertion", nsmap=names)
    data = etree.SubElement(root, f"{{{XENC}}}EncryptedData", {"Type": ELEMENT})
    _add(data, XENC, "EncryptionMethod", Algorithm=METHODS[method])
    own = _add(_add(data, SIGNATURE, "KeyInfo"), XENC, "EncryptedKey")
    transport = _add(own, XENC, "EncryptionMethod", Algorithm=OAEP)
    _add(transport, SIGNATURE, "DigestMethod", Algorithm=f"{SIGNATURE}sha1")
    for parent, value in ((own, public_key.encrypt(key, _oaep("SHA1", "SHA1"))), (data, octets)):
        place = _add(_add(parent, XENC, "CipherData"), XENC, "CipherValue")
        place.text = base64.b64encode(value).decode()
    return root


def _add(parent: Element, namespace: str, name: str, **attributes: str) -> Element:
    return import_module("lxml.etree").SubElement(parent, f"{{{namespace}}}{name}", attributes)


def _parts(element: Element, names: Sequence[str]) -> list[Element]:
    """Return an element's children, which have to be these, in this order."""
    found = list(element)
    spaces = {"KeyInfo": SIGNATURE}
    if [each.tag for each in found] != [f"{{{spaces.get(name, XENC)}}}{name}" for name in names]:
        raise EncryptionUnclear
    return found


def _key(info: Element, beside: Sequence[Element]) -> Element:
    """Return the one EncryptedKey: in the KeyInfo, or beside the data, and then named there."""
    within = list(info)
    if len(within) != 1:
        raise EncryptionUnclear
    if within[0].tag == f"{{{XENC}}}EncryptedKey" and not beside:
        return within[0]
    is_named = within[0].tag == f"{{{SIGNATURE}}}RetrievalMethod" and not len(within[0])
    if not is_named or [each.tag for each in beside] != [f"{{{XENC}}}EncryptedKey"]:
        raise EncryptionUnclear
    named, [key] = within[0], beside
    if named.get("Type") != ENCRYPTED_KEY or not key.get("Id"):
        raise EncryptionUnclear
    if named.get("URI") != f"#{key.get('Id')}":
        raise EncryptionUnclear
    return key


def _transport(key: Element) -> tuple[str, str]:
    """Return the digest of the OAEP of a key, and that of its mask."""
    methods = children(key, XENC, "EncryptionMethod")
    if len(methods) != 1:
        raise EncryptionUnclear
    [method] = methods
    algorithm = method.get("Algorithm")
    allowed = {f"{{{SIGNATURE}}}DigestMethod": _DIGESTS}
    if algorithm == OAEP_11:
        allowed[f"{{{XENC_11}}}MGF"] = _MASKS
    elif algorithm != OAEP:
        raise EncryptionAlgorithmRefused
    chosen = dict.fromkeys(allowed, "SHA1")
    if len({each.tag for each in method}) < len(method):
        raise EncryptionUnclear
    for each in method:
        # A label (OAEPparams) is none of these; nobody makes one.
        name = allowed.get(each.tag, {}).get(each.get("Algorithm", ""))
        if name is None or len(each):
            raise EncryptionAlgorithmRefused
        chosen[each.tag] = name
    return chosen[f"{{{SIGNATURE}}}DigestMethod"], chosen.get(f"{{{XENC_11}}}MGF", "SHA1")


def _last(key: Element) -> Element:
    """Return the CipherData of a key, behind what it says of whose it is."""
    found = children(key, XENC, "CipherData")
    rest = {
        f"{{{SIGNATURE}}}KeyInfo",
        f"{{{XENC}}}ReferenceList",
        f"{{{XENC}}}CarriedKeyName",
        f"{{{XENC}}}EncryptionMethod",
        f"{{{XENC}}}CipherData",
    }
    if len(found) != 1 or any(each.tag not in rest for each in key):
        raise EncryptionUnclear
    return found[0]


def _octets(cipher: Element) -> bytes:
    """Return the octets of a CipherData; a reference to some elsewhere is not followed."""
    [value] = _parts(cipher, ["CipherValue"])
    if len(value):
        raise EncryptionUnclear
    written = re.sub("[ \t\r\n]", "", text(value))
    try:
        found = base64.b64decode(written, validate=True)
    except (binascii.Error, ValueError) as error:
        raise EncryptionUnclear from error
    if base64.b64encode(found).decode() != written:
        raise EncryptionUnclear
    return found


def _oaep(digest: str, mask: str) -> Any:
    hashes = import_module("cryptography.hazmat.primitives.hashes")
    padding = import_module("cryptography.hazmat.primitives.asymmetric.padding")
    return padding.OAEP(
        mgf=padding.MGF1(getattr(hashes, mask)()), algorithm=getattr(hashes, digest)(), label=None
    )


def _from_gcm(key: bytes, octets: bytes) -> bytes | None:
    if len(octets) < NONCE + TAG:
        return None
    aead = import_module("cryptography.hazmat.primitives.ciphers.aead")
    try:
        found: bytes = aead.AESGCM(key).decrypt(octets[:NONCE], octets[NONCE:], None)
    except import_module("cryptography.exceptions").InvalidTag:
        return None
    return found


def _to_gcm(key: bytes, octets: bytes) -> bytes:
    aead = import_module("cryptography.hazmat.primitives.ciphers.aead")
    nonce = entropy.octets(NONCE)
    sealed: bytes = aead.AESGCM(key).encrypt(nonce, octets, None)
    return nonce + sealed


def _from_cbc(key: bytes, octets: bytes) -> bytes | None:
    if len(octets) < 2 * BLOCK or len(octets) % BLOCK:
        return None
    decryptor = _cbc(key, octets[:BLOCK]).decryptor()
    found: bytes = decryptor.update(octets[BLOCK:]) + decryptor.finalize()
    # The last octet alone says how many there are too many (XML Encryption, 5.2).
    added = found[-1]
    return found[:-added] if 1 <= added <= BLOCK else None


def _to_cbc(key: bytes, octets: bytes) -> bytes:
    vector = entropy.octets(BLOCK)
    added = BLOCK - len(octets) % BLOCK
    encryptor = _cbc(key, vector).encryptor()
    padded = octets + entropy.octets(added - 1) + bytes([added])
    sealed: bytes = encryptor.update(padded) + encryptor.finalize()
    return vector + sealed


def _cbc(key: bytes, vector: bytes) -> Any:
    ciphers = import_module("cryptography.hazmat.primitives.ciphers")
    return ciphers.Cipher(ciphers.algorithms.AES(key), ciphers.modes.CBC(vector))
