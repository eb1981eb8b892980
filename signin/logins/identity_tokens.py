"""The token that tells a command line who let it in: a JWT (RFC 7519) that it only reads.

Its key is made from this installation's own, so that nothing has to be stored.
"""

from datetime import datetime

from django.conf import settings

from signin import hosts
from signin.kernel import derived, jws

PURPOSE = b"identity tokens of command lines"


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
    secret = derived.signing_key(settings.SECRET_KEY, PURPOSE)
    return jws.sign({"typ": "JWT", "alg": "ES256"}, claims, secret=secret)
