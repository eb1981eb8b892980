"""SAML applications of a portal: what they ask, and what they are told."""

import base64
import zlib
from typing import Any
from urllib.parse import urlencode
from xml.sax.saxutils import escape, quoteattr

from lxml import etree

from accounts import applications
from accounts.models import Application, SamlProvider
from signin import hosts
from signin.federation import assertions, metadata
from signin.federation.assertions import Assertion
from signin.federation.documents import ASSERTION, PROTOCOL
from tests.browser import Browser
from tests.external_idp import answer_on

ACS = "https://app.example.com/saml/acs"
AUDIENCE = "https://app.example.com/saml/metadata"
LOGOUT = "https://app.example.com/saml/slo"
SAML = {"name": "Tickets", "start_url": "", "acs_url": ACS, "audience": AUDIENCE}
FROM_APPLICATION = {"Origin": "https://app.example.com", "Sec-Fetch-Site": "cross-site"}
SIGN_IN, SIGN_OUT = "assertion", "logout"
NAMES = {SIGN_IN: "AuthnRequest", SIGN_OUT: "LogoutRequest"}


def question(service: str = SIGN_IN, *, issuer: str = AUDIENCE, **attributes: str) -> str:
    """Return what an application asks; attributes that are empty are left out."""
    name = NAMES[service]
    said = {"ID": "_question-1", "Version": "2.0", **attributes}
    written = "".join(f" {key}={quoteattr(value)}" for key, value in said.items() if value)
    return (
        f'<p:{name} xmlns:p="{PROTOCOL}"{written}><a:Issuer xmlns:a="{ASSERTION}">'
        f"{escape(issuer)}</a:Issuer></p:{name}>"
    )


def deflated(xml: str) -> str:
    """Return a question as an address has it."""
    packer = zlib.compressobj(wbits=-15)
    return base64.b64encode(packer.compress(xml.encode()) + packer.flush()).decode()


def address(
    application: Application, xml: str | None = None, *, service: str = SIGN_IN, **more: str
) -> str:
    """Return where an application sends somebody with a question (HTTP-Redirect)."""
    query = {"SAMLRequest": deflated(question(service) if xml is None else xml), **more}
    return f"{applications.saml_url(application, service)}?{urlencode(query)}"


def root_on(browser: Browser) -> Any:
    """Return the root of what the page would send to the application."""
    return etree.fromstring(base64.b64decode(answer_on(browser)["SAMLResponse"]))


def told(application: Application, encoded: str, document: bytes) -> Assertion:
    """Return an assertion as a strict service provider reads it that has the metadata only."""
    found = metadata.read(document)
    issuer = SamlProvider(entity_id=found.entity_id, certificates=list(found.certificates))
    assertion, _ = assertions.read(
        encoded,
        issuers=lambda entity_id: [issuer] if entity_id == found.entity_id else [],
        audiences=[application.audience],
        recipients=[application.acs_url],
    )
    return assertion


def document_of(application: Application) -> bytes:
    """Return the metadata of the portal for an application."""
    document: bytes = Browser().visit(applications.saml_url(application, "metadata")).page.content
    return document


def read(browser: Browser, application: Application) -> Assertion:
    """Return the assertion on a page, as the application reads it."""
    return told(application, answer_on(browser)["SAMLResponse"], document_of(application))


def is_refused(browser: Browser) -> bool:
    """Return whether a question got no further than where it arrived."""
    return browser.status == 400 and 'id="question-refused"' in browser.text


def is_over(browser: Browser) -> bool:
    """Return whether the page says that a question is over."""
    return browser.status == 400 and 'id="application-question-over"' in browser.text


def is_at_sign_in(browser: Browser, region: str) -> bool:
    """Return whether somebody has to sign in."""
    return browser.url.startswith(hosts.origin("platform", region=region))


def status_codes(root: Any) -> list[str]:
    """Return the last words of a response's status codes."""
    codes = root.iter(f"{{{PROTOCOL}}}StatusCode")
    return [each.get("Value").rpartition(":")[2] for each in codes]
