"""The service signin by AWS's own client and model, and by hand where that sends no nonsense."""

import json
import time
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

import pytest
from botocore import UNSIGNED
from botocore.awsrequest import AWSResponse
from botocore.config import Config
from botocore.exceptions import ClientError
from botocore.session import Session as Botocore
from botocore.validate import ParamValidator
from django.test import Client
from hypothesis import HealthCheck, given
from hypothesis import settings as limits
from hypothesis import strategies as some

from accounts.models import Principal, TemporaryCredentials
from signin.kernel import clock
from signin.logins import chains
from signin.logins.models import Login, LoginPermission
from tests.browser import SIGNIN, address
from tests.dpop import Key
from tests.programs import CALLBACK, SAME_DEVICE, VERIFIER, Program, let_in
from tests.walks import sign_in_as_iam_user

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("demo")]

ENDPOINTS = [
    SIGNIN.rstrip("/"),
    address("eu-central-1.signin.aws.amazon.com", ""),
    "http://127.0.0.1:8000",
    "http://localhost:8000",
]


class Raw:
    """A body as botocore reads one."""

    def __init__(self, content: bytes) -> None:
        self.content = content

    def stream(self, **_: Any) -> Any:
        """Return the body in one piece."""
        yield self.content


class Boto:
    """AWS's own client, whose requests go to this server without a socket."""

    def __init__(self, endpoint: str, key: Key) -> None:
        self.session = Botocore()
        self.client = self.session.create_client(
            "signin",
            region_name="us-east-1",
            endpoint_url=endpoint,
            config=Config(signature_version=UNSIGNED, retries={"max_attempts": 0}),
        )
        self.key = key
        self.client.meta.events.register("before-call.signin.CreateOAuth2Token", self.prove)
        self.client.meta.events.register("before-send.signin.*", self.send)

    def prove(self, params: dict[str, Any], **_: Any) -> None:
        """Add the proof of the key, as the AWS CLI does."""
        params["headers"]["DPoP"] = self.key.proof(params["url"])

    def send(self, request: Any, **_: Any) -> AWSResponse:
        """Let Django answer."""
        path, host = request.url.split("/", 3)[3], request.url.split("/")[2]
        headers = {
            name: value.decode() if isinstance(value, bytes) else value
            for name, value in request.headers.items()
        }
        kind = headers.pop("Content-Type")
        answer = Client().post(
            f"/{path}", request.body, content_type=kind, headers={**headers, "Host": host}
        )
        return AWSResponse(request.url, answer.status_code, answer.headers, Raw(answer.content))

    def create(self, **members: str) -> dict[str, Any]:
        """Call CreateOAuth2Token, and return what the model knows of the answer."""
        output = self.client.create_oauth2_token(tokenInput=members)
        shape = self.client.meta.service_model.operation_model("CreateOAuth2Token").output_shape
        told = {name: value for name, value in output.items() if name != "ResponseMetadata"}
        report = ParamValidator().validate(told, shape)
        assert not report.has_errors(), report.generate_report()
        found: dict[str, Any] = output["tokenOutput"]
        return found


@pytest.fixture
def zhang(browser):
    return sign_in_as_iam_user(browser)


@pytest.fixture
def program():
    return Program()


def code_for(browser, program):
    browser.visit(program.address()).submit("login-request", button="decision=allow")
    return program.code_of(browser)


class TestByAwsOwnClient:
    @pytest.mark.parametrize("endpoint", ENDPOINTS)
    def test_a_code_becomes_credentials_and_they_are_renewed(self, browser, endpoint):
        program = Program(endpoint=endpoint)
        browser.visit(program.address())
        if browser.step == "user-type":
            browser.submit(user_type="iam", account="example-corp")
            browser.submit(username="zhang", password="Zhang-demo-1")
        browser.submit("login-request", button="decision=allow")
        boto = Boto(endpoint, program.key)
        got = boto.create(
            clientId=SAME_DEVICE,
            grantType="authorization_code",
            code=program.code_of(browser),
            codeVerifier=VERIFIER,
            redirectUri=CALLBACK,
        )
        assert got["tokenType"] == "aws_sigv4"
        assert got["expiresIn"] == 900
        assert len(got["idToken"].split(".")) == 3
        assert got["accessToken"]["accessKeyId"].startswith("ASIA")
        assert got["refreshToken"].startswith("ASOR")
        again = boto.create(
            clientId=SAME_DEVICE, grantType="refresh_token", refreshToken=got["refreshToken"]
        )
        assert "idToken" not in again
        assert again["accessToken"] != got["accessToken"]
        assert again["refreshToken"]

    @pytest.mark.parametrize(
        ("status", "exception", "code"),
        [
            (401, "AccessDeniedException", "TOKEN_EXPIRED"),
            (403, "AccessDeniedException", "INSUFFICIENT_PERMISSIONS"),
            (400, "ValidationException", "invalid_grant"),
        ],
    )
    def test_errors_are_those_of_the_model(self, zhang, program, status, exception, code):
        let_in(zhang, program)
        boto = Boto(SIGNIN.rstrip("/"), program.key)
        if code == "TOKEN_EXPIRED":
            chains.revoke(Login.objects.all())
        elif code == "INSUFFICIENT_PERMISSIONS":
            LoginPermission.objects.create(principal=Principal.objects.get(username="zhang"))
        else:
            boto.key = Key()
        with pytest.raises(ClientError) as refused:
            boto.create(
                clientId=SAME_DEVICE,
                grantType="refresh_token",
                refreshToken=program.refresh_token,
            )
        assert refused.type is getattr(boto.client.exceptions, exception)
        response = refused.value.response
        assert (response["error"], response["ResponseMetadata"]["HTTPStatusCode"]) == (code, status)
        assert response["message"]


@pytest.mark.requirement("S-110")
def test_our_own_mistake_gives_nothing(zhang, program, settings):
    let_in(zhang, program)
    there = TemporaryCredentials.objects.count()
    settings.SECRET_KEY = None  # nothing can be sealed
    assert program.refresh().error == (500, "InternalServerException", "server_error")
    assert TemporaryCredentials.objects.count() == there


class TestErrors:
    def test_a_used_code(self, zhang, program):
        code = code_for(zhang, program)
        assert program.redeem(code).status == 200
        assert program.redeem(code).error == (401, "AccessDeniedException", "AUTHCODE_EXPIRED")
        assert program.refresh().error == (401, "AccessDeniedException", "TOKEN_EXPIRED")

    def test_a_sign_out(self, zhang, program):
        let_in(zhang, program)
        zhang.visit(address("console.aws.amazon.com", "/console/home")).submit("sign-out")
        assert program.refresh().error == (401, "AccessDeniedException", "TOKEN_EXPIRED")

    def test_twelve_hours(self, zhang, program):
        let_in(zhang, program)
        clock.advance(timedelta(hours=12))
        assert program.refresh().error == (401, "AccessDeniedException", "TOKEN_EXPIRED")

    def test_another_key(self, zhang, program):
        code = code_for(zhang, program)
        assert program.redeem(code).status == 200
        refused = program.refresh(key=Key())
        assert refused.error == (400, "ValidationException", "invalid_grant")

    @pytest.mark.requirement("S-100")
    @pytest.mark.parametrize(
        "changes",
        [{"codeVerifier": "w" * 64}, {"redirectUri": CALLBACK + "x"}],
    )
    def test_another_program_s_code(self, zhang, program, changes):
        code = code_for(zhang, program)
        refused = program.redeem(code, **changes)
        assert refused.error == (400, "ValidationException", "invalid_grant")

    @pytest.mark.parametrize(
        ("changes", "code"),
        [
            ({"clientId": None}, "INVALID_REQUEST"),
            ({"clientId": 7}, "INVALID_REQUEST"),
            ({"clientId": "arn:aws:signin:::console/canvas"}, "invalid_client"),
            ({"grantType": None}, "INVALID_REQUEST"),
            ({"grantType": "client_credentials"}, "unsupported_grant_type"),
            ({"code": None}, "INVALID_REQUEST"),
            ({"code": ""}, "INVALID_REQUEST"),
            ({"code": "x" * 513}, "INVALID_REQUEST"),
            ({"code": ["x"]}, "INVALID_REQUEST"),
            ({"code": "\x00"}, "INVALID_REQUEST"),
            ({"code": "\ud800"}, "INVALID_REQUEST"),
            ({"codeVerifier": None}, "INVALID_REQUEST"),
            ({"codeVerifier": "v" * 42}, "INVALID_REQUEST"),
            ({"codeVerifier": "v" * 129}, "INVALID_REQUEST"),
            ({"codeVerifier": "+" * 43}, "INVALID_REQUEST"),
            ({"codeVerifier": "v" * 43 + "\n"}, "INVALID_REQUEST"),
            ({"redirectUri": None}, "INVALID_REQUEST"),
            ({"redirectUri": "x" * 2049}, "INVALID_REQUEST"),
        ],
    )
    def test_members_that_are_not_as_they_have_to_be(self, zhang, program, changes, code):
        found = code_for(zhang, program)
        refused = program.redeem(found, **changes)
        assert refused.error == (400, "ValidationException", code)
        assert program.redeem(found).status == 200

    @pytest.mark.parametrize("token", [None, "", "x" * 2049, 7])
    def test_a_refresh_token_that_is_none(self, program, token):
        refused = program.refresh(refreshToken=token)
        assert refused.error == (400, "ValidationException", "INVALID_REQUEST")

    def test_a_refresh_token_that_nobody_has(self, program):
        assert program.refresh(refreshToken="ASORnothing").error[2] == "TOKEN_EXPIRED"

    def test_another_method(self):
        answer = Client().get("/v1/token", headers={"Host": "localhost:8000"})
        assert (answer.status_code, answer.headers["x-amzn-ErrorType"]) == (
            400,
            "ValidationException",
        )


class TestProofs:
    def test_one_is_needed(self, zhang, program):
        let_in(zhang, program)
        members = {
            "clientId": SAME_DEVICE,
            "grantType": "refresh_token",
            "refreshToken": program.refresh_token,
        }
        refused = program.call(members, "")
        assert refused.error == (400, "ValidationException", "INVALID_REQUEST")

    def test_each_is_good_once(self, zhang, program):
        let_in(zhang, program)
        members = {
            "clientId": SAME_DEVICE,
            "grantType": "refresh_token",
            "refreshToken": program.refresh_token,
        }
        proof = program.key.proof(SIGNIN + "v1/token")
        assert program.call(members, proof).status == 200
        assert program.call(members, proof).error[2] == "INVALID_REQUEST"

    def test_it_names_the_host_that_was_asked(self, zhang, program):
        let_in(zhang, program)
        members = {
            "clientId": SAME_DEVICE,
            "grantType": "refresh_token",
            "refreshToken": program.refresh_token,
        }
        for url in (
            "http://127.0.0.1:8000/v1/token",
            SIGNIN.replace("http:", "https:") + "v1/token",
            SIGNIN + "v1/authorize",
        ):
            refused = program.call(members, program.key.proof(url))
            assert refused.error[2] == "INVALID_REQUEST"

    def test_programs_keep_to_their_own_clock(self, zhang, program):
        let_in(zhang, program)
        clock.advance(timedelta(hours=3))
        assert program.refresh().status == 200


class TestForms:
    def form(self, members: dict[str, str], program: Program, **options: Any) -> Any:
        return program.call(
            urlencode(members),
            program.key.proof(f"{program.endpoint}/v1/token"),
            content_type="application/x-www-form-urlencoded",
            **options,
        )

    def test_have_names_of_their_own_and_the_same_answer(self, zhang, program):
        got = self.form(
            {
                "client_id": SAME_DEVICE,
                "grant_type": "authorization_code",
                "code": code_for(zhang, program),
                "code_verifier": VERIFIER,
                "redirect_uri": CALLBACK,
            },
            program,
        )
        assert got.status == 200
        assert set(got.body) == {
            "accessToken",
            "tokenType",
            "expiresIn",
            "refreshToken",
            "idToken",
        }
        again = self.form(
            {
                "client_id": SAME_DEVICE,
                "grant_type": "refresh_token",
                "refresh_token": got.body["refreshToken"],
            },
            program,
        )
        assert again.status == 200

    @pytest.mark.parametrize(
        "body",
        ["a=1&a=2", "a=%ff", "ä=1", "&".join(f"a{number}=1" for number in range(30)), "x" * 70_000],
    )
    def test_that_are_none_are_refused(self, program, body):
        answer = program.call(
            body,
            program.key.proof(f"{program.endpoint}/v1/token"),
            content_type="application/x-www-form-urlencoded",
        )
        assert answer.error == (400, "ValidationException", "INVALID_REQUEST")


@pytest.mark.parametrize("body", ["", "{", "[]", "1", '"', "[" * 5000, "x" * 70_000, "\xff"])
def test_what_is_no_json_is_refused(program, body):
    answer = program.call(body, program.key.proof(SIGNIN + "v1/token"))
    assert answer.error == (400, "ValidationException", "INVALID_REQUEST")


def test_a_body_beyond_all_limits_is_refused(program):
    answer = program.call("x" * 3_000_000, program.key.proof(SIGNIN + "v1/token"))
    assert answer.error == (400, "ValidationException", "INVALID_REQUEST")


members = some.dictionaries(
    some.sampled_from(["clientId", "grantType", "code", "codeVerifier", "redirectUri"]),
    some.none() | some.integers() | some.text(max_size=50) | some.lists(some.text(), max_size=2),
)


@limits(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(members=members, header=some.text(some.characters(codec="latin-1"), max_size=60))
def test_nothing_that_a_program_sends_is_our_mistake(members, header):
    program = Program()
    for proof in (program.key.proof(SIGNIN + "v1/token"), header):
        sent = {"clientId": SAME_DEVICE, "grantType": "authorization_code", **members}
        assert program.call(json.dumps(sent), proof).status in {400, 401}


def test_the_credentials_are_those_that_are_stored(zhang, program):
    before = time.time()
    answer = let_in(zhang, program)
    found = TemporaryCredentials.objects.get(pk=answer.body["accessToken"]["accessKeyId"])
    assert found.principal.username == "zhang"
    assert 0 < found.expires_at.timestamp() - before <= 901
