"""AssumeRoleWithWebIdentity of STS: a token of a provider stands in for a signature."""

import re
from collections.abc import Mapping
from typing import Any

from django.db import transaction

from accounts import federated, role_sessions
from accounts.credentials import Keys
from accounts.models import Role
from accounts.role_sessions import SHORTEST, Wish
from signin.events import log
from signin.federation import web_identities, web_identity_events, web_tokens
from signin.federation.token_errors import (
    KeysUnreachable,
    TokenClaimUnusable,
    TokenExpired,
    TokenRefused,
)
from signin.federation.web_identities import WebIdentity
from signin.kernel.errors import Refusal
from signin.kernel.jws import Members
from signin.wire.query import Call, Error, Output, number, said, text
from signin.wire.rest_json import Malformed
from signin.wire.sts_answers import (
    credentials_of,
    issued,
    lowered,
    unsigned,
)
from signin.wire.sts_fields import (
    ARN,
    LONGEST_ROLE,
    MOST_TAGS,
    SESSION_NAME,
    SOURCE_IDENTITY,
    TAGS,
    TagsWrong,
    packed,
    transitive,
    unique,
)

TOKEN = rf"[!-~]{{4,{web_tokens.LONGEST}}}"
RECORDED = ("RoleArn", "RoleSessionName", "DurationSeconds")
# The claims of a token that say something of the session.
SOURCE_IDENTITY_CLAIM = "https://aws.amazon.com/source_identity"
TAGS_CLAIM = "https://aws.amazon.com/tags"

ERRORS: Mapping[type[Refusal], Error] = {
    TokenRefused: Error("InvalidIdentityToken"),
    TokenExpired: Error("ExpiredTokenException"),
    TokenClaimUnusable: Error("IDPRejectedClaim", 403),
    KeysUnreachable: Error("IDPCommunicationError"),
}


def assume_role_with_web_identity(call: Call) -> Output:
    """Give credentials of a role to whom a provider of the role's account vouches for."""
    inputs = call.inputs
    role_arn, token = text(inputs, "RoleArn", ARN), text(inputs, "WebIdentityToken", TOKEN)
    session_name = text(inputs, "RoleSessionName", SESSION_NAME)
    seconds = number(inputs, "DurationSeconds", least=SHORTEST, most=LONGEST_ROLE)
    if inputs.get("ProviderId"):
        raise Malformed(
            "ProviderId is for access tokens of www.amazon.com and graph.facebook.com, of which "
            "nobody here knows. Leave it out for a JSON Web Token."
        )
    provider = web_identities.provider_of(token, role_arn)
    identity: WebIdentity | None = None
    try:
        identity = web_identities.prove(token, provider)
        claims = identity.token.claims
        tags = _tags(claims)
        wish = Wish(
            role_arn=role_arn,
            session_name=session_name,
            seconds=seconds,
            source_identity=_source_identity(claims),
            tags=tags,
            transitive_tags=_transitive_tags(claims, tags),
        )
        used = packed(inputs, tags)
        role = role_sessions.admit_federated(identity.provider_arn, identity.subject, wish)
    except Refusal as refusal:
        error = log.Error(call.error_of(refusal).code, said(refusal))
        web_identity_events.refused(unsigned(call, provider.account, RECORDED), identity, error)
        raise
    return {**_begin(call, identity, role, wish), **used}


def _begin(call: Call, identity: WebIdentity, role: Role, wish: Wish) -> Output:
    user = {
        "AssumedRoleId": f"{role.unique_id}:{wish.session_name}",
        "Arn": role.session_arn(wish.session_name),
    }
    vouched = {
        "SubjectFromWebIdentityToken": identity.subject,
        "Provider": identity.provider_arn,
        "Audience": identity.token.audience,
    }
    with transaction.atomic():
        principal = federated.of(identity.provider_arn, identity.subject)
        keys = role_sessions.begin_federated(principal, role, wish)
        response = _told(keys, user, vouched)
        web_identity_events.answered(
            unsigned(call, identity.provider.account, RECORDED), identity, response
        )
    source_identity = wish.source_identity
    return {
        "Credentials": credentials_of(keys),
        "AssumedRoleUser": user,
        **vouched,
        **({"SourceIdentity": source_identity} if source_identity else {}),
    }


def _told(keys: Keys, user: Mapping[str, str], vouched: Mapping[str, str]) -> dict[str, Any]:
    return {"credentials": issued(keys), "assumedRoleUser": lowered(user), **lowered(vouched)}


def _source_identity(claims: Members) -> str:
    """Return who a token says is behind the session, or raise TokenClaimUnusable."""
    if SOURCE_IDENTITY_CLAIM not in claims:
        return ""
    return _matching(claims[SOURCE_IDENTITY_CLAIM], SOURCE_IDENTITY)


def _tags(claims: Members) -> dict[str, str]:
    """Return the session tags that a token brings, or raise TokenClaimUnusable.

    Each value is a text, alone or in a list by itself, as AWS asks for.
    """
    found = _members(claims.get(TAGS_CLAIM, {})).get("principal_tags", {})
    pairs = _members(found).items()
    if len(pairs) > MOST_TAGS:
        raise TokenClaimUnusable
    try:
        return unique((_matching(key, TAGS["Key"]), _value(value)) for key, value in pairs)
    except TagsWrong as error:
        raise TokenClaimUnusable from error


def _transitive_tags(claims: Members, tags: Mapping[str, str]) -> list[str]:
    names = _members(claims.get(TAGS_CLAIM, {})).get("transitive_tag_keys", [])
    if not isinstance(names, list) or len(names) > MOST_TAGS:
        raise TokenClaimUnusable
    try:
        return transitive([_matching(name, TAGS["Key"]) for name in names], tags)
    except TagsWrong as error:
        raise TokenClaimUnusable from error


def _value(value: object) -> str:
    alone = value[0] if isinstance(value, list) and len(value) == 1 else value
    return _matching(alone, TAGS["Value"])


def _members(value: object) -> Members:
    if not isinstance(value, dict):
        raise TokenClaimUnusable
    return value


def _matching(value: object, pattern: str) -> str:
    if not isinstance(value, str) or not re.fullmatch(pattern, value):
        raise TokenClaimUnusable
    return value
