"""A command line as it lets itself in (``aws login``), without the command line."""

import base64
import hashlib
import json
import uuid
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

from django.test import Client

from tests.browser import SIGNIN, Browser
from tests.dpop import Key, b64

SAME_DEVICE = "arn:aws:signin:::devtools/same-device"
CROSS_DEVICE = "arn:aws:signin:::devtools/cross-device"
CALLBACK = "http://127.0.0.1:43279/oauth/callback"
VERIFIER = "v" * 64


class Answer:
    """What the service answered a program."""

    def __init__(self, response: Any) -> None:
        self.status: int = response.status_code
        self.exception: str = response.headers.get("x-amzn-ErrorType", "")
        self.body: dict[str, Any] = json.loads(response.content)

    @property
    def error(self) -> tuple[int, str, str]:
        """Status, exception and code of what went wrong."""
        return self.status, self.exception, self.body.get("error", "")


class Program:
    """One run of ``aws login``: a key, a verifier, a state, and what it got."""

    def __init__(self, *, endpoint: str = SIGNIN, remote: bool = False) -> None:
        self.endpoint = endpoint.rstrip("/")
        self.client = CROSS_DEVICE if remote else SAME_DEVICE
        self.redirect_uri = f"{self.endpoint}/v1/sessions/confirmation" if remote else CALLBACK
        self.state = str(uuid.uuid4())
        self.key = Key()
        self.refresh_token = ""
        self.headers: dict[str, str] = {}

    def address(self, **changes: str | None) -> str:
        """Return the address that it opens, with other parameters or without some."""
        challenge = b64(hashlib.sha256(VERIFIER.encode()).digest())
        query = {
            "response_type": "code",
            "client_id": self.client,
            "state": self.state,
            "code_challenge_method": "SHA-256",
            "scope": "openid",
            "redirect_uri": self.redirect_uri,
            "code_challenge": challenge,
            **changes,
        }
        wanted = {name: value for name, value in query.items() if value is not None}
        return f"{self.endpoint}/v1/authorize?{urlencode(wanted)}"

    def code_of(self, browser: Browser) -> str:
        """Return the code that a browser was sent to it with, or that its page shows."""
        if self.client == SAME_DEVICE:
            assert browser.url.startswith(f"{CALLBACK}?"), browser.url
            query = urlsplit(browser.url).query
        else:
            shown = browser.text.split('id="verification-code"')[1].split(">")[1].split("<")[0]
            query = base64.b64decode(shown, validate=True).decode()
        found = parse_qs(query, strict_parsing=True)
        assert found["state"] == [self.state]
        return found["code"][0]

    def redeem(self, code: str, /, *, key: Key | None = None, **changes: Any) -> Answer:
        """Exchange a code for credentials."""
        answer = self.call(
            {
                "clientId": self.client,
                "grantType": "authorization_code",
                "code": code,
                "codeVerifier": VERIFIER,
                "redirectUri": self.redirect_uri,
                **changes,
            },
            (key or self.key).proof(f"{self.endpoint}/v1/token"),
        )
        self.refresh_token = answer.body.get("refreshToken", self.refresh_token)
        return answer

    def refresh(self, *, key: Key | None = None, **changes: Any) -> Answer:
        """Ask for new credentials."""
        return self.call(
            {
                "clientId": self.client,
                "grantType": "refresh_token",
                "refreshToken": self.refresh_token,
                **changes,
            },
            (key or self.key).proof(f"{self.endpoint}/v1/token"),
        )

    def call(self, members: dict[str, Any] | str, proof: str, **options: Any) -> Answer:
        """Send something to the token endpoint, as JSON unless it says otherwise."""
        host = urlsplit(self.endpoint).netloc
        headers = {"Host": host, "DPoP": proof, "User-Agent": "aws-cli/2.38.1", **self.headers}
        body = members
        if isinstance(members, dict):
            body = json.dumps({k: v for k, v in members.items() if v is not None})
        kind = options.pop("content_type", "application/json")
        return Answer(Client().post("/v1/token", body, content_type=kind, headers=headers))


def let_in(browser: Browser, program: Program) -> Answer:
    """Say yes on the page that a program opened, and let it have its credentials."""
    browser.visit(program.address()).submit("login-request", button="decision=allow")
    return program.redeem(program.code_of(browser))
