"""What STS refuses, and what is recorded of calls."""

import re
from datetime import timedelta
from urllib.parse import urlencode

import botocore.auth
import pytest
from botocore.credentials import Credentials

from tests.signing import ZHANG_ID, ZHANG_SECRET, code_of, signed
from tests.wire.sts.calls import (
    AUDIT,
    NEXT,
    PARTNER,
    ZHANG_ARN,
    assume,
    call,
    client,
    events,
    given,
    keys_of,
    refusal,
    send,
)


class TestErrors:
    def test_a_wrong_secret(self, server):
        wrong = client(server, Credentials(ZHANG_ID, "wrong"))
        assert refusal(wrong.get_caller_identity) == (403, "SignatureDoesNotMatch")

    @pytest.mark.parametrize("minutes", [-16, 16])
    def test_a_stale_date_and_one_that_is_yet_to_come(self, server, monkeypatch, minutes):
        shown = botocore.auth.get_current_datetime() + timedelta(minutes=minutes)
        monkeypatch.setattr(botocore.auth, "get_current_datetime", lambda: shown)
        status, _, text = send(server, signed(url=f"http://127.0.0.1:{server.port}/"))
        assert (status, code_of(text)) == (403, "SignatureDoesNotMatch")

    def test_an_unknown_key(self, server):
        wrong = client(server, Credentials("AKIAAAAAAAAAAEXAMPLE", ZHANG_SECRET))
        assert refusal(wrong.get_caller_identity) == (403, "InvalidClientTokenId")

    def test_a_deleted_key(self, server):
        server.control("DELETE", f"/access_keys/{ZHANG_ID}")
        assert refusal(client(server).get_caller_identity) == (403, "InvalidClientTokenId")

    def test_credentials_that_are_over(self, server):
        session = client(server, given(client(server).get_session_token(DurationSeconds=900)))
        assert session.get_caller_identity()
        server.control("PUT", "/clock", {"advance_seconds": 901})
        assert refusal(session.get_caller_identity) == (403, "ExpiredToken")
        assert client(server).get_caller_identity()

    def test_credentials_without_their_token(self, server):
        told = given(client(server).get_session_token())
        without = client(server, Credentials(told.access_key, told.secret_key))
        assert refusal(without.get_caller_identity) == (403, "InvalidClientTokenId")

    def test_an_account_that_is_suspended_or_closed(self, server):
        for email in ("suspended@example.com", "closed@example.com"):
            sts = client(server, keys_of(server, email))
            assert refusal(sts.get_caller_identity) == (403, "AccessDenied")
            assert refusal(sts.get_session_token) == (403, "AccessDenied")

    def test_another_region_than_the_host_s(self, server):
        host = "sts.eu-west-1.amazonaws.com.localhost"
        assert client(server, host=host, region="eu-west-1").get_caller_identity()
        wrong = client(server, host=host, region="us-east-1")
        assert refusal(wrong.get_caller_identity) == (403, "SignatureDoesNotMatch")

    def test_no_signature(self, server):
        request = signed(url=f"http://127.0.0.1:{server.port}/")
        del request.headers["Authorization"]
        status, kind, text = send(server, request)
        assert (status, kind, code_of(text)) == (403, "text/xml", "MissingAuthenticationToken")
        assert "<Type>Sender</Type>" in text
        assert re.search(r"<RequestId>[0-9a-f-]{36}</RequestId></ErrorResponse>", text)

    def test_half_a_signature(self, server):
        request = signed(url=f"http://127.0.0.1:{server.port}/")
        request.headers.replace_header("Authorization", "AWS4-HMAC-SHA256 Credential=x")
        status, _, text = send(server, request)
        assert (status, code_of(text)) == (400, "IncompleteSignature")

    @pytest.mark.parametrize(
        "fields",
        [
            {"Action": "Nothing"},
            {"Action": "GetCallerIdentity", "Version": "2010-05-08"},
            {"Action": "GetCallerIdentity", "Version": ""},
            {"Action": ""},
            {},
            {"Action": "GetScopedCredentials"},
        ],
    )
    def test_an_operation_that_is_not_there(self, server, fields):
        assert call(server, **fields) == (400, "InvalidAction")

    def test_a_hostile_text_is_escaped(self, server):
        body = urlencode({"Action": "<&>\x00\x01", "Version": "2011-06-15"})
        request = signed(url=f"http://127.0.0.1:{server.port}/", body=body)
        _, _, text = send(server, request)
        assert "&lt;&amp;&gt;\ufffd\ufffd" in text

    def test_a_null_character_is_refused(self, server):
        fields = {"RoleArn": AUDIT, "RoleSessionName": "a\x00b"}
        assert call(server, Action="AssumeRole", **fields) == (400, "ValidationError")

    @pytest.mark.requirement("S-049")
    def test_a_page_of_another_site_can_not_call(self, server):
        request = signed(url=f"http://127.0.0.1:{server.port}/")
        request.headers["Origin"] = "http://evil.example"
        assert send(server, request)[0] == 403


class TestEvents:
    def test_a_call_for_a_role_elsewhere_is_recorded_in_both_accounts(self, server):
        output = assume(client(server))
        there, here = events(server, "AssumeRole")
        assert here["recipientAccountId"] == "111122223333"
        assert here["userIdentity"]["arn"] == ZHANG_ARN
        assert here["userIdentity"]["accessKeyId"] == ZHANG_ID
        assert there["recipientAccountId"] == "444455556666"
        assert there["userIdentity"] == {
            "type": "AWSAccount",
            "principalId": here["userIdentity"]["principalId"],
            "accountId": "111122223333",
        }
        assert there["sharedEventID"] == here["sharedEventID"]
        assert there["eventID"] != here["eventID"]
        assert here["requestID"] == output["ResponseMetadata"]["RequestId"]
        assert here["eventSource"] == "sts.amazonaws.com"
        assert here["eventType"] == "AwsApiCall"
        assert here["readOnly"] is True
        assert here["awsRegion"] == "us-east-1"
        assert here["userAgent"].startswith("Botocore/")
        assert here["requestParameters"] == {"roleArn": AUDIT, "roleSessionName": "me"}
        user = here["responseElements"]["assumedRoleUser"]
        assert user["arn"] == output["AssumedRoleUser"]["Arn"]

    def test_a_role_s_own_calls_tell_the_role(self, server):
        audit = client(server, given(assume(client(server))), region="eu-west-1")
        assume(audit, NEXT)
        there, here = events(server, "AssumeRole")[:2]
        identity = here["userIdentity"]
        assert identity["type"] == "AssumedRole"
        assert identity["sessionContext"]["sessionIssuer"]["arn"] == AUDIT
        assert identity["sessionContext"]["attributes"]["mfaAuthenticated"] == "false"
        assert here["awsRegion"] == there["awsRegion"] == "eu-west-1"

    def test_a_role_in_the_same_account_has_one_event(self, server):
        assume(client(server), NEXT)
        [event] = events(server, "AssumeRole")
        assert "sharedEventID" not in event

    def test_what_is_refused_is_recorded_with_its_code(self, server):
        refusal(assume, client(server), PARTNER)
        [event] = events(server, "AssumeRole")
        assert event["errorCode"] == "AccessDenied"
        assert event["errorMessage"]
        assert event["recipientAccountId"] == "111122223333"
        assert event["responseElements"] is None

    def test_sessions_of_users_are_recorded(self, server):
        sts = client(server)
        sts.get_session_token(DurationSeconds=900)
        sts.get_federation_token(Name="mary")
        [session] = events(server, "GetSessionToken")
        assert session["requestParameters"] == {"durationSeconds": 900}
        [federated] = events(server, "GetFederationToken")
        user = federated["responseElements"]["federatedUser"]
        assert user["federatedUserId"] == "111122223333:mary"

    def test_nothing_secret_is_recorded_or_logged(self, server):
        sts = client(server)
        outputs = [assume(sts), sts.get_session_token(), sts.get_federation_token(Name="mary")]
        recorded = str(server.control("GET", "/events?limit=1000"))
        logged = (server.data / "server.log").read_text()
        for output in outputs:
            told = given(output)
            assert told.access_key in recorded
            for secret in (told.secret_key, told.token):
                assert secret not in recorded
                assert secret not in logged
        assert ZHANG_SECRET not in recorded + logged.partition("PASSWORD")[2]
