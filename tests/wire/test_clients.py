"""AWS's own credential providers, with a profile, against the server: log in, work, be renewed."""

import json
import os
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from hashlib import sha1

import pytest

from tests.wire.programs import answer

NAME = "example-corp"
START_URL = "https://d-1234567890.awsapps.com/start"
CONFIG = f"""
[sso-session {NAME}]
sso_start_url = {START_URL}
sso_region = us-east-1
sso_registration_scopes = sso:account:access

[profile {NAME}]
sso_session = {NAME}
sso_account_id = 111122223333
sso_role_name = ReadOnlyAccess
region = us-east-1
"""
BY_ENDPOINTS = f"""
[profile by-endpoints]
sso_session = {NAME}
sso_account_id = 111122223333
sso_role_name = ReadOnlyAccess
region = us-east-1
services = here

[services here]
sso =
  endpoint_url = http://127.0.0.1:PORT
sso_oidc =
  endpoint_url = http://127.0.0.1:PORT
sts =
  endpoint_url = http://127.0.0.1:PORT
"""
# What somebody writes who works with a profile; boto3 does the same.
PROGRAM = """
import json, sys
from botocore.session import Session

sts = Session(profile=sys.argv[1]).create_client("sts")
told = sts.get_caller_identity()
print(json.dumps({name: told[name] for name in ("Account", "Arn", "UserId")}))
"""
SERVICES = ("SSO_OIDC", "SSO", "STS")
ARN = "arn:aws:sts::111122223333:assumed-role/AWSReservedSSO_ReadOnlyAccess_"


class Home:
    """A home directory with a profile, in which somebody logged in."""

    def __init__(self, folder, server):
        self.folder, self.server = folder, server
        self.cache = folder / ".aws" / "sso" / "cache"
        self.cache.mkdir(parents=True)
        (folder / ".aws" / "config").write_text(
            CONFIG + BY_ENDPOINTS.replace("PORT", str(server.port))
        )

    @property
    def cached(self):
        """The file in which command lines and SDKs keep the token."""
        return self.cache / f"{sha1(NAME.encode()).hexdigest()}.json"

    def log_in(self, program):
        """Do what `aws sso login` does, with somebody who lets it in; write the file."""
        begun = program.begin(START_URL)
        answer(self.server, begun)
        tokens = program.poll(begun)
        registered = program.registered
        self.write(
            startUrl=START_URL,
            region="us-east-1",
            accessToken=tokens["accessToken"],
            expiresAt=moment(timedelta(seconds=tokens["expiresIn"])),
            clientId=registered["clientId"],
            clientSecret=registered["clientSecret"],
            registrationExpiresAt=moment(timedelta(days=90)),
            refreshToken=tokens["refreshToken"],
        )

    def read(self):
        return json.loads(self.cached.read_text())

    def write(self, **members):
        known = self.read() if self.cached.exists() else {}
        self.cached.write_text(json.dumps(known | members))

    def who(self, profile=NAME, *, by_variables=True):
        """Let a program of somebody's ask who it is; return the answer, or the error's name."""
        endpoint = f"http://127.0.0.1:{self.server.port}"
        variables = {f"AWS_ENDPOINT_URL_{name}": endpoint for name in SERVICES}
        ran = subprocess.run(
            [sys.executable, "-c", PROGRAM, profile],
            env={
                "PATH": os.environ["PATH"],
                "HOME": str(self.folder),
                "AWS_EC2_METADATA_DISABLED": "true",
                **(variables if by_variables else {}),
            },
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        if ran.returncode:
            return ran.stderr.strip().rpartition("\n")[2].partition(":")[0].rpartition(".")[2]
        return json.loads(ran.stdout)


def moment(later):
    return f"{datetime.now(UTC) + later:%Y-%m-%dT%H:%M:%SZ}"


@pytest.fixture
def home(tmp_path, server, program):
    home = Home(tmp_path, server)
    home.log_in(program)
    return home


def test_a_profile_gives_a_role_of_whoever_logged_in(home):
    told = home.who()
    assert told["Account"] == "111122223333"
    assert told["Arn"].startswith(ARN)
    assert told["Arn"].endswith("/jane_doe")
    assert told["UserId"].endswith(":jane_doe")


def test_endpoints_can_stand_in_the_profile(home):
    told = home.who("by-endpoints", by_variables=False)
    assert told["Arn"].endswith("/jane_doe")


@pytest.mark.requirement("S-102")
def test_a_token_near_its_end_is_renewed_and_written_back(home):
    before = home.read()
    home.write(expiresAt=moment(timedelta(minutes=5)))
    assert home.who()["Arn"].endswith("/jane_doe")
    after = home.read()
    for name in ("accessToken", "refreshToken"):
        assert after[name] != before[name]
    left = datetime.fromisoformat(after["expiresAt"]) - datetime.now(UTC)
    assert timedelta(minutes=55) < left <= timedelta(hours=1)
    home.write(expiresAt=moment(timedelta(minutes=5)))
    assert home.who()["Arn"].endswith("/jane_doe")


def test_a_token_far_from_its_end_is_left_alone(home):
    before = home.read()
    home.who()
    assert home.read() == before


def test_an_old_token_with_a_refused_renewal_is_over(home, server):
    [grant] = server.control("GET", "/grants")
    server.control("DELETE", f"/grants/{grant['id']}")
    assert home.who() == "UnauthorizedSSOTokenError"
    home.write(expiresAt=moment(-timedelta(minutes=5)))
    assert home.who() == "TokenRetrievalError"


@pytest.mark.requirement("S-108")
def test_the_events_of_a_login_name_one_session_of_one_person(home, server):
    home.who()
    records = server.control("GET", "/events?account=111122223333")["Records"]
    by_name = {each["eventName"]: each for each in records}
    store = "arn:aws:identitystore::111122223333:identitystore/d-1234567890"
    for name, source in (("CreateToken", "sso-oauth"), ("Federate", "sso")):
        identity = by_name[name]["userIdentity"]
        assert by_name[name]["eventSource"] == f"{source}.amazonaws.com"
        assert identity["type"] == "IdentityCenterUser"
        assert identity["onBehalfOf"]["identityStoreArn"] == store
        assert identity["credentialId"] == by_name["CreateToken"]["userIdentity"]["credentialId"]
    for name in ("StartDeviceAuthorization", "CreateToken", "Federate"):
        assert "otocore/" in by_name[name]["userAgent"]
        assert by_name[name]["recipientAccountId"] == "111122223333"
    assert by_name["StartDeviceAuthorization"]["userIdentity"]["type"] == "Unknown"
