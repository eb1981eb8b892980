"""The control plane of the service signin, by AWS's own client."""

import re
from datetime import timedelta
from urllib.parse import urlsplit

import pytest
from botocore.exceptions import ClientError
from django.test import Client

from accounts import access_keys, permission_statements
from accounts.models import AccessKey, Account, PermissionStatement, Principal
from signin import naming
from signin.control import sweep
from signin.events.models import Event
from signin.kernel import clock
from signin.logins.models import LoginPermission
from tests.browser import address
from tests.console_access import control
from tests.walks import EXAMPLE_CORP
from tests.wire.test_signin_iam import client_at, valid

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("demo")]

HOST = address("signin.us-east-1.api.aws", "")
ENDPOINTS = ["", HOST, "http://127.0.0.1:8000"]  # none: the one that the client has built in
SECRET = "the secret of this start"
JANE = f"arn:aws:iam::{EXAMPLE_CORP}:user/jane.doe"


@pytest.fixture(autouse=True)
def gateway(settings):
    settings.SIGNIN_GATEWAY_SECRET = SECRET


@pytest.fixture
def client():
    return control_client("")


def control_client(endpoint, *keys, **options):
    """Return AWS's own client, which knows no other endpoint of these operations than AWS's.

    Without one it comes by the gateway; else its requests are led there before it signs them.
    """
    client = client_at(endpoint or None, *keys, **options)

    def lead(request, **_):
        request.url = endpoint + urlsplit(request.url).path

    def mark(request, **_):
        request.headers[naming.GATEWAY_HEADER] = SECRET

    if endpoint:
        client.meta.events.register("before-sign.signin.*", lead)
    else:
        client.meta.events.register_first("before-send.signin.*", mark)
    return client


def error_of(call, /, **members):
    """Return what a call is refused with: the status, the exception, the code in the body."""
    with pytest.raises(ClientError) as caught:
        call(**members)
    answer = caught.value.response
    assert answer["Error"]["Message"]
    status = answer["ResponseMetadata"]["HTTPStatusCode"]
    return status, answer["Error"]["Code"], answer.get("error", "")


INVALID = (400, "ValidationException", "INVALID_REQUEST")
MISSING = (404, "ResourceNotFoundException", "RESOURCE_NOT_FOUND")
CONFLICT = (409, "ConflictException", "CONFLICT")
DENIED = (403, "AccessDeniedException", "INSUFFICIENT_PERMISSIONS")


@pytest.mark.parametrize("endpoint", ENDPOINTS)
def test_a_statement_is_put_listed_told_as_a_policy_and_deleted(endpoint):
    client = control_client(endpoint)
    put = client.put_resource_permission_statement(
        sourceIp="203.0.113.0/24", excludedPrincipal=JANE
    )
    made = valid(client, "PutResourcePermissionStatement", put)["statementId"]
    assert re.fullmatch(r"[A-Za-z0-9+/]{64}=?", made)
    listed = client.list_resource_permission_statements()
    told = valid(client, "ListResourcePermissionStatements", listed)["permissionStatements"]
    own = {"aws:ResourceAccount": [EXAMPLE_CORP]}
    after = {
        "NotIpAddress": {"aws:SourceIp": ["203.0.113.0/24"]},
        "ArnNotEquals": {"aws:PrincipalArn": [JANE]},
        "StringEquals": own,
    }
    assert told == [{"sid": made, "condition": after}]
    policy = valid(client, "GetResourcePolicy", client.get_resource_policy())
    before = {**after, "ArnNotEquals": {"signin:PrincipalArn": [JANE]}}
    denied = {"effect": "Deny", "principal": {"AWS": "*"}, "resource": "*"}
    assert policy["signinResourceBasedPolicy"] == {
        "version": "2012-10-17",
        "statement": [
            {**denied, "action": ["signin:Authenticate"], "condition": before},
            {
                **denied,
                "action": ["signin:AuthorizeOAuth2Access", "signin:CreateOAuth2Token"],
                "condition": after,
            },
        ],
    }
    client.delete_resource_permission_statement(statementId=made)
    assert client.list_resource_permission_statements()["permissionStatements"] == []
    assert error_of(client.get_resource_policy) == MISSING


@pytest.mark.parametrize("endpoint", ENDPOINTS)
def test_the_configuration_is_put_told_and_deleted(endpoint):
    client = control_client(endpoint)
    assert error_of(client.get_console_authorization_configuration) == MISSING
    on = {"targetId": EXAMPLE_CORP, "scope": "ACCOUNT", "consoleAuthorizationEnabled": True}
    for _ in range(2):  # idempotent
        put = client.put_console_authorization_configuration(targetId=EXAMPLE_CORP)
        assert valid(client, "PutConsoleAuthorizationConfiguration", put) == on
    got = client.get_console_authorization_configuration()
    assert valid(client, "GetConsoleAuthorizationConfiguration", got) == on
    gone = client.delete_console_authorization_configuration()
    assert valid(client, "DeleteConsoleAuthorizationConfiguration", gone) == {
        **on,
        "consoleAuthorizationEnabled": False,
    }
    assert error_of(client.delete_console_authorization_configuration) == MISSING


def test_only_one_s_own_account_can_be_meant(client):
    for target, error in (("444455556666", DENIED), ("o-exampleorg", MISSING), ("r-ab12", INVALID)):
        for call in (
            client.put_console_authorization_configuration,
            client.get_console_authorization_configuration,
            client.delete_console_authorization_configuration,
        ):
            found = error_of(call, targetId=target) if len(target) >= 12 else error
            assert found == error, target
    assert not Account.objects.filter(console_authorization=True).exists()


@pytest.mark.parametrize(
    "members",
    [
        {},
        {"sourceIp": "anywhere"},
        {"sourceIp": "203.0.113.0/33"},
        {"sourceVpc": "vpc-xyz", "requestedRegion": "us-east-1"},
        {"sourceVpc": "vpc-0abc123def456789a"},
        {"signinSourceVpce": "vpce-0123456789"},
        {"vpcSourceIp": "10.0.0.0/8", "requestedRegion": "us-east-1"},
        {"requestedRegion": "nowhere"},
        {"sourceIp": "203.0.113.1", "excludedPrincipal": "arn:aws:iam::111122223333:group/all"},
        {"sourceIp": "203.0.113.1", "clientToken": "with blanks"},
    ],
)
def test_a_statement_that_is_none(client, members):
    assert error_of(client.put_resource_permission_statement, **members) == INVALID
    assert not PermissionStatement.objects.exists()


def test_a_statement_names_a_vpc_with_its_region(client):
    client.put_resource_permission_statement(
        sourceVpc="vpc-0abc123def456789a",
        signinSourceVpce="vpce-0123456789",
        vpcSourceIp="10.0.0.0/8",
        sourceIp="203.0.113.1",
        requestedRegion="us-west-2",
    )
    [told] = client.list_resource_permission_statements()["permissionStatements"]
    vpc = {"aws:SourceVpc": ["vpc-0abc123def456789a"], "aws:SourceVpce": ["vpce-0123456789"]}
    assert told["condition"] == {
        "NotIpAddressIfExists": {
            "aws:SourceIp": ["203.0.113.1"],
            "aws:VpcSourceIp": ["10.0.0.0/8"],
        },
        "StringNotEquals": vpc,
        "StringNotEqualsIfExists": {"aws:RequestedRegion": ["us-west-2"]},
        "StringEquals": {**vpc, "aws:ResourceAccount": [EXAMPLE_CORP]},
    }


def test_a_token_makes_a_statement_once(client):
    def put(**members):
        return client.put_resource_permission_statement(**members)["statementId"]

    made = put(sourceIp="203.0.113.1", clientToken="once")
    assert put(sourceIp="203.0.113.1", clientToken="once") == made
    call = client.put_resource_permission_statement
    assert error_of(call, sourceIp="203.0.113.2", clientToken="once") == CONFLICT
    assert error_of(call, sourceIp="203.0.113.1") == CONFLICT  # it is there already
    assert PermissionStatement.objects.get().id == made


def test_a_token_deletes_a_statement_once(client):
    made = client.put_resource_permission_statement(sourceIp="203.0.113.1")["statementId"]
    call = client.delete_resource_permission_statement
    call(statementId=made, clientToken="once")
    call(statementId=made, clientToken="once")
    assert error_of(call, statementId=made, clientToken="twice") == MISSING
    assert error_of(call, statementId="x") == INVALID
    again = client.put_resource_permission_statement(sourceIp="203.0.113.1")["statementId"]
    assert again != made
    clock.advance(timedelta(days=1))
    sweep.expired()
    assert PermissionStatement.objects.get().id == again


def test_a_list_has_pages(client):
    account = Account.objects.get(pk=EXAMPLE_CORP)
    for number in range(101):
        permission_statements.put(account, {"source_ip": f"203.0.113.{number}"})
    first = client.list_resource_permission_statements()
    assert len(first["permissionStatements"]) == 100
    last = client.list_resource_permission_statements(nextToken=first["nextToken"])
    assert len(last["permissionStatements"]) == 1
    assert "nextToken" not in last
    pages = client.get_paginator("list_resource_permission_statements").paginate(
        PaginationConfig={"PageSize": 7}
    )
    found = [each["sid"] for page in pages for each in page["permissionStatements"]]
    assert len(set(found)) == len(found) == 101
    call = client.list_resource_permission_statements
    assert error_of(call, nextToken="nothing") == INVALID


def test_an_account_has_200_statements_at_most(client):
    account = Account.objects.get(pk=EXAMPLE_CORP)
    for number in range(200):
        permission_statements.put(account, {"source_ip": f"203.0.113.{number}"})
    status, exception, code = error_of(
        client.put_resource_permission_statement, sourceIp="198.51.100.1"
    )
    assert (status, exception, code) == (
        402,
        "ServiceQuotaExceededException",
        "SERVICE_QUOTA_EXCEEDED",
    )


def test_changes_are_made_in_one_region_and_read_in_all():
    there = control_client("", region="eu-central-1")
    assert error_of(there.put_resource_permission_statement, sourceIp="203.0.113.1") == INVALID
    assert error_of(there.put_console_authorization_configuration) == INVALID
    control(source_ip="203.0.113.1")
    assert there.get_console_authorization_configuration()["consoleAuthorizationEnabled"]
    assert len(there.list_resource_permission_statements()["permissionStatements"]) == 1


def test_without_the_permission_nothing_is_done_or_told(client):
    zhang = Principal.objects.get(username="zhang")
    LoginPermission.objects.create(principal=zhang, is_allowed=True, manages_console_access=False)
    assert error_of(client.put_resource_permission_statement, sourceIp="203.0.113.1") == DENIED
    assert error_of(client.get_resource_policy) == DENIED
    assert not PermissionStatement.objects.exists()
    event = Event.objects.filter(name="GetResourcePolicy").get().document
    assert event["errorCode"] == "AccessDeniedException"


def test_another_account_sees_and_deletes_nothing(client):
    made = client.put_resource_permission_statement(sourceIp="203.0.113.1")["statementId"]
    keys = access_keys.create(Principal.objects.get(username="sandbox@example.com"))
    stranger = control_client("", keys.access_key_id, keys.secret_access_key)
    assert stranger.list_resource_permission_statements()["permissionStatements"] == []
    call = stranger.delete_resource_permission_statement
    assert error_of(call, statementId=made) == MISSING
    assert PermissionStatement.objects.get(deleted_at=None).id == made


def test_a_signature_is_needed(client):
    answer = Client().post(
        "/get-resource-policy",
        content_type="application/json",
        headers={"Host": HOST.split("/")[2]},
    )
    assert answer.status_code == 403
    assert answer.headers["x-amzn-ErrorType"] == "MissingAuthenticationTokenException"
    AccessKey.objects.update(is_active=False)
    with pytest.raises(ClientError, match="UnrecognizedClientException"):
        client.get_resource_policy()


def test_access_keys_work_from_where_nobody_may_sign_in(client):
    control(source_ip="203.0.113.1")
    assert client.get_resource_policy()["signinResourceBasedPolicy"]["statement"]
    client.delete_console_authorization_configuration()
    assert not Account.objects.filter(console_authorization=True).exists()


def test_events_tell_of_all_of_it(client):
    made = client.put_resource_permission_statement(sourceIp="203.0.113.1", clientToken="token")
    client.put_console_authorization_configuration()
    client.list_resource_permission_statements(maxResults=7)
    with pytest.raises(ClientError):
        client.delete_resource_permission_statement(statementId="A" * 64)
    events = {each.name: each.document for each in Event.objects.all()}
    put = events["PutResourcePermissionStatement"]
    assert (put["eventSource"], put["eventType"]) == ("signin.amazonaws.com", "AwsApiCall")
    assert put["requestParameters"] == {"sourceIp": "203.0.113.1", "clientToken": "token"}
    assert put["responseElements"] == {"statementId": made["statementId"]}
    assert put["userIdentity"]["arn"] == Principal.objects.get(username="zhang").arn
    assert (put["readOnly"], put["awsRegion"]) == (False, "us-east-1")
    assert events["PutConsoleAuthorizationConfiguration"]["readOnly"] is False
    listed = events["ListResourcePermissionStatements"]
    assert (listed["readOnly"], listed["requestParameters"]) == (True, {"maxResults": 7})
    refused = events["DeleteResourcePermissionStatement"]
    assert refused["errorCode"] == "ResourceNotFoundException"
