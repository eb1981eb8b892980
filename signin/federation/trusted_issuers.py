"""Issuers whose tokens stand for users of a directory, and which user one stands for."""

from accounts.models import Directory, Principal, TrustedTokenIssuer
from accounts.models.principals import fold
from signin.federation import web_tokens
from signin.federation.token_errors import TokenIssuerUnknown, TokenOfNobody


def user_of(directory: Directory, token: str) -> Principal:
    """Return the user of a directory whom a trusted issuer means, or raise a TokenRefused.

    Somebody who is disabled is nobody. This may fetch the issuer's keys.
    """
    url = web_tokens.issuer_of(token)
    issuer = TrustedTokenIssuer.objects.filter(directory=directory, url=url).first()
    if issuer is None:
        raise TokenIssuerUnknown
    claims = web_tokens.check(token, issuer, issuer.audiences).claims
    named = claims.get(issuer.claim)
    if not isinstance(named, str) or not named.isprintable():
        raise TokenOfNobody
    columns = {
        TrustedTokenIssuer.Attribute.USER_NAME: "folded",
        TrustedTokenIssuer.Attribute.EMAIL: "profile__folded_email",
    }
    users = Principal.objects.select_related("profile__directory").filter(
        kind=Principal.Kind.DIRECTORY_USER, realm=directory.pk, profile__is_enabled=True
    )
    column = columns[TrustedTokenIssuer.Attribute(issuer.attribute)]
    user = users.filter(**{column: fold(named)}).first()
    if user is None:
        raise TokenOfNobody
    return user
