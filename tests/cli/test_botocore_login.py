"""AWS's client library works with what ``aws login`` of the newest AWS CLI left in its cache."""

import json
import subprocess
import sys

import pytest
from playwright.sync_api import Page

from tests.cli.login_walks import PROFILE, ZHANG, cached, let_credentials_expire, log_in
from tests.cli.programs import PATIENCE, Cli
from tests.server import Server

pytestmark = pytest.mark.browser

# What somebody writes who works with a profile; boto3 does the same.
PROGRAM = """
import json, sys
from botocore.session import Session

session = Session(profile=sys.argv[1])
told = session.create_client("sts").get_caller_identity()
used = session.get_credentials()
print(json.dumps({"Arn": told["Arn"], "AccessKeyId": used.access_key, "by": used.method}))
"""


def ran(cli: Cli, *, by_variables: bool = True) -> "subprocess.CompletedProcess[str]":
    """Run somebody's program in the home of the command line."""
    variables = cli.environment_of()
    return subprocess.run(
        [sys.executable, "-c", PROGRAM, PROFILE[1]],
        env={
            name: value
            for name, value in variables.items()
            if by_variables or not name.startswith("AWS_ENDPOINT_URL")
        },
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )


def works_as(cli: Cli, *, by_variables: bool = True) -> dict[str, str]:
    """Return who the program is, with which key, and where it has it from."""
    program = ran(cli, by_variables=by_variables)
    assert program.returncode == 0, program.stderr
    told: dict[str, str] = json.loads(program.stdout)
    return told


def refused(cli: Cli) -> str:
    """Return the name of the error with which the program ends."""
    program = ran(cli)
    assert program.returncode
    return program.stderr.strip().rpartition("\n")[2].partition(":")[0].rpartition(".")[2]


def kept_key(cli: Cli) -> str:
    """Return the access key that lies in the cache."""
    [path] = cached(cli)
    return str(json.loads(path.read_text())["accessToken"]["accessKeyId"])


def test_it_works_as_whoever_logged_in(cli: Cli, zhang: Page) -> None:
    log_in(cli, zhang)
    told = works_as(cli)
    assert told == {"Arn": ZHANG, "AccessKeyId": kept_key(cli), "by": "login"}


def test_it_renews_what_is_over_and_shares_it_with_the_command_line(
    cli: Cli, zhang: Page, server: Server
) -> None:
    log_in(cli, zhang)
    first = kept_key(cli)
    server.control("PUT", "/clock", {"advance_seconds": 900})
    let_credentials_expire(cli)
    told = works_as(cli)
    assert told["Arn"] == ZHANG
    assert told["AccessKeyId"] == kept_key(cli) != first
    said = cli.run("configure", "export-credentials", *PROFILE)
    assert json.loads(said)["AccessKeyId"] == kept_key(cli)


def test_endpoints_can_stand_in_the_profile(cli: Cli, zhang: Page, server: Server) -> None:
    log_in(cli, zhang)
    first = kept_key(cli)
    config = cli.home / ".aws" / "config"
    endpoint = f"  endpoint_url = http://127.0.0.1:{server.port}\n"
    named = config.read_text().replace("[profile plain]", "[profile plain]\nservices = here")
    config.write_text(f"{named}\n[services here]\nsignin =\n{endpoint}sts =\n{endpoint}")
    let_credentials_expire(cli)
    told = works_as(cli, by_variables=False)
    assert told["Arn"] == ZHANG
    assert told["AccessKeyId"] != first


def test_it_asks_for_another_login_after_the_end(cli: Cli, zhang: Page, server: Server) -> None:
    log_in(cli, zhang)
    server.control("PUT", "/clock", {"advance_seconds": 12 * 3600})
    let_credentials_expire(cli)
    assert refused(cli) == "LoginRefreshRequired"
