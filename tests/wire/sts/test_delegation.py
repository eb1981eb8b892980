"""STS where somebody acts in another one's place, and where messages are decoded."""

import json

import pytest
from botocore.credentials import Credentials

from tests.wire.sts.calls import (
    AUDIT,
    ZHANG_ARN,
    assume,
    call,
    client,
    events,
    given,
    is_as_modelled,
    keys_of,
    refusal,
    seconds_left,
)

CORP, MEMBER, STRANGER = "111122223333", "444455556666", "777788889999"
AUDIT_ROOT = {"arn": "arn:aws:iam::aws:policy/root-task/IAMAuditRootUserCredentials"}
TASKS = [
    "IAMAuditRootUserCredentials",
    "IAMCreateRootUserPassword",
    "IAMDeleteRootUserCredentials",
    "S3UnlockBucketPolicy",
    "SQSUnlockQueuePolicy",
]
REGIONAL = "sts.eu-west-1.amazonaws.com.localhost"


def assume_root(sts, target=MEMBER, **options):
    asked = {"TargetPrincipal": target, "TaskPolicyArn": AUDIT_ROOT, **options}
    return sts.assume_root(**asked)


def delegated(server, arn=ZHANG_ARN, **more):
    return server.control("POST", "/delegation_tokens", {"principal_arn": arn, **more})


def encoded(server, arn=ZHANG_ARN, **more):
    asked = {"principal_arn": arn, "action": "ec2:RunInstances", "resource": "*", **more}
    return server.control("POST", "/authorization_messages", asked)["encoded_message"]


class TestAssumeRoot:
    @pytest.mark.parametrize("target", [MEMBER, f"arn:aws:iam::{MEMBER}:root"])
    def test_the_management_account_acts_as_a_member_s_root_user(self, server, target):
        output = assume_root(client(server), target)
        assert is_as_modelled("AssumeRoot", output)
        assert seconds_left(output) == 900
        who = client(server, given(output)).get_caller_identity()
        assert who["Arn"] == f"arn:aws:iam::{MEMBER}:root"
        assert (who["Account"], who["UserId"]) == (MEMBER, MEMBER)

    def test_it_lasts_as_long_as_is_asked_for(self, server):
        output = assume_root(client(server), DurationSeconds=60)
        root = client(server, given(output))
        assert root.get_caller_identity()
        server.control("PUT", "/clock", {"advance_seconds": 61})
        assert refusal(root.get_caller_identity) == (403, "ExpiredToken")

    @pytest.mark.parametrize("task", TASKS)
    def test_each_task_of_aws_s_is_one(self, server, task):
        policy = {"arn": f"arn:aws:iam::aws:policy/root-task/{task}"}
        assert assume_root(client(server), TaskPolicyArn=policy)

    @pytest.mark.parametrize(
        "fields",
        [
            {"TaskPolicyArn.arn": "arn:aws:iam::aws:policy/AdministratorAccess"},
            {"TaskPolicyArn.arn": ""},
            {"TargetPrincipal": "44445555666"},
            {"TargetPrincipal": f"arn:aws:iam::{MEMBER}:user/zhang"},
            {"DurationSeconds": "901"},
        ],
    )
    def test_anything_else_is_refused(self, server, fields):
        right = {"TargetPrincipal": MEMBER, "TaskPolicyArn.arn": AUDIT_ROOT["arn"]}
        asked = {"Action": "AssumeRoot", **right, **fields}
        assert call(server, **asked) == (400, "ValidationError")

    @pytest.mark.parametrize("target", [CORP, STRANGER, "000000000000"])
    def test_accounts_that_it_does_not_manage(self, server, target):
        assert refusal(assume_root, client(server), target) == (403, "AccessDenied")

    def test_a_member_does_not_act_as_anybody_s(self, server):
        member = client(server, given(assume(client(server), AUDIT)))
        for target in (CORP, MEMBER):
            assert refusal(assume_root, member, target) == (403, "AccessDenied")

    def test_no_root_user_takes_another_one_s_place(self, server):
        root = client(server, keys_of(server, "root@example.com"))
        assert refusal(assume_root, root) == (403, "AccessDenied")

    def test_no_federated_user_does(self, server):
        visitor = client(server, given(client(server).get_federation_token(Name="mary")))
        assert refusal(assume_root, visitor) == (403, "AccessDenied")

    def test_the_credentials_lead_no_further(self, server):
        root = client(server, given(assume_root(client(server))))
        assert refusal(assume_root, root) == (403, "AccessDenied")
        assert refusal(assume, root, AUDIT) == (403, "AccessDenied")
        assert refusal(root.get_session_token) == (403, "AccessDenied")
        assert refusal(root.get_federation_token, Name="mary") == (403, "AccessDenied")
        identity = events(server, "GetSessionToken")[0]["userIdentity"]
        assert (identity["type"], identity["accountId"]) == ("Root", MEMBER)
        assert identity["sessionContext"]["assumedRoot"] == "true"

    def test_who_is_behind_a_role_is_told_further(self, server):
        role = f"arn:aws:iam::{CORP}:role/Last"
        behind = assume(client(server), role, SourceIdentity="zhang")
        output = assume_root(client(server, given(behind)))
        assert output["SourceIdentity"] == "zhang"

    def test_endpoints_of_regions_have_it_only(self, server):
        host = "sts.amazonaws.com.localhost"
        assert refusal(assume_root, client(server, host=host)) == (400, "InvalidAction")
        assert assume_root(client(server, host=REGIONAL, region="eu-west-1"))

    def test_it_is_recorded_in_both_accounts(self, server):
        output = assume_root(client(server, host=REGIONAL, region="eu-west-1"), DurationSeconds=60)
        found = events(server, "AssumeRoot")
        assert {each["recipientAccountId"] for each in found} == {CORP, MEMBER}
        assert len({each["sharedEventID"] for each in found}) == 1
        for event in found:
            assert event["awsRegion"] == "eu-west-1"
            assert event["requestParameters"] == {
                "targetPrincipal": MEMBER,
                "taskPolicyArn": AUDIT_ROOT,
                "durationSeconds": 60,
            }
            assert output["Credentials"]["SessionToken"] not in json.dumps(event)
            assert output["Credentials"]["SecretAccessKey"] not in json.dumps(event)
        assert refusal(assume_root, client(server), STRANGER) == (403, "AccessDenied")
        assert events(server, "AssumeRoot")[0]["errorCode"] == "AccessDenied"


class TestGetDelegatedAccessToken:
    def test_a_token_is_traded_for_credentials_of_a_user(self, server):
        provider = client(server, keys_of(server, "sandbox@example.com"))
        token = delegated(server)["trade_in_token"]
        output = provider.get_delegated_access_token(TradeInToken=token)
        assert is_as_modelled("GetDelegatedAccessToken", output)
        assert output["AssumedPrincipal"] == ZHANG_ARN
        assert seconds_left(output) == 3600
        assert client(server, given(output)).get_caller_identity()["Arn"] == ZHANG_ARN

    def test_it_is_good_once(self, server):
        sts, token = client(server), delegated(server, seconds=900)["trade_in_token"]
        assert seconds_left(sts.get_delegated_access_token(TradeInToken=token)) == 900
        again = refusal(sts.get_delegated_access_token, TradeInToken=token)
        assert again == (400, "ExpiredTradeInTokenException")

    def test_it_is_good_for_15_minutes(self, server):
        sts, token = client(server), delegated(server)["trade_in_token"]
        server.control("PUT", "/clock", {"advance_seconds": 15 * 60})
        late = refusal(sts.get_delegated_access_token, TradeInToken=token)
        assert late == (400, "ExpiredTradeInTokenException")

    def test_one_that_nobody_gave(self, server):
        unknown = refusal(client(server).get_delegated_access_token, TradeInToken="x" * 43)
        assert unknown == (400, "ExpiredTradeInTokenException")
        assert call(server, Action="GetDelegatedAccessToken") == (400, "ValidationError")

    def test_it_is_recorded_in_both_accounts_without_a_secret(self, server):
        provider = client(server, keys_of(server, "sandbox@example.com"))
        token = delegated(server)["trade_in_token"]
        output = provider.get_delegated_access_token(TradeInToken=token)
        found = events(server, "GetDelegatedAccessToken")
        assert {each["recipientAccountId"] for each in found} == {MEMBER, CORP}
        for secret in (token, output["Credentials"]["SessionToken"]):
            assert secret not in json.dumps(found)


class TestDecodeAuthorizationMessage:
    @pytest.mark.parametrize("is_explicit", [False, True])
    def test_a_message_is_decoded(self, server, is_explicit):
        message = encoded(server, resource="arn:aws:ec2:::instance/*", explicit_deny=is_explicit)
        output = client(server).decode_authorization_message(EncodedMessage=message)
        assert is_as_modelled("DecodeAuthorizationMessage", output)
        decoded = json.loads(output["DecodedMessage"])
        assert decoded["allowed"] is False
        assert decoded["explicitDeny"] is is_explicit
        assert decoded["matchedStatements"] == decoded["failures"] == {"items": []}
        context = decoded["context"]
        assert context["principal"]["arn"] == ZHANG_ARN
        assert context["principal"]["name"] == "zhang"
        assert (context["action"], context["resource"]) == (
            "ec2:RunInstances",
            "arn:aws:ec2:::instance/*",
        )
        assert context["conditions"] == {"items": []}

    @pytest.mark.parametrize("change", [lambda m: m[:-4], lambda m: "x", lambda m: "A" * 10240])
    def test_another_text_is_none(self, server, change):
        message = change(encoded(server))
        answer = refusal(client(server).decode_authorization_message, EncodedMessage=message)
        assert answer == (400, "InvalidAuthorizationMessageException")

    def test_a_longer_one_is_none(self, server):
        asked = {"Action": "DecodeAuthorizationMessage", "EncodedMessage": "A" * 10241}
        assert call(server, **asked) == (400, "ValidationError")

    def test_it_is_nobody_s_of_another_account(self, server):
        message = encoded(server)
        other = client(server, keys_of(server, "sandbox@example.com"))
        answer = refusal(other.decode_authorization_message, EncodedMessage=message)
        assert answer == (400, "InvalidAuthorizationMessageException")

    def test_it_is_recorded_without_the_message(self, server):
        message = encoded(server)
        client(server).decode_authorization_message(EncodedMessage=message)
        [event] = events(server, "DecodeAuthorizationMessage")
        assert message not in json.dumps(event)


class TestTheControlApi:
    @pytest.mark.parametrize(
        "body",
        [
            {"principal_arn": "arn:aws:iam::111122223333:user/nobody"},
            {"principal_arn": "arn:aws:iam::111122223333:root"},
            {"principal_arn": ""},
        ],
    )
    def test_only_iam_users_have_tokens_and_messages(self, server, body):
        more = {"action": "ec2:RunInstances", "resource": "*"}
        for path, asked in (("/delegation_tokens", body), ("/authorization_messages", body | more)):
            assert server.control("POST", path, asked)["error"] == "No IAM user has this ARN."

    @pytest.mark.parametrize("seconds", [899, 43_201, "900", None])
    def test_how_long_credentials_can_last(self, server, seconds):
        body = {"principal_arn": ZHANG_ARN, "seconds": seconds}
        assert "trade_in_token" not in server.control("POST", "/delegation_tokens", body)


def test_nothing_of_all_this_is_had_without_a_signature(server):
    for action in ("AssumeRoot", "GetDelegatedAccessToken", "DecodeAuthorizationMessage"):
        wrong = client(server, Credentials("AKIAAAAAAAAAAEXAMPLE", "x"))
        name = "".join(f"_{each.lower()}" if each.isupper() else each for each in action)[1:]
        asked = {
            "AssumeRoot": {"TargetPrincipal": MEMBER, "TaskPolicyArn": AUDIT_ROOT},
            "GetDelegatedAccessToken": {"TradeInToken": "x"},
            "DecodeAuthorizationMessage": {"EncodedMessage": "x"},
        }[action]
        assert refusal(getattr(wrong, name), **asked) == (403, "InvalidClientTokenId")
