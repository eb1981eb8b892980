"""Federated identities: people of whom only their provider knows who they are (R-037)."""

from accounts.models import Principal
from signin.kernel import entropy

LONGEST_SHOWN = 254


def of(provider_arn: str, subject: str) -> Principal:
    """Return the principal of a provider's subject; who comes for the first time gets one.

    Two providers never mean the same one, whatever they call somebody, and subjects that differ in
    capitals only are two (S-092).
    """
    found, _ = Principal.objects.get_or_create(
        kind=Principal.Kind.FEDERATED,
        realm=provider_arn,
        folded=entropy.digest(subject),
        defaults={"username": subject[:LONGEST_SHOWN]},
    )
    return found


def web_provider_of(principal: Principal) -> str:
    """Return the ARN of the OpenID Connect provider that vouches for somebody; else nothing."""
    is_web = principal.kind == Principal.Kind.FEDERATED and ":oidc-provider/" in principal.realm
    return principal.realm if is_web else ""
