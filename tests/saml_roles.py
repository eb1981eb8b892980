"""SAML providers of accounts, and roles that trust them."""

from accounts.models import Role, SamlProvider
from tests import saml

ACCOUNT = "111122223333"
OTHER_ACCOUNT = "444455556666"
ROLE = f"{saml.ATTRIBUTES}Role"
SESSION_NAME = f"{saml.ATTRIBUTES}RoleSessionName"


def make_provider(account=ACCOUNT, name="idp", idp=None):
    """Store a SAML provider of an account, and return it."""
    idp = idp or saml.provider()
    return SamlProvider.objects.create(
        account_id=account,
        name=name,
        entity_id=idp.entity_id,
        certificates=[idp.certificate],
        sign_in_url=saml.SIGN_IN_URL,
    )


def make_role(name, provider, **columns):
    """Store a role of a provider's account that trusts the provider, and return it."""
    return Role.objects.create(
        account_id=provider.account_id, name=name, trusts=[provider.arn], **columns
    )


def said_of(*pairs, name="zhang@example.com", **attributes):
    """Return the attributes of an assertion that names roles with their providers, and more."""
    roles = [f"{role.arn},{provider.arn}" for role, provider in pairs]
    more = {f"{saml.ATTRIBUTES}{each}": value for each, value in attributes.items()}
    return {ROLE: roles, **({SESSION_NAME: [name]} if name else {}), **more}


def answer(*pairs, idp=None, name="zhang@example.com", also=None, **said):
    """Return a signed response that names roles, as a form has it."""
    return saml.answer(idp, attributes={**said_of(*pairs, name=name), **(also or {})}, **said)
