"""STS as its clients know it: botocore speaks to a running server."""

import http.client
import io
import json
import re
from datetime import UTC, datetime
from functools import partial
from urllib.parse import urlencode, urlsplit

import botocore.session
import pyotp
import pytest
from botocore.awsrequest import AWSResponse
from botocore.config import Config
from botocore.credentials import Credentials
from botocore.exceptions import ClientError
from botocore.validate import ParamValidator

from signin.control.hashes import BUILTIN
from tests.server import Server
from tests.signing import WHO, ZHANG, ZHANG_ID, ZHANG_SECRET, code_of, presigned, signed

ZHANG_ARN = "arn:aws:iam::111122223333:user/zhang"
AUDIT = "arn:aws:iam::444455556666:role/Audit"
PARTNER = "arn:aws:iam::444455556666:role/Partner"
PHONE = "arn:aws:iam::111122223333:mfa/phone"
PHONE_SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
NEXT = "arn:aws:iam::111122223333:role/team/Next"
LAST = "arn:aws:iam::111122223333:role/Last"
ROLES = {
    "111122223333": [
        {"name": "Next", "path": "/team/", "session_seconds": 43_200, "trusts": [AUDIT, ZHANG_ARN]},
        {"name": "Last", "session_seconds": 43_200, "trusts": ["111122223333"]},
    ],
    "777788889999": [{"name": "Asleep", "trusts": [ZHANG_ARN]}],
}
OPEN = []


@pytest.fixture(autouse=True)
def no_open_connections():
    """Close the connections of all clients, which keep them."""
    yield
    while OPEN:
        OPEN.pop().close()


@pytest.fixture(scope="module")
def running(tmp_path_factory):
    data = tmp_path_factory.mktemp("sts")
    document = json.loads((BUILTIN / "demo.json").read_text())
    for account in document["accounts"]:
        account.setdefault("roles", []).extend(ROLES.get(account["id"], []))
    (data / "scenarios").mkdir()
    (data / "scenarios" / "roles.json").write_text(json.dumps(document))
    with Server(data) as server:
        yield server


@pytest.fixture
def server(running):
    """Return a server with the people of the demo scenario, and more roles."""
    running.control("POST", "/reset", {"scenario": "roles"})
    return running


def client(server, credentials=ZHANG, *, host="", region="us-east-1"):
    """Return a client of STS that knows its credentials and the endpoint."""
    session = botocore.session.Session(session_vars={"profile": (None, None, None, None)})
    sts = session.create_client(
        "sts",
        region_name=region,
        endpoint_url=f"http://{host or '127.0.0.1'}:{server.port}",
        aws_access_key_id=credentials.access_key,
        aws_secret_access_key=credentials.secret_key,
        aws_session_token=credentials.token,
        config=Config(retries={"max_attempts": 0}),
    )
    OPEN.append(sts)
    if host:  # the machine need not know the name
        sts.meta.events.register("before-send.sts", partial(deliver, server))
    return sts


def deliver(server, request, **_):
    """Bring a client's request to the server by its number, with the host that it is for."""
    parts = urlsplit(request.url)
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=30)
    connection.request(
        request.method, parts.path, request.body, {"Host": parts.netloc, **request.headers}
    )
    answer = connection.getresponse()
    content = Content(answer.read())
    connection.close()
    return AWSResponse(request.url, answer.status, answer.headers, content)


class Content(io.BytesIO):
    """The content of an answer, as botocore reads it."""

    def stream(self):
        yield self.read()


def given(output):
    """Return the credentials that a call answered with."""
    told = output["Credentials"]
    return Credentials(told["AccessKeyId"], told["SecretAccessKey"], told["SessionToken"])


def is_as_modelled(operation, output):
    """Return whether an output has the shape of the service's model."""
    model = botocore.session.Session().get_service_model("sts").operation_model(operation)
    plain = {name: value for name, value in output.items() if name != "ResponseMetadata"}
    assert set(plain) <= set(model.output_shape.members)
    report = ParamValidator().validate(plain, model.output_shape)
    assert not report.has_errors(), report.generate_report()
    return True


def assume(sts, role=AUDIT, **options):
    return sts.assume_role(RoleArn=role, RoleSessionName="me", **options)


def refusal(call, *arguments, **options):
    """Return the status and the code with which a call is refused."""
    with pytest.raises(ClientError) as refused:
        call(*arguments, **options)
    response = refused.value.response
    assert response["Error"]["Message"]
    return response["ResponseMetadata"]["HTTPStatusCode"], response["Error"]["Code"]


def seconds_left(output):
    left = output["Credentials"]["Expiration"] - datetime.now(UTC)
    return round(left.total_seconds(), -1)


def keys_of(server, username):
    """Return new long-term credentials of somebody, made by the control API."""
    [person] = server.control("GET", f"/principals?username={username}")
    made = server.control("POST", f"/principals/{person['id']}/access_keys")
    return Credentials(made["access_key_id"], made["secret_access_key"])


def send(server, request, *, host=None):
    """Send a signed request as it is, and return status, type and text of the answer."""
    parts = urlsplit(request.url)
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=30)
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    headers = {"Host": host or parts.netloc, **dict(request.headers.items())}
    connection.request(request.method, path, request.data or None, headers)
    answer = connection.getresponse()
    text = answer.read().decode()
    connection.close()
    return answer.status, answer.headers["Content-Type"], text


def call(server, **fields):
    """Send fields that botocore's client would refuse to send."""
    body = urlencode({"Version": "2011-06-15", **fields})
    status, _, text = send(server, signed(url=f"http://127.0.0.1:{server.port}/", body=body))
    return status, code_of(text)


def events(server, name):
    return server.control("GET", f"/events?name={name}")["Records"]


def totp():
    return pyotp.TOTP(PHONE_SECRET).now()


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
        arn = server.manage("shell", "-v", "0", "-c", code).stdout.strip()
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


class TestDevices:
    @pytest.fixture
    def jane(self, server):
        return client(server, keys_of(server, "jane.doe"))

    def test_a_code_of_one_s_device_confirms(self, server, jane):
        output = assume(jane, SerialNumber=PHONE, TokenCode=totp())
        identity = events(server, "AssumeRole")[-1]["requestParameters"]
        assert identity["serialNumber"] == PHONE
        assert "tokenCode" not in identity
        client(server, given(output)).get_caller_identity()

    @pytest.mark.requirement("S-061")
    def test_a_code_is_good_once(self, jane):
        code = totp()
        assert jane.get_session_token(SerialNumber=PHONE, TokenCode=code)
        again = {"SerialNumber": PHONE, "TokenCode": code}
        assert refusal(jane.get_session_token, **again) == (403, "AccessDenied")
        assert refusal(assume, jane, **again) == (403, "AccessDenied")

    def test_a_role_that_is_not_for_them_uses_up_no_code(self, jane):
        code = totp()
        confirmed = {"SerialNumber": PHONE, "TokenCode": code}
        assert refusal(assume, jane, PARTNER, **confirmed) == (403, "AccessDenied")
        assert assume(jane, **confirmed)

    @pytest.mark.parametrize(
        "options",
        [
            {"SerialNumber": PHONE, "TokenCode": "000000"},
            {"SerialNumber": "arn:aws:iam::111122223333:mfa/other", "TokenCode": "{totp}"},
            {"SerialNumber": "arn:aws:iam::444455556666:mfa/root-phone", "TokenCode": "{totp}"},
            {"SerialNumber": PHONE},
            {"TokenCode": "{totp}"},
        ],
    )
    def test_what_confirms_nothing_is_refused(self, jane, options):
        told = {name: value.format(totp=totp()) for name, value in options.items()}
        assert refusal(assume, jane, **told) == (403, "AccessDenied")
        assert refusal(jane.get_session_token, **told) == (403, "AccessDenied")

    @pytest.mark.requirement("S-064", "S-012")
    def test_wrong_codes_are_counted_as_at_sign_in(self, jane):
        wrong = {"SerialNumber": PHONE, "TokenCode": "000000"}
        for _ in range(10):
            assert refusal(jane.get_session_token, **wrong) == (403, "AccessDenied")
        right = {"SerialNumber": PHONE, "TokenCode": totp()}
        assert refusal(jane.get_session_token, **right) == (403, "AccessDenied")

    def test_a_role_has_no_devices(self, server):
        audit = client(server, given(assume(client(server))))
        options = {"SerialNumber": PHONE, "TokenCode": totp()}
        assert refusal(assume, audit, NEXT, **options) == (403, "AccessDenied")

    @pytest.mark.parametrize("is_confirmed", [True, False])
    def test_events_tell_whether_a_device_stands_behind_a_session(self, server, jane, is_confirmed):
        options = {"SerialNumber": PHONE, "TokenCode": totp()} if is_confirmed else {}
        session = client(server, given(jane.get_session_token(**options)))
        assume(session)
        [_, here] = events(server, "AssumeRole")
        attributes = here["userIdentity"]["sessionContext"]["attributes"]
        assert attributes["mfaAuthenticated"] == str(is_confirmed).lower()
        assert here["userIdentity"]["userName"] == "jane.doe"


class TestSessionsOfUsers:
    def test_it_is_the_user_for_twelve_hours(self, server):
        output = client(server).get_session_token()
        assert is_as_modelled("GetSessionToken", output)
        assert seconds_left(output) == 43_200
        session = client(server, given(output))
        assert session.get_caller_identity()["Arn"] == ZHANG_ARN
        assert assume(session)

    @pytest.mark.parametrize("seconds", [900, 129_600])
    def test_it_lasts_as_long_as_is_asked_for(self, server, seconds):
        sts = client(server)
        assert seconds_left(sts.get_session_token(DurationSeconds=seconds)) == seconds
        named = sts.get_federation_token(Name="mary", DurationSeconds=seconds)
        assert seconds_left(named) == seconds

    @pytest.mark.parametrize("seconds", [899, 129_601, "x"])
    def test_it_lasts_no_other_time(self, server, seconds):
        fields = {"DurationSeconds": seconds, "Name": "mary"}
        for action in ("GetSessionToken", "GetFederationToken"):
            assert call(server, Action=action, **fields) == (400, "ValidationError")

    @pytest.mark.parametrize("seconds", [None, 129_600])
    def test_a_root_user_s_lasts_an_hour(self, server, seconds):
        sts = client(server, keys_of(server, "root@example.com"))
        options = {"DurationSeconds": seconds} if seconds else {}
        assert seconds_left(sts.get_session_token(**options)) == 3600
        output = sts.get_federation_token(Name="mary", **options)
        assert seconds_left(output) == 3600
        arn = client(server, given(output)).get_caller_identity()["Arn"]
        assert arn == "arn:aws:sts::111122223333:federated-user/mary"

    def test_only_a_long_term_key_gets_one(self, server):
        sts = client(server)
        for credentials in (
            given(sts.get_session_token()),
            given(sts.get_federation_token(Name="mary")),
            given(assume(sts)),
        ):
            session = client(server, credentials)
            assert refusal(session.get_session_token) == (403, "AccessDenied")
            assert refusal(session.get_federation_token, Name="bob") == (403, "AccessDenied")

    def test_a_federated_user_is_its_own_and_can_take_no_role(self, server):
        output = client(server).get_federation_token(
            Name="mary", Tags=[{"Key": "team", "Value": "blue"}]
        )
        assert is_as_modelled("GetFederationToken", output)
        assert seconds_left(output) == 43_200
        assert output["FederatedUser"] == {
            "FederatedUserId": "111122223333:mary",
            "Arn": "arn:aws:sts::111122223333:federated-user/mary",
        }
        federated = client(server, given(output))
        assert federated.get_caller_identity()["UserId"] == "111122223333:mary"
        assert refusal(assume, federated) == (403, "AccessDenied")

    @pytest.mark.parametrize("name", ["", "a", "a b", "a" * 33])
    def test_a_federated_user_has_a_name(self, server, name):
        assert call(server, Action="GetFederationToken", Name=name) == (400, "ValidationError")


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


class TestErrors:
    def test_a_wrong_secret(self, server):
        wrong = client(server, Credentials(ZHANG_ID, "wrong"))
        assert refusal(wrong.get_caller_identity) == (403, "SignatureDoesNotMatch")

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
            {"Action": "AssumeRoleWithSAML"},
            {"Action": "AssumeRoleWithWebIdentity"},
            {"Action": "DecodeAuthorizationMessage"},
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
