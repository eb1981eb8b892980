"""What a program gets besides tokens, where its account signs for it: who it works for.

An ID token is a JWT (RFC 7519) that programs only read; its key is made from this installation's
own. The identity context in it is for STS.
"""

from datetime import datetime
from typing import cast

from django.conf import settings

from accounts import identity_contexts
from accounts.models import Directory
from signin import hosts
from signin.kernel import clock, derived, jws
from signin.oidc import grants
from signin.oidc.models import Grant

OPENID = "openid"
IDENTITY_CONTEXT = "sts:identity_context"
PURPOSE = b"identity tokens of programs"


def context(grant: Grant, *, expires_at: datetime) -> str:
    """Return the identity context of whoever allowed a grant, if it has the scope; else nothing."""
    if IDENTITY_CONTEXT not in grant.scopes:
        return ""
    return identity_contexts.issue(grant.session.principal, expires_at=expires_at)


def issue(grant: Grant, identity_context: str, *, expires_at: datetime) -> str:
    """Return a token about whoever allowed a grant, if it has the scope; else nothing."""
    if OPENID not in grant.scopes:
        return ""
    # An account signs for it, so that it is of a directory.
    directory, now = cast(Directory, grants.realm_of(grant).directory), clock.now()
    claims = {
        "iss": hosts.origin("sso-oidc", region=grant.region),
        "sub": grant.session.principal.profile.user_id,
        "aud": grant.client.application_arn or grant.client.pk,
        "iat": int(now.timestamp()),
        "exp": int(expires_at.timestamp()),
        "aws:identity_store_id": directory.pk,
        "aws:identity_store_arn": directory.store_arn,
        "aws:credential_id": str(grant.session_id),
        **({IDENTITY_CONTEXT: identity_context} if identity_context else {}),
    }
    secret = derived.signing_key(settings.SECRET_KEY, PURPOSE)
    return jws.sign({"typ": "JWT", "alg": "ES256"}, claims, secret=secret)
