"""Faults that strike calls of the portal's API and of SSO-OIDC, as AWS's library sees them."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.server import Server
from tests.signing import ZHANG
from tests.wire.programs import DEVICE_CODE, START_URL, answer, get, refused
from tests.wire.retries import at_once

THROTTLED = ("TooManyRequestsException", 429)
BROKEN = ("InternalServerException", 500)
ROLE = {"accountId": "111122223333", "roleName": "ReadOnlyAccess"}


@pytest.fixture
def token(program):
    return program.let_in()["accessToken"]


@pytest.fixture
def arm(server):
    """Return what arms a fault."""
    return lambda kind, times=None: server.control("PUT", f"/faults/{kind}", {"times": times})


def left(server, kind):
    """Return how often a fault still strikes, or nothing if it is not armed."""
    [fault] = [each for each in server.control("GET", "/faults") if each["kind"] == kind]
    return fault["left"]


def calls_of_portal(program, token):
    """Return the operations of the portal's API, the last of which ends the session."""
    portal = program.portal
    return [
        lambda: portal.list_accounts(accessToken=token),
        lambda: portal.list_account_roles(accessToken=token, accountId="111122223333"),
        lambda: portal.get_role_credentials(accessToken=token, **ROLE),
        lambda: portal.logout(accessToken=token),
    ]


def calls_of_oidc(program, begun):
    """Return the operations of SSO-OIDC."""
    signed = program.signing(ZHANG).create_token_with_iam
    asked = {"clientId": "unknown", "grantType": "refresh_token", "refreshToken": "unknown"}
    return [
        lambda: program.oidc.register_client(clientName="another", clientType="public"),
        lambda: program.oidc.start_device_authorization(startUrl=START_URL, **program.credentials),
        lambda: program.poll(begun),
        lambda: signed(**asked),
    ]


@pytest.mark.parametrize(("kind", "expected"), [("throttled", THROTTLED), ("server-error", BROKEN)])
def test_each_call_of_the_portal_is_struck_and_changes_nothing(
    program, token, arm, server, kind, expected
):
    calls = calls_of_portal(program, token)
    arm(kind, len(calls))
    for call in calls:
        assert refused(call) == expected
    assert left(server, kind) is None
    for name in ("Federate", "Logout"):
        assert server.control("GET", f"/events?name={name}")["Records"] == []
    for call in calls:  # as the session goes on
        assert call()


def test_each_call_of_sso_oidc_is_struck_and_grants_nothing(program, arm, server):
    begun = program.begin()
    answer(server, begun)
    calls = calls_of_oidc(program, begun)
    events = server.control("GET", "/events?limit=1000")
    arm("server-error", len(calls))
    for call in calls:
        assert refused(call) == BROKEN
        assert program.answers[-1]["headers"]["x-amzn-errortype"] == "InternalServerException"
        assert b'"error": "server_error"' in program.answers[-1]["body"]
    assert server.control("GET", "/events?limit=1000") == events
    assert program.poll(begun)["accessToken"]  # the code was not used up


def test_sso_oidc_has_no_error_of_this_name_and_is_not_throttled(program, arm, server):
    arm("throttled", 1)
    token = program.let_in()["accessToken"]
    assert left(server, "throttled") == 1
    assert refused(program.portal.list_accounts, accessToken=token) == THROTTLED


def test_pages_are_not_struck(program, arm, server):
    arm("throttled", 1)
    arm("server-error", 1)
    for path in ("/authorize", "/start/", "/saml/metadata/unknown"):
        assert get(server, path)[0] not in {429, 500}
    assert left(server, "throttled") == left(server, "server-error") == 1
    assert server.control("GET", "/incidents") == []


def test_a_call_that_is_struck_is_no_incident(program, token, arm, server):
    arm("server-error", 1)
    assert refused(program.portal.list_accounts, accessToken=token) == BROKEN
    assert server.control("GET", "/incidents") == []
    assert token not in (server.data / "server.log").read_text()


@pytest.mark.parametrize("kind", ["throttled", "server-error"])
def test_a_program_that_tries_again_gets_through(program, token, arm, kind):
    portal = at_once(program.portal)
    arm(kind, 1)
    listed = portal.list_accounts(accessToken=token)
    assert listed["accountList"]
    assert listed["ResponseMetadata"]["RetryAttempts"] == 1
    arm(kind, 2)
    assert refused(portal.list_accounts, accessToken=token)[1] in {429, 500}


def test_a_program_that_waits_for_its_code_tries_again(program, arm, server):
    begun = program.begin()
    answer(server, begun)
    at_once(program.oidc)
    arm("server-error", 1)
    told = program.token(DEVICE_CODE, deviceCode=begun["deviceCode"])
    assert told["ResponseMetadata"]["RetryAttempts"] == 1


def test_a_fault_strikes_until_it_is_disarmed(program, token, arm, server):
    arm("throttled")
    for _ in range(3):
        assert refused(program.portal.list_accounts, accessToken=token) == THROTTLED
    server.control("DELETE", "/faults/throttled")
    assert program.portal.list_accounts(accessToken=token)


def test_a_reset_disarms(program, arm, server):
    arm("server-error")
    server.control("POST", "/reset")
    assert program.register()


def test_the_calls_of_several_workers_are_struck_as_often_as_was_armed(tmp_path):
    with Server(tmp_path, environment={"SIGNIN_WORKERS": "2"}) as server:
        for _ in range(5):
            server.control("PUT", "/faults/throttled", {"times": 5})
            with ThreadPoolExecutor(8) as pool:
                answers = pool.map(lambda _: get(server, "/assignment/accounts")[0], range(24))
                assert Counter(answers) == {429: 5, 401: 19}
            assert get(server, "/assignment/accounts")[0] == 401
            assert not (tmp_path / "faults-armed").exists()
