"""Device authorizations: codes that are typed, answers, and tokens for them."""

from datetime import timedelta

import pytest

from accounts import directory_users, lockout, sessions
from signin.events.models import Event
from signin.faults import faults
from signin.faults.faults import Kind
from signin.kernel import clock
from signin.kernel.errors import Refusal
from signin.oidc import device_authorizations, tokens
from signin.oidc.errors import (
    AccessDenied,
    AuthorizationPending,
    ExpiredToken,
    InvalidGrant,
    OtherRealm,
    RequestOver,
    SlowDown,
    TooManyCodes,
    UserCodeUnknown,
)
from signin.oidc.models import DeviceAuthorization, Grant
from tests.directories import DESK_BROWSER
from tests.flows.portal_people import account, directory, open_session, user
from tests.unit.programs import program
from tests.unit.test_parallel import at_once

pytestmark = pytest.mark.django_db


@pytest.fixture
def aws():
    return program()


@pytest.mark.requirement("S-096")
def test_of_both_codes_there_are_digests_only(aws):
    begun = aws.begin()
    stored = " ".join(str(value) for value in vars(DeviceAuthorization.objects.get()).values())
    assert begun.device_code not in stored
    assert begun.user_code not in stored
    assert begun.user_code.replace("-", "") not in stored
    assert begun.device_code not in repr(begun)


def test_a_code_is_found_however_it_is_typed(aws):
    code = aws.begin().user_code
    for typed in (code, code.lower(), code.replace("-", ""), f" {code[:4]} {code[5:]} "):
        found = device_authorizations.find(typed)
        assert found.client == aws.registered.client
        assert device_authorizations.shown(typed) == code
    assert device_authorizations.find(code[:-1]) is None


@pytest.mark.requirement("S-096")
def test_five_wrong_codes_in_one_session_are_too_many(aws):
    code = aws.begin().user_code
    for _ in range(5):
        with pytest.raises(UserCodeUnknown):
            device_authorizations.enter("BCDF-GHJK", aws.session, ip="127.0.0.1")
    with pytest.raises(TooManyCodes):
        device_authorizations.enter(code, aws.session, ip="127.0.0.1")
    _, other = open_session(aws.user)
    assert device_authorizations.enter(code, other, ip="127.0.0.1")


@pytest.mark.requirement("S-096")
def test_five_wrong_codes_in_a_row_are_too_many_but_not_with_a_right_one_between(aws):
    code = aws.begin().user_code
    for _ in range(3):
        for _ in range(4):
            with pytest.raises(UserCodeUnknown):
                device_authorizations.enter("BCDF-GHJK", aws.session, ip="127.0.0.1")
        assert device_authorizations.enter(code, aws.session, ip="127.0.0.1")


def test_a_right_code_writes_nothing(aws, django_assert_num_queries):
    code = aws.begin().user_code
    with django_assert_num_queries(2) as queries:
        device_authorizations.enter(code, aws.session, ip="127.0.0.1")
    assert all(each["sql"].split()[0] == "SELECT" for each in queries)


@pytest.mark.requirement("S-096", "S-012")
def test_guesses_from_one_address_are_too_many_whatever_the_session(aws):
    code = aws.begin().user_code
    sessions = [open_session(aws.user)[1] for _ in range(8)]
    for each in range(lockout.CLIENT.failures):
        with pytest.raises(UserCodeUnknown):
            device_authorizations.enter("BCDF-GHJK", sessions[each // 4], ip="127.0.0.1")
    with pytest.raises(TooManyCodes):
        device_authorizations.enter(code, aws.session, ip="127.0.0.1")
    assert device_authorizations.enter(code, aws.session, ip="127.0.0.2")


def test_right_codes_are_never_too_many(aws):
    code = aws.begin().user_code
    for _ in range(7):
        assert device_authorizations.enter(code, aws.session, ip="127.0.0.1")


@pytest.mark.requirement("S-095")
def test_a_program_that_waits_costs_one_read(aws, django_assert_num_queries):
    begun = aws.begin()
    with django_assert_num_queries(1) as queries, pytest.raises(AuthorizationPending):
        aws.redeem(begun.device_code)
    assert queries[0]["sql"].startswith("SELECT")


@pytest.mark.requirement("S-095")
def test_a_program_is_slowed_down_by_a_fault_only(aws):
    begun = aws.begin()
    faults.arm(Kind.SLOW_DOWN, 1)
    with pytest.raises(SlowDown):
        aws.redeem(begun.device_code)
    with pytest.raises(AuthorizationPending):
        aws.redeem(begun.device_code)


@pytest.mark.requirement("S-095", "S-108")
def test_what_keeps_a_program_from_tokens_is_recorded_but_not_that_it_waits(aws):
    denied, late, used = aws.begin(), aws.begin(), aws.approved()
    device_authorizations.deny(denied.authorization)
    with pytest.raises(AccessDenied):
        aws.redeem(denied.device_code)
    aws.redeem(used)
    with pytest.raises(InvalidGrant):
        aws.redeem(used)
    with pytest.raises(InvalidGrant):
        aws.redeem("unknown")
    with pytest.raises(AuthorizationPending):
        aws.redeem(late.device_code)
    clock.advance(timedelta(minutes=10))
    with pytest.raises(ExpiredToken):
        aws.redeem(late.device_code)
    recorded = Event.objects.filter(name="CreateToken").order_by("id")
    assert [each.document.get("errorCode") for each in recorded] == [
        "AccessDeniedException",
        None,
        "InvalidGrantException",
        "ExpiredTokenException",
    ]


def test_a_request_is_answered_once(aws):
    begun = aws.begin()
    device_authorizations.deny(begun.authorization)
    with pytest.raises(RequestOver):
        device_authorizations.approve(begun.authorization, aws.session)
    assert not Grant.objects.exists()
    assert device_authorizations.find(begun.user_code) is None


@pytest.mark.requirement("S-096")
def test_a_code_can_t_be_answered_when_it_is_too_old(aws):
    begun = aws.begin()
    clock.advance(timedelta(minutes=10))
    assert device_authorizations.find(begun.user_code) is None
    with pytest.raises(RequestOver):
        device_authorizations.approve(begun.authorization, aws.session)
    with pytest.raises(RequestOver):
        device_authorizations.deny(begun.authorization)


def test_people_of_another_directory_can_t_answer(aws):
    other = directory(account("444455556666", "Other"), id="d-6666666666", subdomain=None)
    _, session = open_session(user(other, "eve"))
    with pytest.raises(OtherRealm):
        device_authorizations.approve(aws.begin().authorization, session)


def test_what_was_allowed_in_a_session_that_ended_gives_nothing(aws):
    code = aws.approved()
    sessions.end(aws.session)
    with pytest.raises(InvalidGrant):
        aws.redeem(code)


def test_a_disabled_user_s_programs_get_nothing(aws):
    code, given = aws.approved(), aws.redeem(aws.approved())
    directory_users.disable(aws.user, browser=DESK_BROWSER)
    with pytest.raises(InvalidGrant):
        aws.redeem(code)
    assert tokens.find(given.access_token) is None


@pytest.mark.requirement("S-047", "S-095")
@pytest.mark.django_db(transaction=True)
def test_a_device_code_is_redeemed_once_by_parallel_polls(aws):
    code = aws.approved()
    results = at_once(lambda: aws.redeem(code))
    assert sum(not isinstance(each, Refusal) for each in results) == 1
    assert all(isinstance(each, InvalidGrant) for each in results if isinstance(each, Refusal))


@pytest.mark.requirement("S-047")
@pytest.mark.django_db(transaction=True)
def test_a_request_is_answered_once_by_parallel_clicks(aws):
    begun = aws.begin()
    results = at_once(lambda: device_authorizations.approve(begun.authorization, aws.session))
    assert results.count(None) == 1
    assert Grant.objects.count() == 1
