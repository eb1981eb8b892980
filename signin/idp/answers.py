"""What the built-in identity provider says of whom somebody chose to be, and whom it offers."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from accounts.models import Account, DirectoryProfile, Role
from signin.federation import (
    encryption,
    iam_saml,
    idp,
    private_keys,
    service_providers,
    statements,
)
from signin.federation.service_providers import ServiceProvider
from signin.federation.statements import Encryption

MOST_NAMES = 50


@dataclass(frozen=True)
class RoleChoice:
    """A role of an account that takes this provider's word, as an assertion names both."""

    account: Account
    role: Role
    value: str


def role_choices(at: ServiceProvider) -> list[RoleChoice]:
    """Return the roles that the console opens for whom this provider vouches, at one address."""
    return [
        RoleChoice(provider.account, role, f"{role.arn},{provider.arn}")
        for provider, roles in service_providers.roles_by_account()
        if at.saml_provider in {None, provider}
        for role in roles
        if provider.account.partition == at.partition.id
    ]


def every_role(at: ServiceProvider, session_name: str) -> dict[str, list[str]]:
    """Return the attributes with which somebody may choose any of these roles at the console."""
    roles = [each.value for each in role_choices(at)]
    return {iam_saml.ROLE: roles, iam_saml.ROLE_SESSION_NAME: [session_name]}


def known_names(provider: ServiceProvider) -> list[str]:
    """Return the names that a service provider knows; the console knows none before they come."""
    if provider.directory is None:
        return []
    profiles = DirectoryProfile.objects.filter(directory=provider.directory, is_enabled=True)
    names = profiles.order_by("principal__folded").values_list("principal__username", flat=True)
    return list(names[:MOST_NAMES])


def response(provider: ServiceProvider, chosen: Mapping[str, Any]) -> str:
    """Return the signed answer about whom somebody chose to be, as a form carries it."""
    seconds: int | None = chosen["seconds"]
    attributes: dict[str, list[str]] = {}
    if provider.directory is None:
        attributes = {
            iam_saml.ROLE: chosen["roles"],
            iam_saml.ROLE_SESSION_NAME: [chosen["session_name"]],
        }
        if seconds:
            attributes[iam_saml.SESSION_DURATION] = [str(seconds)]
    statement = statements.Statement(
        subject=chosen["username"],
        audience=provider.entity_id,
        recipient=chosen["acs_url"],
        in_response_to=chosen["question"],
        attributes=attributes,
        session_seconds=seconds if provider.directory else None,
    )
    return idp.response(statement, encryption_of(provider))


def encryption_of(provider: ServiceProvider, method: str = encryption.USUAL) -> Encryption | None:
    """Return how assertions for a service provider are encrypted, if they are."""
    if provider.saml_provider is None:
        return None
    public_key = private_keys.public(provider.saml_provider)
    return Encryption(public_key, method) if public_key else None
