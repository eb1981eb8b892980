"""Sign-in tokens: given out for temporary credentials, looked at, and used once."""

from datetime import timedelta

from django.db import transaction

from accounts import sessions, signers
from accounts.models import MultiSession, TemporaryCredentials
from accounts.sessions import SignedIn
from accounts.signers import Signer
from signin.federation import events
from signin.federation.errors import CredentialsRefused, SigninTokenOver
from signin.federation.models import SigninToken
from signin.federation.requests import TokenRequest
from signin.http import Browser
from signin.kernel import clock, entropy

LIFETIME = timedelta(minutes=15)
FACTOR = "federation"

Kind = TemporaryCredentials.Kind


def issue(asked: TokenRequest, *, browser: Browser) -> str:
    """Return a new sign-in token for temporary credentials, or raise CredentialsRefused."""
    signer = signers.find(asked.access_key_id)
    secret = signer.secret if signer else entropy.handle()  # unknown keys cost the same
    is_right = entropy.same(secret, asked.secret_access_key)
    if signer is None or signer.temporary is None:
        raise CredentialsRefused
    if not signer.has_token(asked.session_token) or not is_right:
        raise CredentialsRefused
    if not _is_good(signer) or (asked.session_seconds and not _chooses_length(signer)):
        events.token_refused(signer, browser=browser)
        raise CredentialsRefused
    token, now = entropy.token(), clock.now()
    with transaction.atomic():
        SigninToken.objects.create(
            digest=entropy.digest(token),
            credentials=signer.temporary,
            session_seconds=asked.session_seconds,
            issued_at=now,
            expires_at=now + LIFETIME,
        )
        events.token_issued(signer, browser=browser)
    return token


def find(token: str, *, browser: Browser) -> SigninToken:
    """Return a sign-in token that is good, without using it; or raise SigninTokenOver."""
    found = SigninToken.objects.filter(digest=entropy.digest(token)).first()
    if found is None:
        raise SigninTokenOver
    check(found, browser=browser)
    return found


def check(token: SigninToken, *, browser: Browser) -> Signer:
    """Return whoever comes by a sign-in token that is good; or raise SigninTokenOver."""
    signer = signer_of(token)
    if token.used_at or token.expires_at <= clock.now() or not _is_good(signer):
        events.sign_in_refused(signer, browser=browser)
        raise SigninTokenOver
    return signer


def signer_of(token: SigninToken) -> Signer:
    """Return whoever comes by a sign-in token, good or not."""
    found = signers.find(token.credentials_id)
    if found is None:
        raise SigninTokenOver
    return found


def use(
    token: SigninToken,
    *,
    issuer: str,
    destination: str,
    browser: Browser,
    host: str,
    challenge: str,
    multi_session: MultiSession | None = None,
) -> SignedIn:
    """Sign a browser in with a sign-in token, and offer the console at ``host`` its session.

    Raises SigninTokenOver. The session lasts as long as was asked for with the token, or else as
    long as the credentials.
    """
    signer, now = check(token, browser=browser), clock.now()
    issued = token.credentials
    asked_for = timedelta(seconds=token.session_seconds or 0)
    with transaction.atomic():
        unused = SigninToken.objects.filter(pk=token.pk, used_at=None, expires_at__gt=now)
        if not unused.update(used_at=now):
            raise SigninTokenOver
        signed_in = sessions.open_for(
            signer.principal,
            browser=browser,
            factors=[FACTOR],
            host=host,
            challenge=challenge,
            lifetime=asked_for or issued.expires_at - now,
            role=signer.role,
            session_name=issued.session_name,
            issuer=issuer,
            multi_session=multi_session,
        )
        events.signed_in(signer, to=destination, browser=browser)
    return signed_in


def _is_good(signer: Signer) -> bool:
    """Return whether credentials open the console: a role's or a federated user's, while they live.

    A user's own temporary credentials do not: users have a password.
    """
    return (
        (signer.is_role or signer.is_federated)
        and not signer.is_over
        and not signer.is_switched_off
        and signer.is_of_active_account
    )


def _chooses_length(signer: Signer) -> bool:
    """Return whether a session may outlive the credentials; AWS says of which it may not.

    Nor may it if they are a command line's, which end with the session of whoever let it in.
    """
    is_login = signer.temporary is not None and signer.temporary.kind == Kind.LOGIN
    return signer.is_role and not signer.is_chained and not is_login
