"""Faults that strike calls of STS."""

from urllib.parse import urlencode

import pytest

from tests.signing import ZHANG_ID, code_of, signed
from tests.wire.retries import at_once
from tests.wire.sts.calls import assume, client, events, refusal, send

STRIKES = [("throttled", (400, "Throttling")), ("server-error", (500, "InternalFailure"))]


@pytest.fixture
def arm(server):
    """Return what arms a fault."""
    return lambda kind, times=None: server.control("PUT", f"/faults/{kind}", {"times": times})


@pytest.mark.parametrize(("kind", "expected"), STRIKES)
def test_calls_are_struck_and_give_nothing(server, arm, kind, expected):
    sts = client(server)
    calls = [sts.get_caller_identity, sts.get_session_token, lambda: assume(sts)]
    arm(kind, len(calls))
    for call in calls:
        assert refusal(call) == expected
    assert events(server, "AssumeRole") == events(server, "GetSessionToken") == []
    [zhang] = server.control("GET", "/principals?username=zhang&realm=111122223333")
    keys = server.control("GET", f"/principals/{zhang['id']}/access_keys")
    [used] = [each["last_used_at"] for each in keys if each["access_key_id"] == ZHANG_ID]
    assert used is None
    for call in calls:
        assert call()


@pytest.mark.parametrize(("kind", "expected"), STRIKES)
def test_a_call_that_nobody_signs_is_struck(server, arm, kind, expected):
    arm(kind, 1)
    asked = {
        "RoleArn": "arn:aws:iam::111122223333:role/Foreign",
        "RoleSessionName": "me",
        "WebIdentityToken": "a.token.of-an-issuer",
    }
    call = client(server).assume_role_with_web_identity
    assert refusal(call, **asked) == expected
    assert refusal(call, **asked) == (400, "InvalidIdentityToken")


@pytest.mark.parametrize(("kind", "whose"), [("throttled", "Sender"), ("server-error", "Receiver")])
def test_the_answer_tells_whose_mistake_it_is(server, arm, kind, whose):
    arm(kind, 1)
    status, content_type, text = send(server, signed(url=f"http://127.0.0.1:{server.port}/"))
    assert (status, content_type) == (400 if whose == "Sender" else 500, "text/xml")
    assert f"<Error><Type>{whose}</Type><Code>" in text


def test_what_is_no_call_is_not_struck(server, arm):
    arm("throttled", 1)
    body = urlencode({"Action": "Nothing", "Version": "2011-06-15"})
    request = signed(url=f"http://127.0.0.1:{server.port}/", body=body)
    assert code_of(send(server, request)[2]) == "InvalidAction"
    assert refusal(client(server).get_caller_identity) == (400, "Throttling")


@pytest.mark.parametrize(("kind", "expected"), STRIKES)
def test_a_program_that_tries_again_gets_through(server, arm, kind, expected):
    sts = at_once(client(server))
    arm(kind, 1)
    assert sts.get_caller_identity()["ResponseMetadata"]["RetryAttempts"] == 1
    arm(kind, 2)
    assert refusal(sts.get_caller_identity) == expected


def test_a_fault_strikes_until_it_is_disarmed(server, arm):
    arm("throttled")
    sts = client(server)
    for _ in range(3):
        assert refusal(sts.get_caller_identity) == (400, "Throttling")
    server.control("DELETE", "/faults/throttled")
    assert sts.get_caller_identity()
