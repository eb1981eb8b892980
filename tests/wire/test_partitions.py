"""Each partition, as AWS's own client library speaks with its endpoints."""

from functools import partial
from urllib.parse import urlsplit

import botocore.session
import pytest
from botocore import UNSIGNED
from botocore.config import Config
from botocore.credentials import Credentials
from botocore.exceptions import ClientError

from signin.kernel.partitions import AWS, AWS_CN, AWS_EUSC, AWS_US_GOV, OTHERS, PARTITIONS
from tests.wire.programs import DEVICE_CODE, SCOPE
from tests.wire.sts.calls import deliver, given, refusal

SECRET = "zhang/demo/secret+not+for+production/key"
KEYS = {
    "aws": "AKIAZHANGDEMOEXAMPLE",
    "aws-cn": "AKIAZHANGCHINEXAMPLE",
    "aws-us-gov": "AKIAZHANGGOVTEXAMPLE",
    "aws-eusc": "AKIAZHANGEUSCEXAMPLE",
}
ACCOUNTS = {
    "aws": "111122223333",
    "aws-cn": "222233334444",
    "aws-us-gov": "333344445555",
    "aws-eusc": "444455556666",
}
START_URLS = {
    "aws": "https://d-1234567890.awsapps.com/start",
    "aws-cn": "https://start.home.awsapps.cn/directory/d-2345678901",
    "aws-us-gov": "https://start.us-gov-home.awsapps.com/directory/example-gov",
    "aws-eusc": "https://identitycenter.amazonaws.eu/{instance}",
}


@pytest.fixture
def everywhere(server):
    """Give a server with an account and a directory in each partition."""
    server.control("POST", "/reset", {"scenario": "partitions"})
    yield server
    server.control("POST", "/reset", {"scenario": "demo"})  # a bare reset keeps the scenario


@pytest.fixture(params=PARTITIONS.values(), ids=PARTITIONS)
def partition(request):
    return request.param


def client(server, service, partition, credentials=None, *, at_desk=False):
    """Return the library's client in a partition's home; its endpoint is the one it chose."""
    signs = {"config": Config(signature_version=UNSIGNED, retries={"max_attempts": 0})}
    if credentials:
        signs = {
            "aws_access_key_id": credentials.access_key,
            "aws_secret_access_key": credentials.secret_key,
            "aws_session_token": credentials.token,
            "config": Config(retries={"max_attempts": 0}),
        }
    session = botocore.session.Session(session_vars={"profile": (None, None, None, None)})
    endpoint = f"http://127.0.0.1:{server.port}" if at_desk else None
    made = session.create_client(
        service, region_name=partition.home, endpoint_url=endpoint, **signs
    )
    if not at_desk:
        made.meta.events.register(f"before-send.{service}", partial(_locally, server))
    return made


def _locally(server, request, **_):
    """Bring a request to the local name of the host that it is for."""
    host = urlsplit(request.url).netloc
    there = f"http://{host}.localhost:{server.port}"
    request.url = request.url.replace(f"https://{host}", there)
    return deliver(server, request)


def signed(server, partition, **options):
    """Return a client of STS at the local name of the endpoint, which its signature covers."""
    name = "sts.amazonaws.com" if partition is AWS else f"sts.{partition.home}.{partition.services}"
    host = f"{name}.localhost"
    return at(server, host, partition, **options)


def at(server, host, partition, credentials=None):
    session = botocore.session.Session(session_vars={"profile": (None, None, None, None)})
    keys = credentials or Credentials(KEYS[partition.id], SECRET)
    made = session.create_client(
        "sts",
        region_name=partition.home,
        endpoint_url=f"http://{host}:{server.port}",
        aws_access_key_id=keys.access_key,
        aws_secret_access_key=keys.secret_key,
        aws_session_token=keys.token,
        config=Config(retries={"max_attempts": 0}),
    )
    made.meta.events.register("before-send.sts", partial(deliver, server))
    return made


def let_in(server, partition):
    """Let a program in as the user of a partition's directory; return what it has for a token."""
    [directory] = [
        each for each in server.control("GET", "/directories") if each["partition"] == partition.id
    ]
    [person] = server.control("GET", f"/principals?realm={directory['id']}")
    oidc = client(server, "sso-oidc", partition)
    registered = oidc.register_client(clientName="a program", clientType="public", scopes=[SCOPE])
    proof = {name: registered[name] for name in ("clientId", "clientSecret")}
    start_url = START_URLS[partition.id].format(instance=directory["instance_id"])
    begun = oidc.start_device_authorization(startUrl=start_url, **proof)
    server.control(
        "POST",
        f"/device_authorizations/{begun['userCode']}/approve",
        {"principal": person["id"]},
    )
    tokens = oidc.create_token(grantType=DEVICE_CODE, deviceCode=begun["deviceCode"], **proof)
    return begun, tokens


class TestSts:
    @pytest.mark.parametrize("at_desk", [False, True], ids=["endpoint", "desk"])
    def test_knows_its_own_people_by_their_arns(self, everywhere, partition, at_desk):
        sts = at(everywhere, "127.0.0.1", partition) if at_desk else signed(everywhere, partition)
        account = ACCOUNTS[partition.id]
        told = sts.get_caller_identity()
        assert told["Arn"] == f"arn:{partition.id}:iam::{account}:user/zhang"
        session = sts.assume_role(
            RoleArn=f"arn:{partition.id}:iam::{account}:role/Audit", RoleSessionName="me"
        )
        arn = f"arn:{partition.id}:sts::{account}:assumed-role/Audit/me"
        assert session["AssumedRoleUser"]["Arn"] == arn
        host = "127.0.0.1" if at_desk else urlsplit(sts.meta.endpoint_url).hostname
        inside = at(everywhere, host, partition, given(session))
        assert inside.get_caller_identity()["Arn"] == arn
        federated = sts.get_federation_token(Name="guest")["FederatedUser"]["Arn"]
        assert federated == f"arn:{partition.id}:sts::{account}:federated-user/guest"
        [event] = everywhere.control("GET", "/events?name=AssumeRole")["Records"]
        assert event["userIdentity"]["arn"] == told["Arn"]
        assert event["responseElements"]["assumedRoleUser"]["arn"] == arn
        assert event["awsRegion"] == partition.home

    @pytest.mark.parametrize("other", OTHERS, ids=lambda each: each.id)
    def test_knows_no_key_of_another_partition(self, everywhere, other):
        for here, there in ((AWS, other), (other, AWS)):
            sts = signed(everywhere, here, credentials=Credentials(KEYS[there.id], SECRET))
            nobody = signed(
                everywhere, here, credentials=Credentials("AKIANOBODY00EXAMPLE", SECRET)
            )
            refused = refusal(sts.get_caller_identity)
            assert refused == (403, "InvalidClientTokenId") == refusal(nobody.get_caller_identity)

    @pytest.mark.parametrize("other", OTHERS, ids=lambda each: each.id)
    def test_gives_no_role_of_another_partition(self, everywhere, other):
        for here, there in ((AWS, other), (other, AWS)):
            for host in ("127.0.0.1", None):
                sts = at(everywhere, host, here) if host else signed(everywhere, here)
                for named in (here, there):
                    arn = f"arn:{named.id}:iam::{ACCOUNTS[there.id]}:role/Audit"
                    asked = partial(sts.assume_role, RoleSessionName="me")
                    assert refusal(asked, RoleArn=arn) == (403, "AccessDenied")
                own = f"arn:{there.id}:iam::{ACCOUNTS[here.id]}:role/Audit"
                assert refusal(asked, RoleArn=own) == (403, "AccessDenied")


class TestIdentityCenter:
    def test_lets_programs_in_and_gives_credentials_of_the_partition(self, everywhere, partition):
        begun, tokens = let_in(everywhere, partition)
        page = f"device.sso.{partition.home}.{partition.services}.localhost"
        assert urlsplit(begun["verificationUri"]).hostname == page
        portal = client(everywhere, "sso", partition)
        token, account = tokens["accessToken"], ACCOUNTS[partition.id]
        [known] = portal.list_accounts(accessToken=token)["accountList"]
        assert known["accountId"] == account
        [role] = portal.list_account_roles(accessToken=token, accountId=account)["roleList"]
        keys = portal.get_role_credentials(
            accessToken=token, accountId=account, roleName=role["roleName"]
        )["roleCredentials"]
        credentials = Credentials(
            keys["accessKeyId"], keys["secretAccessKey"], keys["sessionToken"]
        )
        arn = signed(everywhere, partition, credentials=credentials).get_caller_identity()["Arn"]
        assert arn.startswith(f"arn:{partition.id}:sts::{account}:assumed-role/AWSReservedSSO_")

    @pytest.mark.parametrize("other", OTHERS, ids=lambda each: each.id)
    def test_a_token_is_worth_nothing_in_another_partition(self, everywhere, other):
        for here, there in ((AWS, other), (other, AWS)):
            _, tokens = let_in(everywhere, here)
            portal = client(everywhere, "sso", there)
            with pytest.raises(ClientError) as refused:
                portal.list_accounts(accessToken=tokens["accessToken"])
            assert refused.value.response["Error"]["Code"] == "UnauthorizedException"

    @pytest.mark.parametrize("other", [AWS_CN, AWS_US_GOV, AWS_EUSC], ids=lambda each: each.id)
    def test_a_portal_is_unknown_at_another_partition_s_endpoint(self, everywhere, other):
        for here, url in ((other, START_URLS["aws"]), (AWS, "https://nobody.awsapps.com/start")):
            oidc = client(everywhere, "sso-oidc", here)
            made = oidc.register_client(clientName="x", clientType="public", scopes=[SCOPE])
            with pytest.raises(ClientError) as refused:
                oidc.start_device_authorization(
                    startUrl=url, clientId=made["clientId"], clientSecret=made["clientSecret"]
                )
            assert refused.value.response["Error"]["Code"] == "InvalidRequestException"


class TestWhatIsTradedIn:
    @pytest.mark.parametrize("other", OTHERS, ids=lambda each: each.id)
    def test_counts_in_its_own_partition_alone(self, everywhere, other):
        for here, there in ((AWS, other), (other, AWS)):
            arn = f"arn:{there.id}:iam::{ACCOUNTS[there.id]}:user/zhang"
            made = everywhere.control("POST", "/delegation_tokens", {"principal_arn": arn})
            token = made["trade_in_token"]
            mine, theirs = at(everywhere, "127.0.0.1", here), at(everywhere, "127.0.0.1", there)
            assert refusal(mine.get_delegated_access_token, TradeInToken=token)
            traded = theirs.get_delegated_access_token(TradeInToken=token)
            assert traded["AssumedPrincipal"] == arn
            assert refusal(mine.get_access_key_info, AccessKeyId=KEYS[there.id])
            told = theirs.get_access_key_info(AccessKeyId=KEYS[there.id])
            assert told["Account"] == ACCOUNTS[there.id]
