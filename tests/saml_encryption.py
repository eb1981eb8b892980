"""Encrypted assertions for tests: made with cryptography alone, right ones and wrong ones.

``How`` is how one is made; each part can be something that nobody should take.
"""

import base64
import os
from copy import deepcopy
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from lxml import etree
from signxml import CanonicalizationMethod, SignatureMethod, XMLSigner

from accounts.models import SamlProvider
from signin.federation import private_keys
from signin.federation.documents import ASSERTION, SIGNATURE
from tests.saml import NAMES, PLACEHOLDER, encoded, provider, response, signed

XENC = "http://www.w3.org/2001/04/xmlenc#"
XENC_11 = "http://www.w3.org/2009/xmlenc11#"
GCM_128, GCM_256 = f"{XENC_11}aes128-gcm", f"{XENC_11}aes256-gcm"
CBC_128, CBC_256 = f"{XENC}aes128-cbc", f"{XENC}aes256-cbc"
MGF1P, OAEP, RSA_1_5 = f"{XENC}rsa-oaep-mgf1p", f"{XENC_11}rsa-oaep", f"{XENC}rsa-1_5"
SHA1, SHA256 = f"{SIGNATURE}sha1", f"{XENC}sha256"
SIZES = {GCM_128: 16, GCM_256: 32, CBC_128: 16, CBC_256: 32}
HASHES = {None: hashes.SHA1, SHA1: hashes.SHA1, SHA256: hashes.SHA256}


@dataclass(frozen=True)
class How:
    """How an assertion is encrypted: its parts, and what the document says of them."""

    content: str = GCM_256
    transport: str = MGF1P
    digest: str | None = SHA1
    mask: str | None = None
    kind: str = "sp"
    is_apart: bool = False


def pair(kind: str = "sp") -> rsa.RSAPrivateKey:
    """Return the private key of a service provider; the same one each time for the same word."""
    return _pair(kind)


@cache
def _pair(kind: str) -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(65537, 2048)


def pem(kind: str = "sp") -> str:
    """Return a private key as somebody enters it."""
    return written(pair(kind))


def written(key: Any) -> str:
    """Return any private key as PEM."""
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()


def require(provider: SamlProvider, *kinds: str, mode: str = "Required") -> SamlProvider:
    """Have a provider encrypt for some keys, and return it."""
    provider.assertion_encryption_mode = mode
    provider.save()
    provider.private_keys.all().delete()
    for key in private_keys.joined(provider, [], [pem(each) for each in kinds or ("sp",)]):
        key.save()
    return provider


def encrypted(root: Any, how: How | None = None, **changed: Any) -> Any:
    """Return a response whose assertion is encrypted; what was signed before stays signed."""
    how = replace(how or How(), **changed)
    root = deepcopy(root)
    assertion = root.find("saml:Assertion", NAMES)
    root.replace(assertion, sealed(alone(assertion), how))
    return root


def alone(assertion: Any) -> bytes:
    """Return an assertion as a document of its own."""
    octets: bytes = etree.tostring(assertion, method="c14n", exclusive=True)
    return octets


def sealed(octets: bytes, how: How | None = None, **changed: Any) -> Any:
    """Return an EncryptedAssertion with any octets in it."""
    how = replace(how or How(), **changed)
    key = os.urandom(SIZES.get(how.content, 32))
    return assembled(how, enciphered(octets, key, how), wrapped(key, how))


def enciphered(octets: bytes, key: bytes, how: How) -> bytes:
    """Return octets as AES makes them; by GCM unless CBC is said."""
    if not how.content.endswith("-cbc"):
        nonce = os.urandom(12)
        return nonce + AESGCM(key).encrypt(nonce, octets, None)
    added = 16 - len(octets) % 16
    vector = os.urandom(16)
    encryptor = Cipher(algorithms.AES(key), modes.CBC(vector)).encryptor()
    return vector + encryptor.update(octets + bytes(added - 1) + bytes([added]))


def wrapped(key: bytes, how: How) -> bytes:
    """Return the key of some content, for whoever has the private key."""
    if how.transport == RSA_1_5:
        return pair(how.kind).public_key().encrypt(key, padding.PKCS1v15())
    mask = hashes.SHA256() if how.mask == f"{XENC_11}mgf1sha256" else hashes.SHA1()
    digest = HASHES.get(how.digest, hashes.SHA1)()
    oaep = padding.OAEP(mgf=padding.MGF1(mask), algorithm=digest, label=None)
    return pair(how.kind).public_key().encrypt(key, oaep)


def assembled(how: How, content: bytes, key: bytes) -> Any:
    """Return the EncryptedAssertion of two ciphertexts."""
    digest = f'<ds:DigestMethod Algorithm="{how.digest}"/>' if how.digest else ""
    mask = f'<e11:MGF Algorithm="{how.mask}"/>' if how.mask else ""
    identified = ' Id="_key"' if how.is_apart else ""
    enveloped = (
        f"<xenc:EncryptedKey{identified}><xenc:EncryptionMethod Algorithm='{how.transport}'>"
        f"{digest}{mask}</xenc:EncryptionMethod>{_cipher(key)}</xenc:EncryptedKey>"
    )
    named = f'<ds:RetrievalMethod Type="{XENC}EncryptedKey" URI="#_key"/>'
    return etree.fromstring(
        f'<saml:EncryptedAssertion xmlns:saml="{ASSERTION}" xmlns:xenc="{XENC}"'
        f' xmlns:e11="{XENC_11}" xmlns:ds="{SIGNATURE}">'
        f'<xenc:EncryptedData Type="{XENC}Element">'
        f'<xenc:EncryptionMethod Algorithm="{how.content}"/>'
        f"<ds:KeyInfo>{named if how.is_apart else enveloped}</ds:KeyInfo>"
        f"{_cipher(content)}</xenc:EncryptedData>"
        f"{enveloped if how.is_apart else ''}</saml:EncryptedAssertion>"
    )


def over(root: Any, idp: Any = None) -> Any:
    """Return a response that is signed as it is, with what is encrypted in it."""
    idp = idp or provider()
    signer = XMLSigner(
        signature_algorithm=SignatureMethod.RSA_SHA256,
        c14n_algorithm=CanonicalizationMethod.EXCLUSIVE_XML_CANONICALIZATION_1_0,
    )
    root.insert(1, etree.fromstring(PLACEHOLDER))
    return signer.sign(root, key=idp.key, reference_uri=f"#{root.get('ID')}")


def answer(how: How | None = None, idp: Any = None, **said: Any) -> str:
    """Return a response with a signed and encrypted assertion, as a form has it."""
    return encoded(encrypted(signed(response(**said), idp), how))


def _cipher(octets: bytes) -> str:
    value = base64.encodebytes(octets).decode()
    return f"<xenc:CipherData><xenc:CipherValue>{value}</xenc:CipherValue></xenc:CipherData>"
