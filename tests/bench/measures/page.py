"""The first view of the sign-in page: what goes over the wire, and what it costs the server."""

import re
from pathlib import Path
from urllib.parse import urljoin, urlsplit

from tests.bench import floors
from tests.bench.browser import Answer, Browser, Page, Wire
from tests.bench.figures import Figure, Figures, Goal, Measure, Unusable
from tests.bench.processes import Server, watched
from tests.bench.signing_in import SCENARIO
from tests.bench.vestibule import DataDirectory, sign_in_host, sign_in_page

VIEWS = 300
KIB = 1024

WEIGHT = Figure("sign-in page, first view", "KiB")
REQUESTS = Figure("sign-in page, first view", "requests")
FOREIGN = Figure("sign-in page, first view", "foreign origins")
CPU = Figure("sign-in page, begun anew, CPU", "ms")
AGAIN = Figure("sign-in page, seen again, CPU", "ms")
HELLO = Figure("hello Django, granian, CPU", "ms")
IN_SHEETS = re.compile(rb"""(?:url\(["']?|@import\s+["'])(?!data:)([^"')]+)""")


class PageView(Measure):
    """A page with all that it loads, and a loop of views of the page alone."""

    name = "page"
    goals = [
        Goal("first view, bytes on the wire", WEIGHT, 14),
        Goal("first view, requests", REQUESTS, 3),
        Goal("first view, foreign origins", FOREIGN, 0),
        Goal("page view", CPU, 2, floor=HELLO),
        Goal("page view, seen again", AGAIN, 2, floor=HELLO),
    ]

    def __init__(self, work: Path) -> None:
        self.work = work

    def prepare(self) -> None:
        self.data = DataDirectory(self.work / "page", scenario=SCENARIO).fill()

    def sample(self) -> Figures:
        with floors.hello("granian") as server:
            found = {HELLO: _views(server, "localhost", "/")}
        with self.data.server() as server:
            host = sign_in_host(server.port)
            found |= _first_view(f"http://{host}{sign_in_page(server.port)}", server.port)
            found[CPU] = _views(server, host, sign_in_page(server.port))
            found[AGAIN] = self._again(server)
        return found

    def _again(self, server: Server) -> float:
        """Return the cost of viewing a page of an attempt that exists: nothing is stored."""
        host = sign_in_host(server.port)
        with Wire(server.port) as wire:
            browser = Browser(wire).visit(f"http://{host}{sign_in_page(server.port)}")
        action = Page(browser.answer.body.decode()).action
        if not action:
            raise Unusable("the sign-in page has no form")
        cookies = browser.cookies[host]
        cookie = "; ".join(f"{name}={value}" for name, value in cookies.items())
        return _views(server, host, action, {"Cookie": cookie})


def _views(server: Server, host: str, target: str, headers: dict[str, str] | None = None) -> float:
    """Return the CPU milliseconds of one of many views of a page."""
    with Wire(server.port) as wire:
        _view(wire, host, target, headers)
        with watched():
            cpu = server.cpu()
            for _ in range(VIEWS):
                _view(wire, host, target, headers)
            cpu = server.cpu() - cpu
    return cpu / VIEWS


def _first_view(url: str, port: int) -> Figures:
    """Fetch a page and everything that it loads from its own host, as a browser without cache."""
    host = urlsplit(url).netloc
    pending, seen, foreign, weight = [url], set(), set(), 0
    with Wire(port) as wire:
        while pending:
            parts = urlsplit(url := pending.pop())
            if url in seen or parts.scheme == "data":
                continue
            if parts.netloc != host:
                foreign.add(parts.netloc)
                continue
            seen.add(url)
            target = f"{parts.path}?{parts.query}" if parts.query else parts.path
            weight += _view(wire, host, target, {"Accept-Encoding": "gzip"}).wire
            plain = _view(wire, host, target)  # not counted: for reading
            pending += [urljoin(url, each) for each in _loads(plain)]
    return {WEIGHT: weight / KIB, REQUESTS: len(seen), FOREIGN: len(foreign)}


def _loads(answer: Answer) -> list[str]:
    """Return the addresses that a browser fetches because of a page or a style sheet."""
    kind = answer.header("content-type").partition(";")[0]
    if kind == "text/html":
        return Page(answer.body.decode()).resources
    if kind == "text/css":
        return [address.decode() for address in IN_SHEETS.findall(answer.body)]
    return []


def _view(wire: Wire, host: str, target: str, headers: dict[str, str] | None = None) -> Answer:
    answer = wire.request("GET", host, target, headers or {})
    if answer.status != 200:
        raise Unusable(f"{target.partition('?')[0]} was answered with {answer.status}")
    return answer
