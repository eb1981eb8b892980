"""``aws login`` as people do it, and what it leaves for other programs."""

import json
from pathlib import Path

from playwright.sync_api import Page

from tests.cli.programs import Cli

ZHANG = "arn:aws:iam::111122223333:user/zhang"
PROFILE = ("--profile", "plain")


def log_in(cli: Cli, page: Page, name: str = "zhang") -> str:
    """Run ``aws login``, let it in with a browser as somebody, and return what it said.

    One login of 256 leaves the command line with a key that it cannot read again: `awscrt`
    writes a private key that begins with a zero byte too short for itself. Whoever meets that
    at a renewal logs in again, and so is done here.
    """
    while True:
        process = cli.start("login", *PROFILE)
        page.goto(cli.opened_url(process))
        page.get_by_role("radio", name=name).check()
        page.locator("#allow_button").click()
        page.wait_for_url("http://127.0.0.1:*/oauth/callback**")
        said = cli.finish(process)
        if has_a_key_that_it_can_read(cli):
            return said


def has_a_key_that_it_can_read(cli: Cli) -> bool:
    """Return whether the kept key is of full length: SEC 1 in PEM, P-256, 32 bytes of scalar."""
    [path] = cached(cli)
    pem: str = json.loads(path.read_text())["dpopKey"]
    return pem.removeprefix("-----BEGIN EC PRIVATE KEY-----\n").startswith("MHcCAQEEI")


def cached(cli: Cli) -> list[Path]:
    """Return the files in which the command line keeps what it got."""
    return sorted((cli.home / ".aws" / "login" / "cache").glob("*.json"))


def let_credentials_expire(cli: Cli) -> None:
    """Have the command line think that its credentials are over: it goes by its own clock."""
    [path] = cached(cli)
    kept = json.loads(path.read_text())
    kept["accessToken"]["expiresAt"] = "2020-01-01T00:00:00Z"
    path.write_text(json.dumps(kept))
