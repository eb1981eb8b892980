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


def directory() -> Directory:
    """Return the directory whose identity source is the provider; made the first time."""
    if (found := Directory.objects.filter(pk=DIRECTORY).first()) is None:
        make_mary(found := make_external())
    return found


def role() -> Role:
    """Return a new role that the provider's word opens."""
    SamlProvider.objects.create(account_id=ACCOUNT, name="BuiltIn", **idp.columns())
    trusts = [arns.saml_provider("aws", ACCOUNT, "BuiltIn")]
    return Role.objects.create(account_id=ACCOUNT, name="Engineer", trusts=trusts)


def arrived(browser: Browser) -> Browser:
    """Be sent to the portal's sign-in unasked."""
    return send(browser, fields=answer(directory()))


def every_page() -> dict[str, Browser]:
    """Return every page of the provider, and the one to which it sends people unasked."""
    nobody = Browser().visit(IDP)
    role()
    return {
        "nobody trusts it": nobody,
        "arrival": arrived(Browser()),
        "first page": Browser().visit(IDP),
        "portal": at_provider(Browser()),
        "console": Browser().visit(f"{IDP}/sign-in?to=console"),
        "wrong": choose(at_provider(Browser()), ""),
        "answer": choose(at_provider(Browser())),
        "refused": Browser().visit(f"{IDP}/saml/sso"),
    }
