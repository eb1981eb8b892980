"""The ways to the pages of SAML in Chromium, from a provider's page at another site."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from html import escape
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

from playwright.sync_api import Page, expect

from tests import saml
from tests.e2e.role_walks import run
from tests.e2e.signed_in import as_zhang
from tests.saml_roles import ACCOUNT, OTHER_ACCOUNT, ROLE, SESSION_NAME
from tests.server import Server

MADE = """
from accounts.models import Role, SamlProvider
for account, names in {accounts!r}.items():
    provider = SamlProvider.objects.create(
        account_id=account, name="idp", entity_id={entity_id!r}, certificates=[{certificate!r}]
    )
    for name in names:
        Role.objects.create(account_id=account, name=name, trusts=[provider.arn])
"""
ONE = {ACCOUNT: ["Federated"]}
SEVERAL = {ACCOUNT: ["Reader", "Writer"], OTHER_ACCOUNT: ["A-role-with-a-name-of-" + "x" * 42]}


def make(server: Server, accounts: dict[str, list[str]]) -> None:
    """Have accounts trust the identity provider, with roles of these names."""
    idp = saml.provider()
    told = {"entity_id": idp.entity_id, "certificate": idp.certificate}
    run(server, MADE.format(accounts=accounts, **told))


def response(server: Server, accounts: dict[str, list[str]]) -> str:
    """Return a response that names these roles, for this server."""
    here = server.address("signin.aws.amazon.com", "/saml")
    pairs = [
        f"arn:aws:iam::{account}:role/{name},arn:aws:iam::{account}:saml-provider/idp"
        for account, names in accounts.items()
        for name in names
    ]
    said = {ROLE: pairs, SESSION_NAME: ["zhang@example.com"]}
    return saml.answer(attributes=said, recipient=here, destination=here)


@contextmanager
def identity_provider(server: Server, sent: str) -> Iterator[str]:
    """Serve a provider's page, whose button posts a response; give its address."""
    to = server.address("signin.aws.amazon.com", "/saml")
    form = (
        f'<!doctype html><html lang="en"><title>Provider</title><form method="post" action="{to}">'
        f'<input type="hidden" name="SAMLResponse" value="{escape(sent)}">'
        '<button id="send">Sign in</button></form></html>'
    ).encode()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "text/html")
            self.send_header("Content-Length", str(len(form)))
            self.end_headers()
            self.wfile.write(form)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as provider:
        thread = Thread(target=provider.serve_forever)
        thread.start()
        try:
            yield f"http://idp.example.localhost:{provider.server_port}/"
        finally:
            provider.shutdown()
            thread.join()


def send(page: Page, server: Server, sent: str) -> None:
    """Come from the provider's page with a response."""
    with identity_provider(server, sent) as address:
        page.goto(address)
        page.locator("#send").click()
        expect(page.locator("#saml-roles, #saml-invalid")).to_be_visible()


def come(page: Page, server: Server, accounts: dict[str, list[str]]) -> None:
    """Come to the page of the roles."""
    make(server, accounts)
    send(page, server, response(server, accounts))


def choice(page: Page, server: Server) -> None:
    """Go on as a role where zhang is signed in."""
    as_zhang(page, server)
    come(page, server, ONE)
    page.locator("#signin_button").click()
    expect(page.locator("#federation-choice")).to_be_visible()


WALKS: dict[str, Callable[[Page, Server], object]] = {
    "saml-role": lambda page, server: come(page, server, ONE),
    "saml-roles": lambda page, server: come(page, server, SEVERAL),
    "saml-refused": lambda page, server: send(page, server, "bm9uZQ=="),
    "saml-choice": choice,
}
