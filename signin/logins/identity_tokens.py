"""The token that tells a command line who let it in: a JWT (RFC 7519) that it only reads.

Its key is made from this installation's own, so that nothing has to be stored.
"""

import hashlib
import hmac
from datetime import datetime

from django.conf import settings

from signin import hosts
from signin.kernel import jws

ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551  # of P-256


def issue(arn: str, *, client: str, now: datetime, seconds: int) -> str:
    """Return a token about whoever has this ARN, for a program."""
    issued_at = int(now.timestamp())
    claims = {
        "iss": hosts.origin("signin"),
        "sub": arn,
        "aud": client,
        "iat": issued_at,
        "exp": issued_at + seconds,
    }
    return jws.sign({"typ": "JWT", "alg": "ES256"}, claims, secret=_secret())


def _secret() -> int:
    key, purpose = settings.SECRET_KEY.encode(), b"identity tokens of command lines"
    return int.from_bytes(hmac.new(key, purpose, hashlib.sha512).digest(), "big") % (ORDER - 1) + 1
