"""Faults that strike calls of programs: nothing is asked of the database while none is armed."""

import pytest

from signin.faults import faults, flag
from signin.faults.faults import Kind
from signin.faults.models import Fault
from tests.unit.test_parallel import at_once

pytestmark = pytest.mark.django_db

BOTH = (Kind.THROTTLED, Kind.SERVER_ERROR)


def struck(*kinds):
    return faults.strike_of_call(kinds or BOTH)


@pytest.fixture
def asks_nothing(django_assert_num_queries):
    """Return a check that a call costs no query."""

    def check():
        with django_assert_num_queries(0):
            assert struck() is None

    return check


def test_where_none_is_armed_nothing_is_asked(asks_nothing):
    asks_nothing()


def test_a_fault_of_pages_has_no_call_ask(asks_nothing):
    for kind in set(Kind) - set(BOTH):
        faults.arm(kind)
    asks_nothing()


def test_a_call_that_no_fault_may_strike_asks_nothing(django_assert_num_queries):
    faults.arm(Kind.THROTTLED)
    with django_assert_num_queries(0):
        assert faults.strike_of_call([]) is None


@pytest.mark.parametrize("kind", BOTH)
def test_a_fault_strikes_as_often_as_it_was_armed_for_and_then_nothing_is_asked(kind, asks_nothing):
    faults.arm(kind, 2)
    assert [struck() for _ in range(3)] == [kind, kind, None]
    asks_nothing()


def test_a_fault_without_a_number_strikes_until_it_is_disarmed(asks_nothing):
    faults.arm(Kind.THROTTLED)
    assert [struck() for _ in range(5)] == [Kind.THROTTLED] * 5
    faults.disarm(Kind.THROTTLED)
    assert struck() is None
    asks_nothing()


def test_a_fault_waits_for_the_calls_that_it_strikes(django_assert_num_queries):
    faults.arm(Kind.THROTTLED, 1)
    with django_assert_num_queries(1):
        assert struck(Kind.SERVER_ERROR) is None
    assert struck(Kind.THROTTLED) == Kind.THROTTLED


def test_of_two_faults_one_strikes_at_a_time():
    for kind in BOTH:
        faults.arm(kind, 1)
    assert [struck() for _ in range(3)] == [Kind.SERVER_ERROR, Kind.THROTTLED, None]


def test_a_fault_that_is_armed_again_strikes_again():
    for _ in range(2):
        faults.arm(Kind.THROTTLED, 1)
        assert [struck() for _ in range(2)] == [Kind.THROTTLED, None]


@pytest.mark.parametrize("is_before", [True, False])
def test_a_fault_is_not_lost_that_is_armed_while_the_flag_goes_down(monkeypatch, is_before):
    faults.arm(Kind.THROTTLED, 1)
    struck()
    take_down = flag.take_down

    def meanwhile():
        if not is_before:
            take_down()
        faults.arm(Kind.SERVER_ERROR, 1)
        if is_before:
            take_down()

    monkeypatch.setattr(flag, "take_down", meanwhile)
    assert struck() is None
    assert struck() == Kind.SERVER_ERROR


@pytest.mark.django_db(transaction=True)
@pytest.mark.requirement("S-047")
def test_parallel_calls_are_struck_as_often_as_was_armed():
    for _ in range(3):
        faults.arm(Kind.THROTTLED, 3)
        assert at_once(struck).count(Kind.THROTTLED) == 3
        assert Fault.objects.get().left == 0
        assert struck() is None
    assert not flag.is_up()
