"""The real server as a process of its own, on a free port of the loopback."""

import http.client
import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
from dataclasses import dataclass, field
from itertools import chain
from pathlib import Path
from typing import Any, Self
from urllib.parse import urlencode, urljoin, urlsplit

import psycopg

# Runs what comes in a line, and says in one what that printed.
LISTENER = """
import contextlib, io, json, sys
from django.db import connections
for line in sys.stdin:
    said = io.StringIO()
    with contextlib.redirect_stdout(said):
        exec(json.loads(line), {})
    connections.close_all()
    print(json.dumps(said.getvalue()), flush=True)
"""
ROOT = Path(__file__).parent.parent
DATABASE_URL = os.environ.get("DATABASE_URL", "")
PATIENCE = 30.0  # seconds until a start counts as failed


def free_port() -> int:
    """Return a port that nothing listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def free_pair() -> int:
    """Return a port that nothing listens on, and nothing on the next one either.

    It is below those that the system gives to whoever wants any, so that nobody gets the next one
    before it is needed.
    """
    for port in chain(range(20_000 + os.getpid() % 6_000 * 2, 32_000, 2), range(20_000, 32_000, 2)):
        try:
            for each in (port, port + 1):
                with socket.socket() as probe:
                    probe.bind(("127.0.0.1", each))
        except OSError:
            continue
        return port
    raise AssertionError("There are no two free ports side by side.")


@dataclass
class Server:
    """One server with its data directory; restarting it keeps port and data."""

    data: Path
    port: int = field(default_factory=free_port)
    environment: dict[str, str] = field(default_factory=dict)
    process: "subprocess.Popen[str] | None" = None
    gateway: int = 0
    arguments: tuple[str, ...] = ()
    printed: str = ""
    _is_made: bool = False
    _listener: "subprocess.Popen[str] | None" = None

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.stop()
        if self._listener:
            self._listener.communicate(timeout=PATIENCE)  # it ends with its standard input
        if self._database:
            _administer(f'DROP DATABASE "{self._database}" WITH (FORCE)')

    @property
    def _database(self) -> str:
        """The name of this server's own database, where a database server is used."""
        return f"vestibule_{self.port}" if DATABASE_URL.startswith("postgres") else ""

    def start(self) -> Self:
        """Start the process and wait until it answers."""
        if self._database and not self._is_made:
            _administer(f'CREATE DATABASE "{self._database}"')
            self._is_made = True
        log = self.data / "server.log"
        with log.open("w") as output:
            self.process = subprocess.Popen(
                [sys.executable, "manage.py", "serve", *self.arguments],
                cwd=ROOT,
                env=self._environment(),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                text=True,
                start_new_session=True,
            )
        deadline = time.monotonic() + PATIENCE
        while not self._answers():
            assert self.process.poll() is None, log.read_text()
            assert time.monotonic() < deadline, log.read_text()
            time.sleep(0.02)
        self.printed = log.read_text()
        return self

    def stop(self, how: signal.Signals = signal.SIGTERM) -> int:
        """End the process and what it started; return its status."""
        if self.process is None:
            return 0
        if how == signal.SIGKILL:
            os.killpg(self.process.pid, how)
        else:
            self.process.send_signal(how)
        status = self.process.wait(PATIENCE)
        self.process = None
        return status

    def manage(self, *arguments: str) -> "subprocess.CompletedProcess[str]":
        """Run a management command on the same data."""
        return subprocess.run(
            [sys.executable, "manage.py", *arguments],
            cwd=ROOT,
            env=self._environment(),
            capture_output=True,
            text=True,
            timeout=PATIENCE,
            check=False,
        )

    def run(self, code: str) -> str:
        """Run some lines on the same data, and return what they print.

        One process runs the lines of all tests; a command of its own would take most of a second.
        """
        if self._listener is None:
            self._listener = subprocess.Popen(
                [sys.executable, "manage.py", "shell", "--no-imports", "-c", LISTENER],
                cwd=ROOT,
                env=self._environment(),
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                text=True,
            )
        assert self._listener.stdin
        assert self._listener.stdout
        self._listener.stdin.write(f"{json.dumps(code)}\n")
        self._listener.stdin.flush()
        if not (said := self._listener.stdout.readline()):
            self._listener.communicate(timeout=PATIENCE)
            self._listener = None
            raise AssertionError("The lines failed; their traceback is with what the test prints.")
        return str(json.loads(said))

    def address(self, name: str, path: str = "/") -> str:
        """Return the address of a real host at this server."""
        suffix = "" if name == "localhost" else ".localhost"
        return f"http://{name}{suffix}:{self.port}{path}"

    def place(self) -> dict[str, Any]:
        """Return where the gateway says that it is."""
        found: dict[str, Any] = json.loads((self.data / "gateway" / "place.json").read_text())
        return found

    def control(self, method: str, path: str, body: object = None) -> Any:
        """Call the control API."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE)
        content = None if body is None else json.dumps(body)
        connection.request(
            method, f"/control/v1{path}", content, {"Content-Type": "application/json"}
        )
        answer = connection.getresponse()
        content = answer.read().decode()
        connection.close()
        return json.loads(content) if content else None

    def _environment(self) -> dict[str, str]:
        inherited = {
            k: v for k, v in os.environ.items() if not k.startswith(("SIGNIN_", "DJANGO_"))
        }
        if self._database:
            url = urlsplit(DATABASE_URL)._replace(path=f"/{self._database}")
            inherited["DATABASE_URL"] = url.geturl()
        return {
            **inherited,
            "SIGNIN_DATA_DIR": str(self.data),
            "SIGNIN_PASSWORD_COST": "minimal",
            "SIGNIN_PORT": str(self.port),
            "SIGNIN_GATEWAY_PORT": str(self.gateway),
            **self.environment,
        }

    def _answers(self) -> bool:
        try:
            return bool(self.control("GET", "/health")["status"] == "ok")
        except (OSError, http.client.HTTPException):
            return False


def _administer(statement: str) -> None:
    with psycopg.connect(DATABASE_URL, autocommit=True) as connection:
        connection.execute(statement.encode())


class Walker:
    """Walks through the pages by plain HTTP: Host header, cookies, form fields; no JavaScript."""

    def __init__(self, server: Server, agent: str = "a walker") -> None:
        self.server = server
        self.agent = agent
        self.cookies: dict[str, dict[str, str]] = {}
        self.url, self.status, self.text = "", 0, ""

    def visit(self, url: str) -> Self:
        """Open an address, and go where it leads."""
        return self._go("GET", url)

    def submit(self, form: str = "data-step", **fields: str) -> Self:
        """Send the form that has this in its tag, with its hidden fields and these."""
        return self._go("POST", *self._filled(form, fields))

    def _filled(self, form: str, fields: dict[str, str]) -> tuple[str, dict[str, str]]:
        """Return where a form is sent, and all of its fields."""
        tag, content = next(
            (tag, content)
            for tag, content in re.findall(r"<form([^>]*)>(.*?)</form>", self.text, re.DOTALL)
            if form in tag
        )
        target = re.search(r'action="([^"]*)"', tag)
        hidden = re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', content)
        address = urljoin(self.url, target[1]) if target else self.url
        return address, dict(hidden) | fields

    def send(self, form: str, **fields: str) -> str:
        """Send a form, and return where that leads without going there."""
        address, sent = self._filled(form, fields)
        return self._request("POST", address, sent) or ""

    def field(self, name: str) -> str:
        """Return the value of a hidden field."""
        found = re.search(rf'name="{name}" value="([^"]*)"', self.text)
        assert found, self.text
        return found[1]

    def _go(self, method: str, url: str, fields: dict[str, str] | None = None) -> Self:
        for _ in range(10):
            location = self._request(method, url, fields)
            self.url = url
            if not location:
                return self
            method, fields, url = "GET", None, urljoin(url, location)
        raise AssertionError("redirected in circles")

    def _request(self, method: str, url: str, fields: dict[str, str] | None) -> str | None:
        parts = urlsplit(url)
        jar = self.cookies.setdefault(parts.netloc, {})
        headers = {
            "Host": parts.netloc,
            "User-Agent": self.agent,
            "Cookie": "; ".join(f"{k}={v}" for k, v in jar.items()),
        }
        if fields is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        connection = http.client.HTTPConnection("127.0.0.1", self.server.port, timeout=PATIENCE)
        target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        connection.request(method, target, urlencode(fields) if fields else None, headers)
        answer = connection.getresponse()
        self.text, self.status = answer.read().decode(), answer.status
        connection.close()
        for name, value in answer.getheaders():
            if name.lower() == "set-cookie":
                name, _, content = value.partition(";")[0].partition("=")
                jar[name] = content  # with its quotation marks, as browsers keep them
                if content in {"", '""'}:
                    del jar[name]
        return answer.getheader("Location")


def signed_in_as_zhang(server: Server, agent: str = "a walker") -> Walker:
    """Return a walker who is at the console as the IAM user whom most tests begin with."""
    walker = Walker(server, agent)
    walker.visit(server.address("example-corp.signin.aws.amazon.com", "/console"))
    return walker.submit(account="example-corp", username="zhang", password="Zhang-demo-1")
