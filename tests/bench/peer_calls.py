"""The same calls as ours, at peers: STS of moto, the device flow of oidc-provider."""

import json
import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode, urljoin, urlsplit

from tests.bench.browser import Answer, Browser, Transport
from tests.bench.calling import DEVICE_CODE
from tests.bench.figures import Unusable

CLIENT = {"client_id": "cli"}  # that shared/bench registers
FIELD = re.compile(r'name="([^"]+)" value="([^"]*)"')
ACTION = re.compile(r'action="([^"]+)"')
MOST_PAGES = 4


def let_program_in(transport: Transport, port: int) -> None:
    """Go through oidc-provider's device flow with a new browser; raise Unusable if that fails.

    Twelve requests: the codes, one poll too early, the pages, the tokens. It checks no password.
    """
    host = f"127.0.0.1:{port}"
    begun = _call(transport, host, "/device/auth", {**CLIENT, "scope": "openid offline_access"})
    asked = {**CLIENT, "grant_type": DEVICE_CODE, "device_code": begun["device_code"]}
    if _call(transport, host, "/token", asked, 400)["error"] != "authorization_pending":
        raise Unusable("oidc-provider let a program in that nobody allowed")
    browser = Browser(transport).visit(f"http://{host}/device")
    send(browser, {"xsrf": _fields(browser)["xsrf"], "user_code": begun["user_code"]})
    send(browser, {**_fields(browser, but="abort"), "confirm": "yes"})
    for _ in range(MOST_PAGES):
        fields = _fields(browser)
        if "prompt" not in fields:
            break
        login = {"login": "bench", "password": "x"} if fields["prompt"] == "login" else {}
        send(browser, fields | login)
    _call(transport, host, "/token", asked)


def poll_too_early(transport: Transport, port: int) -> Any:
    """Return a poll of oidc-provider to which nobody answered."""
    host = f"127.0.0.1:{port}"
    begun = _call(transport, host, "/device/auth", {**CLIENT, "scope": "openid"})
    asked = {**CLIENT, "grant_type": DEVICE_CODE, "device_code": begun["device_code"]}
    return lambda: _call(transport, host, "/token", asked, 400)


def send(browser: Browser, fields: Mapping[str, str]) -> None:
    """Send the form of a page of oidc-provider."""
    found = ACTION.search(browser.answer.body.decode())
    if not found:
        raise Unusable(f"oidc-provider has no form at {browser.url}")
    browser.send(urljoin(browser.url, found[1]), fields)


def _fields(browser: Browser, but: str = "") -> dict[str, str]:
    found = FIELD.findall(browser.answer.body.decode())
    return {name: value for name, value in found if name != but}


def _call(
    transport: Transport, host: str, path: str, asked: Mapping[str, str], status: int = 200
) -> dict[str, Any]:
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    answer: Answer = transport.request("POST", host, path, headers, urlencode(asked).encode())
    if answer.status != status:
        raise Unusable(f"oidc-provider answered {answer.status} at {urlsplit(path).path}")
    told: dict[str, Any] = json.loads(answer.body)
    return told
