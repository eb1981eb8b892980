"""This project's server, with data directories of its own."""

import json
import os
import sqlite3
import sys
from pathlib import Path
from urllib.parse import urlencode

from tests.bench.processes import Server, free_port, run
from tests.bench.signing_in import ACCOUNT, DOCUMENT, SCENARIO

ROOT = Path(__file__).resolve().parents[2]
OURS = ("SIGNIN_", "DJANGO_", "DATABASE_URL", "CACHE_URL", "EMAIL_", "PORT")
IDENTITIES = 100_000
EXTRA = "extra-"  # the beginning of the names of the identities beside the scenario's


class DataDirectory:
    """A data directory: an empty one at first."""

    def __init__(self, path: Path, *, scenario: str = "demo", password_cost: str = "owasp"):
        self.path = path
        self.settings = {
            "DJANGO_SETTINGS_MODULE": "signin.settings",
            "SIGNIN_DATA_DIR": str(path),
            "SIGNIN_SCENARIO": scenario,
            "SIGNIN_PASSWORD_COST": password_cost,
        }
        path.mkdir()
        if scenario == SCENARIO:
            (path / "scenarios").mkdir()
            (path / "scenarios" / f"{SCENARIO}.json").write_text(json.dumps(DOCUMENT))

    @property
    def database(self) -> Path:
        """The live database."""
        return self.path / "db.sqlite3"

    def environment(self, port: int) -> dict[str, str]:
        """Return this process's environment with the directory's settings and no others."""
        inherited = {k: v for k, v in os.environ.items() if not k.startswith(OURS)}
        return {**inherited, **self.settings, "SIGNIN_PORT": str(port)}

    def server(self, *, workers: int = 1, threads: int | None = None) -> Server:
        """Return a server for the directory, on a free port; entering it starts it.

        Without a number each of its processes has as many threads as is usual.
        """
        port = free_port()
        settings = {"SIGNIN_WORKERS": str(workers)}
        if threads:
            settings["SIGNIN_THREADS"] = str(threads)
        return Server(
            command=[sys.executable, "manage.py", "serve"],
            port=port,
            probe=f"GET {sign_in_page(port)} HTTP/1.1\r\nHost: {sign_in_host(port)}\r\n"
            "Connection: close\r\n\r\n".encode(),
            directory=ROOT,
            environment={**self.environment(port), **settings},
        )

    def fill(self) -> "DataDirectory":
        """Start the server once, so that there are a database and collected static files."""
        with self.server():
            return self

    def populate(self, count: int, kind: str = "iam-users") -> "DataDirectory":
        """Make identities beside the scenario's: IAM users, or a crowd of all that have keys."""
        run("population", str(count), kind, environment=self.environment(free_port()))
        return self

    def copy_identities(self, source: "DataDirectory", count: int) -> None:
        """Copy identities from another directory while the server runs.

        What follows must not pay for this: the write-ahead log is emptied, and begun anew, which
        waits for the disk once.
        """
        live = sqlite3.connect(self.database, timeout=20)
        try:
            live.execute("ATTACH ? AS source", [str(source.database)])
            with live:
                live.execute(
                    "INSERT INTO accounts_principal SELECT * FROM source.accounts_principal"
                    " WHERE kind = 'iam-user' AND realm = ? AND username LIKE ?"
                    " ORDER BY id LIMIT ?",
                    [ACCOUNT, f"{EXTRA}%", count],
                )
            live.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            with live:
                live.execute("UPDATE control_loadedscenario SET loaded_at = loaded_at")
        finally:
            live.close()


def sign_in_host(port: int) -> str:
    """Return the name of the sign-in host, as a Host header has it."""
    return f"signin.aws.amazon.com.localhost:{port}"


def sign_in_page(port: int) -> str:
    """Return the path of the sign-in page for a browser that was never here."""
    query = {
        "response_type": "code",
        "redirect_uri": f"http://console.aws.amazon.com.localhost:{port}/console/home",
        "code_challenge": "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM",
        "code_challenge_method": "SHA-256",
    }
    return f"/oauth?{urlencode(query)}"
