"""The parts of the gateway: certificates and when they are renewed, heads, whose answer comes."""

import asyncio
import socket
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.verification import PolicyBuilder, Store, VerificationError

from signin import hosts
from signin.gateway import authority, heads
from signin.gateway.authority import Authority
from signin.gateway.heads import Body, Broken, Refused
from signin.gateway.upward import Upward
from signin.kernel import clock

SIGNIN = "signin.aws.amazon.com"


@pytest.fixture
def later(monkeypatch):
    """Let the machine's clock go on."""
    moved = [timedelta(0)]
    real = clock.machine_now
    monkeypatch.setattr(clock, "machine_now", lambda: real() + moved[0])

    def move(by):
        moved[0] += by

    return move


@pytest.fixture
def made(tmp_path):
    return Authority(tmp_path / "ca.pem", hosts.real_parents())


def verify(made, name, certificate=None):
    builder = PolicyBuilder().store(Store([made.certificate])).time(clock.machine_now())
    builder.build_server_verifier(x509.DNSName(name)).verify(certificate or made.issue(name), [])


class TestTheAuthority:
    @pytest.mark.parametrize("row", hosts.HOSTS, ids=lambda row: row.name)
    def test_every_row_of_the_table_can_have_a_certificate(self, made, row):
        values = {"region": row.partition.home, "account": "a-corp", "portal": "a-corp"}
        values |= {"session": "111122223333-ab12cd34", "instance": "ssoins-0123456789abcdef"}
        values |= {"issuer": "01234567-89ab-4cde-8f01-23456789abcd"}
        verify(made, row.name.format(**values))

    @pytest.mark.parametrize(
        "name", ["example.com", "amazon.com", "www.amazon.com", "aws", "localhost", "google.com"]
    )
    def test_no_other_domain_s_is_believed(self, made, name):
        with pytest.raises(VerificationError):
            verify(made, name)

    def test_all_certificates_have_the_one_key_that_is_told(self, made):
        names = (SIGNIN, "aws.amazon.com")
        keys = {made.issue(name).public_key().public_numbers() for name in names}
        assert len(keys) == 1
        assert isinstance(made.issue(SIGNIN).public_key(), ec.EllipticCurvePublicKey)
        assert len(made.pin) == 44

    def test_a_certificate_is_kept_until_a_day_before_it_ends(self, made, later):
        first = made.context(SIGNIN)
        assert made.context(SIGNIN) is first
        later(authority.LEAF_LIFETIME - timedelta(hours=25))
        assert made.context(SIGNIN) is first
        later(timedelta(hours=2))
        assert made.context(SIGNIN) is not first

    def test_the_authority_is_made_anew_before_it_ends(self, made, later):
        first, pin = made.certificate, made.pin
        later(authority.LIFETIME - authority.LEAF_LIFETIME)
        made.context(SIGNIN)
        assert made.certificate != first
        assert made.pin == pin
        assert x509.load_pem_x509_certificate(made.path.read_bytes()) == made.certificate
        verify(made, SIGNIN)

    def test_many_names_take_no_more_room_than_some(self, made, monkeypatch):
        monkeypatch.setattr(authority, "MOST_NAMES", 3)
        first = made.context("a-corp.awsapps.com")
        for name in "bcd":
            made.context(f"{name}-corp.awsapps.com")
        assert made.context("a-corp.awsapps.com") is not first

    def test_no_key_lies_in_the_folder(self, made):
        made.context(SIGNIN)
        assert [file.name for file in made.path.parent.iterdir()] == ["ca.pem"]
        assert b"PRIVATE" not in made.path.read_bytes()


class TestHeads:
    def test_fields_about_a_connection_end_here(self):
        head = heads.parse(
            b"GET / HTTP/1.1\r\nHost: a\r\nConnection: x-mine, keep-alive\r\nX-Mine: 1\r\n"
            b"Te: trailers\r\nX_Vestibule_Gateway: forged\r\nx-vestibule-GATEWAY: forged\r\n"
            b"x-amz-sso_bearer_token: t\r\nUpgrade: h2c\r\n\r\n"
        )
        kept = head.passed_on("x-vestibule-gateway")
        assert kept == [("Host", "a"), ("x-amz-sso_bearer_token", "t")]

    def test_no_client_takes_the_host_away(self):
        head = heads.parse(b"GET / HTTP/1.1\r\nHost: a\r\nConnection: host\r\n\r\n")
        assert head.passed_on() == [("Host", "a")]

    @pytest.mark.parametrize(
        ("fields", "body"),
        [
            (b"", None),
            (b"Content-Length: 5\r\n", Body(length=5)),
            (b"Content-Length: 5\r\nContent-Length: 5\r\n", Body(length=5)),
            (b"Transfer-Encoding: Chunked\r\n", Body(is_chunked=True)),
        ],
    )
    def test_a_body_s_end_is_told_in_one_way(self, fields, body):
        assert heads.body_of(heads.parse(b"POST / HTTP/1.1\r\n" + fields + b"\r\n")) == body

    @pytest.mark.parametrize(
        "fields",
        [
            b"Content-Length: 5\r\nContent-Length: 6\r\n",
            b"Content-Length: 5, 5\r\n",
            b"Content-Length: +5\r\n",
            b"Content-Length: 0x5\r\n",
            b"Content-Length: 1234567890123456\r\n",
            b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n",
            b"Transfer-Encoding: chunked, gzip\r\n",
            b"Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n",
            b"Transfer-Encoding: identity\r\n",
        ],
    )
    def test_what_is_unclear_is_refused(self, fields):
        with pytest.raises(Refused):
            heads.body_of(heads.parse(b"POST / HTTP/1.1\r\n" + fields + b"\r\n"))

    @pytest.mark.parametrize(
        "octets",
        [
            b"GET / HTTP/1.1\r\nA : b\r\n\r\n",
            b"GET / HTTP/1.1\r\n: b\r\n\r\n",
            b"GET / HTTP/1.1\r\nA\r\n\r\n",
            b"GET / HTTP/1.1\r\nA: b\rc\r\n\r\n",
            b"GET / HTTP/1.1\r\nA: b\x00\r\n\r\n",
            b"GET / HTTP/1.1\nA: b\r\n\r\n",
        ],
    )
    def test_what_is_malformed_is_refused(self, octets):
        with pytest.raises(Refused):
            heads.parse(octets)


class _Kept:
    def __init__(self):
        self.octets = b""

    def write(self, data):
        self.octets += data

    async def drain(self):
        pass


def run(coroutine):
    """Run a coroutine in a thread of its own: where a browser is, its loop runs in this one."""
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(asyncio.run, coroutine).result()


class TestBodies:
    def relayed(self, body, octets):
        async def relay():
            reader, writer = asyncio.StreamReader(), _Kept()
            reader.feed_data(octets)
            reader.feed_eof()
            await heads.relay(body, reader, writer)
            return writer.octets, await reader.read()

        return run(relay())

    def test_what_comes_behind_a_body_stays(self):
        assert self.relayed(Body(length=3), b"abcGET /") == (b"abc", b"GET /")
        octets = b"3;x=y\r\nabc\r\n0\r\nTrailer: x\r\n\r\nGET /"
        assert self.relayed(Body(is_chunked=True), octets) == (
            b"3\r\nabc\r\n0\r\n\r\n",
            b"GET /",
        )

    def test_a_body_may_last_until_the_end(self):
        assert self.relayed(Body(until_the_end=True), b"abc") == (b"abc", b"")

    @pytest.mark.parametrize("octets", [b"ab", b""], ids=["cut off", "nothing"])
    def test_a_body_that_is_cut_off_is_no_body(self, octets):
        with pytest.raises(Broken):
            self.relayed(Body(length=3), octets)

    @pytest.mark.parametrize(
        "octets",
        [
            b"3\r\nab",
            b"3\r\nabcX\n0\r\n\r\n",
            b"x\r\n",
            b"-1\r\n",
            b"3 3\r\nabc",
            b"f" * 13 + b"\r\n",
        ],
    )
    def test_chunks_that_are_malformed_are_no_body(self, octets):
        with pytest.raises(Broken):
            self.relayed(Body(is_chunked=True), octets)


def test_an_answer_is_read_although_the_rest_of_the_request_can_t_be_written():
    """A server answers, and hangs up on what it has not read."""

    async def on_and_on(upward):
        while True:
            upward.write(b"x" * 1_000_000)
            await upward.drain()

    async def ask(port):
        async with Upward.open(("127.0.0.1", port)) as upward:
            upward.write(b"x" * 100)
            await upward.drain()
            await asyncio.to_thread(answer)
            with pytest.raises(OSError, match=r"(reset|pipe)"):
                await on_and_on(upward)
            return await upward.readuntil(b"\r\n")

    with socket.create_server(("127.0.0.1", 0)) as listener:

        def answer():
            connection = listener.accept()[0]
            connection.sendall(b"early\r\n")
            connection.close()

        assert run(ask(listener.getsockname()[1])) == b"early\r\n"


def test_a_server_that_is_not_there_is_told():
    async def ask(port):
        async with Upward.open(("127.0.0.1", port)):
            raise AssertionError

    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        with pytest.raises(Refused):
            run(ask(probe.getsockname()[1]))
