"""What the events say of programs that ask for tokens (events E-18); never a secret or a code.

Those for Builder IDs are in no account, so that AWS would show them to nobody.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from accounts import directory_events, signer_events
from accounts.models import Session
from accounts.signers import Signer
from signin.events import log, shapes
from signin.events.shapes import HIDDEN
from signin.http import Browser
from signin.kernel.errors import Refusal
from signin.oidc.errors import OtherRegion
from signin.oidc.models import (
    AUTHORIZATION_CODE,
    DEVICE_CODE,
    JWT_BEARER,
    REFRESH_TOKEN,
    TOKEN_EXCHANGE,
    Client,
)
from signin.oidc.realms import Realm

SOURCE = "sso-oauth.amazonaws.com"
EXCEPTIONS: dict[type[Refusal], str] = {OtherRegion: "InvalidRequestRegionException"}
# What a call says besides its grant type; all of it is secret.
SECRETS = {
    DEVICE_CODE: ("deviceCode",),
    AUTHORIZATION_CODE: ("code", "codeVerifier"),
    REFRESH_TOKEN: ("refreshToken",),
    JWT_BEARER: ("assertion",),
    TOKEN_EXCHANGE: ("subjectToken",),
}


ACCESS_TOKEN_TYPE = "urn:ietf:params:oauth:token-type:access_token"
REFRESH_TOKEN_TYPE = "urn:ietf:params:oauth:token-type:refresh_token"


@dataclass(frozen=True)
class TokenCall:
    """A call of CreateToken: in which way, by which program, in whose name if that is known.

    One of CreateTokenWithIAM has somebody who signed it, for a region.
    """

    grant_type: str
    client: Client
    realm: Realm
    session: Session | None
    browser: Browser
    signer: Signer | None = None
    region: str = ""
    issued_type: str = ACCESS_TOKEN_TYPE
    is_refreshable: bool = True  # unless it asks for an access token alone


def client_registered(client: Client, realm: Realm, *, browser: Browser) -> None:
    """Record that a program registered for a directory, or for Builder IDs."""
    parameters = {
        "clientName": client.name,
        "clientType": "public",
        "scopes": client.scopes,
        "grantTypes": client.grant_types,
        "redirectUris": client.redirect_uris,
        "issuerUrl": client.issuer_url,
        **({"entitledApplicationArn": arn} if (arn := client.application_arn) else {}),
    }
    response = {
        "clientId": client.pk,
        "clientSecret": HIDDEN,
        "clientIdIssuedAt": int(client.registered_at.timestamp()),
        "clientSecretExpiresAt": int(client.expires_at.timestamp()),
    }
    _record("RegisterClient", realm, None, browser, parameters, response)


def authorization_begun(client: Client, realm: Realm, start_url: str, *, browser: Browser) -> None:
    """Record that a program waits for somebody of a realm."""
    parameters = {**_naming(client), "startUrl": start_url}
    response = {"deviceCode": HIDDEN, "userCode": HIDDEN}
    _record("StartDeviceAuthorization", realm, None, browser, parameters, response)


def token_created(
    call: TokenCall, expires_in: int, *, is_refreshable: bool, scopes: Sequence[str]
) -> None:
    """Record that a program got tokens."""
    response: dict[str, Any] = {
        "accessToken": HIDDEN,
        "tokenType": "Bearer",
        "expiresIn": expires_in,
        **({"refreshToken": HIDDEN} if is_refreshable else {}),
    }
    if call.signer:
        response |= {"issuedTokenType": call.issued_type, "scope": list(scopes)}
    _record_token_call(call, response=response)


@contextmanager
def failing(call: TokenCall) -> Iterator[None]:
    """Record what keeps a program from tokens, after all that it undid."""
    try:
        yield
    except Refusal as refusal:
        code = EXCEPTIONS.get(type(refusal), f"{type(refusal).__name__}Exception")
        _record_token_call(call, error=log.Error(code, str(refusal.message)))
        raise


def _record_token_call(
    call: TokenCall,
    *,
    response: dict[str, Any] | None = None,
    error: log.Error | None = None,
) -> None:
    secrets = dict.fromkeys(SECRETS[call.grant_type], HIDDEN)
    if call.signer is None:
        asked = {**_naming(call.client), "grantType": call.grant_type, **secrets}
        _record(
            "CreateToken",
            call.realm,
            call.session,
            call.browser,
            asked,
            response,
            error,
            resources=_resources(call.realm),
        )
        return
    log.record_api_call(
        "CreateTokenWithIAM",
        source=SOURCE,
        identity=signer_events.signer_of(call.signer),
        account_id=call.signer.account_id,
        region=call.region,
        browser=call.browser,
        user_agent=call.browser.user_agent,
        parameters={"clientId": call.client.pk, "grantType": call.grant_type, **secrets},
        response=response,
        error=error,
        resources=_resources(call.realm),
    )


def _naming(client: Client) -> dict[str, Any]:
    return {"clientId": client.pk, "clientSecret": HIDDEN}


def _resources(realm: Realm) -> list[dict[str, str]]:
    """Return what a token is for: the identity store, which Builder IDs have none of."""
    if realm.directory is None:
        return []
    store = {"type": "IdentityStoreId", "ARN": realm.directory.pk}
    return [{"accountId": realm.account_id, **store}]


def _identity(realm: Realm, session: Session) -> shapes.Identity:
    if realm.directory:
        return directory_events.identity_of(realm.directory, session.principal, session)
    return shapes.builder_id(user_id=session.principal.unique_id)


def _record(
    name: str,
    realm: Realm,
    session: Session | None,
    browser: Browser,
    parameters: dict[str, Any],
    response: dict[str, Any] | None,
    error: log.Error | None = None,
    resources: Sequence[Mapping[str, str]] = (),
) -> None:
    account_id = realm.account_id
    log.record_api_call(
        name,
        source=SOURCE,
        identity=_identity(realm, session) if session else shapes.nobody(account_id=account_id),
        account_id=account_id,
        region=realm.region_at(browser.region),
        browser=browser,
        user_agent=browser.user_agent,
        parameters=parameters,
        response=response,
        error=error,
        resources=resources,
    )
