"""Certificates that an installation issues for its own keys; each says what it is of.

They vouch for nobody but the people of an emulator. The library loads with its first use.
"""

import base64
from datetime import timedelta
from importlib import import_module
from typing import Any

from signin.kernel import clock, entropy

ORGANIZATION = "Vestibule emulator, NOT FOR PRODUCTION"
LIFETIME = timedelta(days=3650)
SKEW = timedelta(days=1)  # between the machine's clock and those of whoever looks at it
SERIAL_LENGTH = 16  # bytes
RSA_BITS = 2048
RSA_EXPONENT = 65537


def new_rsa_key() -> Any:
    """Return a new RSA key, which every party to SAML can work with."""
    rsa = import_module("cryptography.hazmat.primitives.asymmetric.rsa")
    return rsa.generate_private_key(RSA_EXPONENT, RSA_BITS)


def issue(key: Any, common_name: str) -> str:
    """Return a new certificate of a private key, as PEM."""
    x509 = import_module("cryptography.x509")
    hashes = import_module("cryptography.hazmat.primitives.hashes")
    written = import_module("cryptography.hazmat.primitives.serialization")
    names, now = x509.oid.NameOID, clock.machine_now()
    name = x509.Name(
        [
            x509.NameAttribute(names.ORGANIZATION_NAME, ORGANIZATION),
            x509.NameAttribute(names.COMMON_NAME, common_name),
        ]
    )
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(int.from_bytes(entropy.octets(SERIAL_LENGTH), "big") >> 1)
        .not_valid_before(now - SKEW)
        .not_valid_after(now + LIFETIME)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    return str(certificate.public_bytes(written.Encoding.PEM).decode())


def written_key(key: Any) -> str:
    """Return a private key as PEM (PKCS #8), which is not encrypted."""
    written = import_module("cryptography.hazmat.primitives.serialization")
    private = key.private_bytes(
        written.Encoding.PEM, written.PrivateFormat.PKCS8, written.NoEncryption()
    )
    return str(private.decode())


def as_in_metadata(certificate_pem: str) -> str:
    """Return a certificate as metadata have it: DER in base64."""
    x509 = import_module("cryptography.x509")
    written = import_module("cryptography.hazmat.primitives.serialization")
    certificate = x509.load_pem_x509_certificate(certificate_pem.encode())
    return base64.b64encode(certificate.public_bytes(written.Encoding.DER)).decode()
