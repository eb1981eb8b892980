"""Tokens for what others say of somebody: an issuer that is trusted, or a token of another program.

Only applications get them, and the account of the directory has to sign for these.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import cast

from django.db import transaction
from django.db.models import Q

from accounts import directories, sessions
from accounts.models import Directory, Principal, Session
from signin.http import Browser
from signin.kernel import clock
from signin.oidc import grants, tokens
from signin.oidc.clients import Vouched
from signin.oidc.errors import (
    InvalidClient,
    InvalidGrant,
    InvalidRequest,
    InvalidScope,
    UnauthorizedClient,
)
from signin.oidc.events import ACCESS_TOKEN_TYPE, REFRESH_TOKEN_TYPE, TokenCall
from signin.oidc.identity_tokens import IDENTITY_CONTEXT, OPENID
from signin.oidc.models import Client, Grant
from signin.oidc.realms import Realm
from signin.oidc.tokens import Tokens

SCOPES = (OPENID, "aws", IDENTITY_CONTEXT)  # that every application has


def call_of(grant_type: str, vouched: Vouched, *, browser: Browser) -> TokenCall:
    """Return the call of an application, as it is recorded; or raise a refusal."""
    name = vouched.client_id
    named = Client.objects.filter(Q(pk=name) | Q(application_arn=name))
    client = named.filter(expires_at__gt=clock.now()).order_by("-registered_at").first()
    if client is None:
        raise InvalidClient("No client is registered with this ID, or for this application.")
    if not client.application_arn:
        raise UnauthorizedClient("The client did not register for an application.")
    directory = directories.find_by_start_url(client.issuer_url)
    if directory is None:
        raise InvalidClient("No portal has the issuer URL that the client registered with.")
    realm = Realm(directory)
    return TokenCall(
        grant_type, client, realm, None, browser, signer=vouched.signer, region=vouched.region
    )


def for_user(call: TokenCall, user: Principal, *, scopes: Sequence[str]) -> Tokens:
    """Return tokens of a user for whom an issuer vouched that the directory trusts."""
    directory = cast(Directory, call.realm.directory)  # as call_of found it
    granted = _scopes(call.client, scopes)
    with transaction.atomic():
        session = sessions.open_in_background(
            user, browser=call.browser, lifetime=directory.background_lifetime
        )
        return tokens.issue(_give(call, session, granted), call)


def for_token(
    call: TokenCall,
    subject_token: str,
    *,
    subject_type: str,
    requested_type: str,
    scopes: Sequence[str],
) -> Tokens:
    """Return tokens for an access token that another program of the directory has."""
    if subject_type != ACCESS_TOKEN_TYPE:
        raise InvalidRequest("subjectTokenType is that of access tokens.")
    if requested_type not in {"", ACCESS_TOKEN_TYPE, REFRESH_TOKEN_TYPE}:
        raise InvalidRequest("requestedTokenType is that of access tokens or of refresh tokens.")
    granted = _scopes(call.client, scopes)
    found = tokens.find(subject_token)
    if found is None or found.grant.client_id == call.client.pk:
        raise InvalidGrant("The subject token is over, unknown, or the application's own.")
    if grants.realm_of(found.grant) != call.realm:
        raise InvalidGrant("The subject token is of another directory.")
    if requested_type == REFRESH_TOKEN_TYPE and not tokens.may_refresh(call.client):
        raise InvalidRequest("The client did not register to get refresh tokens.")
    call = replace(
        call,
        issued_type=requested_type or ACCESS_TOKEN_TYPE,
        is_refreshable=requested_type != ACCESS_TOKEN_TYPE,
    )
    with transaction.atomic():
        return tokens.issue(_give(call, found.grant.session, granted), call)


def _scopes(client: Client, asked: Sequence[str]) -> list[str]:
    """Return what an application gets: what it asks for, or all that it can have."""
    possible = list(dict.fromkeys([*SCOPES, *client.scopes]))
    if not set(possible).issuperset(asked):
        raise InvalidScope("One of the scopes was not allowed.")
    return list(asked) or possible


def _give(call: TokenCall, session: Session, scopes: Sequence[str]) -> Grant:
    grant_id = grants.give(call.client, session, scopes, region=call.region)
    return Grant.objects.select_related(*grants.RELATED).get(pk=grant_id)
