"""The ways to the pages of SAML that several tests look at."""

from http.cookies import SimpleCookie
from urllib.parse import urlsplit

from django.db.models import QuerySet

from accounts import sessions
from accounts.models import Session
from signin.faults.models import Incident
from tests import saml
from tests.browser import Browser
from tests.saml_roles import answer, make_provider, make_role
from tests.walks import sign_in_as_iam_user

ENDPOINT = saml.RECIPIENT
IDP = "https://idp.example.com"
FROM_IDP = {"Origin": IDP, "Sec-Fetch-Site": "cross-site"}


def send(browser: Browser, response: str, *, at: str = ENDPOINT, **fields: str) -> Browser:
    """Post a response, as a page of an identity provider does: no cookie of ours comes with it."""
    host = urlsplit(at).netloc
    kept = browser.cookies.pop(host, SimpleCookie())
    browser.post(at, {"SAMLResponse": response, **fields}, **FROM_IDP)
    browser.cookies[host] = kept
    return browser


def living() -> QuerySet[Session]:
    """Return the sign-ins that go on."""
    return Session.objects.filter(ended_at=None, door=sessions.SIGNIN)


def is_refused(browser: Browser, *, status: int = 400) -> bool:
    """Return whether the page is the one for all that is wrong, and nobody was signed in."""
    assert browser.status == status, browser.words[:400]
    assert 'id="saml-invalid"' in browser.text
    assert Incident.objects.latest("id").number in browser.text
    return not living().filter(factors=["saml"]).exists()


def choose(browser: Browser, role) -> Browser:
    """Go on as one of the roles of the page."""
    return browser.submit("saml_form", roleIndex=role.arn)


def roles(browser: Browser, *names: str, **said) -> Browser:
    """Come to the page of the roles, which are made before."""
    provider = make_provider()
    made = [make_role(name, provider) for name in names]
    return send(browser, answer(*((role, provider) for role in made), **said))


def choice(browser: Browser) -> Browser:
    """Come from an identity provider where zhang is signed in."""
    provider = make_provider(name="choice")
    role = make_role("Choice", provider)
    send(sign_in_as_iam_user(browser), answer((role, provider)))
    return choose(browser, role)


def every_page() -> dict[str, Browser]:
    """Return each kind of page, in a browser that shows it."""
    found = {
        "roles": roles(Browser(), "Audit-1", "Audit-2"),
        "refused": send(Browser(), "bm9uZQ=="),
        "no response": Browser().visit(ENDPOINT),
        "choice": choice(Browser()),
    }
    provider = make_provider(name="one")
    found["one role"] = send(
        Browser(), answer((make_role("Only", provider), provider), id="_another")
    )
    return found
