"""STS as its clients know it: botocore speaks to a running server."""

import http.client
import json

import pytest

from tests.signing import WHO, ZHANG_ID, presigned
from tests.wire.sts.calls import (
    AUDIT,
    LAST,
    NEXT,
    PARTNER,
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
    send,
)


class TestGetCallerIdentity:
    @pytest.mark.parametrize(
        "host",
        [
            "",
            "localhost",
            "sts.amazonaws.com.localhost",
            "sts.us-east-1.amazonaws.com.localhost",
        ],
    )
    def test_it_says_who_signed(self, server, host):
        output = client(server, host=host).get_caller_identity()
        assert output["Arn"] == ZHANG_ARN
        assert output["Account"] == "111122223333"
        assert output["UserId"].startswith("AIDA")
        assert output["ResponseMetadata"]["RequestId"]
        assert is_as_modelled("GetCallerIdentity", output)

    def test_a_root_user_has_its_account_s_number(self, server):
        output = client(server, keys_of(server, "root@example.com")).get_caller_identity()
        assert output["Arn"] == "arn:aws:iam::111122223333:root"
        assert output["UserId"] == output["Account"] == "111122223333"

    def test_a_presigned_address_works_with_get(self, server):
        address = presigned(url=f"http://127.0.0.1:{server.port}/?{WHO}")
        status, kind, text = send(server, address)
        assert (status, kind) == (200, "text/xml")
        assert ZHANG_ARN in text

    def test_botocore_s_own_presigned_address_works(self, server):
        sts = client(server, host="sts.us-east-1.amazonaws.com.localhost")
        address = sts.generate_presigned_url("get_caller_identity", ExpiresIn=60, HttpMethod="GET")
        request = presigned(url="http://x/")
        request.url = address
        assert send(server, request)[0] == 200

    def test_who_accepts_json_gets_json(self, server):
        url = f"http://127.0.0.1:{server.port}/?{WHO}"
        request = presigned(url=url, headers={"Accept": "application/json"})
        status, kind, text = send(server, request)
        assert (status, kind) == (200, "application/json")
        response = json.loads(text)["GetCallerIdentityResponse"]
        assert response["GetCallerIdentityResult"]["Arn"] == ZHANG_ARN

    def test_it_leaves_no_event(self, server):
        client(server).get_caller_identity()
        assert not events(server, "GetCallerIdentity")

    def test_people_see_the_desk_at_the_same_address(self, server):
        connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=30)
        connection.request("GET", "/")
        answer = connection.getresponse()
        assert answer.status == 200
        assert "Vestibule" in answer.read().decode()
        connection.close()


class TestAssumeRole:
    def test_credentials_of_the_role_are_good(self, server):
        output = assume(client(server))
        assert is_as_modelled("AssumeRole", output)
        assert output["AssumedRoleUser"]["Arn"] == (
            "arn:aws:sts::444455556666:assumed-role/Audit/me"
        )
        assert seconds_left(output) == 3600
        identity = client(server, given(output)).get_caller_identity()
        assert identity["Arn"] == output["AssumedRoleUser"]["Arn"]
        assert identity["UserId"] == output["AssumedRoleUser"]["AssumedRoleId"]
        assert identity["Account"] == "444455556666"

    @pytest.mark.parametrize(
        "role",
        [
            "arn:aws:iam::444455556666:role/Nobody",
            "arn:aws:iam::444455556666:role/path/Audit",
            "arn:aws:iam::111122223333:role/Audit",
            "arn:aws:iam::444455556666:user/Audit",
            "arn:aws:iam::777788889999:role/Asleep",
            PARTNER,
        ],
    )
    def test_a_role_that_is_not_for_them_looks_like_none(self, server, role):
        assert refusal(assume, client(server), role) == (403, "AccessDenied")

    def test_the_account_of_the_role_has_to_trust_them(self, server):
        other = client(server, keys_of(server, "expires.soon"))
        assert refusal(assume, other) == (403, "AccessDenied")

    def test_a_role_of_identity_center_can_not_be_taken(self, server):
        code = (
            "from accounts.models import Role\n"
            "role = Role.objects.filter(permission_set__isnull=False).first()\n"
            "role.trusts = ['arn:aws:iam::111122223333:root']\n"
            "role.save()\n"
            "print(role.arn)"
        )
        arn = server.run(code).strip()
        assert "AWSReservedSSO_" in arn
        assert refusal(assume, client(server), arn) == (403, "AccessDenied")

    def test_a_root_user_can_not_take_one(self, server):
        root_user = client(server, keys_of(server, "root@example.com"))
        assert refusal(assume, root_user) == (403, "AccessDenied")

    def test_an_external_id_has_to_be_the_role_s(self, server):
        sts = client(server)
        assert refusal(assume, sts, PARTNER, ExternalId="another") == (403, "AccessDenied")
        assert assume(sts, PARTNER, ExternalId="example-partner-1")
        assert assume(sts, ExternalId="for-nothing")

    @pytest.mark.parametrize(
        ("options", "code"),
        [
            ({"DurationSeconds": 899}, "ValidationError"),
            ({"DurationSeconds": 43_201}, "ValidationError"),
            ({"DurationSeconds": 3601}, "ValidationError"),
            ({"RoleArn": "arn"}, "ValidationError"),
            ({"RoleSessionName": "a"}, "ValidationError"),
            ({"RoleSessionName": "a b"}, "ValidationError"),
            ({"RoleSessionName": "a" * 65}, "ValidationError"),
            ({"RoleSessionName": ""}, "ValidationError"),
            ({"SourceIdentity": "aws:me"}, "ValidationError"),
            ({"Policy": "[]"}, "MalformedPolicyDocument"),
            ({"Policy": "{"}, "MalformedPolicyDocument"),
            ({"PolicyArns.member.1.arn": "x"}, "ValidationError"),
            ({"Tags.member.one.Key": "x"}, "ValidationError"),
            ({"Tags.member.1.Key": "aws:x"}, "ValidationError"),
            ({f"Tags.member.{n}.Key": f"k{n}" for n in range(1, 52)}, "ValidationError"),
            (
                {"Tags.member.1.Key": "team", "Tags.member.2.Key": "Team"},
                "InvalidParameterValue",
            ),
            ({"TransitiveTagKeys.member.1": "team"}, "InvalidParameterValue"),
            (
                {f"Tags.member.{n}.Key": f"{n:064}" for n in range(1, 50)}
                | {f"Tags.member.{n}.Value": "x" * 200 for n in range(1, 50)},
                "PackedPolicyTooLarge",
            ),
        ],
    )
    def test_what_can_not_be_is_named(self, server, options, code):
        fields = {"RoleArn": AUDIT, "RoleSessionName": "me", **options}
        assert call(server, Action="AssumeRole", **fields) == (400, code)

    def test_it_lasts_as_long_as_is_asked_for_within_the_role_s_limit(self, server):
        sts = client(server)
        assert seconds_left(assume(sts, NEXT)) == 3600
        assert seconds_left(assume(sts, NEXT, DurationSeconds=900)) == 900
        assert seconds_left(assume(sts, NEXT, DurationSeconds=43_200)) == 43_200

    def test_from_role_to_role_it_is_an_hour(self, server):
        audit = client(server, given(assume(client(server))))
        assert refusal(assume, audit, NEXT, DurationSeconds=3601) == (400, "ValidationError")
        output = assume(audit, NEXT, DurationSeconds=3600)
        arn = client(server, given(output)).get_caller_identity()["Arn"]
        assert arn == "arn:aws:sts::111122223333:assumed-role/Next/me"

    def test_the_source_identity_stays(self, server):
        output = assume(client(server), SourceIdentity="mary")
        assert output["SourceIdentity"] == "mary"
        audit = client(server, given(output))
        assert assume(audit, NEXT)["SourceIdentity"] == "mary"
        assert assume(audit, NEXT, SourceIdentity="mary")["SourceIdentity"] == "mary"
        assert refusal(assume, audit, NEXT, SourceIdentity="other") == (403, "AccessDenied")

    def test_transitive_tags_are_passed_on_and_can_not_be_set_anew(self, server):
        tags = [{"Key": "Team", "Value": "blue"}, {"Key": "once", "Value": "é"}]
        output = assume(client(server), Tags=tags, TransitiveTagKeys=["team"])
        assert is_as_modelled("AssumeRole", output)
        assert output["PackedPolicySize"] == 1
        audit = client(server, given(output))
        anew = [{"Key": "TEAM", "Value": "red"}]
        assert refusal(assume, audit, NEXT, Tags=anew) == (400, "InvalidParameterValue")
        following = client(server, given(assume(audit, NEXT, Tags=[tags[1]])))
        assert refusal(assume, following, LAST, Tags=anew) == (400, "InvalidParameterValue")
        assert assume(following, LAST, Tags=[tags[1]])

    def test_policies_are_taken(self, server):
        policy = json.dumps({"Version": "2012-10-17", "Statement": []})
        arns = [{"arn": "arn:aws:iam::aws:policy/ReadOnlyAccess"}]
        output = assume(client(server), Policy=policy, PolicyArns=arns)
        assert 1 <= output["PackedPolicySize"] <= 100


class TestGetAccessKeyInfo:
    def test_it_tells_the_account_of_any_key(self, server):
        sts = client(server)
        output = sts.get_access_key_info(AccessKeyId=ZHANG_ID)
        assert output["Account"] == "111122223333"
        assert is_as_modelled("GetAccessKeyInfo", output)
        key_id = assume(sts)["Credentials"]["AccessKeyId"]
        assert sts.get_access_key_info(AccessKeyId=key_id)["Account"] == "444455556666"

    @pytest.mark.parametrize("key_id", ["AKIAAAAAAAAAAEXAMPLE", "short", "A" * 100])
    def test_a_key_that_nobody_has(self, server, key_id):
        answer = call(server, Action="GetAccessKeyInfo", AccessKeyId=key_id)
        assert answer == (400, "ValidationError")
