"""CreateTokenWithIAM of SSO-OIDC: a signature stands in for the secret of a program."""

from collections.abc import Callable
from typing import cast

from django.http import HttpRequest

from accounts.models import Directory
from signin import hosts
from signin.federation import trusted_issuers, web_tokens
from signin.federation.token_errors import TokenRefused
from signin.hosts import HostRequest
from signin.http import browser_of
from signin.kernel.errors import Refusal
from signin.oidc import errors, events, exchanges, grants, tokens
from signin.oidc.clients import Vouched
from signin.oidc.models import AUTHORIZATION_CODE, JWT_BEARER, REFRESH_TOKEN, TOKEN_EXCHANGE
from signin.oidc.tokens import Tokens
from signin.wire import sigv4
from signin.wire.rest_json import Error, Inputs, Output, text, texts

SERVICES = frozenset({"sso-oauth"})
ERRORS: dict[type[Refusal], Error] = {
    sigv4.NotSigned: Error("MissingAuthenticationTokenException", 403),
    sigv4.SignatureIncomplete: Error("IncompleteSignatureException"),
    sigv4.SignatureWrong: Error("InvalidSignatureException", 403),
    sigv4.KeyUnknown: Error("UnrecognizedClientException", 403),
    sigv4.CredentialsOver: Error("ExpiredTokenException", code="expired_token"),
    sigv4.AccountInactive: Error("AccessDeniedException", code="access_denied"),
}
LONGEST_TOKEN = web_tokens.LONGEST  # characters


def is_asked_for(request: HttpRequest) -> bool:
    """Return whether a request for a token is one that is signed."""
    return request.GET.get("aws_iam") == "t"


def create_token(request: HttpRequest, inputs: Inputs) -> Output:
    """Give tokens for what somebody allowed a program, if its account signs for it."""
    region = sigv4.region_of(request)
    here = cast(HostRequest, request).host_values.get("region")
    if here and region and region != here:
        raise errors.OtherRegion(here)
    signer = sigv4.verify(request, services=SERVICES)
    vouched = Vouched(text(inputs, "clientId"), signer, region)
    issued = _exchange_of(text(inputs, "grantType"))(request, inputs, vouched)
    context = issued.identity_context
    return {
        "accessToken": issued.access_token,
        "tokenType": "Bearer",
        "expiresIn": issued.expires_in,
        **({"refreshToken": issued.refresh_token} if issued.refresh_token else {}),
        **({"idToken": issued.id_token} if issued.id_token else {}),
        "issuedTokenType": issued.issued_type,
        "scope": list(issued.scopes),
        **({"awsAdditionalDetails": {"identityContext": context}} if context else {}),
    }


def where(refusal: errors.OtherRegion) -> Output:
    """Return what a program is told of the place to which its call belongs."""
    return {
        "endpoint": hosts.origin("sso-oidc", region=refusal.region),
        "region": refusal.region,
    }


def _from_code(request: HttpRequest, inputs: Inputs, vouched: Vouched) -> Tokens:
    return tokens.from_code(
        vouched,
        text(inputs, "code"),
        text(inputs, "codeVerifier"),
        text(inputs, "redirectUri"),
        scopes=texts(inputs, "scope"),
        browser=browser_of(request),
    )


def _from_refresh_token(request: HttpRequest, inputs: Inputs, vouched: Vouched) -> Tokens:
    token, scopes = text(inputs, "refreshToken"), texts(inputs, "scope")
    return tokens.from_refresh_token(vouched, token, scopes=scopes, browser=browser_of(request))


def _from_assertion(request: HttpRequest, inputs: Inputs, vouched: Vouched) -> Tokens:
    assertion = text(inputs, "assertion", longest=LONGEST_TOKEN)
    call = exchanges.call_of(JWT_BEARER, vouched, browser=browser_of(request))
    with events.failing(call):
        tokens.check_signer(call, grants.region_for(call.realm, call.browser))
        try:
            directory = cast(Directory, call.realm.directory)  # as each application has one
            user = trusted_issuers.user_of(directory, assertion)
        except TokenRefused as refusal:
            raise errors.InvalidGrant(str(refusal.message)) from refusal
        return exchanges.for_user(call, user, scopes=texts(inputs, "scope"))


def _from_token(request: HttpRequest, inputs: Inputs, vouched: Vouched) -> Tokens:
    subject_token = text(inputs, "subjectToken")
    call = exchanges.call_of(TOKEN_EXCHANGE, vouched, browser=browser_of(request))
    with events.failing(call):
        tokens.check_signer(call, grants.region_for(call.realm, call.browser))
        return exchanges.for_token(
            call,
            subject_token,
            subject_type=text(inputs, "subjectTokenType"),
            requested_type=text(inputs, "requestedTokenType", is_required=False),
            scopes=texts(inputs, "scope"),
        )


_EXCHANGES: dict[str, Callable[[HttpRequest, Inputs, Vouched], Tokens]] = {
    AUTHORIZATION_CODE: _from_code,
    REFRESH_TOKEN: _from_refresh_token,
    JWT_BEARER: _from_assertion,
    TOKEN_EXCHANGE: _from_token,
}


def _exchange_of(grant_type: str) -> Callable[[HttpRequest, Inputs, Vouched], Tokens]:
    if (exchange := _EXCHANGES.get(grant_type)) is None:
        raise errors.UnsupportedGrantType
    return exchange
