"""The identity providers of a scenario's document: of accounts, and of directories."""

from collections.abc import Mapping
from typing import Any

from django.core.exceptions import ValidationError

from accounts.models import (
    Account,
    Directory,
    DirectoryIdentityProvider,
    OidcProvider,
    SamlPrivateKey,
    SamlProvider,
    TrustedTokenIssuer,
)
from accounts.models.identity_providers import AssertionIssuer, provider_uuid
from signin.control import identifiers
from signin.control.documents import (
    Columns,
    ScenarioInvalid,
    check_row,
    check_unique,
    read_choices,
    read_entries,
    read_flag,
    read_list,
    read_object,
    read_text,
)
from signin.federation import idp, private_keys, providers
from signin.federation.errors import MetadataRefused

ASSERTIONS = frozenset({"entity_id", "certificates", "sign_in_url"})
ENCRYPTION: Columns = {
    "assertion_encryption_mode": ("assertion_encryption_mode", SamlProvider.EncryptionMode)
}
CALLED = {"fetches_keys": "fetch_keys"}
ATTRIBUTES: Columns = {"attribute": ("attribute", TrustedTokenIssuer.Attribute)}


def read_saml(
    fields: Mapping[str, Any], where: str, account: Account
) -> list[tuple[SamlProvider, list[SamlPrivateKey]]]:
    """Return what ``saml_providers`` of an account says, or raise ScenarioInvalid."""
    return [_saml(*each, account) for each in read_entries(fields, "saml_providers", where)]


def read_oidc(fields: Mapping[str, Any], where: str, account: Account) -> list[OidcProvider]:
    """Return what ``oidc_providers`` of an account says, or raise ScenarioInvalid."""
    return [_oidc(*each, account) for each in read_entries(fields, "oidc_providers", where)]


def read_identity_provider(
    fields: Mapping[str, Any], where: str, directory: Directory
) -> DirectoryIdentityProvider | None:
    """Return what ``identity_provider`` of a directory says, or raise ScenarioInvalid."""
    place = f"{where}.identity_provider"
    if ("identity_provider" in fields) != directory.is_external:
        raise ScenarioInvalid(place, "needed with the identity source external, and only there")
    if not directory.is_external:
        return None
    entry = read_object(
        fields["identity_provider"],
        place,
        optional={"metadata", "entity_id", "certificates", "sign_in_url"},
    )
    provider = DirectoryIdentityProvider(directory=directory, **_assertions(entry, place))
    _check(provider, place)
    return provider


def read_token_issuers(
    fields: Mapping[str, Any], where: str, directory: Directory
) -> list[TrustedTokenIssuer]:
    """Return what ``trusted_token_issuers`` of a directory says, or raise ScenarioInvalid."""
    entries = read_entries(fields, "trusted_token_issuers", where)
    issuers = [_token_issuer(*each, directory) for each in entries]
    check_unique([("trusted token issuer", each.url) for each in issuers], where)
    return issuers


def _saml(entry: object, where: str, account: Account) -> tuple[SamlProvider, list[SamlPrivateKey]]:
    fields = read_object(
        entry,
        where,
        required={"name"},
        optional={
            "metadata",
            "entity_id",
            "certificates",
            "sign_in_url",
            "uuid",
            "assertion_encryption_mode",
            "private_keys",
        },
    )
    name = read_text(fields, "name", where)
    provider = SamlProvider(
        account=account,
        name=name,
        uuid=read_text(fields, "uuid", where)
        or provider_uuid(identifiers.capitals("saml-provider", account.pk, name)),
        **read_choices(fields, where, ENCRYPTION),
        **_assertions(fields, where),
    )
    _check(provider, where)
    return provider, _private_keys(provider, fields, where)


def _private_keys(
    provider: SamlProvider, fields: Mapping[str, Any], where: str
) -> list[SamlPrivateKey]:
    written = read_list(fields, "private_keys", where)
    place = f"{where}.private_keys"
    if not all(isinstance(each, str) for each in written):
        raise ScenarioInvalid(place, "a list of texts")
    try:
        return private_keys.joined(provider, [], written)
    except ValidationError as error:
        raise ScenarioInvalid(place, " ".join(error.messages)) from error


def _oidc(entry: object, where: str, account: Account) -> OidcProvider:
    fields = read_object(
        entry, where, required={"url", "audiences"}, optional={"keys", "fetch_keys"}
    )
    provider = OidcProvider(account=account, **_tokens(fields, where))
    check_row(provider, where, CALLED)
    return provider


def _token_issuer(entry: object, where: str, directory: Directory) -> TrustedTokenIssuer:
    fields = read_object(
        entry,
        where,
        required={"name", "url", "audiences"},
        optional={"claim", "attribute", "keys", "fetch_keys"},
    )
    issuer = TrustedTokenIssuer(
        directory=directory,
        name=read_text(fields, "name", where),
        **read_choices(fields, where, ATTRIBUTES),
        **_tokens(fields, where),
    )
    if "claim" in fields:
        issuer.claim = read_text(fields, "claim", where)
    check_row(issuer, where, CALLED)
    return issuer


def _assertions(fields: Mapping[str, Any], where: str) -> dict[str, Any]:
    if "metadata" in fields:
        if ASSERTIONS & set(fields):
            raise ScenarioInvalid(where, "either metadata, or what would stand there, not both")
        try:
            return providers.columns_of(read_text(fields, "metadata", where))
        except MetadataRefused as refusal:
            raise ScenarioInvalid(f"{where}.metadata", str(refusal.message)) from refusal
    return {
        "entity_id": read_text(fields, "entity_id", where),
        "certificates": read_list(fields, "certificates", where),
        "sign_in_url": read_text(fields, "sign_in_url", where),
    }


def _check(provider: AssertionIssuer, where: str) -> None:
    check_row(provider, where)
    try:
        providers.check_certificates(provider)
    except ValidationError as error:
        raise ScenarioInvalid(f"{where}.certificates", " ".join(error.messages)) from error


def _tokens(fields: Mapping[str, Any], where: str) -> dict[str, Any]:
    if fields["url"] == providers.BUILT_IN:
        own = {"url": idp.issuer(), "keys": idp.keys()}
        return {**own, "audiences": read_list(fields, "audiences", where)}
    return {
        "url": read_text(fields, "url", where),
        "audiences": read_list(fields, "audiences", where),
        "keys": fields.get("keys", {}),
        "fetches_keys": read_flag(fields, "fetch_keys", where) is True,
    }
