"""The certificates of identity providers: bearers of a key, and of nothing else.

IAM takes no notice of when a certificate ends, as the SAML V2.0 Metadata Interoperability Profile
has it: whether a key is still the provider's is said by the metadata that name it.
"""

import base64
import binascii
from functools import lru_cache
from importlib import import_module
from typing import Any

SHORTEST_RSA = 1024  # bits
SHORTEST_EC = 256
LONGEST = 20_000  # characters of base64


class CertificateWrong(ValueError):
    """It is no X.509 certificate, or its key is not one that signs SAML."""


@lru_cache(maxsize=64)
def read(encoded: str) -> Any:
    """Return the certificate that is this DER in base64, or raise CertificateWrong."""
    x509 = import_module("cryptography.x509")
    text = "".join(encoded.split())
    if len(text) > LONGEST:
        raise CertificateWrong("too long")
    try:
        certificate = x509.load_der_x509_certificate(base64.b64decode(text, validate=True))
        # IAM refuses extensions that are there twice.
        _ = certificate.extensions
        key = certificate.public_key()
    except (
        binascii.Error,
        ValueError,
        TypeError,
        x509.DuplicateExtension,
        import_module("cryptography.exceptions").UnsupportedAlgorithm,
    ) as error:
        raise CertificateWrong("not a certificate") from error
    if not _signs(key):
        raise CertificateWrong("its key signs nothing here")
    return certificate


def _signs(key: Any) -> bool:
    asymmetric = "cryptography.hazmat.primitives.asymmetric"
    if isinstance(key, import_module(f"{asymmetric}.rsa").RSAPublicKey):
        return bool(key.key_size >= SHORTEST_RSA)
    ec = import_module(f"{asymmetric}.ec")
    return isinstance(key, ec.EllipticCurvePublicKey) and bool(key.key_size >= SHORTEST_EC)
