"""The gateway of real names: who gets where, and that nobody gets out or keeps others waiting."""

import contextlib
import http.client
import json
import re
import ssl
import subprocess
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from http.cookiejar import CookieJar
from pathlib import Path
from urllib.parse import urlencode, urlsplit
from urllib.request import HTTPCookieProcessor, HTTPSHandler, ProxyHandler, Request, build_opener

import botocore.session
import pytest
from botocore import UNSIGNED
from botocore.config import Config
from botocore.exceptions import ClientError
from cryptography import x509

from signin.naming import GATEWAY_HEADER
from tests.serve.gateway import SIGNIN, ask, authority, connect, processes, raw, trusting
from tests.server import PATIENCE, Server, free_port
from tests.wire.sts.calls import assume, client, given

NAMES = {
    "console.aws.amazon.com": 302,
    "eu-west-1.console.aws.amazon.com": 302,
    "signin.aws.amazon.com": 302,
    "example-corp.signin.aws.amazon.com": 302,
    "aws.amazon.com": 302,
    "d-1234567890.awsapps.com": 302,
    "us-east-1.signin.aws": 400,
    "oidc.us-east-1.amazonaws.com": 404,
    "portal.sso.us-east-1.amazonaws.com": 404,
    "sts.amazonaws.com": 400,
}
FOREIGN = [
    "s3.amazonaws.com:443",
    "www.amazon.com:443",
    "example.com:443",
    "localhost:443",
    "127.0.0.1:443",
    "signin.aws.amazon.com:80",
    "signin.aws.amazon.com:8443",
    "signin.aws.amazon.com.localhost:443",
    "signin.aws.amazon.com.evil.example:443",
    "evil-signin.aws.amazon.com.:443x",
    "[::1]:443",
    "user@signin.aws.amazon.com:443",
]


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    with Server(tmp_path_factory.mktemp("gateway"), gateway=free_port()) as running:
        yield running


def visitor(server):
    """Return an opener that goes by the gateway as programs do that know proxies."""
    return build_opener(
        ProxyHandler({"https": f"http://127.0.0.1:{server.gateway}"}),
        HTTPSHandler(context=trusting(server)),
        HTTPCookieProcessor(CookieJar()),
    )


def said(connection):
    """Return all that comes until the other side closes."""
    pieces = []
    with connection:
        while piece := connection.recv(65536):
            pieces.append(piece)
    return b"".join(pieces)


def tunnel(server, name=SIGNIN, asked_for=SIGNIN):
    """Return a TLS connection, with a name of one's own choice in its handshake."""
    plain = raw(server)
    plain.sendall(f"CONNECT {name}:443 HTTP/1.1\r\n\r\n".encode())
    assert plain.recv(4096).startswith(b"HTTP/1.1 200")
    context = ssl.create_default_context(cafile=authority(server))
    context.check_hostname = False
    return context.wrap_socket(plain, server_hostname=asked_for)


@pytest.mark.parametrize(("name", "status"), NAMES.items(), ids=NAMES)
def test_each_real_name_leads_to_its_door(server, name, status):
    answer, _ = ask(server, name)
    assert answer.status == status
    assert "localhost" not in (answer.headers["Location"] or "")


def test_one_connection_serves_many_requests(server):
    with closing(connect(server)) as connection:
        for method in ("GET", "HEAD", "GET", "POST", "GET"):
            connection.request(method, "/help/support")
            answer = connection.getresponse()
            content = answer.read()
            assert answer.status == (403 if method == "POST" else 200)
            assert bool(content) == (method != "HEAD")
            assert connection.sock is not None


@pytest.mark.requirement("S-024")
@pytest.mark.parametrize("target", FOREIGN)
def test_every_other_name_is_refused(server, target):
    with raw(server) as connection:
        connection.sendall(f"CONNECT {target} HTTP/1.1\r\nHost: {target}\r\n\r\n".encode())
        assert said(connection).startswith(b"HTTP/1.1 403")


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_it_is_a_proxy_for_tls_only(server, method):
    with raw(server) as connection:
        connection.sendall(f"{method} http://{SIGNIN}/ HTTP/1.1\r\nHost: {SIGNIN}\r\n\r\n".encode())
        answer = said(connection)
    assert answer.startswith(b"HTTP/1.1 501")
    assert b"Vestibule emulator, not AWS" in answer


def test_it_listens_on_the_loopback_only_and_connects_to_nothing_else(server):
    ask(server, SIGNIN)
    with raw(server) as connection:
        connection.sendall(b"CONNECT example.com:443 HTTP/1.1\r\n\r\n")
        said(connection)
    rows = [line.split() for line in Path("/proc/net/tcp").read_text().splitlines()[1:]]
    port = f":{server.gateway:04X}"
    listening = {row[1] for row in rows if row[3] == "0A" and row[1].endswith(port)}
    assert listening == {f"0100007F{port}"}
    remote = {row[2] for row in rows if row[3] in ("01", "02") and row[1].endswith(port)}
    assert all(each.startswith("0100007F") for each in remote)
    [process] = processes(server)
    inodes = {
        str(file.readlink()) for file in Path(f"/proc/{process}/fd").iterdir() if file.is_symlink()
    }
    for row in rows:
        if f"socket:[{row[9]}]" in inodes:
            assert row[1].startswith("0100007F"), row
            assert row[2].startswith(("0100007F", "00000000")), row


def test_the_authority_vouches_for_nothing_but_the_emulated_domains(server):
    certificate = x509.load_pem_x509_certificate(authority(server).read_bytes())
    constraints = certificate.extensions.get_extension_for_class(x509.NameConstraints)
    assert constraints.critical
    assert {each.value for each in constraints.value.permitted_subtrees} == {
        "amazonaws.com",
        "amazonaws.com.cn",
        "amazonaws.eu",
        "api.amazonwebservices.com.cn",
        "api.amazonwebservices.eu",
        "api.aws",
        "app.amazonwebservices.com.cn",
        "app.aws",
        "aws.amazon.com",
        "awsapps.com",
        "console.amazonaws-eusc.eu",
        "console.amazonaws-us-gov.com",
        "console.amazonaws.cn",
        "home.awsapps.cn",
        "signin-fips.amazonaws-us-gov.com",
        "signin.amazonaws-eusc.eu",
        "signin.amazonaws-us-gov.com",
        "signin.amazonaws.cn",
        "signin.aws",
    }
    assert "NOT FOR PRODUCTION" in certificate.subject.rfc4514_string()
    kept = {file.name for file in authority(server).parent.iterdir()}
    assert kept == {"ca.pem", "place.json"}
    assert b"PRIVATE" not in authority(server).read_bytes()


def test_openssl_verifies_certificates_strictly(server, tmp_path):
    with tunnel(server) as connection:
        leaf = ssl.DER_cert_to_PEM_cert(connection.getpeercert(binary_form=True))
    (tmp_path / "leaf.pem").write_text(leaf)
    arguments = ["openssl", "verify", "-x509_strict", "-CAfile", authority(server)]
    command = [*arguments, "-verify_hostname", SIGNIN, tmp_path / "leaf.pem"]
    checked = subprocess.run(command, capture_output=True, text=True, check=False)
    assert checked.returncode == 0, checked.stdout + checked.stderr


def test_another_name_in_the_handshake_is_refused(server):
    with pytest.raises(ssl.SSLError):
        tunnel(server, asked_for="console.aws.amazon.com")


@pytest.mark.parametrize("host", ["console.aws.amazon.com", "evil.example", "localhost:8000"])
def test_another_host_in_the_request_is_refused(server, host):
    answer, content = ask(server, SIGNIN, Host=host)
    assert answer.status == 421
    assert b"another host" in content


@pytest.mark.parametrize(
    "request_",
    [
        b"GET / HTTP/1.1\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: signin.aws.amazon.com\r\nHost: evil.example\r\n\r\n",
        b"GET https://evil.example/ HTTP/1.1\r\nHost: signin.aws.amazon.com\r\n\r\n",
        b"CONNECT evil.example:443 HTTP/1.1\r\nHost: signin.aws.amazon.com\r\n\r\n",
        b"GET / HTTP/1.0\r\nHost: signin.aws.amazon.com\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: signin.aws.amazon.com\r\n folded\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: signin.aws.amazon.com\r\nA b: c\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: signin.aws.amazon.com\r\nA: b\nC: d\r\n\r\n",
        (
            b"POST / HTTP/1.1\r\nHost: signin.aws.amazon.com\r\nContent-Length: 1\r\n"
            b"Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n"
        ),
        (
            b"POST / HTTP/1.1\r\nHost: signin.aws.amazon.com\r\nContent-Length: 1\r\n"
            b"Content-Length: 2\r\n\r\nab"
        ),
        b"POST / HTTP/1.1\r\nHost: signin.aws.amazon.com\r\nContent-Length: -1\r\n\r\n",
        b"POST / HTTP/1.1\r\nHost: signin.aws.amazon.com\r\nTransfer-Encoding: gzip\r\n\r\n",
        b"\x16\x03\x01 / \x00\r\n\r\n",
    ],
)
def test_a_request_that_could_mean_two_things_is_refused(server, request_):
    with tunnel(server) as connection:
        connection.sendall(request_)
        assert re.match(rb"HTTP/1.1 4(00|21)", said(connection))


def test_a_head_without_an_end_is_refused(server):
    with tunnel(server) as connection:
        line = b"A: " + b"b" * 1000 + b"\r\n"
        connection.sendall(b"GET / HTTP/1.1\r\nHost: signin.aws.amazon.com\r\n" + line * 80)
        assert said(connection).startswith(b"HTTP/1.1 431")


@pytest.mark.requirement("S-024")
@pytest.mark.parametrize("name", [GATEWAY_HEADER, GATEWAY_HEADER.replace("-", "_")])
def test_the_mark_of_the_gateway_can_t_be_forged(server, name):
    answer, _ = ask(server, SIGNIN, **{name: "forged"})
    assert answer.headers["Location"].startswith("https://console.aws.amazon.com/")
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=PATIENCE)
    with closing(connection):
        connection.request("GET", "/", headers={"Host": SIGNIN, name: "forged"})
        assert connection.getresponse().status == 421


def test_a_sign_in_shows_real_names_only(server):
    opened = visitor(server)
    with opened.open("https://example-corp.signin.aws.amazon.com/console") as page:
        address, text = page.url, page.read().decode()
        cookies = page.headers.get_all("Set-Cookie")
    assert address.startswith("https://signin.aws.amazon.com/")
    assert ".localhost" not in text
    assert all("Secure" in each for each in cookies)
    form = re.search(r"<form[^>]*data-step.*?</form>", text, re.DOTALL)[0]
    fields = dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', form))
    fields |= {"account": "example-corp", "username": "zhang", "password": "Zhang-demo-1"}
    action = re.search(r'action="([^"]*)"', form)[1]
    sent = Request(f"https://{urlsplit(address).netloc}{action}", urlencode(fields).encode())
    sent.add_header("Referer", address)
    with opened.open(sent) as page:
        assert page.url == "https://console.aws.amazon.com/console/home"
        assert "zhang @" in page.read().decode()


def test_a_broker_with_the_host_built_in_opens_the_console(server):
    sts = client(server)
    keys = given(assume(sts))
    sts.close()
    told = {"sessionId": keys.access_key, "sessionKey": keys.secret_key, "sessionToken": keys.token}
    asked = {"Action": "getSigninToken", "Session": json.dumps(told)}
    opened = visitor(server)
    with opened.open(f"https://{SIGNIN}/federation?{urlencode(asked)}") as answer:
        token = json.loads(answer.read())["SigninToken"]
    home = "https://console.aws.amazon.com/console/home"
    asked = {"Action": "login", "Destination": home, "SigninToken": token}
    with opened.open(f"https://{SIGNIN}/federation?{urlencode(asked)}") as page:
        assert page.url == home
        assert "Audit/me" in page.read().decode()


def test_a_body_in_chunks_and_a_large_one_get_through(server):
    with closing(connect(server)) as connection:
        pieces = (b"x" * 1000 for _ in range(20))
        connection.request("POST", "/signin/nothing", pieces, {"Origin": f"https://{SIGNIN}"})
        answer = connection.getresponse()
        assert (answer.status, bool(answer.read())) == (403, True)
    answer, _ = ask(server, SIGNIN, "/signin/nothing", "POST", b"x" * 2_000_000)
    assert answer.status == 403


def test_a_client_that_waits_to_be_told_is_told_to_go_on(server):
    with tunnel(server) as connection:
        connection.sendall(
            b"POST /signin/x HTTP/1.1\r\nHost: signin.aws.amazon.com\r\nContent-Length: 3\r\n"
            b"Expect: 100-continue\r\nConnection: close\r\n\r\n"
        )
        assert connection.recv(4096).startswith(b"HTTP/1.1 100")
        connection.sendall(b"a=b")
        assert said(connection).startswith(b"HTTP/1.1 403")


def test_slow_and_silent_clients_keep_nobody_waiting(server):
    slow = [raw(server) for _ in range(20)]
    for connection in slow[:10]:
        connection.sendall(b"CONNECT signin.aws")
    half = [tunnel(server) for _ in range(10)]
    for connection in half[:5]:
        connection.sendall(b"POST / HTTP/1.1\r\nHost: signin.aws.amazon.com\r\nContent-Le")
    for connection in half[5:]:
        connection.sendall(
            b"POST / HTTP/1.1\r\nHost: signin.aws.amazon.com\r\nContent-Length: 9\r\n\r\nx"
        )
    began = time.monotonic()
    assert ask(server, SIGNIN, "/help/support")[0].status == 200
    assert time.monotonic() - began < 5
    for connection in [*slow, *half]:
        connection.close()


def test_many_at_once_are_served(server):
    def visit(number):
        name = list(NAMES)[number % len(NAMES)]
        return ask(server, name)[0].status == NAMES[name]

    with ThreadPoolExecutor(50) as pool:
        assert all(pool.map(visit, range(100)))


def test_more_than_its_most_are_told_so(server):
    held = [raw(server) for _ in range(256)]
    answers = []
    for _ in range(50):
        with raw(server) as connection:
            connection.settimeout(2)
            answers.append(connection.recv(4096))
            if answers[-1].startswith(b"HTTP/1.1 503"):
                break
    assert answers[-1].startswith(b"HTTP/1.1 503")
    for connection in held:
        connection.close()
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        try:
            assert ask(server, SIGNIN, "/help/support")[0].status == 200
            break
        except OSError:
            continue
    else:
        pytest.fail("the held connections are not given up")


def test_botocore_gets_to_the_operations_that_take_no_other_endpoint(server):
    session = botocore.session.get_session()
    session.set_credentials("AKIANOBODYSEXAMPLE", "nobody's")
    client = session.create_client(
        "signin",
        region_name="us-east-1",
        endpoint_url="http://127.0.0.1:9",  # the client ignores it for these
        verify=str(authority(server)),
        config=Config(
            proxies={"https": f"http://127.0.0.1:{server.gateway}"}, retries={"max_attempts": 0}
        ),
    )
    with pytest.raises(ClientError, match="UnrecognizedClientException"):
        client.get_resource_policy()


def test_botocore_gets_to_the_host_that_it_has_built_in(server):
    session = botocore.session.get_session()
    client = session.create_client(
        "sso-oidc",
        region_name="us-east-1",
        verify=str(authority(server)),
        config=Config(
            signature_version=UNSIGNED,
            proxies={"https": f"http://127.0.0.1:{server.gateway}"},
            retries={"max_attempts": 0},
        ),
    )
    came = []
    client.meta.events.register(
        "response-received.sso-oidc", lambda response_dict, **_: came.append(response_dict)
    )
    with contextlib.suppress(ClientError):
        client.register_client(clientName="a test", clientType="public")
    assert [answer["status_code"] for answer in came] in ([200], [404])
    assert "x-robots-tag" in {name.lower() for name in came[0]["headers"]}  # it is our answer
