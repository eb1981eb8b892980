"""Clients that go by the gateway."""

import http.client
import socket
import ssl
from contextlib import closing
from pathlib import Path

from tests.server import PATIENCE

SIGNIN = "signin.aws.amazon.com"


def authority(server):
    return server.data / "gateway" / "ca.pem"


def trusting(server):
    return ssl.create_default_context(cafile=authority(server))


def connect(server, name=SIGNIN, **more):
    """Return a connection to a real name by way of the gateway."""
    connection = http.client.HTTPSConnection(
        "127.0.0.1", server.gateway, context=trusting(server), timeout=PATIENCE, **more
    )
    connection.set_tunnel(name, 443)
    return connection


def ask(server, name, path="/", method="GET", body=None, **headers):
    with closing(connect(server, name)) as connection:
        connection.request(method, path, body, headers)
        answer = connection.getresponse()
        return answer, answer.read()


def raw(server):
    return socket.create_connection(("127.0.0.1", server.gateway), timeout=PATIENCE)


def processes(server):
    """Return the gateway's process: whoever holds the port on which it listens."""
    listening = [
        line.split()[9]
        for line in Path("/proc/net/tcp").read_text().splitlines()[1:]
        if line.split()[1].endswith(f":{server.gateway:04X}") and line.split()[3] == "0A"
    ]
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            held = {str(file.readlink()) for file in (process / "fd").iterdir()}
        except OSError:
            continue
        if f"socket:[{listening[0]}]" in held:
            found.append(int(process.name))
    return found
