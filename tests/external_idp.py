"""Directories whose users prove who they are at the built-in identity provider, and their ways."""

from dataclasses import replace
from typing import Any
from urllib.parse import parse_qs, urlsplit

from accounts.models import Directory, DirectoryIdentityProvider
from signin.events.models import Event
from signin.federation import authn_requests, idp, idp_keys, service_providers, statements
from tests.browser import Browser, address
from tests.directories import make_user

ACCOUNT = "111122223333"
DIRECTORY = "d-9067e0e0e0"
OTHER_DIRECTORY = "d-9067e0e0e1"
REGION = "eu-central-1"
PORTAL = address(f"{DIRECTORY}.awsapps.com", "/start/")
PLATFORM = address(f"{REGION}.signin.aws", "")
ACS = f"{PLATFORM}/platform/saml/acs/{DIRECTORY}"
IDP = "http://idp.localhost:8000"
MARY = "mary@example.com"
NOBODY = "nobody@example.com"
LOGIN = "ExternalIdPDirectoryLogin"  # the event


def make_external(directory_id: str = DIRECTORY, **columns: object) -> Directory:
    """Return a new directory that trusts the built-in identity provider."""
    directory = Directory.objects.create(
        id=directory_id,
        account_id=ACCOUNT,
        region=REGION,
        identity_source=Directory.IdentitySource.EXTERNAL,
        **columns,
    )
    DirectoryIdentityProvider.objects.create(
        directory=directory,
        entity_id=idp.entity_id(),
        sign_in_url=idp.sign_in_url(),
        certificates=[idp_keys.identity().certificate],
    )
    return directory


def make_mary(directory: Directory, username: str = MARY) -> object:
    """Return a new user of such a directory, who has no password."""
    return make_user(directory, username, email=username, password=None)


def at_provider(browser: Browser, typed: str = MARY) -> Browser:
    """Name oneself at the portal, and be sent to the provider."""
    return browser.visit(PORTAL).submit(username=typed)


def choose(browser: Browser, username: str = MARY, **more: str) -> Browser:
    """Say at the provider who to be; the answer is on the page then."""
    return browser.submit("idp-sign-in", username=username, **more)


def answer_on(browser: Browser) -> dict[str, str]:
    """Return what the provider's page would send to the service provider."""
    _, content = browser._form("saml-answer")
    return browser._values(content)


def send(browser: Browser, url: str = ACS, fields: dict[str, str] | None = None) -> Browser:
    """Send an answer as a browser does: from the provider's site, and without cookies."""
    fields = answer_on(browser) if fields is None else fields
    kept, host = browser.cookies, urlsplit(url).netloc
    browser.cookies = {name: jar for name, jar in kept.items() if name != host}
    browser._go("POST", url, fields, FROM_PROVIDER, follow=False)
    browser.cookies = kept
    if browser.status in (301, 302, 303):
        browser.visit(browser.page.headers["Location"])
    return browser


FROM_PROVIDER = {"Origin": IDP, "Sec-Fetch-Site": "cross-site"}


def sign_in(browser: Browser, username: str = MARY, **more: str) -> Browser:
    """Go all the way from the portal to the provider and back."""
    return send(choose(at_provider(browser), username, **more))


def question_id(browser: Browser) -> str:
    """Return the ID of the question with which somebody is at the provider."""
    query = parse_qs(urlsplit(browser.url).query)
    return authn_requests.read(query["SAMLRequest"][0], is_deflated=True).id


def statement(directory: Directory, subject: str = MARY, **changed: object) -> statements.Statement:
    """Return what the provider would say of somebody to a directory, with something changed."""
    here = service_providers.of(directory)
    said = statements.Statement(subject=subject, audience=here.entity_id, recipient=here.acs_url)
    return replace(said, **changed)


def answer(directory: Directory, subject: str = MARY, **changed: object) -> dict[str, str]:
    """Return the fields of an answer that says so."""
    return {"SAMLResponse": idp.response(statement(directory, subject, **changed))}


def is_at_portal(browser: Browser) -> bool:
    """Return whether the browser shows the portal's first page to somebody signed in."""
    return browser.url.startswith(PORTAL) and 'id="accounts"' in browser.text


def events(name: str) -> list[dict[str, Any]]:
    """Return the events of a name."""
    return [event.document for event in Event.objects.filter(name=name)]


def reasons() -> list[str | None]:
    """Return why answers were refused, as the events say."""
    return [event["additionalEventData"].get("Reason") for event in events(LOGIN)]


def is_us_not_you(browser: Browser) -> bool:
    """Return whether the page is the one without a cause."""
    return browser.status == 503 and 'id="us-not-you"' in browser.text


def audience() -> str:
    """Return the entity ID of the directory."""
    return address(f"{REGION}.signin.aws.amazon.com", f"/platform/saml/{DIRECTORY}")
