"""SSO-OIDC: programs register, wait for people to let them in, and get tokens."""

from collections.abc import Callable
from dataclasses import dataclass, field

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_safe

from signin import hosts, pages
from signin.faults.faults import Kind
from signin.http import browser_of
from signin.kernel import partitions
from signin.kernel.errors import Refusal
from signin.oidc import clients, consents, device_authorizations, errors, realms, tokens
from signin.oidc.clients import Credentials
from signin.oidc.models import AUTHORIZATION_CODE, DEVICE_CODE, REFRESH_TOKEN, Client
from signin.oidc.tokens import Tokens
from signin.wire import sso_oidc_iam
from signin.wire.rest_json import Error, Inputs, Malformed, Output, Service, text, texts
from signin.wire.strikes import CallFailed

BROKEN = Error("InternalServerException", 500, "server_error")
ERRORS: dict[type[Refusal], Error] = {
    errors.AuthorizationPending: Error(
        "AuthorizationPendingException", code="authorization_pending"
    ),
    errors.SlowDown: Error("SlowDownException", code="slow_down"),
    errors.ExpiredToken: Error("ExpiredTokenException", code="expired_token"),
    errors.AccessDenied: Error("AccessDeniedException", code="access_denied"),
    errors.InvalidGrant: Error("InvalidGrantException", code="invalid_grant"),
    errors.InvalidClient: Error("InvalidClientException", 401, "invalid_client"),
    errors.UnauthorizedClient: Error("UnauthorizedClientException", code="unauthorized_client"),
    errors.UnsupportedGrantType: Error(
        "UnsupportedGrantTypeException", code="unsupported_grant_type"
    ),
    errors.InvalidScope: Error("InvalidScopeException", code="invalid_scope"),
    errors.InvalidRequest: Error("InvalidRequestException", code="invalid_request"),
    errors.InvalidClientMetadata: Error(
        "InvalidClientMetadataException", code="invalid_client_metadata"
    ),
    errors.InvalidRedirectUri: Error("InvalidRedirectUriException", code="invalid_redirect_uri"),
    Malformed: Error("InvalidRequestException", code="invalid_request"),
    CallFailed: BROKEN,
    **sso_oidc_iam.ERRORS,
}


@dataclass(frozen=True)
class _Elsewhere(Error):
    """The error of a call that belongs to another region, which the body names."""

    place: Output = field(default_factory=dict)


class _Oidc(Service):
    def error_of(self, refusal: Refusal) -> Error:
        if isinstance(refusal, errors.OtherRegion):
            place = sso_oidc_iam.where(refusal)
            return _Elsewhere("InvalidRequestRegionException", 400, "invalid_request", place)
        return super().error_of(refusal)


def _describe(error: Error, told: str) -> Output:
    if not error.code:  # of AWS's front door, not of the service
        return {"message": told}
    place = error.place if isinstance(error, _Elsewhere) else {}
    return {"error": error.code, "error_description": told, **place}


# Its model has no error for whoever calls too often; slow_down is for those who wait for a code.
SERVICE = _Oidc(ERRORS, _describe, BROKEN, faults=(Kind.SERVER_ERROR,))


def _register_client(request: HttpRequest, inputs: Inputs) -> Output:
    registered = clients.register(
        text(inputs, "clientName"),
        client_type=text(inputs, "clientType"),
        scopes=texts(inputs, "scopes"),
        grant_types=texts(inputs, "grantTypes"),
        redirect_uris=texts(inputs, "redirectUris"),
        issuer_url=text(inputs, "issuerUrl", is_required=False),
        application_arn=text(inputs, "entitledApplicationArn", is_required=False),
        browser=browser_of(request),
    )
    client = registered.client
    return {
        "clientId": client.pk,
        "clientSecret": registered.secret,
        "clientIdIssuedAt": int(client.registered_at.timestamp()),
        "clientSecretExpiresAt": int(client.expires_at.timestamp()),
    }


def _start_device_authorization(request: HttpRequest, inputs: Inputs) -> Output:
    client = clients.authenticate(_credentials(inputs), to_use=DEVICE_CODE)
    begun = device_authorizations.begin(
        client, start_url=text(inputs, "startUrl"), browser=browser_of(request)
    )
    region, query = begun.authorization.region, {"user_code": begun.user_code}
    return {
        "deviceCode": begun.device_code,
        "userCode": begun.user_code,
        "verificationUri": hosts.url("device", "/", region=region),
        "verificationUriComplete": hosts.url("device", "/", query, region=region),
        "expiresIn": int(device_authorizations.LIFETIME.total_seconds()),
        "interval": begun.interval,
    }


def _create_token(request: HttpRequest, inputs: Inputs) -> Output:
    if sso_oidc_iam.is_asked_for(request):
        return sso_oidc_iam.create_token(request, inputs)
    credentials, grant_type = _credentials(inputs), text(inputs, "grantType")
    if (exchange := _EXCHANGES.get(grant_type)) is None:
        raise errors.UnsupportedGrantType
    tokens = exchange(request, inputs, credentials)
    return {
        "accessToken": tokens.access_token,
        "tokenType": "Bearer",
        "expiresIn": tokens.expires_in,
        **({"refreshToken": tokens.refresh_token} if tokens.refresh_token else {}),
    }


def _from_device_code(request: HttpRequest, inputs: Inputs, credentials: Credentials) -> Tokens:
    code = text(inputs, "deviceCode")
    return device_authorizations.redeem(credentials, code, browser=browser_of(request))


def _from_code(request: HttpRequest, inputs: Inputs, credentials: Credentials) -> Tokens:
    code, verifier = text(inputs, "code"), text(inputs, "codeVerifier")
    redirect_uri = text(inputs, "redirectUri")
    return tokens.from_code(credentials, code, verifier, redirect_uri, browser=browser_of(request))


def _from_refresh_token(request: HttpRequest, inputs: Inputs, credentials: Credentials) -> Tokens:
    token = text(inputs, "refreshToken")
    return tokens.from_refresh_token(credentials, token, browser=browser_of(request))


def _credentials(inputs: Inputs) -> Credentials:
    return Credentials(text(inputs, "clientId"), text(inputs, "clientSecret"))


_EXCHANGES: dict[str, Callable[[HttpRequest, Inputs, Credentials], Tokens]] = {
    DEVICE_CODE: _from_device_code,
    AUTHORIZATION_CODE: _from_code,
    REFRESH_TOKEN: _from_refresh_token,
}

register_client = SERVICE.operation(_register_client)
start_device_authorization = SERVICE.operation(_start_device_authorization)
create_token = SERVICE.operation(_create_token)


@require_safe
def authorize(request: HttpRequest) -> HttpResponse:
    """Take a program's question on to the page of its realm on which somebody answers it.

    What is wrong is told to the program, by a redirect; but nobody is sent to an address that no
    program registered (S-100).
    """
    inputs = dict(request.GET.items())
    try:
        client = clients.find(text(inputs, "client_id"))
        redirect_uri, state = text(inputs, "redirect_uri"), text(inputs, "state", is_required=False)
    except Malformed:
        client = None
    if client is None or not clients.redirect_fits(client, redirect_uri):
        return pages.outside(request, "errors/program_unknown.html", status=400)
    try:
        return redirect(_ask(request, client, redirect_uri, state))
    except (errors.ToProgram, Malformed) as refusal:
        code, description = SERVICE.error_of(refusal).code, str(refusal.message)
        realm = realms.find_by_start_url(client.issuer_url)
        region = browser_of(request).region or (realm.region if realm else None)
        issuer = {"iss": hosts.origin("sso-oidc", region=region)} if region else {}
        told = {"error": code, "error_description": description, **issuer}
        return redirect(consents.url_with(redirect_uri, state, **told))


def _ask(request: HttpRequest, client: Client, redirect_uri: str, state: str) -> str:
    """Write a program's question down; return the address at which it is asked."""
    asked = request.GET
    if asked.get("response_type") != "code" or asked.get("code_challenge_method") != "S256":
        raise errors.InvalidRequest("response_type is code, and code_challenge_method S256.")
    consent = consents.request(
        client,
        redirect_uri=redirect_uri,
        state=state,
        challenge=asked.get("code_challenge", ""),
        # Programs spell the name in two ways, and part the scopes in two.
        scopes=(asked.get("scopes") or asked.get("scope") or "").replace(",", " ").split(),
        browser=browser_of(request),
    )
    query = {"request": consent.handle}
    if consent.directory is None:
        return hosts.url("builder-id", "/start/consent", query, partitions.AWS)
    portal = hosts.portal_named(consent.directory.portal_at(consent.region))
    return hosts.url("portal", "/start/consent", query, **portal)
