"""What one would use instead, as far as it is set up in the directory of peers."""

import json
import os
from dataclasses import dataclass
from pathlib import Path

from tests.bench.browser import Wire
from tests.bench.figures import Unusable
from tests.bench.processes import Server, free_port


@dataclass(frozen=True)
class Peer:
    """A server that others wrote; ``reset`` is its request for forgetting everything."""

    name: str
    version: str
    server: Server
    reset: tuple[str, str] | None = None

    def forget(self, wire: Wire) -> None:
        """Let the running server forget everything; raise Unusable if it does not."""
        if self.reset is None:
            raise Unusable(f"{self.name} has no reset")
        method, target = self.reset
        host = f"127.0.0.1:{self.server.port}"
        answer = wire.request(method, host, target, {"Authorization": "Bearer owner"})
        if answer.status != 200:
            raise Unusable(f"{self.name} answered {answer.status} to its reset")


NAMES = ("moto server", "oidc-provider", "Firebase emulator")


def find(directory: Path | None) -> dict[str, Peer]:
    """Return the peers that are set up in a directory, by name."""
    if directory is None:
        return {}
    found = (_moto(directory), _oidc_provider(directory), _firebase(directory))
    return {peer.name: peer for peer in found if peer}


def _moto(directory: Path) -> Peer | None:
    program = directory / "moto" / "bin" / "moto_server"
    if not program.exists():
        return None
    port = free_port()
    command = [str(program), "-H", "127.0.0.1", "-p", str(port)]
    information = next(directory.glob("moto/lib/python*/site-packages/moto-*.dist-info"), None)
    return Peer(
        name=NAMES[0],
        version=information.name.split("-")[1].removesuffix(".dist") if information else "?",
        server=Server(command, port, _probe("/moto-api/", port)),
        reset=("POST", "/moto-api/reset"),
    )


def _oidc_provider(directory: Path) -> Peer | None:
    home = directory / "oidc"
    if not (home / "server.mjs").exists():
        return None
    port = free_port()
    return Peer(
        name=NAMES[1],
        version=_npm_version(home / "node_modules" / "oidc-provider"),
        server=Server(
            ["node", "server.mjs"],
            port,
            _probe("/.well-known/openid-configuration", port),
            directory=home,
            environment={**os.environ, "PORT": str(port)},
        ),
    )


def _firebase(directory: Path) -> Peer | None:
    home = directory / "firebase"
    tools = home / "node_modules" / "firebase-tools"
    if not (tools / "package.json").exists() or not (home / "firebase.json").exists():
        return None
    port = json.loads((home / "firebase.json").read_text())["emulators"]["auth"]["port"]
    emulators = ["emulators:start", "--only", "auth", "--project", "demo-x"]
    return Peer(
        name=NAMES[2],
        version=_npm_version(tools),
        server=Server(
            ["node", "node_modules/.bin/firebase", *emulators],
            port,
            _probe("/", port),
            directory=home,
            environment={**os.environ, "CI": "1"},
        ),
        reset=("DELETE", "/emulator/v1/projects/demo-x/accounts"),
    )


def _probe(path: str, port: int) -> bytes:
    head = f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nConnection: close\r\n\r\n"
    return head.encode()


def _npm_version(package: Path) -> str:
    version: str = json.loads((package / "package.json").read_text())["version"]
    return version
