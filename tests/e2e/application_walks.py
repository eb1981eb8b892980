"""The ways to the pages of SAML applications, in Chromium; and an application that listens."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from urllib.parse import parse_qsl

from playwright.sync_api import Page, expect

from tests.e2e.portal_walks import HOST, at_portal
from tests.e2e.role_walks import run
from tests.server import Server

TAKEN = b'<!doctype html><html lang="en"><title>Taken</title><h1 id="taken">Taken</h1></html>'
TILE = "Example Echo"
LISTENS = """
from accounts.models import Application
app = Application.objects.get(name="Example Echo")
app.acs_url, app.logout_url = {origin!r} + "/saml/acs", {origin!r} + "/saml/slo"
app.save()
"""


@dataclass
class Listener:
    """An application of one's own on this machine, and what it was sent."""

    origin: str
    sent: list[tuple[str, dict[str, str]]] = field(default_factory=list)


@contextmanager
def listener() -> Iterator[Listener]:
    """Serve an application that takes whatever is posted to it."""
    heard = Listener("")

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            heard.sent.append((self.path, dict(parse_qsl(body))))
            self.send_response(200)
            self.send_header("Content-Type", "text/html")
            self.send_header("Content-Length", str(len(TAKEN)))
            self.end_headers()
            self.wfile.write(TAKEN)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        heard.origin = f"http://localhost:{server.server_port}"
        thread = Thread(target=server.serve_forever)
        thread.start()
        try:
            yield heard
        finally:
            server.shutdown()
            thread.join()


def listens(server: Server, heard: Listener) -> None:
    """Have the portal know where the application listens."""
    run(server, LISTENS.format(origin=heard.origin))


def open_tile(page: Page, server: Server) -> None:
    """Open the application from the portal."""
    at_portal(page, server, "/start/applications")
    page.get_by_role("link", name=TILE, exact=True).click()


def answer(page: Page, server: Server) -> None:
    """See the page with an answer, whose script is kept from sending it."""
    at_portal(page, server)
    page.route(
        "**/js/answer*.js", lambda route: route.fulfill(body="", content_type="text/javascript")
    )
    page.goto(address_of(server, "assertion"))
    expect(page.locator("#application-answer")).to_be_visible()
    page.unroute("**/js/answer*.js")


def address_of(server: Server, service: str) -> str:
    """Return where the application sends somebody, with a question of its own."""
    code = (
        "from tests.saml_applications import address, question\n"
        "from accounts.models import Application\n"
        f"app = Application.objects.get(name={TILE!r})\n"
        f"print(address(app, question({service!r}, issuer=app.audience), service={service!r},"
        ' RelayState="here"))'
    )
    return run(server, code)


def sign_out(page: Page, server: Server) -> None:
    """Be asked whether to sign out, as the application wants."""
    at_portal(page, server)
    page.goto(address_of(server, "logout"))
    expect(page.locator("#application-sign-out")).to_be_visible()


def gone(page: Page, server: Server) -> None:
    """Come from an application that one doesn't have."""
    url = address_of(server, "assertion")
    code = f"Application.objects.get(name={TILE!r}).users.clear()"
    run(server, f"from accounts.models import Application\n{code}")
    at_portal(page, server)
    page.goto(url)
    expect(page.locator("#application-gone")).to_be_visible()


def shown(page: Page, server: Server) -> None:
    """Look at the assertion before it is sent."""
    at_portal(page, server, "/start/applications")
    page.get_by_role("link", name=f"See first what {TILE} is told").click()
    expect(page.locator("#shown-assertion")).to_be_visible()


WALKS: dict[str, Callable[[Page, Server], object]] = {
    "application-answer": answer,
    "application-shown": shown,
    "application-sign-out": sign_out,
    "application-gone": gone,
    "application-question-over": lambda page, server: page.goto(
        server.address(HOST, "/start/saml/sign-out")
    ),
    "application-question-refused": lambda page, server: page.goto(
        server.address("portal.sso.us-east-1.amazonaws.com", "/saml/logout/x")
    ),
}
