"""The key of the built-in identity provider, and the certificate that others know it by.

Each installation makes its own at the first use, in one file of the data directory that its owner
alone can read. It vouches for nobody but the people of an emulator, and says so.
"""

from dataclasses import dataclass, field
from functools import lru_cache
from importlib import import_module
from typing import Any

from django.conf import settings

from signin.federation import self_signed
from signin.kernel import jws, keepsakes

NAME = "identity_provider.pem"
ENCRYPTION_NAME = "assertion_encryption.pem"
COMMON_NAME = "Built-in identity provider"
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
    path = settings.SIGNIN_DATA_DIR / ENCRYPTION_NAME
    return keepsakes.kept(path, lambda: self_signed.written_key(self_signed.new_rsa_key()))


def _issued() -> str:
    ec = import_module("cryptography.hazmat.primitives.asymmetric.ec")
    key = ec.generate_private_key(ec.SECP256R1())
    return self_signed.written_key(key) + self_signed.issue(key, COMMON_NAME)


@lru_cache(maxsize=4)
def _read(pem: str) -> Identity:
    written = import_module("cryptography.hazmat.primitives.serialization")
    before, mark, after = pem.partition(_END_OF_KEY)
    key_pem = before + mark
    return Identity(
        key=written.load_pem_private_key(key_pem.encode(), password=None),
        key_pem=key_pem,
        certificate_pem=after,
        certificate=self_signed.as_in_metadata(after),
    )
