"""Tokens by which people of an account prove to other services who they are.

IAM calls it outbound identity federation. Each account that is allowed to has an issuer of its own,
whose name follows from the account's number. AWS takes none of these tokens itself.
"""

import hashlib
import json
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from importlib import import_module
from typing import Any

from accounts.models import Account, Principal
from accounts.signers import Signer
from signin import hosts
from signin.federation import outbound_keys
from signin.federation.token_errors import IssuingOff, SessionEndsEarlier, TokenTooLarge
from signin.kernel import clock, entropy, partitions

DOOR = "tokens"
SHORTEST = 60  # seconds
LONGEST = 3600
DEFAULT = 300
LARGEST = 14_000  # octets of claims, so that the token is no longer than STS takes one
NAMESPACE = "https://sts.amazonaws.com/"
CONFIGURATION = "/.well-known/openid-configuration"
KEY_SET = "/.well-known/jwks.json"


@dataclass(frozen=True)
class Wish:
    """What somebody says who wants a token: for whom, how it is signed, what it tells besides."""

    audiences: Sequence[str]
    algorithm: str
    region: str
    seconds: int = DEFAULT
    tags: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Issued:
    """A token, and when it is over."""

    token: str = field(repr=False)
    expires_at: datetime


def issue(signer: Signer, wish: Wish) -> Issued:
    """Return a token about whoever signed.

    Raises IssuingOff, SessionEndsEarlier or TokenTooLarge.
    """
    if not signer.account.issues_web_identity_tokens:
        raise IssuingOff
    now = clock.now().replace(microsecond=0)
    expires_at = now + timedelta(seconds=wish.seconds)
    if signer.temporary and expires_at > signer.temporary.expires_at:
        raise SessionEndsEarlier
    claims = {
        "iss": issuer_of(signer.account_id),
        "aud": wish.audiences[0] if len(wish.audiences) == 1 else list(wish.audiences),
        "sub": signer.role.arn if signer.role else signer.arn,
        "iat": int(now.timestamp()),
        "exp": int(expires_at.timestamp()),
        "jti": entropy.identifier_text(),
        NAMESPACE: {
            "aws_account": signer.account_id,
            "source_region": wish.region,
            "principal_id": signer.role.arn if signer.role else signer.arn,
            **_session(signer),
            **({"request_tags": dict(wish.tags)} if wish.tags else {}),
        },
    }
    said = json.dumps(claims, separators=(",", ":")).encode()
    if len(said) > LARGEST:
        raise TokenTooLarge
    return Issued(_signed(said, wish.algorithm), expires_at)


def issuer_of(account_id: str) -> str:
    """Return the address of an account's issuer."""
    return hosts.origin(DOOR, partitions.AWS, issuer=name_of(account_id))


def name_of(account_id: str) -> str:
    """Return the name of an account's issuer, the same on every machine."""
    digest = hashlib.sha256(f"issuer of tokens/{account_id}".encode()).digest()
    return str(uuid.UUID(bytes=digest[:16], version=4))


def is_there(name: str) -> bool:
    """Return whether an account that gives tokens has an issuer of this name."""
    allowed = Account.objects.filter(issues_web_identity_tokens=True).order_by()
    return any(name_of(each) == name for each in allowed.values_list("pk", flat=True))


def is_one(url: str) -> bool:
    """Return whether an address is that of such an issuer, by its local name or its real one."""
    here = hosts.here(url)
    found = hosts.find_url(here) if here else None
    return found is not None and found[0].door == DOOR


def configuration(name: str) -> dict[str, Any]:
    """Return what an issuer says of itself (OpenID Connect Discovery 1.0, 3)."""
    origin = hosts.origin(DOOR, partitions.AWS, issuer=name)
    return {
        "issuer": origin,
        "jwks_uri": f"{origin}{KEY_SET}",
        "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": list(outbound_keys.ALGORITHMS),
        "claims_supported": ["sub", "iss", "aud", "exp", "iat", "jti", NAMESPACE],
    }


def _session(signer: Signer) -> dict[str, Any]:
    """Return what a token tells of the session of whoever signed."""
    issued = signer.temporary
    if issued is None:
        return {}
    principal = signer.principal
    told: dict[str, Any] = {"original_session_exp": clock.written(issued.expires_at)}
    if issued.tags:
        told["principal_tags"] = issued.tags
    if issued.source_identity:
        told["source_identity"] = issued.source_identity
    if principal.kind == Principal.Kind.FEDERATED:
        told["federated_provider"] = principal.arn
    if principal.kind == Principal.Kind.DIRECTORY_USER:
        told["identity_store_user_id"] = principal.profile.user_id
        told["identity_store_arn"] = principal.profile.directory.store_arn
    return told


def _signed(said: bytes, algorithm: str) -> str:
    library: Any = import_module("joserfc.jws")
    key = outbound_keys.private(algorithm)
    header = {"alg": algorithm, "kid": key.kid, "typ": "JWT"}
    token: str = library.serialize_compact(header, said, key, algorithms=[algorithm])
    return token
