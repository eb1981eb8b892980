"""Telephone calls: the digits, how long they are good, and how often keys may be pressed."""

import re
from datetime import timedelta

import pytest

from signin.flow.models import Attempt
from signin.kernel import clock
from signin.phones import calls
from signin.phones.models import Call
from tests.unit.test_parallel import at_once

PHONE = "+1-555-0100"


@pytest.fixture
def attempt(db):
    return Attempt.begin(flow="root-user", flow_key="key", facts={})


@pytest.fixture
def other(db):
    return Attempt.begin(flow="root-user", flow_key="other", facts={})


def wrong(digits):
    return "000000" if digits != "000000" else "111111"


@pytest.mark.parametrize(
    ("written", "compared"),
    [
        ("+1-555-0100", "+15550100"),
        (" +1 (555) 0100 ", "+15550100"),
        ("15550100", "15550100"),
        ("1+555", "1555"),
        ("+", ""),
        ("none", ""),
        ("٣٤٥", ""),
    ],
)
def test_numbers_are_compared_by_their_digits_and_the_plus(written, compared):
    assert calls.normalised(written) == compared


def test_the_digits_are_six_of_ascii_and_can_be_shown_again(attempt):
    for _ in range(50):
        digits = calls.ring(PHONE, attempt=attempt)
        assert re.fullmatch(r"[0-9]{6}", digits)
        assert calls.digits_of(calls.find(attempt)) == digits


@pytest.mark.requirement("S-006")
def test_the_digits_are_stored_nowhere(attempt):
    digits = calls.ring(PHONE, attempt=attempt)
    assert digits not in repr(list(Call.objects.values()))


def test_the_right_keys_answer_the_call_once(attempt):
    digits = calls.ring(PHONE, attempt=attempt)
    assert not calls.is_answered(attempt, number=PHONE)
    assert calls.press("+1 555 0100", digits)
    assert calls.is_answered(attempt, number="+15550100")
    assert not calls.press(PHONE, digits)


@pytest.mark.parametrize("keys", ["", "12345", "1234567", "×", "１２３４５６", "\x00"])
def test_other_keys_answer_nothing(attempt, keys):
    calls.ring(PHONE, attempt=attempt)
    assert not calls.press(PHONE, keys)
    assert not calls.is_answered(attempt, number=PHONE)


def test_a_phone_that_nobody_calls_answers_nothing(attempt):
    digits = calls.ring(PHONE, attempt=attempt)
    assert not calls.press("+1-555-0199", digits)
    assert calls.waiting("+1-555-0199") is None


@pytest.mark.requirement("S-032")
def test_a_call_takes_five_tries(attempt):
    digits = calls.ring(PHONE, attempt=attempt)
    for _ in range(calls.TRIES):
        assert not calls.press(PHONE, wrong(digits))
    assert calls.waiting(PHONE) is None
    assert not calls.press(PHONE, digits)
    assert calls.press(PHONE, calls.ring(PHONE, attempt=attempt))


@pytest.mark.requirement("S-032")
def test_the_fifth_try_may_be_the_right_one(attempt):
    digits = calls.ring(PHONE, attempt=attempt)
    for _ in range(calls.TRIES - 1):
        calls.press(PHONE, wrong(digits))
    assert calls.press(PHONE, digits)


@pytest.mark.requirement("S-032")
def test_a_call_rings_for_ten_minutes_to_the_second(attempt):
    clock.freeze()
    digits = calls.ring(PHONE, attempt=attempt)
    clock.advance(timedelta(minutes=10, seconds=-1))
    assert calls.waiting(PHONE)
    clock.advance(timedelta(seconds=1))
    assert calls.waiting(PHONE) is None
    assert not calls.press(PHONE, digits)


def test_an_answer_is_good_as_long_as_its_call(attempt):
    clock.freeze()
    calls.press(PHONE, calls.ring(PHONE, attempt=attempt))
    clock.advance(timedelta(minutes=10, seconds=-1))
    assert calls.is_answered(attempt, number=PHONE)
    clock.advance(timedelta(seconds=1))
    assert not calls.is_answered(attempt, number=PHONE)


@pytest.mark.requirement("S-026")
def test_a_new_call_takes_the_old_one_s_place(attempt):
    older = calls.ring(PHONE, attempt=attempt)
    newer = calls.ring(PHONE, attempt=attempt)
    assert not calls.press(PHONE, older)
    assert calls.press(PHONE, newer)
    calls.ring(PHONE, attempt=attempt)
    assert not calls.is_answered(attempt, number=PHONE)


def test_keys_are_for_the_newest_call_to_the_number(attempt, other):
    older = calls.ring(PHONE, attempt=attempt)
    newer = calls.ring(PHONE, attempt=other)
    assert not calls.press(PHONE, older)
    assert calls.press(PHONE, newer)
    assert calls.is_answered(other, number=PHONE)
    assert not calls.is_answered(attempt, number=PHONE)
    assert calls.press(PHONE, older)


def test_an_answer_at_a_number_that_was_replaced_is_none(attempt):
    calls.press(PHONE, calls.ring(PHONE, attempt=attempt))
    assert not calls.is_answered(attempt, number="+1-555-0199")


@pytest.mark.requirement("S-032", "S-047")
@pytest.mark.django_db(transaction=True)
def test_parallel_guesses_don_t_exceed_five_and_right_keys_count_once():
    attempt = Attempt.begin(flow="root-user", flow_key="key", facts={})
    digits = calls.ring(PHONE, attempt=attempt)
    assert at_once(lambda: calls.press(PHONE, digits)).count(True) == 1
    digits = calls.ring(PHONE, attempt=attempt)
    at_once(lambda: calls.press(PHONE, wrong(digits)), 12)
    assert Call.objects.get().tries == calls.TRIES
    assert not calls.press(PHONE, digits)
    at_once(lambda: calls.ring(PHONE, attempt=attempt))
    assert Call.objects.count() == 1
