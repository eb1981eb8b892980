"""The ways to the pages of the built-in identity provider that several tests look at."""

from accounts.models import Directory, Role, SamlProvider
from signin.federation import idp
from signin.kernel import arns
from tests.browser import Browser
from tests.external_idp import (
    ACCOUNT,
    DIRECTORY,
    IDP,
    answer,
    at_provider,
    choose,
    make_external,
    make_mary,
    send,
)

PROVIDER_ARN = arns.saml_provider(ACCOUNT, "Built-in")


def directory() -> Directory:
    """Return the directory whose identity source is the provider; made the first time."""
    if (found := Directory.objects.filter(pk=DIRECTORY).first()) is None:
        make_mary(found := make_external())
    return found


def role() -> Role:
    """Return a role that the provider's word opens; made the first time."""
    SamlProvider.objects.get_or_create(account_id=ACCOUNT, name="Built-in", defaults=idp.columns())
    made, _ = Role.objects.get_or_create(
        account_id=ACCOUNT, name="Engineer", defaults={"trusts": [PROVIDER_ARN]}
    )
    return made


def arrived(browser: Browser) -> Browser:
    """Be sent to the portal's sign-in unasked."""
    return send(browser, fields=answer(directory()))


def every_page() -> dict[str, Browser]:
    """Return every page of the provider, and the one to which it sends people unasked."""
    pages = {"nobody trusts it": Browser().visit(IDP), "arrival": arrived(Browser())}
    role()
    return {
        **pages,
        "first page": Browser().visit(IDP),
        "portal": at_provider(Browser()),
        "console": Browser().visit(f"{IDP}/sign-in?to=console"),
        "wrong": choose(at_provider(Browser()), ""),
        "answer": choose(at_provider(Browser())),
        "refused": Browser().visit(f"{IDP}/saml/sso"),
    }
