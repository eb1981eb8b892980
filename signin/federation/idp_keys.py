"""The key of the built-in identity provider, and the certificate that others know it by.

Each installation makes its own at the first use, in one file of the data directory that its owner
alone can read. It vouches for nobody but the people of an emulator, and says so.
"""

import base64
from dataclasses import dataclass, field
from datetime import timedelta
from functools import lru_cache
from importlib import import_module
from typing import Any

from django.conf import settings

from signin.kernel import clock, entropy, jws, keepsakes

NAME = "identity_provider.pem"
ENCRYPTION_NAME = "assertion_encryption.pem"
ENCRYPTION_BITS = 2048
ORGANIZATION = "Vestibule emulator, NOT FOR PRODUCTION"
COMMON_NAME = "Built-in identity provider"
LIFETIME = timedelta(days=3650)
SKEW = timedelta(days=1)  # between the machine's clock and those of whoever looks at it
SERIAL_LENGTH = 16  # bytes
_END_OF_KEY = "-----END PRIVATE KEY-----\n"


@dataclass(frozen=True)
class Identity:
    """The key, the certificate (DER in base64, as metadata has it), and both as PEM."""

    key: Any = field(repr=False)
    key_pem: str = field(repr=False)
    certificate_pem: str
    certificate: str

    @property
    def secret(self) -> int:
        """The number that the private key is."""
        number: int = self.key.private_numbers().private_value
        return number

    @property
    def public_key(self) -> dict[str, str]:
        """The public key as a JSON Web Key, with the name by which tokens refer to it."""
        numbers = self.key.public_key().public_numbers()
        key = {
            "kty": "EC",
            "crv": "P-256",
            "x": jws.encode(numbers.x.to_bytes(jws.HALF, "big")),
            "y": jws.encode(numbers.y.to_bytes(jws.HALF, "big")),
        }
        return {**key, "kid": jws.thumbprint(key), "use": "sig", "alg": "ES256"}


def identity() -> Identity:
    """Return this installation's key and certificate; the first time, they are made."""
    return _read(stored())


def stored() -> str:
    """Return the file with key and certificate as it is; the first time, it is made."""
    return keepsakes.kept(settings.SIGNIN_DATA_DIR / NAME, _issued)


def encryption_key() -> str:
    """Return a private key for encrypted assertions, as PEM; the first time, it is made.

    It is for whoever has none at hand: one installation has one, whichever provider gets it.
    """
    return keepsakes.kept(settings.SIGNIN_DATA_DIR / ENCRYPTION_NAME, _encryption_key)


def _encryption_key() -> str:
    rsa = import_module("cryptography.hazmat.primitives.asymmetric.rsa")
    written = import_module("cryptography.hazmat.primitives.serialization")
    private = rsa.generate_private_key(65537, ENCRYPTION_BITS).private_bytes(
        written.Encoding.PEM, written.PrivateFormat.PKCS8, written.NoEncryption()
    )
    return str(private.decode())


def _issued() -> str:
    x509 = import_module("cryptography.x509")
    ec = import_module("cryptography.hazmat.primitives.asymmetric.ec")
    hashes = import_module("cryptography.hazmat.primitives.hashes")
    written = import_module("cryptography.hazmat.primitives.serialization")
    names = x509.oid.NameOID
    key, now = ec.generate_private_key(ec.SECP256R1()), clock.machine_now()
    name = x509.Name(
        [
            x509.NameAttribute(names.ORGANIZATION_NAME, ORGANIZATION),
            x509.NameAttribute(names.COMMON_NAME, COMMON_NAME),
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
    private = key.private_bytes(
        written.Encoding.PEM, written.PrivateFormat.PKCS8, written.NoEncryption()
    )
    return str((private + certificate.public_bytes(written.Encoding.PEM)).decode())


@lru_cache(maxsize=4)
def _read(pem: str) -> Identity:
    x509 = import_module("cryptography.x509")
    written = import_module("cryptography.hazmat.primitives.serialization")
    before, mark, after = pem.partition(_END_OF_KEY)
    key_pem = before + mark
    der = x509.load_pem_x509_certificate(after.encode()).public_bytes(written.Encoding.DER)
    return Identity(
        key=written.load_pem_private_key(key_pem.encode(), password=None),
        key_pem=key_pem,
        certificate_pem=after,
        certificate=base64.b64encode(der).decode(),
    )
