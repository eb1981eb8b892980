"""The service signin for whoever signs requests: bearer tokens, what tokens are worth, their end.

An account sees and ends its own tokens only; of all others it learns that they are not active.
"""

import re
from collections.abc import Mapping

from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt

from accounts import signer_events
from accounts.identities import original
from accounts.signer_events import SignedCall
from accounts.signers import Signer
from signin import hosts
from signin.events import shapes
from signin.http import browser_of
from signin.kernel import arns, entropy
from signin.logins import bearer_tokens, chains
from signin.logins.bearer_tokens import BearerToken
from signin.logins.events import SIGNIN as SOURCE
from signin.logins.models import Login
from signin.wire import signin, sigv4
from signin.wire.rest_json import Error, Inputs, Malformed, Output, Service, text
from signin.wire.signin import GrantUnknown
from signin.wire.sigv4 import (
    AccountInactive,
    CredentialsOver,
    KeyUnknown,
    NotSigned,
    SignatureIncomplete,
    SignatureWrong,
)

SERVICES = frozenset({"signin"})
ISSUER = "signin.amazonaws.com"
CLIENT_CREDENTIALS = "client_credentials"
HIDDEN = {"token": shapes.HIDDEN}
INACTIVE: Output = {"active": False}
ANY_TOKEN = re.compile(r"ASO[AR][A-Za-z0-9+/=_-]+\Z")
REFRESH_TOKEN = re.compile(r"ASOR[A-Za-z0-9+/=_-]+\Z")
LONGEST_TOKEN = 12288


def _describe(error: Error, said: str) -> Output:
    return {"error": error.code, "message": said} if error.code else {"message": said}


SIGNED = Service(
    errors={
        Malformed: Error("ValidationException", 400, "INVALID_REQUEST"),
        GrantUnknown: Error("ValidationException", 400, "unsupported_grant_type"),
        NotSigned: Error("MissingAuthenticationTokenException", 403),
        SignatureIncomplete: Error("IncompleteSignatureException", 400),
        SignatureWrong: Error("InvalidSignatureException", 403),
        KeyUnknown: Error("UnrecognizedClientException", 403),
        CredentialsOver: Error("ExpiredTokenException", 403),
        AccountInactive: Error("AccessDeniedException", 403, "INSUFFICIENT_PERMISSIONS"),
    },
    describe=_describe,
    broken=Error("InternalServerException", 500, "server_error"),
)


def create_bearer_token(request: HttpRequest, inputs: Inputs) -> Output:
    """Give whoever signs a bearer token for a resource (CreateOAuth2TokenWithIAM)."""
    signer = _signer(request)
    if text(inputs, "grant_type") != CLIENT_CREDENTIALS:
        raise GrantUnknown(f"grant_type is {CLIENT_CREDENTIALS} here.")
    resource = text(inputs, "resource")
    token, seconds = bearer_tokens.issue(signer, resource)
    parameters = {"grantType": CLIENT_CREDENTIALS, "resource": resource}
    _record("CreateOAuth2TokenWithIAM", request, signer, parameters)
    return {"access_token": token, "token_type": "Bearer", "expires_in": seconds}


def introspect_token(request: HttpRequest, inputs: Inputs) -> Output:
    """Tell what a token is worth (IntrospectOAuth2TokenWithIAM; RFC 7662)."""
    signer = _signer(request)
    token = _token(inputs, ANY_TOKEN)
    _record("IntrospectOAuth2TokenWithIAM", request, signer, HIDDEN)
    if bearer := bearer_tokens.find(token, account_id=signer.account_id):
        return _told_of_bearer(request, *bearer)
    login = chains.find(token, account_id=signer.account_id)
    return _told(login) if login else INACTIVE


def revoke_token(request: HttpRequest, inputs: Inputs) -> None:
    """End the login behind a token; nobody learns if there was one (RevokeOAuth2TokenWithIAM)."""
    signer = _signer(request)
    token = _token(inputs, REFRESH_TOKEN)
    if login := chains.find(token, account_id=signer.account_id):
        chains.revoke(Login.objects.filter(pk=login.pk))
    _record("RevokeOAuth2TokenWithIAM", request, signer, HIDDEN)


def _signer(request: HttpRequest) -> Signer:
    if request.GET.get("x-amz-client-auth-method") != "iam":
        raise Malformed("x-amz-client-auth-method is iam here.")
    return sigv4.verify(request, services=SERVICES)


def _token(inputs: Inputs, pattern: re.Pattern[str]) -> str:
    token = text(inputs, "token", longest=LONGEST_TOKEN)
    if not pattern.match(token):
        raise Malformed("token is none of this service.")
    return token


def _told(login: Login) -> Output:
    identity, session = original(login.session), login.session
    role, began = session.role, int(login.started_at.timestamp())
    unique_id = f"{role.unique_id}:{identity.session_name}" if role else session.principal.unique_id
    found = hosts.find(session.host.partition(":")[0])
    home = shapes.root_region(identity.account.partition)
    region = found[1].get("region", home) if found else home
    return {
        "active": True,
        "client_id": login.client,
        "user_id": unique_id,
        "token_type": "refresh_token",
        "exp": int(login.expires_at.timestamp()),
        "iat": began,
        "nbf": began,
        "sub": identity.arn,
        "iss": ISSUER,
        "jti": str(login.pk),
        "account_id": identity.account.id,
        "signin_session": arns.signin_session(
            identity.account.partition, region, identity.account.id, str(login.pk)
        ),
    }


def _told_of_bearer(request: HttpRequest, token: BearerToken, whose: Signer) -> Output:
    region = sigv4.region_of(request)
    return {
        "active": True,
        "client_id": whose.arn,
        "user_id": whose.user_id,
        "token_type": "access_token",
        "exp": token.expires_at,
        "iat": token.issued_at,
        "nbf": token.issued_at,
        "sub": whose.arn,
        "aud": token.resource,
        "iss": ISSUER,
        "jti": token.id,
        "account_id": whose.account_id,
        "signin_session": arns.signin_session(
            whose.account.partition, region, whose.account_id, token.id
        ),
    }


def _record(name: str, request: HttpRequest, signer: Signer, parameters: Mapping[str, str]) -> None:
    call = SignedCall(
        name=name,
        source=SOURCE,
        signer=signer,
        browser=browser_of(request),
        region=sigv4.region_of(request),
        request_id=entropy.identifier_text(),
        parameters=dict(parameters),
    )
    signer_events.answered(call, {})


@csrf_exempt
def token(request: HttpRequest) -> HttpResponse:
    """Give a token: for a signature if the query says so, else for what somebody let in."""
    is_signed = "x-amz-client-auth-method" in request.GET
    return create(request) if is_signed else signin.token(request)


create = SIGNED.operation(create_bearer_token)
introspect = SIGNED.operation(introspect_token)
revoke = SIGNED.operation(revoke_token)
