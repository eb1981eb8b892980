"""The service signin for whoever signs: introspection and revocation of refresh tokens."""

import json
from datetime import timedelta

import pytest
from botocore.awsrequest import AWSResponse
from botocore.config import Config
from botocore.session import Session as Botocore
from botocore.validate import ParamValidator
from django.test import Client

from accounts import access_keys
from accounts.models import AccessKey, Principal
from signin.events.models import Event
from signin.kernel import clock
from signin.logins.models import LoginPermission
from tests.browser import SIGNIN, address
from tests.programs import Answer, Program, let_in
from tests.signing import ZHANG_ID, ZHANG_SECRET, keys_of, signed
from tests.walks import sign_in_as_iam_user
from tests.wire.test_signin import Raw

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("demo")]

IAM = "?x-amz-client-auth-method=iam"
OAUTH = address("us-east-1.oauth.signin.aws", "")
ENDPOINTS = [SIGNIN.rstrip("/"), OAUTH, "http://127.0.0.1:8000"]


@pytest.fixture
def program(browser):
    found = Program()
    let_in(sign_in_as_iam_user(browser), found)
    return found


def answer_to(request):
    """Return what Django answers to a request that was signed."""
    path, host = request.url.split("/", 3)[3], request.url.split("/")[2]
    headers = {
        name: value.decode() if isinstance(value, bytes) else value
        for name, value in request.headers.items()
    }
    kind = headers.pop("Content-Type", "application/json")
    body = request.body if request.body is not None else getattr(request, "data", b"")
    return Client().post(f"/{path}", body, content_type=kind, headers={**headers, "Host": host})


def call(operation, members, *, query=IAM, **options):
    """Sign a call by hand, and return the response."""
    request = signed(
        url=f"{SIGNIN}v1/{operation}{query}",
        body=json.dumps(members),
        headers={"Content-Type": "application/json"},
        service=options.pop("service", "signin"),
        **options,
    )
    return answer_to(request)


def client_at(endpoint, key_id=ZHANG_ID, secret=ZHANG_SECRET, *, region="us-east-1"):
    """Return AWS's own client, whose calls Django answers."""
    session = Botocore()
    session.set_credentials(key_id, secret)
    client = session.create_client(
        "signin",
        region_name=region,
        endpoint_url=endpoint,
        config=Config(retries={"max_attempts": 0}),
    )

    def send(request, **_):
        answer = answer_to(request)
        return AWSResponse(request.url, answer.status_code, answer.headers, Raw(answer.content))

    client.meta.events.register("before-send.signin.*", send)
    return client


def valid(client, operation, answer):
    """Return the members of an answer, which has to be as AWS's model has it."""
    told = {name: value for name, value in answer.items() if name != "ResponseMetadata"}
    model = client.meta.service_model.operation_model(operation)
    report = ParamValidator().validate(told, model.output_shape)
    assert not report.has_errors(), report.generate_report()
    return told


@pytest.mark.parametrize("endpoint", ENDPOINTS)
def test_whoever_signs_gets_a_bearer_token_for_an_hour(endpoint):
    client, zhang = client_at(endpoint), Principal.objects.get(username="zhang")
    given = client.create_oauth2_token_with_iam(
        grantType="client_credentials", resource="aws-mcp.amazonaws.com"
    )
    told = valid(client, "CreateOAuth2TokenWithIAM", given)
    assert (told["tokenType"], told["expiresIn"]) == ("Bearer", 3600)
    token = told["accessToken"]
    found = client.introspect_oauth2_token_with_iam(token=token)
    said = valid(client, "IntrospectOAuth2TokenWithIAM", found)
    assert (said["active"], said["tokenType"]) == (True, "access_token")
    assert (said["sub"], said["userId"]) == (zhang.arn, zhang.unique_id)
    assert (said["aud"], said["accountId"]) == ("aws-mcp.amazonaws.com", "111122223333")
    assert said["exp"] - said["iat"] == 3600
    event = Event.objects.get(name="CreateOAuth2TokenWithIAM").document
    assert event["requestParameters"]["resource"] == "aws-mcp.amazonaws.com"
    assert token not in str(list(Event.objects.values()))
    clock.advance(timedelta(hours=1))
    assert client.introspect_oauth2_token_with_iam(token=token)["active"] is False


@pytest.mark.requirement("S-103")
def test_a_bearer_token_ends_with_its_credentials_and_is_of_its_account_only():
    answer = call("token", {"grant_type": "client_credentials", "resource": "r"})
    token = answer.json()["access_token"]
    stranger = access_keys.create(Principal.objects.get(username="sandbox@example.com"))
    there = {"credentials": keys_of(stranger)}
    assert call("introspect", {"token": token}, **there).json() == {"active": False}
    changed = f"{token[:-6]}{'AAAAAA' if token[-6:] != 'AAAAAA' else 'BBBBBB'}"
    assert call("introspect", {"token": changed}).json() == {"active": False}
    other = access_keys.create(Principal.objects.get(username="zhang"))
    own = {"credentials": keys_of(other)}
    assert call("introspect", {"token": token}, **own).json()["active"] is True
    AccessKey.objects.filter(pk=ZHANG_ID).update(is_active=False)
    assert call("introspect", {"token": token}, **own).json() == {"active": False}


@pytest.mark.parametrize(
    ("members", "error"),
    [
        ({"grant_type": "client_credentials"}, "INVALID_REQUEST"),
        ({"grant_type": "password", "resource": "r"}, "unsupported_grant_type"),
        ({"resource": "r"}, "INVALID_REQUEST"),
    ],
)
def test_a_bearer_token_is_for_client_credentials_and_a_resource(members, error):
    answer = call("token", members)
    assert (answer.status_code, answer.json()["error"]) == (400, error)
    assert answer.headers["x-amzn-ErrorType"] == "ValidationException"


@pytest.mark.parametrize("endpoint", ENDPOINTS)
def test_aws_own_client_asks_and_revokes(program, endpoint):
    client = client_at(endpoint)
    found = client.introspect_oauth2_token_with_iam(token=program.refresh_token)
    told = valid(client, "IntrospectOAuth2TokenWithIAM", found)
    zhang = Principal.objects.get(username="zhang")
    assert told["active"] is True
    assert told["clientId"] == program.client
    assert told["userId"] == zhang.unique_id
    assert told["sub"] == zhang.arn
    assert told["accountId"] == "111122223333"
    assert told["iss"] == "signin.amazonaws.com"
    assert told["tokenType"] == "refresh_token"
    assert told["exp"] - told["iat"] <= 12 * 3600
    assert told["signinSession"].startswith("arn:aws:signin:us-east-1:111122223333:session/")
    client.revoke_oauth2_token_with_iam(token=program.refresh_token)
    assert program.refresh().error[2] == "TOKEN_EXPIRED"
    again = client.introspect_oauth2_token_with_iam(token=program.refresh_token)
    assert again["active"] is False
    assert len(Event.objects.filter(name="RevokeOAuth2TokenWithIAM")) == 1
    assert program.refresh_token not in str(list(Event.objects.values()))


def test_what_is_not_active_tells_nothing_more(program):
    for token in ("ASORnothing", "ASOAnothing"):
        answer = call("introspect", {"token": token, "token_type_hint": "refresh_token"})
        assert (answer.status_code, answer.json()) == (200, {"active": False})
    LoginPermission.objects.create(principal=Principal.objects.get(username="zhang"))
    answer = call("introspect", {"token": program.refresh_token})
    assert answer.json() == {"active": False}


def test_a_revocation_says_nothing(program):
    for token in ("ASORnothing", program.refresh_token, program.refresh_token):
        answer = call("revoke", {"token": token})
        assert (answer.status_code, answer.content) == (200, b"")


def test_another_account_learns_nothing_and_ends_nothing(program):
    stranger = Principal.objects.get(username="mailed@example.com")
    keys = access_keys.create(stranger)
    credentials = keys_of(keys)
    answer = call("introspect", {"token": program.refresh_token}, credentials=credentials)
    assert answer.json() == {"active": False}
    call("revoke", {"token": program.refresh_token}, credentials=credentials)
    assert program.refresh().status == 200


@pytest.mark.parametrize("operation", ["introspect", "revoke"])
class TestErrors:
    def test_a_token_of_another_kind(self, program, operation):
        for token in (None, "", "x", 7, "ASOR", "ASOR!", "x" * 12289):
            answer = Answer(call(operation, {"token": token}))
            assert answer.error == (400, "ValidationException", "INVALID_REQUEST"), token

    def test_no_signature(self, program, operation):
        for query, exception in (
            (IAM, "MissingAuthenticationTokenException"),
            ("", "ValidationException"),
        ):
            answer = Client().post(
                f"/v1/{operation}{query}",
                json.dumps({"token": program.refresh_token}),
                content_type="application/json",
                headers={"Host": "localhost:8000"},
            )
            assert answer.headers["x-amzn-ErrorType"] == exception
        assert program.refresh().status == 200

    def test_a_signature_for_another_service(self, program, operation):
        answer = call(operation, {"token": program.refresh_token}, service="sts")
        assert answer.status_code == 403
        assert answer.headers["x-amzn-ErrorType"] == "InvalidSignatureException"
        assert answer.json()["message"]
        assert program.refresh().status == 200

    def test_a_key_that_is_off(self, program, operation):
        AccessKey.objects.update(is_active=False)
        answer = call(operation, {"token": program.refresh_token})
        assert answer.headers["x-amzn-ErrorType"] == "UnrecognizedClientException"


def test_an_access_token_can_t_be_revoked(program):
    answer = Answer(call("revoke", {"token": "ASOAnothing"}))
    assert answer.error == (400, "ValidationException", "INVALID_REQUEST")
