"""The built-in identity provider: who it is, what it says of people, and its signature.

It is a test's provider. It has no passwords and believes everybody, so nothing but this emulator
may trust it; its answers lead to service providers of this server only.
"""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from signin import hosts
from signin.federation import idp_keys, statements
from signin.federation.statements import Encryption, Statement, Voice
from signin.kernel import clock, entropy, jws

DOOR = "idp"
METADATA_PATH = "/metadata"
SIGN_IN_PATH = "/saml/sso"
TOKEN_LIFETIME = timedelta(hours=1)


def entity_id() -> str:
    """Return the name by which it issues assertions, which is where its metadata is."""
    return hosts.url(DOOR, METADATA_PATH)


def issuer() -> str:
    """Return the name by which it issues tokens."""
    return hosts.origin(DOOR)


def sign_in_url() -> str:
    """Return where it takes questions of service providers."""
    return hosts.url(DOOR, SIGN_IN_PATH)


def columns() -> dict[str, Any]:
    """Return what whoever trusts its assertions has of it, as its metadata say."""
    return {
        "entity_id": entity_id(),
        "certificates": [idp_keys.identity().certificate],
        "sign_in_url": sign_in_url(),
    }


def metadata() -> bytes:
    """Return the provider's metadata, as service providers read it."""
    return statements.metadata(_voice())


def response(statement: Statement, encrypted: Encryption | None = None) -> str:
    """Return a SAML response with one signed assertion, in base64 as a form carries it."""
    return statements.response(_voice(), statement, encrypted)


def discovery() -> dict[str, Any]:
    """Return what the provider says of itself to whoever takes its tokens (OpenID Discovery)."""
    return {
        "issuer": issuer(),
        "jwks_uri": f"{issuer()}/jwks.json",
        "response_types_supported": ["id_token"],
        "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": ["ES256"],
        "claims_supported": ["iss", "sub", "aud", "exp", "iat", "jti"],
    }


def keys() -> dict[str, Any]:
    """Return the keys that its tokens are signed with, as a JSON Web Key Set."""
    return {"keys": [idp_keys.identity().public_key]}


def token(subject: str, audience: str | Sequence[str], claims: Mapping[str, Any]) -> str:
    """Return a signed ID token; ``claims`` may say anything else, or other times."""
    identity, now = idp_keys.identity(), clock.now()
    said = {
        "iss": issuer(),
        "sub": subject,
        "aud": audience,
        "iat": int(now.timestamp()),
        "exp": int((now + TOKEN_LIFETIME).timestamp()),
        "jti": entropy.handle(),
        **claims,
    }
    header = {"alg": "ES256", "typ": "JWT", "kid": identity.public_key["kid"]}
    return jws.sign(header, said, secret=identity.secret)


def _voice() -> Voice:
    identity = idp_keys.identity()
    return Voice(
        entity_id=entity_id(),
        sign_in_url=sign_in_url(),
        key=identity.key,
        certificate_pem=identity.certificate_pem,
        certificate=identity.certificate,
    )
