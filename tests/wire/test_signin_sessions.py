"""Sessions of programs at the control plane of the service signin, by AWS's own client."""

from datetime import timedelta

import pytest

from accounts import access_keys
from accounts.models import Principal
from signin.events.models import Event
from signin.kernel import clock
from signin.logins.models import Login, LoginPermission
from tests.browser import Browser
from tests.programs import SAME_DEVICE, Program, let_in
from tests.walks import EXAMPLE_CORP, ROOT, sign_in_as_iam_user, sign_in_as_root
from tests.wire.test_signin_control import DENIED, INVALID, MISSING, control_client, error_of
from tests.wire.test_signin_control import gateway as gateway
from tests.wire.test_signin_iam import valid

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("demo")]

ALL = f"arn:aws:iam::{EXAMPLE_CORP}:*"
ZHANG = f"arn:aws:iam::{EXAMPLE_CORP}:user/zhang"
ROOT_USER = f"arn:aws:iam::{EXAMPLE_CORP}:root"


@pytest.fixture
def client():
    return control_client("")


@pytest.fixture
def program():
    found = Program()
    let_in(sign_in_as_iam_user(Browser()), found)
    return found


def of_root():
    found = Program()
    let_in(sign_in_as_root(Browser(), *ROOT), found)
    return found


def arns(client, **asked):
    return [each["sessionArn"] for each in client.list_sessions(**asked)["items"]]


def test_one_s_own_sessions_are_told(client, program):
    login = Login.objects.get()
    told = valid(client, "ListSessions", client.list_sessions())
    expected = {
        "sessionArn": f"arn:aws:signin:us-east-1:{EXAMPLE_CORP}:session/{login.pk}",
        "principalArn": ZHANG,
        "status": "ACTIVE",
        "issuedAt": int(login.started_at.timestamp()),
        "expiresAt": int(login.expires_at.timestamp()),
        "clientId": SAME_DEVICE,
        "clientType": "CLI",
    }
    assert told == {"items": [expected]}
    one = valid(client, "GetSession", client.get_session(sessionArn=expected["sessionArn"]))
    assert one == {**expected, "issuedInRegion": "us-east-1"}
    said = client.introspect_oauth2_token_with_iam(token=program.refresh_token)
    assert said["signinSession"] == expected["sessionArn"]


def test_a_revoked_session_is_refreshed_no_more(client, program):
    [arn] = arns(client)
    nothing = arn[:-36] + "00000000-0000-4000-8000-000000000000"
    for _ in range(2):  # revoking it again succeeds
        answer = client.batch_revoke_sessions(sessionArns=[arn, nothing, "x"], reason="lost")
        told = valid(client, "BatchRevokeSessions", answer)
        assert told["revokedSessions"] == [{"sessionArn": arn}]
        assert [each["sessionArn"] for each in told["errors"]] == [nothing, "x"]
        assert {each["code"] for each in told["errors"]} == {"ResourceNotFoundException"}
    assert program.refresh().error[2] == "TOKEN_EXPIRED"
    assert client.get_session(sessionArn=arn)["status"] == "REVOKED"
    assert (arns(client, status="ACTIVE"), arns(client, status="REVOKED")) == ([], [arn])
    event = Event.objects.filter(name="BatchRevokeSessions").latest("pk").document
    assert (event["readOnly"], event["eventSource"]) == (False, "signin.amazonaws.com")


def test_those_of_others_take_a_permission(client, program):
    of_root()
    [own] = arns(client)
    assert len(arns(client, principalArn=ALL)) == 2
    [other] = arns(client, principalArn=ROOT_USER)
    assert error_of(client.get_session, sessionArn=other) == MISSING
    assert client.get_session(sessionArn=other, principalArn=ROOT_USER)["status"] == "ACTIVE"
    LoginPermission.objects.create(
        principal=Principal.objects.get(username="zhang"),
        is_allowed=True,
        manages_console_access=False,
    )
    for whose in (ALL, ROOT_USER):
        assert error_of(client.list_sessions, principalArn=whose) == DENIED
        call = client.batch_revoke_sessions
        assert error_of(call, sessionArns=[other], principalArn=whose) == DENIED
    assert arns(client) == [own]
    assert client.batch_revoke_sessions(sessionArns=[own])["revokedSessions"]
    assert Login.objects.filter(revoked_at=None).count() == 1


def test_another_account_sees_and_ends_nothing(client, program):
    [arn] = arns(client)
    keys = access_keys.create(Principal.objects.get(username="sandbox@example.com"))
    stranger = control_client("", keys.access_key_id, keys.secret_access_key)
    assert error_of(stranger.list_sessions, principalArn=ALL) == DENIED
    assert error_of(stranger.get_session, sessionArn=arn) == MISSING
    own = "arn:aws:iam::444455556666:*"
    assert arns(stranger, principalArn=own) == []
    answer = stranger.batch_revoke_sessions(sessionArns=[arn], principalArn=own)
    assert answer["revokedSessions"] == []
    assert program.refresh().status == 200


def test_a_list_has_filters_and_pages(client, program):
    for _ in range(2):
        clock.advance(timedelta(seconds=10))
        let_in(sign_in_as_iam_user(Browser()), Program())
    newest, middle, oldest = arns(client)
    first = client.list_sessions(maxResults=2)
    assert [each["sessionArn"] for each in first["items"]] == [newest, middle]
    last = client.list_sessions(maxResults=2, nextToken=first["nextToken"])
    assert [each["sessionArn"] for each in last["items"]] == [oldest]
    assert "nextToken" not in last
    began = client.get_session(sessionArn=newest)["issuedAt"]
    assert arns(client, issuedAfter=began) == [newest]
    assert arns(client, issuedBefore=began - 5) == [middle, oldest]
    assert arns(client, clientId="arn:aws:signin:::devtools/cross-device") == []
    clock.advance(timedelta(hours=12))
    assert arns(client) == []


@pytest.mark.parametrize(
    "asked",
    [
        {"nextToken": "x"},
        {"principalArn": "arn:aws:iam::111122223333:group/all"},
        {"issuedAfter": -1},
    ],
)
def test_what_can_t_be_asked(client, asked):
    assert error_of(client.list_sessions, **asked) == INVALID


def test_at_most_five_are_revoked_at_once(client):
    assert error_of(client.batch_revoke_sessions, sessionArns=["x"] * 6) == INVALID
