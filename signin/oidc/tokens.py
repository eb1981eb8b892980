"""Tokens: issued for codes and for refresh tokens, found again, revoked."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta

from django.db import transaction
from django.db.models import CharField, DateTimeField, QuerySet

from accounts import sessions
from accounts.models import Principal
from signin.http import Browser
from signin.kernel import clock, entropy
from signin.kernel.prepared import Prepared
from signin.oidc import clients, events, grants, identity_tokens
from signin.oidc.clients import Credentials, Vouched
from signin.oidc.errors import AccessDenied, InvalidGrant, InvalidScope, OtherRegion
from signin.oidc.models import (
    AUTHORIZATION_CODE,
    REFRESH_TOKEN,
    AuthorizationCode,
    Client,
    Grant,
    Token,
)

ACCESS_LIFETIME = timedelta(hours=1)  # where a refresh token goes with it

_RELATED = tuple(f"grant__{name}" for name in grants.RELATED)
_LIVING = Prepared(
    lambda digest, now: Token.objects.select_related(*_RELATED).filter(
        digest=digest, kind=Token.Kind.ACCESS, expires_at__gt=now
    ),
    digest=CharField(),
    now=DateTimeField(),
)


@dataclass(frozen=True)
class Tokens:
    """What a program gets, once: of the tokens only digests are kept."""

    access_token: str = field(repr=False)
    refresh_token: str | None = field(repr=False)
    expires_in: int  # seconds
    scopes: tuple[str, ...] = ()
    # Only where somebody's account signs for the program.
    id_token: str = field(default="", repr=False)
    identity_context: str = field(default="", repr=False)
    issued_type: str = events.ACCESS_TOKEN_TYPE


def issue(grant: Grant, call: events.TokenCall) -> Tokens:
    """Return new tokens of a grant, and record them; the caller used up what they are for.

    All of them end with the session. Without a refresh token the access token lasts as long.
    """
    now, end = clock.now(), grant.session.expires_at
    access_token = f"aoa{entropy.token()}"
    is_refreshable = call.is_refreshable and may_refresh(grant.client)
    refresh_token = f"aor{entropy.token()}" if is_refreshable else None
    expires_at = min(end, now + ACCESS_LIFETIME) if refresh_token else end
    ends = [(Token.Kind.ACCESS, access_token, expires_at), (Token.Kind.REFRESH, refresh_token, end)]
    Token.objects.append(
        *(
            {
                "kind": kind,
                "digest": entropy.digest(token),
                "grant_id": grant.pk,
                "issued_at": now,
                "expires_at": over,
            }
            for kind, token, over in ends
            if token
        )
    )
    seconds, scopes = int((expires_at - now).total_seconds()), tuple(grant.scopes)
    events.token_created(call, seconds, is_refreshable=is_refreshable, scopes=scopes)
    issued = Tokens(access_token, refresh_token, seconds, scopes, issued_type=call.issued_type)
    if call.signer is None:
        return issued
    context = identity_tokens.context(grant, expires_at=expires_at)
    id_token = identity_tokens.issue(grant, context, expires_at=expires_at)
    return replace(issued, id_token=id_token, identity_context=context)


def from_code(
    credentials: Credentials | Vouched,
    code: str,
    verifier: str,
    redirect_uri: str,
    *,
    scopes: Sequence[str] = (),
    browser: Browser,
) -> Tokens:
    """Return tokens for an authorization code, or raise InvalidGrant or InvalidClient.

    A code that comes twice takes back what it gave (S-100).
    """
    codes = AuthorizationCode.objects.filter(digest=entropy.digest(code))
    found = codes.select_related(*_RELATED).first()
    grant = _proven(credentials, found.grant if found else None, AUTHORIZATION_CODE)
    if found is None or grant is None:
        raise InvalidGrant
    call = _call(AUTHORIZATION_CODE, grant, credentials, browser)
    with events.failing(call):
        _check(call, grant, scopes)
        is_theirs = entropy.same(sessions.challenge_of(verifier), found.challenge)
        if not is_theirs or found.redirect_uri != redirect_uri:
            raise InvalidGrant
        if found.used_at is None and found.expires_at <= clock.now():
            raise InvalidGrant
        return _exchange(codes.filter(used_at=None), grant, call)


def from_refresh_token(
    credentials: Credentials | Vouched,
    refresh_token: str,
    *,
    scopes: Sequence[str] = (),
    browser: Browser,
) -> Tokens:
    """Return new tokens for a refresh token, which is used up by it; or raise InvalidGrant.

    One that comes twice was stolen, by the one or the other: the whole family ends (S-102).
    """
    rows = Token.objects.filter(digest=entropy.digest(refresh_token), kind=Token.Kind.REFRESH)
    found = rows.select_related(*_RELATED).first()
    grant = _proven(credentials, found.grant if found else None, REFRESH_TOKEN)
    if found is None or grant is None:
        raise InvalidGrant
    call = _call(REFRESH_TOKEN, grant, credentials, browser)
    with events.failing(call):
        _check(call, grant, scopes)
        if found.used_at is None and found.expires_at <= clock.now():
            raise InvalidGrant
        return _exchange(rows.filter(used_at=None), grant, call)


def find(access_token: str) -> Token | None:
    """Return a living access token with its grant, session, principal and realm."""
    token = _LIVING.find(digest=entropy.digest(access_token), now=clock.now())
    return token if token and grants.lives(token.grant) else None


def revoke_family(grant: Grant) -> bool:
    """End all tokens of a grant; False if they were ended already."""
    return bool(Grant.objects.filter(pk=grant.pk, revoked_at=None).update(revoked_at=clock.now()))


def revoke_all(principal: Principal) -> int:
    """End all tokens that programs have of a principal; return how many grants lived."""
    return Grant.objects.filter(principal=principal, revoked_at=None).update(revoked_at=clock.now())


def may_refresh(client: Client) -> bool:
    """Return whether a program gets refresh tokens."""
    return bool(client.scopes) and client.may_use(REFRESH_TOKEN)


def _proven(credentials: Credentials | Vouched, grant: Grant | None, to_use: str) -> Grant | None:
    """Return a grant if the program proves to be the one that it is for; or raise InvalidClient."""
    likely = grant.client if grant else None
    client: Client | None
    if isinstance(credentials, Vouched):
        client = clients.identify(credentials, likely, to_use=to_use)
    else:
        client = clients.authenticate(credentials, likely, to_use=to_use)
    return grant if grant and client and grant.client_id == client.pk else None


def _call(
    grant_type: str, grant: Grant, credentials: Credentials | Vouched, browser: Browser
) -> events.TokenCall:
    call = events.TokenCall(
        grant_type, grant.client, grants.realm_of(grant), grant.session, browser
    )
    if isinstance(credentials, Vouched):
        return replace(call, signer=credentials.signer, region=credentials.region)
    return call


def _check(call: events.TokenCall, grant: Grant, scopes: Sequence[str]) -> None:
    """Refuse who signs in another account or region, or comes to another one, and scopes beyond."""
    check_signer(call, grant.region)
    if not call.signer and not grants.is_known_at(grant, call.browser):
        raise InvalidGrant
    if not set(grant.scopes).issuperset(scopes):
        raise InvalidScope("One of the scopes was not allowed.")


def check_signer(call: events.TokenCall, region: str) -> None:
    """Raise AccessDenied or OtherRegion unless whoever signs may, and for this region."""
    if call.signer and call.signer.account_id != call.realm.account_id:
        raise AccessDenied("Whoever signs is not of the account that the directory belongs to.")
    if call.signer and call.region != region:
        raise OtherRegion(region)


def _exchange(
    unused: QuerySet[AuthorizationCode] | QuerySet[Token], grant: Grant, call: events.TokenCall
) -> Tokens:
    """Use up one row for tokens; if it was used already, end the family."""
    if not grants.lives(grant):
        raise InvalidGrant
    with transaction.atomic():
        if unused.update(used_at=clock.now()):
            return issue(grant, call)
    revoke_family(grant)
    raise InvalidGrant
