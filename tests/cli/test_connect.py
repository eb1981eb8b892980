"""What ``manage.py connect`` prints is all that programs have to be told."""

import os
import re
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from shlex import join

import pytest

from tests.cli.programs import PATIENCE, newest
from tests.server import Server

pytestmark = pytest.mark.requirement("R-105", "R-107")

LOGIN = "aws sso login --profile example-corp"
WHO = "aws sts get-caller-identity --profile example-corp"
# What the recipe for boto3 has, in the words of the library below it.
PROGRAM = """
from botocore.session import Session

print(Session(profile="example-corp").create_client("sts").get_caller_identity()["Arn"])
"""


@dataclass
class Shell:
    """A shell in a new home, which has run the lines that the command printed for it."""

    home: Path
    lines: str

    def start(self, command: str) -> "subprocess.Popen[str]":
        """Start a command."""
        return subprocess.Popen(
            ["/bin/sh", "-c", f"{self.lines}\n{command}"],
            env={
                "PATH": f"{Path(newest()).parent}:{os.environ['PATH']}",
                "HOME": str(self.home),
                "LANG": "C.UTF-8",
                "AWS_EC2_METADATA_DISABLED": "true",
            },
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def run(self, command: str) -> str:
        """Run a command to its end, and return what it printed."""
        return finish(self.start(command))


def finish(process: "subprocess.Popen[str]") -> str:
    """Wait for the end of a command, and return what it printed."""
    output, _ = process.communicate(timeout=PATIENCE)
    assert process.returncode == 0, output
    return output


def shown_code(output: Path) -> str:
    """Wait for the code that a command shows, and return it."""
    deadline = time.monotonic() + PATIENCE
    while not (found := re.search(r"^[A-Z]{4}-[A-Z]{4}$", output.read_text(), re.MULTILINE)):
        assert time.monotonic() < deadline, output.read_text()
        time.sleep(0.05)
    return found[0]


@pytest.mark.parametrize("way", [["--shell"], ["--shell", "--gateway"]], ids=" ".join)
def test_a_command_line_and_a_program_sign_in(
    gateway: Server, tmp_path: Path, way: list[str]
) -> None:
    gateway.control("POST", "/reset", {"scenario": "demo"})
    printed = gateway.manage("connect").stdout
    assert f"{LOGIN}\n{WHO}\n" in printed
    (tmp_path / ".aws").mkdir()
    (tmp_path / ".aws" / "config").write_text(gateway.manage("connect", "--config").stdout)
    shell = Shell(tmp_path, gateway.manage("connect", *way).stdout)
    output = tmp_path / "output"
    output.touch()
    login = shell.start(f"exec {LOGIN} --use-device-code --no-browser > {output} 2>&1")
    answer = f"/device_authorizations/{shown_code(output)}/approve"
    gateway.control("POST", answer, {"principal": "jane_doe"})
    finish(login)
    arn = "assumed-role/AWSReservedSSO_AdministratorAccess_"
    assert arn in shell.run(WHO)
    assert arn in shell.run(join([sys.executable, "-c", PROGRAM]))
