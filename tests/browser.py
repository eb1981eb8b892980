"""A small browser over Django's test client: reads pages and fills in forms as a person does.

It keeps the cookies of each host apart, follows redirects from host to host, and sends what the
form on the page holds, hidden fields included. It knows nothing of the server's inside.
"""

import html
import re
from http.cookies import SimpleCookie
from typing import Any, Self
from urllib.parse import urljoin, urlsplit

from django.http import HttpResponse
from django.test import Client
from django.test.client import ClientHandler

PORT = 8000
HANDLER = ClientHandler(enforce_csrf_checks=True)  # one for all: loading it takes its time
FORM = re.compile(r"<form(?P<attributes>[^>]*)>(?P<content>.*?)</form>", re.DOTALL)
INPUT = re.compile(r"<input(?P<attributes>[^>]*)>")
ATTRIBUTE = re.compile(r'([\w-]+)(?:="([^"]*)")?')


def address(name: str, path: str = "/") -> str:
    """Return the emulated address of a real host."""
    suffix = "" if name.endswith("localhost") else ".localhost"
    return f"http://{name}{suffix}:{PORT}{path}"


CONSOLE = address("console.aws.amazon.com")
SIGNIN = address("signin.aws.amazon.com")
DESK = address("localhost")


class Browser:
    """One browser: cookies per host, and the page that it shows."""

    def __init__(self, *, language: str = "en", ip: str = "127.0.0.1", agent: str = "a browser"):
        self.cookies: dict[str, SimpleCookie] = {}
        self.headers = {"Accept-Language": language, "User-Agent": agent}
        self.ip = ip
        self.url = "about:blank"
        self.trail: list[str] = []
        self.page: HttpResponse = HttpResponse()

    def visit(self, url: str) -> Self:
        """Open an address, and go where it leads."""
        return self._go("GET", urljoin(self.url, url))

    def submit(self, form: str | None = None, button: str = "", **fields: str) -> Self:
        """Send the form of the current step (or the one with this id) as it stands, with fields."""
        attributes, content = self._form(form)
        values = self._values(content) | fields
        if button:
            name, _, value = button.partition("=")
            values[name] = value
        target = urljoin(self.url, html.unescape(attributes.get("action", self.url)))
        return self._go("POST", target, {k: v for k, v in values.items() if v is not None})

    def post(self, url: str, fields: dict[str, str], **headers: str) -> Self:
        """Send fields to an address without a page of it, as a script would."""
        return self._go("POST", urljoin(self.url, url), fields, headers)

    @property
    def text(self) -> str:
        """The page's source, entities resolved."""
        return html.unescape(self.page.content.decode())

    @property
    def words(self) -> str:
        """What a person reads on the page."""
        visible = re.sub(r"<(script|style|head)\b.*?</\1>", " ", self.text, flags=re.DOTALL)
        return " ".join(re.sub(r"<[^>]+>", " ", visible).split())

    @property
    def status(self) -> int:
        """The status of the last answer."""
        return self.page.status_code

    @property
    def step(self) -> str | None:
        """The step that the page asks for."""
        found = re.search(r'data-step="([^"]*)"', self.text)
        return found[1] if found else None

    @property
    def alert(self) -> str:
        """What the page's alert says."""
        found = re.search(r'role="alert".*?<p>(.*?)</p>', self.text, re.DOTALL)
        return found[1] if found else ""

    @property
    def signed_in_as(self) -> str | None:
        """The name in the console's navigation bar."""
        found = re.search(r'id="signed-in-as">(.*?)</summary>', self.text, re.DOTALL)
        return " ".join(re.sub(r"<[^>]+>", "", found[1]).split()) if found else None

    def error_of(self, field: str) -> str:
        """Return what stands at a field as its error."""
        found = re.search(rf'id="id_{field}_error"[^>]*>(.*?)</p>', self.text, re.DOTALL)
        return " ".join(found[1].split()) if found else ""

    def value_of(self, field: str) -> str | None:
        """Return what a field of the current step's form holds."""
        return self._values(self._form(None)[1]).get(field)

    def cookie(self, name: str, host: str) -> str | None:
        """Return the value of a cookie that a host gave."""
        jar = self.cookies.get(urlsplit(host).netloc, SimpleCookie())
        return jar[name].value if name in jar else None

    def _form(self, form_id: str | None) -> tuple[dict[str, str], str]:
        for match in FORM.finditer(self.page.content.decode()):
            attributes = dict(ATTRIBUTE.findall(match["attributes"]))
            if form_id == attributes.get("id") or (form_id is None and "data-step" in attributes):
                return attributes, match["content"]
        raise AssertionError(f"no form {form_id or 'of a step'} at {self.url}: {self.words[:300]}")

    def _values(self, content: str) -> dict[str, str]:
        values: dict[str, str] = {}
        for match in INPUT.finditer(content):
            found = {name: html.unescape(value) for name, value in ATTRIBUTE.findall(match[0])}
            if "name" not in found or "disabled" in found:
                continue
            if found.get("type") in ("radio", "checkbox") and "checked" not in found:
                continue
            ticked = "on" if found.get("type") == "checkbox" else ""
            values[found["name"]] = found.get("value", ticked)
        return values

    def _go(
        self,
        method: str,
        url: str,
        fields: dict[str, str] | None = None,
        headers: dict[str, str] | None = None,
        *,
        follow: bool = True,
    ) -> Self:
        self.trail = []
        while True:
            self.page = self._request(method, url, fields, headers or {})
            self.trail.append(url)
            self.url = url
            if self.page.status_code not in (301, 302, 303) or not follow:
                return self
            assert len(self.trail) < 12, f"redirected in circles: {self.trail}"
            method, fields, url = "GET", None, urljoin(url, self.page.headers["Location"])

    def _request(
        self, method: str, url: str, fields: dict[str, str] | None, headers: dict[str, str]
    ) -> HttpResponse:
        parts = urlsplit(url)
        client = Client()
        client.handler = HANDLER
        jar = self.cookies.setdefault(parts.netloc, SimpleCookie())
        client.cookies = jar
        origin = {"Origin": f"{parts.scheme}://{parts.netloc}"} if method == "POST" else {}
        send: Any = client.post if method == "POST" else client.get
        path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        answer: HttpResponse = send(
            path,
            fields or {},
            headers={"Host": parts.netloc, **self.headers, **origin, **headers},
            REMOTE_ADDR=self.ip,
        )
        for name, morsel in list(jar.items()):
            if morsel["max-age"] == 0:
                del jar[name]
        return answer
