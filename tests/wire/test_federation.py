"""Brokers at a running server: credentials of STS and of the portal open the console."""

import http.client
import json
from urllib.parse import quote, urlencode, urljoin, urlsplit

import pytest
from botocore.credentials import Credentials

from signin.federation.requests import LONGEST
from tests.server import PATIENCE
from tests.signing import ZHANG
from tests.wire.sts.calls import OPEN, assume, client, events, given

DESTINATION = "https://console.aws.amazon.com/console/home?region=eu-central-1"
FORM = "application/x-www-form-urlencoded"


@pytest.fixture(autouse=True)
def no_open_connections():
    """Close the connections of all clients, which keep them."""
    yield
    while OPEN:
        OPEN.pop().close()


class Broker:
    """Speaks plain HTTP to a sign-in host, and keeps cookies for each host."""

    def __init__(self, server, region=""):
        self.server = server
        name = f"{region}." if region else ""
        self.endpoint = server.address(f"{name}signin.aws.amazon.com", "/federation")
        self.cookies = {}

    def send(self, url, body=None):
        parts = urlsplit(url)
        jar = self.cookies.setdefault(parts.netloc, {})
        kept = "; ".join(f"{name}={value}" for name, value in jar.items())
        headers = {"Host": parts.netloc, "Cookie": kept}
        if body is not None:
            headers["Content-Type"] = FORM
        connection = http.client.HTTPConnection("127.0.0.1", self.server.port, timeout=PATIENCE)
        path = parts._replace(scheme="", netloc="").geturl()
        connection.request("GET" if body is None else "POST", path, body, headers)
        answer = connection.getresponse()
        text = answer.read().decode()
        for value in answer.headers.get_all("Set-Cookie", []):
            name, _, rest = value.partition("=")
            jar[name] = rest.partition(";")[0]
        connection.close()
        return answer, text

    def token(self, keys, *, post=False, shown=json.dumps, **fields):
        """Ask for a sign-in token; return it, or the status of a refusal."""
        told = {
            "sessionId": keys.access_key,
            "sessionKey": keys.secret_key,
            "sessionToken": keys.token,
        }
        asked = urlencode({"Action": "getSigninToken", "Session": shown(told), **fields})
        url = self.endpoint if post else f"{self.endpoint}?{asked}"
        answer, text = self.send(url, asked if post else None)
        return json.loads(text)["SigninToken"] if answer.status == 200 else answer.status

    def open(self, token):
        """Follow the address that a browser gets, unencoded; return where it ends, and the page."""
        url = f"{self.endpoint}?Action=login&Issuer=&Destination={DESTINATION}&SigninToken={token}"
        while True:
            answer, text = self.send(url)
            if answer.status != 302:
                return url, answer.status, text
            url = urljoin(url, answer.headers["Location"])


@pytest.mark.requirement("R-096", "S-105")
@pytest.mark.parametrize("region", ["", "ap-south-1"])
@pytest.mark.parametrize("way", [{}, {"post": True}, {"shown": repr}, {"SessionDuration": 43200}])
def test_a_role_s_credentials_open_the_console(server, region, way):
    broker = Broker(server, region)
    token = broker.token(given(assume(client(server))), **way)
    url, status, page = broker.open(token)
    home = server.address("console.aws.amazon.com", "/console/home?region=eu-central-1")
    assert (url, status) == (home, 200)
    assert "Audit/me" in page
    assert token == quote(token)
    assert Broker(server, region).open(token)[1] == 400
    told = [each["responseElements"]["ConsoleLogin"] for each in events(server, "ConsoleLogin")]
    assert sorted(told) == ["Failure", "Success"]


@pytest.mark.requirement("R-096", "S-104")
def test_a_federated_user_s_credentials_open_the_console(server):
    broker = Broker(server)
    keys = given(client(server).get_federation_token(Name="mary"))
    assert broker.token(keys, SessionDuration=900) == 400
    assert "mary" in broker.open(broker.token(keys))[2]


@pytest.mark.requirement("R-096")
def test_the_portal_s_credentials_open_the_console(server, program):
    """Get credentials as a command line does that signed in by the portal."""
    told = program.portal.get_role_credentials(
        accessToken=program.let_in()["accessToken"],
        accountId="111122223333",
        roleName="ReadOnlyAccess",
    )["roleCredentials"]
    keys = Credentials(told["accessKeyId"], told["secretAccessKey"], told["sessionToken"])
    broker = Broker(server)
    page = broker.open(broker.token(keys, SessionDuration=3600))[2]
    assert "jane_doe" in page
    assert "AWSReservedSSO_" in page


@pytest.mark.requirement("S-104")
def test_other_credentials_open_nothing(server):
    sts = client(server)
    broker = Broker(server)
    own = given(sts.get_session_token())
    role = given(assume(sts))
    wrong = Credentials(role.access_key, own.secret_key, role.token)
    for keys in (own, wrong, Credentials(ZHANG.access_key, ZHANG.secret_key, own.token)):
        assert broker.token(keys) == 400


@pytest.mark.requirement("S-104")
def test_a_request_that_is_too_long_is_refused(server):
    keys = given(assume(client(server)))
    assert Broker(server).token(keys, post=True, filler="x" * LONGEST) == 400
