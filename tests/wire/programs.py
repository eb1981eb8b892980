"""A program with AWS's own client library, on this machine; every answer is checked."""

import base64
import hashlib
import http.client
import json
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import botocore.session
import pytest
from botocore import UNSIGNED
from botocore.config import Config
from botocore.exceptions import ClientError

from tests.server import Server
from tests.wire.shapes import check_answer

START_URL = "https://example-corp.awsapps.com/start"
SCOPE = "sso:account:access"
DEVICE_CODE = "urn:ietf:params:oauth:grant-type:device_code"
CALLBACK = "http://127.0.0.1/oauth/callback"
VERIFIER = "a-verifier_of.43~characters-or-more-as-they-have-to-be"
CONFIG = Config(
    signature_version=UNSIGNED, retries={"max_attempts": 0}, connect_timeout=5, read_timeout=10
)
SIGNED = Config(retries={"max_attempts": 0}, connect_timeout=5, read_timeout=10)


@dataclass
class Program:
    """One program; ``session`` is the library's, shared because loading its models takes time."""

    server: Server
    session: Any
    registered: dict[str, Any] = field(default_factory=dict)
    answers: list[dict[str, Any]] = field(default_factory=list)

    @cached_property
    def oidc(self) -> Any:
        """The library's client of SSO-OIDC."""
        return self._client("sso-oidc")

    @cached_property
    def portal(self) -> Any:
        """The library's client of the portal's API."""
        return self._client("sso")

    def signing(self, credentials: Any, *, region: str = "us-east-1") -> Any:
        """Return the library's client of SSO-OIDC that signs what has to be signed."""
        return self._client("sso-oidc", credentials, region)

    def register(self, **details: Any) -> dict[str, Any]:
        """Register, as a command line that shows a code does."""
        asked = {"clientName": "a program", "clientType": "public", "scopes": [SCOPE], **details}
        self.registered = self.oidc.register_client(**asked)
        return self.registered

    def register_for_browser(self) -> dict[str, Any]:
        """Register, as a command line that opens a browser does."""
        return self.register(
            grantTypes=["authorization_code", "refresh_token"],
            redirectUris=[CALLBACK],
            issuerUrl=START_URL,
        )

    @property
    def credentials(self) -> dict[str, str]:
        """What proves who the program is."""
        return {name: self.registered[name] for name in ("clientId", "clientSecret")}

    def begin(self, start_url: str = START_URL) -> dict[str, Any]:
        """Ask for the codes of a device authorization."""
        if not self.registered:
            self.register()
        return self.oidc.start_device_authorization(startUrl=start_url, **self.credentials)

    def poll(self, begun: dict[str, Any]) -> dict[str, Any]:
        """Ask for tokens once."""
        return self.token(DEVICE_CODE, deviceCode=begun["deviceCode"])

    def token(self, grant_type: str, **more: Any) -> dict[str, Any]:
        """Call CreateToken."""
        return self.oidc.create_token(grantType=grant_type, **{**self.credentials, **more})

    def let_in(self, username: str = "jane_doe") -> dict[str, Any]:
        """Go through a whole device authorization; return the tokens."""
        begun = self.begin()
        answer(self.server, begun, username)
        return self.poll(begun)

    def _client(self, name: str, credentials: Any = None, region: str = "us-east-1") -> Any:
        client = self.session.create_client(
            name,
            region_name=region,
            endpoint_url=f"http://127.0.0.1:{self.server.port}",
            config=SIGNED if credentials else CONFIG,
            aws_access_key_id=credentials and credentials.access_key,
            aws_secret_access_key=credentials and credentials.secret_key,
            aws_session_token=credentials and credentials.token,
        )
        client.meta.events.register_first(f"before-parse.{name}.*", self._check)
        return client

    def _check(self, operation_model: Any, response_dict: dict[str, Any], **_: Any) -> None:
        self.answers.append(dict(response_dict))
        check_answer(operation_model, response_dict)


def load() -> Any:
    """Return the library's session."""
    return botocore.session.get_session()


def answer(
    server: Server, begun: dict[str, Any], username: str = "jane_doe", how: str = "approve"
) -> Any:
    """Let somebody answer a program that waits."""
    body = {"principal": principal(server, username)} if how == "approve" else None
    return server.control("POST", f"/device_authorizations/{begun['userCode']}/{how}", body)


def principal(server: Server, username: str) -> int:
    """Return the number of a user of the directory."""
    people = server.control("GET", "/principals?kind=directory-user")
    return next(each["id"] for each in people if each["username"] == username)


def refused(call: Any, /, *arguments: Any, **values: Any) -> tuple[str, int]:
    """Return the name and the status of the error that a call has to end with."""
    with pytest.raises(ClientError) as caught:
        call(*arguments, **values)
    response = caught.value.response
    assert response["Error"]["Message"]
    return response["Error"]["Code"], response["ResponseMetadata"]["HTTPStatusCode"]


def challenge() -> str:
    """Return the challenge of the verifier."""
    digest = hashlib.sha256(VERIFIER.encode()).digest()
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()


def authorize(program: Program, **changed: str | None) -> tuple[int, str, str]:
    """Open the address that a program opens; return status, where it leads, and the page."""
    query = {
        "response_type": "code",
        "client_id": program.registered["clientId"],
        "redirect_uri": "http://127.0.0.1:36071/oauth/callback",
        "state": "a-state",
        "code_challenge_method": "S256",
        "scopes": SCOPE,
        "code_challenge": challenge(),
        **changed,
    }
    sent = urlencode({name: value for name, value in query.items() if value is not None})
    return get(program.server, f"/authorize?{sent}")


def get(server: Server, target: str, **headers: str) -> tuple[int, str, str]:
    """Fetch an address by plain HTTP; return status, where it leads, and the content."""
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=10)
    connection.request("GET", target, headers=headers)
    response = connection.getresponse()
    content = response.read().decode()
    connection.close()
    return response.status, response.getheader("Location", ""), content


def post(server: Server, target: str, body: str, **headers: str) -> tuple[int, str, Any]:
    """Send JSON by plain HTTP; return status, the error's name, and the content."""
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=10)
    connection.request("POST", target, body, {"Content-Type": "application/json", **headers})
    response = connection.getresponse()
    content = json.loads(response.read())
    connection.close()
    return response.status, response.getheader("x-amzn-ErrorType", ""), content


def query_of(url: str) -> dict[str, str]:
    """Return the query of an address."""
    return {name: values[0] for name, values in parse_qs(urlsplit(url).query).items()}
