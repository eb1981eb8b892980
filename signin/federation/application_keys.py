"""The keys by which directories vouch for their users to applications, one for each directory.

Each is made with its first use and outlives a reset, so that an application that trusts it goes on
to. Its file is in the data directory; the private key in it is sealed. RSA, which every service
provider can check.
"""

from dataclasses import dataclass, field
from functools import lru_cache
from importlib import import_module
from typing import Any

from django.conf import settings

from signin.federation import self_signed
from signin.kernel import keepsakes, sealing

NAME = "portal_{directory}.pem"
COMMON_NAME = "Access portal of {directory}"
PURPOSE = "application-key"


@dataclass(frozen=True)
class Identity:
    """A key that signs, and its certificate: as PEM, and as metadata have it (DER in base64)."""

    key: Any = field(repr=False)
    certificate_pem: str
    certificate: str


def identity(directory_id: str) -> Identity:
    """Return the key and the certificate of a directory; the first time, they are made."""
    path = settings.SIGNIN_DATA_DIR / NAME.format(directory=directory_id)
    return _read(keepsakes.kept(path, lambda: _issued(directory_id)))


def _issued(directory_id: str) -> str:
    """Return a sealed key in one line, and below it the certificate."""
    key = self_signed.new_rsa_key()
    private = self_signed.written_key(key).encode()
    sealed = sealing.seal(private, key=settings.SECRET_KEY, purpose=PURPOSE)
    return f"{sealed}\n{self_signed.issue(key, COMMON_NAME.format(directory=directory_id))}"


@lru_cache(maxsize=16)
def _read(stored: str) -> Identity:
    written = import_module("cryptography.hazmat.primitives.serialization")
    sealed, _, pem = stored.partition("\n")
    private = sealing.unseal(sealed, key=settings.SECRET_KEY, purpose=PURPOSE)
    return Identity(
        key=written.load_pem_private_key(private, password=None),
        certificate_pem=pem,
        certificate=self_signed.as_in_metadata(pem),
    )
