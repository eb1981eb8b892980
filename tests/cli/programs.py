"""The AWS CLIs as programs of their own: found, given a home, run beside a browser."""

import os
import subprocess
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from tests.server import Server

PATIENCE = 60.0  # seconds until a program counts as hanging
DEBIAN = "/usr/bin/aws"
HOW_TO_GET_DEBIANS = (
    "no AWS CLI 2.9 of Debian: install its package awscli, or set AWS_CLI_DEBIAN to a binary"
)
HOW_TO_GET_THE_NEWEST = (
    "no AWS CLI of 2.32 or newer: run `sh tests/cli/get_aws_cli.sh DIR`, and set AWS_CLI to DIR/aws"
)
START_URL = "https://d-1234567890.awsapps.com/start"
CONFIG = f"""
[sso-session lab]
sso_start_url = {START_URL}
sso_region = us-east-1
sso_registration_scopes = sso:account:access

[profile lab]
sso_session = lab
sso_account_id = 111122223333
sso_role_name = ReadOnlyAccess
region = us-east-1
output = json

[profile plain]
region = us-east-1
output = json
"""


def find(variable: str, *candidates: str | None) -> str | None:
    """Return the first program that is there: the one that a variable names, or a candidate."""
    named = os.environ.get(variable)
    return next((each for each in (named, *candidates) if each and Path(each).exists()), None)


def newest() -> str:
    """Return the newest AWS CLI, or leave the test out."""
    found = find("AWS_CLI", "/opt/vestibule-aws-cli/aws")
    return found or _leave_out(HOW_TO_GET_THE_NEWEST)


def debians() -> str:
    """Return the AWS CLI of Debian bookworm, or leave the test out."""
    found = find("AWS_CLI_DEBIAN", DEBIAN)
    return found or _leave_out(HOW_TO_GET_DEBIANS)


def _leave_out(how_to_get_it: str) -> str:
    if os.environ.get("CI"):
        pytest.fail(how_to_get_it)
    pytest.skip(how_to_get_it)


@dataclass
class Cli:
    """One AWS CLI with a home of its own, whose calls go to one server."""

    program: str
    home: Path
    server: Server
    environment: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        (self.home / ".aws").mkdir(exist_ok=True)
        (self.home / ".aws" / "config").write_text(CONFIG)
        browser = self.home / "browser"
        browser.write_text(
            f'#!/bin/sh\nprintf "%s" "$1" > {self.opened}.part\n'
            f"mv {self.opened}.part {self.opened}\n"
        )
        browser.chmod(0o755)

    @property
    def opened(self) -> Path:
        """The file that has the address which the program opened in its browser."""
        return self.home / "opened"

    def run(self, *arguments: str, is_good: bool = True) -> str:
        """Run a command to its end, and return what it printed."""
        process = self.start(*arguments)
        output, _ = process.communicate(timeout=PATIENCE)
        assert (process.returncode == 0) == is_good, output
        return output

    def start(self, *arguments: str) -> "subprocess.Popen[str]":
        """Start a command that waits for its browser."""
        self.opened.unlink(missing_ok=True)
        return subprocess.Popen(
            [self.program, *arguments],
            cwd=self.home,
            env=self.environment_of(),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def opened_url(self, process: "subprocess.Popen[Any]") -> str:
        """Wait for the address that a command opens in its browser, and return it."""
        deadline = time.monotonic() + PATIENCE
        while not self.opened.exists():
            assert process.poll() is None, process.stdout and process.stdout.read()
            assert time.monotonic() < deadline
            time.sleep(0.05)
        return self.opened.read_text()

    def finish(self, process: "subprocess.Popen[str]", *, is_good: bool = True) -> str:
        """Wait for the end of a command, and return what it printed."""
        output, _ = process.communicate(timeout=PATIENCE)
        assert (process.returncode == 0) == is_good, output
        return output

    def environment_of(self) -> dict[str, str]:
        """Return what the program finds in its environment."""
        endpoint = f"http://127.0.0.1:{self.server.port}"
        services = ("SSO_OIDC", "SSO", "STS", "SIGNIN")
        return {
            "PATH": os.environ["PATH"],
            "HOME": str(self.home),
            "LANG": "C.UTF-8",
            "BROWSER": str(self.home / "browser"),
            "AWS_EC2_METADATA_DISABLED": "true",
            "AWS_PAGER": "",
            **{f"AWS_ENDPOINT_URL_{name}": endpoint for name in services},
            **self.environment,
        }
