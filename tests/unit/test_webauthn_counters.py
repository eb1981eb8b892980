"""Counters of passkeys, and answers that come at once."""

import pytest

from accounts.models import Principal
from mfa import devices
from mfa.errors import PasskeyRefused
from mfa.models import Ceremony, Device
from tests.authenticator import SoftwareKey
from tests.unit.ceremonies import (
    begin,
    check,
    made,
    own,
    passkeys,
    register,
    signed,
)
from tests.unit.test_parallel import at_once

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("demo")]


@pytest.fixture
def zhang():
    return Principal.objects.get(username="zhang")


@pytest.fixture
def key():
    return SoftwareKey()


def reason_of(call, *arguments):
    with pytest.raises(PasskeyRefused) as refused:
        call(*arguments)
    return refused.value.reason


@pytest.mark.requirement("S-077")
class TestCounters:
    @pytest.mark.parametrize("counter", [0, 1, 6, 7])
    def test_one_that_does_not_grow_is_a_copy_s(self, zhang, key, counter):
        device = own(zhang, key)
        ceremony = begin(zhang)
        check(ceremony, [device], signed(ceremony, key, [device], counter=7))
        ceremony = begin(zhang)
        answer = signed(ceremony, key, [device], counter=counter)
        assert "The counter did not grow" in reason_of(check, ceremony, [device], answer)
        device.refresh_from_db()
        assert device.sign_count == 7

    def test_one_may_leap_and_begin_late(self, zhang):
        key = SoftwareKey(counts=False)
        device = own(zhang, key)
        for counter in (0, 1, 2**32 - 1):
            ceremony = begin(zhang)
            check(ceremony, [device], signed(ceremony, key, [device], counter=counter))
            device.refresh_from_db()
            assert device.sign_count == counter

    def test_a_stale_device_in_the_hand_does_not_help(self, zhang, key):
        device = own(zhang, key)
        stale = passkeys().get()
        ceremony = begin(zhang)
        check(ceremony, [device], signed(ceremony, key, [device], counter=9))
        ceremony = begin(zhang)
        answer = signed(ceremony, key, [stale], counter=5)
        assert "The counter did not grow" in reason_of(check, ceremony, [stale], answer)
        assert stale.sign_count == 1


@pytest.mark.django_db(transaction=True)
class TestParallelAnswers:
    @pytest.mark.requirement("S-073", "S-047")
    def test_of_the_same_assertion_sent_at_once_one_wins(self, zhang):
        key = SoftwareKey(counts=False)  # so that no counter stops the others
        device = own(zhang, key)
        ceremony = begin(zhang)
        answer = signed(ceremony, key, [device])
        results = at_once(lambda: check(Ceremony.objects.get(pk=ceremony.pk), [device], answer))
        assert results.count(device) == 1

    @pytest.mark.requirement("S-077", "S-047")
    def test_of_two_answers_with_one_count_one_wins(self, zhang, key):
        device = own(zhang, key)
        ceremonies = [begin(zhang) for _ in range(4)]
        answers = [(each, signed(each, key, [device], counter=5)) for each in ceremonies]
        waiting = iter(answers)

        def answer_next():
            ceremony, answer = next(waiting)
            return check(ceremony, [passkeys().get()], answer)

        assert at_once(answer_next, 4).count(device) == 1

    @pytest.mark.requirement("S-073", "S-078", "S-047")
    def test_of_the_same_registration_sent_at_once_one_wins(self, zhang, key):
        ceremony = begin(zhang)
        answer = made(ceremony, key)

        def register_it():
            device = register(Ceremony.objects.get(pk=ceremony.pk), answer)
            devices.settle(device)
            return device

        results = at_once(register_it)
        assert sum(isinstance(each, Device) for each in results) == 1
        assert passkeys().get().credential_id == key.id
