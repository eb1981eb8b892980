"""Bearer tokens of whoever signs a request for one (CreateOAuth2TokenWithIAM).

A token is all that it says, sealed with this installation's key, so that nothing has to be stored.
It is worth something while the credentials are that signed for it, an hour at most.
"""

import base64
import binascii
import json
from dataclasses import dataclass
from datetime import timedelta

from django.conf import settings

from accounts import signers
from accounts.signers import Signer
from signin.kernel import clock, entropy, sealing
from signin.kernel.sealing import SealBroken

PREFIX = "ASOA"  # of access tokens; those that can be refreshed have another
PURPOSE = "bearer token"
LIFETIME = timedelta(hours=1)


@dataclass(frozen=True)
class BearerToken:
    """What a bearer token says: for which resource it is, by whose credentials, and until when.

    Times are seconds since 1970.
    """

    id: str
    resource: str
    access_key_id: str
    issued_at: int
    expires_at: int


def issue(signer: Signer, resource: str) -> tuple[str, int]:
    """Return a new token for a resource, and for how many seconds it is good."""
    now = clock.now()
    end = now + LIFETIME
    if signer.temporary:
        end = min(end, signer.temporary.expires_at)
    said = BearerToken(
        id=entropy.identifier_text(),
        resource=resource,
        access_key_id=signer.access_key_id,
        issued_at=int(now.timestamp()),
        expires_at=int(end.timestamp()),
    )
    content = json.dumps(vars(said)).encode()
    sealed = base64.b64decode(sealing.seal(content, key=settings.SECRET_KEY, purpose=PURPOSE))
    token = f"{PREFIX}{base64.urlsafe_b64encode(sealed).decode()}"
    return token, max(1, said.expires_at - said.issued_at)


def find(token: str, *, account_id: str) -> tuple[BearerToken, Signer] | None:
    """Return what a token says and whose it is, if it is good and of this account."""
    said = _read(token)
    if said is None or said.expires_at <= clock.now().timestamp():
        return None
    signer = signers.find(said.access_key_id)
    if signer is None or signer.account_id != account_id:
        return None
    is_good = not signer.is_over and not signer.is_switched_off and signer.is_of_active_account
    return (said, signer) if is_good else None


def _read(token: str) -> BearerToken | None:
    if not token.startswith(PREFIX):
        return None
    try:
        octets = base64.b64decode(token.removeprefix(PREFIX), altchars=b"-_", validate=True)
        stored = base64.b64encode(octets).decode()
        content = sealing.unseal(stored, key=settings.SECRET_KEY, purpose=PURPOSE)
    except (binascii.Error, ValueError, SealBroken):
        return None
    return BearerToken(**json.loads(content))
