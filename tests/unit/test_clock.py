"""The clock."""

import json
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from signin.kernel import clock

MOMENT = datetime(2030, 1, 1, tzinfo=UTC)


def test_it_runs_with_the_machine_s_time():
    before = datetime.now(UTC)
    assert before <= clock.now() <= datetime.now(UTC)


def test_frozen_it_stands():
    clock.freeze(MOMENT)
    assert clock.now() == clock.now() == MOMENT


def test_frozen_without_a_moment_it_stands_where_it_was():
    clock.advance(timedelta(days=1))
    clock.freeze()
    assert clock.now() == clock.now()
    assert clock.now() - datetime.now(UTC) > timedelta(hours=23)


def test_it_is_written_to_the_second():
    assert clock.written(MOMENT) == "2030-01-01T00:00:00Z"
    assert clock.written(MOMENT + timedelta(microseconds=999_999)) == "2030-01-01T00:00:00Z"


def test_it_moves_whether_it_stands_or_runs():
    clock.advance(timedelta(hours=1))
    assert clock.now() - datetime.now(UTC) > timedelta(minutes=59)
    clock.freeze(MOMENT)
    clock.advance(timedelta(seconds=1))
    assert clock.now() == MOMENT + timedelta(seconds=1)


def test_reset_shows_the_machine_s_time_again():
    clock.freeze(MOMENT)
    clock.reset()
    assert clock.now() < MOMENT
    clock.reset()


@pytest.mark.requirement("S-114")
def test_another_process_s_change_is_seen_at_once(settings):
    clock.freeze(MOMENT)
    text = settings.SIGNIN_CLOCK_FILE.read_text()
    draft = settings.SIGNIN_CLOCK_FILE.with_suffix(".other")
    draft.write_text(text.replace("2030", "2031"))
    draft.replace(settings.SIGNIN_CLOCK_FILE)
    assert clock.now().year == 2031


@pytest.fixture
def elsewhere(settings):
    """Return what moves the clock as another process does."""
    draft = settings.SIGNIN_CLOCK_FILE.with_suffix(".other")

    def move(hours):
        draft.write_text(json.dumps({"frozen_at": None, "offset_seconds": hours * 3600}))
        draft.replace(settings.SIGNIN_CLOCK_FILE)

    return move


def hours_ahead():
    return round((clock.now() - datetime.now(UTC)).total_seconds() / 3600)


def test_a_request_goes_by_one_state_of_it_unless_it_moves_it_itself(elsewhere):
    clock.hold()
    try:
        elsewhere(hours=1)
        assert hours_ahead() == 0
        clock.advance(timedelta(hours=2))
        assert hours_ahead() == 3
        clock.reset()
        assert hours_ahead() == 0
        elsewhere(hours=4)
    finally:
        clock.let_go()
    assert hours_ahead() == 4


def test_it_can_be_frozen_and_reset_while_a_request_goes_by_a_frozen_one():
    clock.freeze(MOMENT)
    clock.hold()
    try:
        clock.advance(timedelta(hours=1))
        assert clock.now() == MOMENT + timedelta(hours=1)
        clock.freeze(MOMENT)
        assert clock.now() == MOMENT
    finally:
        clock.let_go()


@given(st.lists(st.timedeltas(timedelta(0), timedelta(days=365)), max_size=5))
def test_moves_add_up(moves):
    clock.freeze(MOMENT)
    for move in moves:
        clock.advance(move)
    assert clock.now() == MOMENT + sum(moves, timedelta(0))


@pytest.mark.parametrize(
    "change",
    [
        lambda: clock.freeze(datetime.min.replace(tzinfo=timezone(timedelta(hours=14)))),
        lambda: clock.freeze(datetime.max.replace(tzinfo=UTC)),
        lambda: clock.advance(timedelta(days=999_999_999)),
        lambda: clock.advance(timedelta(days=-999_999)),
    ],
)
def test_it_can_t_leave_the_time_that_can_be_reckoned_with(change):
    before = clock.state()
    with pytest.raises(clock.TimeOutOfRange):
        change()
    assert clock.state() == before


IN_RANGE = [moment.replace(tzinfo=None) for moment in (clock.EARLIEST, clock.LATEST)]


@given(st.datetimes(*IN_RANGE, timezones=st.just(UTC)))
def test_any_moment_in_between_can_be_frozen(moment):
    clock.freeze(moment)
    assert clock.now() == moment
