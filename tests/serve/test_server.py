"""The server as it is started, stopped, killed and started again."""

import json
import os
import re
import signal
import socket
import sqlite3
import subprocess
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.server import Server, Walker, signed_in_as_zhang


@pytest.fixture
def server(tmp_path):
    with Server(tmp_path) as running:
        yield running


@pytest.mark.requirement("S-111", "S-112")
def test_the_first_start_prints_the_doors_and_the_people_and_the_operator_once(server):
    printed = server.printed
    assert f"http://console.aws.amazon.com.localhost:{server.port}/" in printed
    assert re.search(r"root user +111122223333 +root@example.com +Root-demo-1\n", printed)
    assert re.search(r"IAM user +111122223333 +jane.doe +Jane-demo-1\n", printed)
    assert f"http://example-corp.awsapps.com.localhost:{server.port}/start/" in printed
    assert re.search(r"Identity Center user +d-1234567890 +jane_doe +Jane-portal-1\n", printed)
    assert re.search(r"d-1234567890 +new_hire +Once-only-1 \(one-time\)\n", printed)
    assert re.search(r"\n  operator +\w{20}\n", printed)
    key = server.data / "secret_key"
    assert key.stat().st_mode & 0o777 == 0o600
    assert len(key.read_text()) >= 43
    server.stop()
    server.start()
    assert "root@example.com" in server.printed
    assert "operator " not in server.printed


def test_both_kinds_sign_in_by_plain_http(server):
    walker = Walker(server).visit(server.address("console.aws.amazon.com"))
    walker.submit(user_type="root", email="root@example.com")
    answer = server.control("GET", f"/captchas/{walker.field('captcha_id')}")["answer"]
    walker.submit(captcha=answer).submit(password="Root-demo-1")
    assert walker.url == server.address("console.aws.amazon.com", "/console/home")
    assert "1111-2222-3333" in walker.text
    walker.submit('id="sign-out"')
    assert walker.url == server.address("aws.amazon.com", "/console/")
    assert "zhang @" in signed_in_as_zhang(server).text


def test_a_mailed_code_is_there_as_soon_as_it_is_waited_for(server):
    walker = Walker(server).visit(server.address("console.aws.amazon.com"))
    walker.submit(user_type="root", email="mailed@example.com").submit(password="Mailed-demo-1")
    mail = server.control("GET", "/messages/wait?to=mailed@example.com&kind=verification-code")
    assert "6666-7777-8888" in walker.submit(code=mail["code"]).text


def test_waiting_for_mail_holds_nobody_up(server):
    with ThreadPoolExecutor(8) as pool:
        waits = [
            pool.submit(server.control, "GET", "/messages/wait?to=mailed@example.com&timeout=20")
            for _ in range(8)
        ]
        walker = Walker(server).visit(server.address("console.aws.amazon.com"))
        walker.submit(user_type="root", email="mailed@example.com")
        walker.submit(password="Mailed-demo-1")
        codes = {each.result()["code"] for each in waits}
    assert len(codes) == 1
    walker.submit(code=codes.pop())
    assert "6666-7777-8888" in walker.text, walker.text


def test_a_restart_keeps_the_data(server):
    walker = signed_in_as_zhang(server)
    assert server.stop() == 0
    server.start()
    assert "zhang @" in walker.visit(walker.url).text
    assert "zhang @" in signed_in_as_zhang(server).text
    assert len(server.control("GET", "/events")["Records"]) == 2


def test_an_attempt_survives_a_kill_in_the_middle(server):
    walker = Walker(server).visit(server.address("console.aws.amazon.com"))
    walker.submit(user_type="root", email="root@example.com")
    server.stop(signal.SIGKILL)
    server.start()
    answer = server.control("GET", f"/captchas/{walker.field('captcha_id')}")["answer"]
    walker.submit(captcha=answer).submit(password="Root-demo-1")
    assert "1111-2222-3333" in walker.text


def test_a_reset_is_seen_by_every_thread_at_once(server):
    walker = signed_in_as_zhang(server)
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda _: server.control("GET", "/health"), range(32)))
        assert server.control("POST", "/reset") == {"scenario": "demo"}
        counts = pool.map(lambda _: len(server.control("GET", "/events")["Records"]), range(32))
        assert set(counts) == {0}
    assert walker.visit(walker.url).status == 401
    assert "zhang @" in signed_in_as_zhang(server).text


def test_the_operator_s_password_outlives_resets_and_can_be_renewed(server):
    first = re.search(r"\n  operator +(\w{20})\n", server.printed)[1]
    server.control("POST", "/reset")
    assert operator_gets_in(server, first)
    renewed = server.manage("operator").stdout.split()[1]
    assert renewed != first
    assert not operator_gets_in(server, first)
    assert operator_gets_in(server, renewed)


def test_many_sign_in_at_once(server):
    with ThreadPoolExecutor(12) as pool:
        walkers = list(pool.map(lambda _: signed_in_as_zhang(server), range(24)))
    assert all("zhang @" in walker.text for walker in walkers)
    assert len(server.control("GET", "/events")["Records"]) == 24


def test_a_body_in_chunks_is_read(server):
    request = (
        "PUT /control/v1/clock HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n"
        "Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n"
        '10\r\n{"advance_second\r\na\r\ns": 3600}\n\r\n0\r\n\r\n'
    )
    with socket.create_connection(("127.0.0.1", server.port)) as wire:
        wire.sendall(request.encode())
        answer = b"".join(iter(lambda: wire.recv(4096), b"")).decode()
    assert answer.startswith("HTTP/1.1 200")
    assert '"offset_seconds": 3600.0' in answer or '"offset_seconds":3600.0' in answer


def test_only_the_loopback_is_listened_to(server):
    listening = subprocess.run(
        ["cat", "/proc/net/tcp"], capture_output=True, text=True, check=True
    ).stdout
    port = f":{server.port:04X}"
    addresses = {
        line.split()[1]
        for line in listening.splitlines()[1:]
        if line.split()[1].endswith(port) and line.split()[3] == "0A"
    }
    assert addresses == {f"0100007F{port}"}


def test_an_address_that_others_reach_needs_the_flag(tmp_path):
    server = Server(tmp_path)
    refused = server.manage("serve", "--host", "0.0.0.0")
    assert refused.returncode == 1
    assert "--allow-remote" in refused.stderr


def test_a_taken_port_is_named_with_the_way_out(tmp_path):
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        refused = Server(tmp_path, port=port).manage("serve")
    assert refused.returncode == 1
    assert f"Port {port} is taken" in refused.stderr


def test_a_scenario_of_one_s_own_is_loaded(tmp_path):
    scenario = {
        "sign_in": {"captcha": "never", "code": "never"},
        "accounts": [
            {
                "id": "222233334444",
                "name": "Mine",
                "root": {"email": "me@example.com", "password": "Mine-all-1"},
            }
        ],
    }
    (tmp_path / "scenarios").mkdir()
    (tmp_path / "scenarios" / "mine.json").write_text(json.dumps(scenario))
    with Server(tmp_path, environment={"SIGNIN_SCENARIO": "mine"}) as server:
        assert "me@example.com" in server.printed
        walker = Walker(server).visit(server.address("console.aws.amazon.com"))
        walker.submit(user_type="root", email="me@example.com").submit(password="Mine-all-1")
        assert "2222-3333-4444" in walker.text


@pytest.mark.skipif("DATABASE_URL" in os.environ, reason="about the embedded database")
def test_an_older_database_is_brought_up_to_date(tmp_path):
    server = Server(tmp_path)
    with server:
        signed_in_as_zhang(server)
    live = sqlite3.connect(tmp_path / "db.sqlite3")
    live.execute("PRAGMA user_version = 7")
    live.close()
    with server:
        assert len(server.control("GET", "/events")["Records"]) == 1


def test_manage_reset_works_beside_a_running_server(server):
    signed_in_as_zhang(server)
    done = server.manage("reset")
    assert "demo" in done.stdout, done.stderr
    assert server.control("GET", "/events") == {"Records": []}
    unknown = server.manage("reset", "nothing")
    assert unknown.returncode == 1
    assert "There is no scenario" in unknown.stderr


def test_the_shipped_schema_is_what_the_migrations_make(tmp_path):
    checked = Server(tmp_path).manage("shipped", "--check")
    assert checked.returncode == 0, checked.stderr


def operator_gets_in(server, password):
    walker = Walker(server).visit(server.address("localhost", "/admin/login/"))
    walker.submit('id="login-form"', username="operator", password=password)
    return walker.url.endswith("/admin/") or "/admin/logout/" in walker.text
