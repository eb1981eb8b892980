"""What the events say of identity providers of accounts and of directories (event E-21)."""

from typing import Any

from accounts import directory_events
from accounts.directory_events import SSO
from accounts.events import administered
from accounts.models import (
    Account,
    Directory,
    DirectoryIdentityProvider,
    OidcProvider,
    SamlProvider,
    TrustedTokenIssuer,
)
from signin.http import Browser


def saml_put(provider: SamlProvider, *, is_new: bool, browser: Browser) -> None:
    """Record that an account has a SAML provider, or other metadata of it."""
    told = {"sAMLProviderArn": provider.arn}
    if is_new:
        named = {"name": provider.name}
        administered("CreateSAMLProvider", provider.account, browser, named, told)
    else:
        administered("UpdateSAMLProvider", provider.account, browser, told, told)


def saml_deleted(provider: SamlProvider, *, browser: Browser) -> None:
    """Record that an account lost a SAML provider."""
    told = {"sAMLProviderArn": provider.arn}
    administered("DeleteSAMLProvider", provider.account, browser, told)


def oidc_put(provider: OidcProvider, *, before: list[str] | None, browser: Browser) -> None:
    """Record that an account has an OpenID Connect provider, or other audiences of it.

    ``before`` are those that it had; None stands for a new provider.
    """
    told = {"openIDConnectProviderArn": provider.arn}
    if before is None:
        parameters = {"url": provider.url, "clientIDList": provider.audiences}
        administered("CreateOpenIDConnectProvider", provider.account, browser, parameters, told)
        return
    changes = [
        ("AddClientIDToOpenIDConnectProvider", provider.audiences, before),
        ("RemoveClientIDFromOpenIDConnectProvider", before, provider.audiences),
    ]
    for name, some, others in changes:
        for audience in some:
            if audience not in others:
                parameters = {**told, "clientID": audience}
                administered(name, provider.account, browser, parameters)


def oidc_deleted(provider: OidcProvider, *, browser: Browser) -> None:
    """Record that an account lost an OpenID Connect provider."""
    told = {"openIDConnectProviderArn": provider.arn}
    administered("DeleteOpenIDConnectProvider", provider.account, browser, told)


def issuing_set(account: Account, *, browser: Browser) -> None:
    """Record whether an account gives its people tokens for other services."""
    is_on = account.issues_web_identity_tokens
    done = "Enable" if is_on else "Disable"
    administered(f"{done}OutboundWebIdentityFederation", account, browser, None)


def source_put(provider: DirectoryIdentityProvider, *, browser: Browser) -> None:
    """Record that somebody else's provider is the identity source of a directory."""
    parameters = {"entityId": provider.entity_id, "loginUrl": provider.sign_in_url}
    _of_directory("CreateExternalIdPConfiguration", provider.directory, browser, parameters)


def source_deleted(directory: Directory, *, browser: Browser) -> None:
    """Record that a directory looks after its users by itself again."""
    _of_directory("DeleteExternalIdPConfiguration", directory, browser, {})


def issuer_put(issuer: TrustedTokenIssuer, *, is_new: bool, browser: Browser) -> None:
    """Record that a directory trusts an issuer of tokens, or in another way."""
    parameters = {
        "name": issuer.name,
        "trustedTokenIssuerType": "OIDC_JWT",
        "trustedTokenIssuerConfiguration": {
            "oidcJwtConfiguration": {
                "issuerUrl": issuer.url,
                "claimAttributePath": issuer.claim,
                "identityStoreAttributePath": issuer.attribute,
            }
        },
    }
    done = "Create" if is_new else "Update"
    _of_directory(f"{done}TrustedTokenIssuer", issuer.directory, browser, parameters)


def issuer_deleted(issuer: TrustedTokenIssuer, *, browser: Browser) -> None:
    """Record that a directory trusts an issuer of tokens no more."""
    parameters = {"name": issuer.name}
    _of_directory("DeleteTrustedTokenIssuer", issuer.directory, browser, parameters)


def _of_directory(
    name: str, directory: Directory, browser: Browser, parameters: dict[str, Any]
) -> None:
    directory_events.administered(
        name,
        directory,
        browser=browser,
        parameters={"directoryId": directory.pk, **parameters},
        source=SSO,
    )
