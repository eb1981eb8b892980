"""The gateway's process: it comes and goes with the server, and is told of."""

import contextlib
import json
import os
import signal
import socket
import time
from pathlib import Path

import pytest

from tests.serve.gateway import SIGNIN, ask, authority, connect, processes, raw
from tests.server import PATIENCE, Server, free_pair, free_port


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    with Server(tmp_path_factory.mktemp("gateway"), gateway=free_port()) as running:
        yield running


@pytest.fixture
def own_server(tmp_path):
    with Server(tmp_path, gateway=free_port()) as running:
        yield running


def test_it_ends_with_the_server(own_server):
    idle = connect(own_server)
    idle.request("GET", "/help/support")
    idle.getresponse().read()
    [process] = processes(own_server)
    assert own_server.stop() == 0
    assert not Path(f"/proc/{process}").exists()
    assert not (own_server.data / "gateway" / "place.json").exists()
    with pytest.raises(OSError, match="refused"):
        raw(own_server)
    idle.close()


def test_it_ends_when_the_server_is_killed(own_server):
    [process] = processes(own_server)
    group = own_server.process.pid
    own_server.process.kill()
    own_server.process.wait()
    deadline = time.monotonic() + PATIENCE
    while Path(f"/proc/{process}").exists() and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not Path(f"/proc/{process}").exists()
    own_server.process = None
    with contextlib.suppress(ProcessLookupError):
        os.killpg(group, signal.SIGKILL)  # the workers


def test_a_restart_has_another_authority_at_the_same_place(own_server):
    before = authority(own_server).read_bytes()
    own_server.stop()
    own_server.start()
    assert authority(own_server).read_bytes() != before
    assert ask(own_server, SIGNIN)[0].status == 302


def test_the_start_prints_what_clients_need(server):
    assert f"http://127.0.0.1:{server.gateway}" in server.printed
    assert str(authority(server)) in server.printed
    place = json.loads((server.data / "gateway" / "place.json").read_text())
    assert place["port"] == server.gateway


def test_the_flag_takes_the_port_behind_the_server_s(tmp_path):
    with Server(tmp_path, port=free_pair(), arguments=("--gateway",)) as server:
        assert server.place()["port"] == server.port + 1


def test_other_machines_don_t_reach_it_even_where_they_reach_the_server(tmp_path):
    remote = ("--host", "0.0.0.0", "--allow-remote")
    with Server(tmp_path, gateway=free_port(), arguments=remote) as server:
        rows = [line.split() for line in Path("/proc/net/tcp").read_text().splitlines()[1:]]
        listening = {row[1] for row in rows if row[3] == "0A"}
        assert f"00000000:{server.port:04X}" in listening
        assert f"0100007F:{server.gateway:04X}" in listening
        assert f"00000000:{server.gateway:04X}" not in listening
        assert ask(server, SIGNIN, "/help/support")[0].status == 200


def test_a_server_elsewhere_has_no_gateway(tmp_path):
    refused = Server(tmp_path).manage(
        "serve", "--host", "192.0.2.1", "--allow-remote", "--gateway", str(free_port())
    )
    assert refused.returncode == 1


def test_without_the_flag_there_is_no_gateway(tmp_path):
    with Server(tmp_path) as server:
        assert "HTTPS_PROXY" not in server.printed
        assert not (tmp_path / "gateway").exists()


def test_a_taken_port_is_named_with_the_way_out(tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        refused = Server(tmp_path).manage("serve", "--gateway", str(port))
    assert refused.returncode == 1
    assert f"Port {port} is taken" in refused.stderr
