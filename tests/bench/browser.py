"""A browser for flows: cookies per host, redirects, forms; over the wire or in the process."""

import re
import socket
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from html import unescape
from typing import Protocol, Self
from urllib.parse import urlencode, urljoin, urlsplit

from tests.bench.figures import Unusable

REDIRECTS = frozenset({301, 302, 303, 307, 308})
MOST_REDIRECTS = 8


@dataclass(frozen=True)
class Answer:
    """A response; ``headers`` go by their names in small letters, ``wire`` is its whole size."""

    status: int
    headers: Mapping[str, list[str]]
    body: bytes
    wire: int

    def header(self, name: str) -> str:
        """Return a header's value, or an empty string."""
        return next(iter(self.headers.get(name, ())), "")


def headers_of(lines: Iterable[str]) -> dict[str, list[str]]:
    """Return the values of headers by their names in small letters."""
    found: dict[str, list[str]] = {}
    for line in lines:
        name, _, value = line.partition(":")
        found.setdefault(name.lower(), []).append(value.strip())
    return found


class Transport(Protocol):
    """A way to send one request to the server."""

    def request(
        self, method: str, host: str, target: str, headers: Mapping[str, str], body: bytes = b""
    ) -> Answer:
        """Send a request and return its answer."""


class Wire:
    """One keep-alive connection to a server on the loopback.

    ``wait`` returns when there is something to read; without it, reading waits.
    """

    def __init__(self, port: int, wait: Callable[[socket.socket], None] | None = None) -> None:
        self.port = port
        self.wait = wait
        self._connection: socket.socket | None = None
        self._received = b""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the connection; the next request opens another one."""
        if self._connection:
            self._connection.close()
        self._connection, self._received = None, b""

    def request(
        self, method: str, host: str, target: str, headers: Mapping[str, str], body: bytes = b""
    ) -> Answer:
        lines = [f"{method} {target} HTTP/1.1", f"Host: {host}"]
        lines += [f"{name}: {value}" for name, value in headers.items()]
        if body or method == "POST":
            lines.append(f"Content-Length: {len(body)}")
        if self._connection is None:
            self._connection = socket.create_connection(("127.0.0.1", self.port), timeout=30)
            self._connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._connection.sendall("\r\n".join([*lines, "", ""]).encode() + body)
        return self._read()

    def _read(self) -> Answer:
        while b"\r\n\r\n" not in self._received:
            self._receive()
        head, _, self._received = self._received.partition(b"\r\n\r\n")
        first, *lines = head.decode("latin-1").split("\r\n")
        headers = headers_of(lines)
        if "chunked" in headers.get("transfer-encoding", ()):
            body, size = self._chunks()
        else:
            size = int(headers.get("content-length", ["0"])[0])
            body = self._take(size)
        if headers.get("connection") == ["close"] or first.startswith("HTTP/1.0"):
            self.close()
        return Answer(int(first.split()[1]), headers, body, len(head) + 4 + size)

    def _chunks(self) -> tuple[bytes, int]:
        """Return a body that comes in chunks, and its size on the wire."""
        body, size = b"", 0
        while True:
            while b"\r\n" not in self._received:
                self._receive()
            line = self._received.partition(b"\r\n")[0]
            self._take(len(line) + 2)
            chunk = self._take(int(line.partition(b";")[0], 16) + 2)[:-2]
            body, size = body + chunk, size + len(line) + len(chunk) + 4
            if not chunk:
                return body, size

    def _take(self, length: int) -> bytes:
        while len(self._received) < length:
            self._receive()
        taken, self._received = self._received[:length], self._received[length:]
        return taken

    def _receive(self) -> None:
        if self._connection and self.wait:
            self.wait(self._connection)
        received = self._connection.recv(65536) if self._connection else b""
        if not received:
            raise Unusable("the server closed the connection")
        self._received += received


TAG = re.compile(r"<(/?(?:form|input|script|img|link))\b([^>]*)>")
ATTRIBUTE = re.compile(r'([\w-]+)(?:="([^"]*)")?')
SOURCES = {"script": "src", "img": "src", "link": "href"}


class Page:
    """What a page asks of a browser: its sub-resources, and a form.

    The form is the one with an ID, or the one of the sign-in step. Tags are looked for as in the
    pages of the peers: a parser would take more of the machine than a server's answer.
    """

    def __init__(self, text: str, form: str = "") -> None:
        self.resources: list[str] = []
        self.action: str | None = None
        self.fields: dict[str, str] = {}
        is_in_form = False
        for tag, attributes in TAG.findall(text):
            if tag == "/form":
                is_in_form = False
                continue
            values = {name: unescape(value) for name, value in ATTRIBUTE.findall(attributes)}
            source = values.get(SOURCES.get(tag, ""))
            if source and values.get("rel") not in ("canonical", "alternate"):
                self.resources.append(source)
            wanted = values.get("id") == form if form else "data-step" in values
            if tag == "form" and wanted:
                is_in_form, self.action = True, values.get("action", "")
            elif tag == "input" and is_in_form and values.get("type") == "hidden":
                self.fields[values["name"]] = values.get("value", "")


@dataclass
class Browser:
    """A browser without cookies, as it is at first."""

    transport: Transport
    url: str = ""
    trail: list[str] = field(default_factory=list)  # all requests, redirects included
    answer: Answer = field(default_factory=lambda: Answer(0, {}, b"", 0))
    cookies: dict[str, dict[str, str]] = field(default_factory=dict)

    def visit(self, url: str) -> Self:
        """Open an address, and go where it leads."""
        return self._go("GET", url)

    def submit(self, form: str = "", **answers: str) -> Self:
        """Send the form with an ID, or the one of the sign-in step on the page."""
        page = Page(self.answer.body.decode(), form)
        if page.action is None:
            raise Unusable(f"no form at {self.url} (status {self.answer.status})")
        return self.send(urljoin(self.url, page.action), page.fields | answers)

    def send(self, url: str, fields: Mapping[str, str]) -> Self:
        """Send fields to an address, and go where it leads."""
        return self._go("POST", url, fields)

    def _go(self, method: str, url: str, form: Mapping[str, str] | None = None) -> Self:
        for _ in range(MOST_REDIRECTS):
            self.url, self.answer = url, self._request(method, url, form)
            if self.answer.status not in REDIRECTS:
                return self
            method, form, url = "GET", None, urljoin(url, self.answer.header("location"))
        raise Unusable(f"redirected in circles at {url}")

    def _request(self, method: str, url: str, form: Mapping[str, str] | None) -> Answer:
        parts = urlsplit(url)
        self.trail.append(f"{method} {parts.netloc}{parts.path}")
        cookies = self.cookies.setdefault(parts.netloc, {})
        headers = {"User-Agent": "bench", "Accept-Encoding": "gzip"}
        if cookies:
            headers["Cookie"] = "; ".join(f"{name}={value}" for name, value in cookies.items())
        body = b""
        if form is not None:
            body = urlencode(form).encode()
            headers["Origin"] = f"{parts.scheme}://{parts.netloc}"
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        target = f"{parts.path or '/'}?{parts.query}" if parts.query else parts.path or "/"
        answer = self.transport.request(method, parts.netloc, target, headers, body)
        for value in answer.headers.get("set-cookie", ()):
            name, _, content = value.partition(";")[0].partition("=")
            cookies[name] = content
            if "max-age=0" in value.lower():
                del cookies[name]
        return answer
