"""People whom a provider of an account vouches for by a JSON Web Token."""

from dataclasses import dataclass

from accounts.models import OidcProvider
from accounts.role_sessions import ROLE_ARN
from signin.federation import outbound, web_tokens
from signin.federation.token_errors import TokenIssuerUnknown
from signin.federation.web_tokens import WebToken
from signin.kernel import partitions


@dataclass(frozen=True)
class WebIdentity:
    """Somebody whose token is right, and the provider that vouches for them."""

    provider: OidcProvider
    token: WebToken

    @property
    def provider_arn(self) -> str:
        """The ARN of the provider, which roles trust."""
        return self.provider.arn

    @property
    def subject(self) -> str:
        """What the provider calls them."""
        return self.token.subject


def provider_of(token: str, role_arn: str) -> OidcProvider:
    """Return the provider of a role's account that is said to have issued a token.

    Whether there is such a role makes no difference. AWS takes no tokens here that STS gave for
    other services. Raises TokenMalformed or TokenIssuerUnknown.
    """
    issuer, parts = web_tokens.issuer_of(token), ROLE_ARN.fullmatch(role_arn)
    if outbound.is_one(issuer):
        raise TokenIssuerUnknown
    account_id = parts["account"] if parts else ""
    providers = OidcProvider.objects.select_related("account")
    found = providers.filter(account=account_id, url=issuer).first()
    if found is None or not partitions.is_known_here(found.account.partition):
        raise TokenIssuerUnknown
    return found


def prove(token: str, provider: OidcProvider) -> WebIdentity:
    """Return for whom a provider vouches by a token, or raise a TokenRefused."""
    return WebIdentity(provider, web_tokens.check(token, provider, provider.audiences))
