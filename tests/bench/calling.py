"""Calls of programs: signed ones, and the way of a command line to somebody's credentials."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Self
from urllib.parse import urlencode

from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from tests.bench.browser import Browser, Transport
from tests.bench.figures import Unusable
from tests.bench.signing_in import (
    ACCESS_KEY,
    ACCOUNT,
    PERMISSION_SET,
    REGION,
    ROLE,
    portal,
)

DEVICE_CODE = "urn:ietf:params:oauth:grant-type:device_code"
JSON = {"Content-Type": "application/json"}
CALLS: dict[str, dict[str, str]] = {
    "GetCallerIdentity": {},
    "AssumeRole": {
        "RoleArn": f"arn:aws:iam::{ACCOUNT}:role/{ROLE}",
        "RoleSessionName": "bench",
    },
}


def signed(
    transport: Transport, port: int, action: str, key: str = ACCESS_KEY[0]
) -> Callable[[], None]:
    """Return a call of STS, signed once for as often as it is sent; it raises Unusable.

    The server checks the signature each time. Another key has the same secret.
    """
    host = f"sts.{REGION}.amazonaws.com.localhost:{port}"
    form = {"Action": action, "Version": "2011-06-15", **CALLS[action]}
    request = AWSRequest(
        method="POST",
        url=f"http://{host}/",
        data=urlencode(form),
        headers={"Content-Type": "application/x-www-form-urlencoded"},
    )
    SigV4Auth(Credentials(key, ACCESS_KEY[1]), "sts", REGION).add_auth(request)
    headers, body = dict(request.headers.items()), urlencode(form).encode()

    def send() -> None:
        answer = transport.request("POST", host, "/", headers, body)
        if answer.status != 200:
            raise Unusable(f"{action} was answered with {answer.status}")

    return send


@dataclass
class Program:
    """A command line: it registers once, waits for its code to be typed, fetches credentials."""

    transport: Transport
    port: int
    registered: dict[str, str] = field(default_factory=dict)
    begun: dict[str, Any] = field(default_factory=dict)
    bearer: dict[str, str] = field(default_factory=dict)

    def register(self) -> Self:
        """Get an ID and a secret, which are good for every flow that follows."""
        named = {"clientName": "bench", "clientType": "public", "scopes": ["sso:account:access"]}
        answer = self._oidc("/client/register", named)
        self.registered = {name: answer[name] for name in ("clientId", "clientSecret")}
        return self

    def begin(self) -> None:
        """Ask for the codes, and ask for tokens before anybody typed one."""
        start = {"startUrl": portal(self.port)}
        self.begun = self._oidc("/device_authorization", self.registered | start)
        self.poll()

    def poll(self) -> None:
        """Ask for tokens while nobody answered; raise Unusable if there is an answer."""
        answer = self._token(status=400)
        if answer["error"] != "authorization_pending":
            raise Unusable(f"a program that waits was told {answer['error']}")

    def finish(self) -> None:
        """Get the tokens, and credentials of the role for them."""
        self.bearer = {"x-amz-sso_bearer_token": self._token()["accessToken"]}
        self.fetch()

    def fetch(self) -> None:
        """Get credentials of the role."""
        query = urlencode({"account_id": ACCOUNT, "role_name": PERMISSION_SET})
        host = f"portal.sso.{REGION}.amazonaws.com.localhost:{self.port}"
        target = f"/federation/credentials?{query}"
        self._answer(self.transport.request("GET", host, target, self.bearer), 200)

    def let_in(self, browser: Browser) -> None:
        """Type the code in a browser that is signed in, and allow it."""
        code = self.begun["userCode"]
        browser.visit(self.begun["verificationUriComplete"]).submit("confirm-code", user_code=code)
        browser.submit("decide", decision="allow")

    def _token(self, status: int = 200) -> dict[str, Any]:
        asked = {"grantType": DEVICE_CODE, "deviceCode": self.begun["deviceCode"]}
        return self._oidc("/token", self.registered | asked, status)

    def _oidc(self, path: str, asked: Mapping[str, Any], status: int = 200) -> dict[str, Any]:
        host = f"oidc.{REGION}.amazonaws.com.localhost:{self.port}"
        body = json.dumps(asked).encode()
        return self._answer(self.transport.request("POST", host, path, JSON, body), status)

    def _answer(self, answer: Any, status: int) -> dict[str, Any]:
        if answer.status != status:
            raise Unusable(f"a program was answered with {answer.status}: {answer.body[:200]!r}")
        told: dict[str, Any] = json.loads(answer.body)
        return told
