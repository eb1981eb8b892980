"""The control API's calls about identity providers of accounts and of directories."""

from typing import Annotated, Any, Literal

from django.core.exceptions import ValidationError
from django.http import HttpRequest
from ninja import Field, Query, Router, Schema, Status
from pydantic import StrictBool

from accounts.models import (
    Account,
    DirectoryIdentityProvider,
    OidcProvider,
    SamlProvider,
    TrustedTokenIssuer,
)
from accounts.models.identity_providers import AssertionIssuer
from signin.control.api_directories import find_directory, told
from signin.control.api_shapes import PROBLEMS, Refused, Strict, Text
from signin.federation import iam_saml, outbound, private_keys, providers
from signin.federation.errors import MetadataRefused
from signin.http import browser_of, without_null

router = Router()

MEND = "Mend what is named, and send it again."
LIST_SAML = "GET /control/v1/accounts/{id}/saml_providers lists them."
LIST_OIDC = "GET /control/v1/accounts/{id}/oidc_providers lists them."
LIST_ISSUERS = "GET /control/v1/directories/{id}/trusted_token_issuers lists them."

Address = Annotated[str, Query(description="The address of the issuer, exactly as it is stored.")]


class AssertionIssuerIn(Strict):
    """Either the metadata of a SAML provider, or what would stand there."""

    metadata: Text = Field("", description="An XML document; nothing is fetched.")
    entity_id: Text = ""
    certificates: list[Text] = Field([], description="X.509, DER in base64.")
    sign_in_url: Text = ""


class AssertionIssuerOut(Schema):
    entity_id: str
    certificates: list[str]
    sign_in_url: str


class SamlProviderIn(AssertionIssuerIn):
    """A SAML provider of an account; its private keys change one by one, as at IAM."""

    assertion_encryption_mode: Literal["", "Allowed", "Required"] = ""
    add_private_key: Text = Field("", description="RSA, as PEM. It is never told again.")
    remove_private_key: Text = Field("", description="The ID of a key.")


class PrivateKeyOut(Schema):
    id: str
    added_at: str


class SamlProviderOut(AssertionIssuerOut):
    arn: str
    name: str
    uuid: str
    acs: str = Field(description="The address that is its own, for encrypted assertions as well.")
    assertion_encryption_mode: str
    private_keys: list[PrivateKeyOut]


class TokenIssuerIn(Strict):
    """An issuer of JSON Web Tokens: its keys, or that they are fetched from its address."""

    url: Text
    audiences: list[Text]
    keys: dict[str, Any] = Field({}, description="A JSON Web Key Set of public keys.")
    fetch_keys: StrictBool = False


class TrustedTokenIssuerIn(TokenIssuerIn):
    name: Text
    claim: Text = "email"
    attribute: Literal["userName", "emails.value"] = "emails.value"


class TokenIssuerOut(Schema):
    url: str
    audiences: list[str]
    keys: dict[str, Any]
    fetch_keys: bool


class OidcProviderOut(TokenIssuerOut):
    arn: str


class TrustedTokenIssuerOut(TokenIssuerOut):
    name: str
    claim: str
    attribute: str


class IssuingIn(Strict):
    enabled: StrictBool


class IssuingOut(Schema):
    enabled: bool
    issuer: str = Field(description="The address of the account's issuer.")


@router.get(
    "/accounts/{account_id}/saml_providers",
    response={200: list[SamlProviderOut], **PROBLEMS},
    summary="The SAML providers of an account",
)
def saml_providers(request: HttpRequest, account_id: str) -> list[dict[str, Any]]:
    return [_saml(each) for each in _account(account_id).saml_providers.order_by("name")]


@router.put(
    "/accounts/{account_id}/saml_providers/{name}",
    response={200: SamlProviderOut, **PROBLEMS},
    summary="Add a SAML provider to an account, or say anew what it is",
)
def put_saml_provider(
    request: HttpRequest, account_id: str, name: str, body: SamlProviderIn
) -> dict[str, Any]:
    account, name = _account(account_id), without_null(name)
    there = account.saml_providers.filter(name=name).first()
    provider = there or SamlProvider(account=account, name=name)
    provider.assertion_encryption_mode = body.assertion_encryption_mode
    _describe(provider, body)
    try:
        keys = private_keys.changed(
            provider, add=body.add_private_key, remove=body.remove_private_key
        )
    except ValidationError as error:
        raise Refused(422, told(error), MEND) from error
    providers.put_saml(provider, keys=keys, browser=browser_of(request))
    return _saml(provider)


@router.delete(
    "/accounts/{account_id}/saml_providers/{name}",
    response={204: None, **PROBLEMS},
    summary="Delete a SAML provider of an account",
)
def delete_saml_provider(request: HttpRequest, account_id: str, name: str) -> Status[None]:
    provider = _account(account_id).saml_providers.filter(name=without_null(name)).first()
    if provider is None:
        raise Refused(404, f"The account has no SAML provider {name}.", LIST_SAML)
    providers.delete_saml(provider, browser=browser_of(request))
    return Status(204, None)


@router.get(
    "/accounts/{account_id}/oidc_providers",
    response={200: list[OidcProviderOut], **PROBLEMS},
    summary="The OpenID Connect providers of an account",
)
def oidc_providers(request: HttpRequest, account_id: str) -> list[dict[str, Any]]:
    return [_oidc(each) for each in _account(account_id).oidc_providers.order_by("url")]


@router.put(
    "/accounts/{account_id}/oidc_providers",
    response={200: OidcProviderOut, **PROBLEMS},
    summary="Add an OpenID Connect provider to an account, or say anew what it is",
)
def put_oidc_provider(request: HttpRequest, account_id: str, body: TokenIssuerIn) -> dict[str, Any]:
    account = _account(account_id)
    there = account.oidc_providers.filter(url=body.url).first()
    provider = there or OidcProvider(account=account, url=body.url)
    _know(provider, body)
    providers.put_oidc(provider, browser=browser_of(request))
    return _oidc(provider)


@router.delete(
    "/accounts/{account_id}/oidc_providers",
    response={204: None, **PROBLEMS},
    summary="Delete an OpenID Connect provider of an account",
)
def delete_oidc_provider(request: HttpRequest, account_id: str, url: Address) -> Status[None]:
    provider = _account(account_id).oidc_providers.filter(url=without_null(url)).first()
    if provider is None:
        raise Refused(404, "The account has no OpenID Connect provider of this url.", LIST_OIDC)
    providers.delete_oidc(provider, browser=browser_of(request))
    return Status(204, None)


@router.put(
    "/accounts/{account_id}/web_identity_tokens",
    response={200: IssuingOut, **PROBLEMS},
    summary="Let an account give its people tokens for other services, or no more",
)
def set_issuing(request: HttpRequest, account_id: str, body: IssuingIn) -> dict[str, Any]:
    account = _account(account_id)
    if body.enabled and account.partition != Account.Partition.AWS:
        raise Refused(
            422,
            f"Accounts of the partition {account.partition} have no issuer of tokens here.",
            "Take an account of the partition aws.",
        )
    providers.set_issuing(account, is_on=body.enabled, browser=browser_of(request))
    return {
        "enabled": account.issues_web_identity_tokens,
        "issuer": outbound.issuer_of(account.pk),
    }


@router.get(
    "/directories/{directory_id}/identity_provider",
    response={200: AssertionIssuerOut, **PROBLEMS},
    summary="The SAML provider that is the identity source of a directory",
)
def identity_provider(request: HttpRequest, directory_id: str) -> dict[str, Any]:
    return _assertions(_source(directory_id))


@router.put(
    "/directories/{directory_id}/identity_provider",
    response={200: AssertionIssuerOut, **PROBLEMS},
    summary="Make a SAML provider the identity source of a directory",
)
def put_identity_provider(
    request: HttpRequest, directory_id: str, body: AssertionIssuerIn
) -> dict[str, Any]:
    directory = find_directory(directory_id)
    there = DirectoryIdentityProvider.objects.filter(directory=directory).first()
    provider = there or DirectoryIdentityProvider(directory=directory)
    _describe(provider, body)
    providers.put_source(provider, browser=browser_of(request))
    return _assertions(provider)


@router.delete(
    "/directories/{directory_id}/identity_provider",
    response={204: None, **PROBLEMS},
    summary="Let a directory look after its users by itself again",
)
def delete_identity_provider(request: HttpRequest, directory_id: str) -> Status[None]:
    providers.delete_source(_source(directory_id), browser=browser_of(request))
    return Status(204, None)


@router.get(
    "/directories/{directory_id}/trusted_token_issuers",
    response={200: list[TrustedTokenIssuerOut], **PROBLEMS},
    summary="The issuers whose tokens stand for users of a directory",
)
def trusted_token_issuers(request: HttpRequest, directory_id: str) -> list[dict[str, Any]]:
    issuers = find_directory(directory_id).trusted_token_issuers.order_by("url")
    return [_issuer(each) for each in issuers]


@router.put(
    "/directories/{directory_id}/trusted_token_issuers",
    response={200: TrustedTokenIssuerOut, **PROBLEMS},
    summary="Trust an issuer of tokens for users of a directory, or in another way",
)
def put_trusted_token_issuer(
    request: HttpRequest, directory_id: str, body: TrustedTokenIssuerIn
) -> dict[str, Any]:
    directory = find_directory(directory_id)
    there = directory.trusted_token_issuers.filter(url=body.url).first()
    issuer = there or TrustedTokenIssuer(directory=directory, url=body.url)
    issuer.name, issuer.claim, issuer.attribute = body.name, body.claim, body.attribute
    _know(issuer, body)
    providers.put_issuer(issuer, browser=browser_of(request))
    return _issuer(issuer)


@router.delete(
    "/directories/{directory_id}/trusted_token_issuers",
    response={204: None, **PROBLEMS},
    summary="Trust an issuer of tokens no more",
)
def delete_trusted_token_issuer(
    request: HttpRequest, directory_id: str, url: Address
) -> Status[None]:
    issuers = find_directory(directory_id).trusted_token_issuers
    issuer = issuers.filter(url=without_null(url)).first()
    if issuer is None:
        raise Refused(404, "The directory trusts no issuer of this url.", LIST_ISSUERS)
    providers.delete_issuer(issuer, browser=browser_of(request))
    return Status(204, None)


def _account(account_id: str) -> Account:
    account = Account.objects.filter(pk=without_null(account_id)).first()
    if account is None:
        problem = "The desk and GET /control/v1/principals name the accounts."
        raise Refused(404, f"There is no account {account_id}.", problem)
    return account


def _source(directory_id: str) -> DirectoryIdentityProvider:
    directory = find_directory(directory_id)
    provider = DirectoryIdentityProvider.objects.filter(directory=directory).first()
    if provider is None:
        raise Refused(404, "The directory has no identity provider.", "PUT one there.")
    return provider


def _describe(provider: AssertionIssuer, body: AssertionIssuerIn) -> None:
    """Say what a SAML provider is, or raise Refused."""
    columns = body.dict(include={"entity_id", "certificates", "sign_in_url"})
    if body.metadata:
        if any(columns.values()):
            raise Refused(422, "metadata: give them, or the other members, not both", MEND)
        try:
            columns = providers.columns_of(body.metadata)
        except MetadataRefused as refusal:
            raise Refused(422, f"metadata: {refusal.message}", MEND) from refusal
    for name, value in columns.items():
        setattr(provider, name, value)
    try:
        provider.full_clean()
        providers.check_certificates(provider)
    except ValidationError as error:
        raise Refused(422, told(error), MEND) from error


def _know(issuer: OidcProvider | TrustedTokenIssuer, body: TokenIssuerIn) -> None:
    """Say how tokens of an issuer are known, or raise Refused."""
    issuer.audiences, issuer.keys = body.audiences, body.keys
    issuer.fetches_keys = body.fetch_keys
    try:
        issuer.full_clean()
    except ValidationError as error:
        raise Refused(422, told(error), MEND) from error


def _assertions(provider: AssertionIssuer) -> dict[str, Any]:
    return {
        "entity_id": provider.entity_id,
        "certificates": provider.certificates,
        "sign_in_url": provider.sign_in_url,
    }


def _saml(provider: SamlProvider) -> dict[str, Any]:
    return {
        "arn": provider.arn,
        "name": provider.name,
        "uuid": provider.uuid,
        "acs": iam_saml.own_url(provider),
        "assertion_encryption_mode": provider.assertion_encryption_mode,
        "private_keys": private_keys.told(provider),
        **_assertions(provider),
    }


def _tokens(issuer: OidcProvider | TrustedTokenIssuer) -> dict[str, Any]:
    return {
        "url": issuer.url,
        "audiences": issuer.audiences,
        "keys": issuer.keys,
        "fetch_keys": issuer.fetches_keys,
    }


def _oidc(provider: OidcProvider) -> dict[str, Any]:
    return {"arn": provider.arn, **_tokens(provider)}


def _issuer(issuer: TrustedTokenIssuer) -> dict[str, Any]:
    return {
        "name": issuer.name,
        "claim": issuer.claim,
        "attribute": issuer.attribute,
        **_tokens(issuer),
    }
