"""Faults that strike as often as they were armed for, and the incidents that come of them."""

import uuid
from datetime import UTC, datetime, timedelta

import pytest

from signin.control import sweep
from signin.faults import faults, incidents
from signin.faults.errors import UsNotYou
from signin.faults.faults import Kind
from signin.faults.models import Fault, Incident
from signin.kernel import clock
from tests.unit.test_parallel import at_once

MOMENT = datetime(2026, 3, 1, 9, 0, tzinfo=UTC)


@pytest.mark.django_db
@pytest.mark.parametrize("kind", Kind)
def test_a_fault_strikes_as_often_as_it_was_armed_for(kind):
    faults.arm(kind, 2)
    assert [faults.strikes(kind) for _ in range(4)] == [True, True, False, False]


@pytest.mark.django_db
def test_a_fault_without_a_number_strikes_until_it_is_disarmed():
    faults.arm(Kind.CLOCK_SKEW)
    assert all(faults.strikes(Kind.CLOCK_SKEW) for _ in range(5))
    faults.disarm(Kind.CLOCK_SKEW)
    assert not faults.strikes(Kind.CLOCK_SKEW)


@pytest.mark.django_db
def test_a_fault_strikes_for_no_other_one():
    faults.arm(Kind.CLOCK_SKEW)
    assert not faults.strikes(Kind.AD_CONNECTOR)
    faults.check(Kind.AD_CONNECTOR, Kind.INSTANCE_SETUP)


@pytest.mark.django_db
def test_what_was_armed_last_counts():
    clock.freeze(MOMENT)
    faults.arm(Kind.CLOCK_SKEW, 5)
    clock.advance(timedelta(minutes=1))
    fault = faults.arm(Kind.CLOCK_SKEW, 1)
    assert (fault.left, fault.armed_at) == (1, MOMENT + timedelta(minutes=1))
    assert Fault.objects.count() == 1
    assert [faults.strikes(Kind.CLOCK_SKEW) for _ in range(2)] == [True, False]
    faults.arm(Kind.CLOCK_SKEW)
    assert faults.strikes(Kind.CLOCK_SKEW)


@pytest.mark.django_db
def test_a_fault_that_has_struck_its_times_is_armed_no_more():
    faults.arm(Kind.CLOCK_SKEW, 1)
    faults.arm(Kind.AD_CONNECTOR)
    assert [fault.kind for fault in faults.armed()] == [Kind.AD_CONNECTOR, Kind.CLOCK_SKEW]
    faults.strikes(Kind.CLOCK_SKEW)
    assert [fault.kind for fault in faults.armed()] == [Kind.AD_CONNECTOR]


@pytest.mark.django_db
def test_of_several_faults_one_strikes_at_a_time_and_says_which():
    faults.arm(Kind.CLOCK_SKEW, 1)
    faults.arm(Kind.AD_CONNECTOR, 1)
    struck = []
    for _ in range(2):
        with pytest.raises(UsNotYou) as refusal:
            faults.check(Kind.CLOCK_SKEW, Kind.AD_CONNECTOR)
        struck.append(refusal.value.cause)
    assert struck == [Kind.AD_CONNECTOR, Kind.CLOCK_SKEW]
    faults.check(Kind.CLOCK_SKEW, Kind.AD_CONNECTOR)


def test_the_refusal_doesn_t_tell_the_cause():
    for kind in Kind:
        said = str(UsNotYou(kind).message)
        assert kind not in said
        assert str(kind.label) not in said


@pytest.mark.parametrize("spent", [False, True])
def test_where_nothing_is_armed_asking_costs_one_read(django_assert_num_queries, db, spent):
    if spent:
        faults.arm(Kind.CLOCK_SKEW, 1)
        faults.strikes(Kind.CLOCK_SKEW)
    for ask in (lambda: faults.strikes(Kind.CLOCK_SKEW), lambda: faults.check(*Kind)):
        with django_assert_num_queries(1) as captured:
            ask()
        assert captured.captured_queries[0]["sql"].startswith("SELECT")


@pytest.mark.django_db(transaction=True)
@pytest.mark.requirement("S-047")
def test_parallel_requests_are_struck_no_more_often_than_was_armed():
    faults.arm(Kind.CLOCK_SKEW, 3)
    results = at_once(lambda: faults.strikes(Kind.CLOCK_SKEW))
    assert results.count(True) == 3
    faults.arm(Kind.CLOCK_SKEW, 3)
    results = at_once(lambda: faults.check(Kind.CLOCK_SKEW))
    assert sum(isinstance(each, UsNotYou) for each in results) == 3
    assert Fault.objects.get().left == 0


@pytest.mark.django_db(transaction=True)
def test_a_fault_is_armed_by_many_at_once():
    at_once(lambda: faults.arm(Kind.CLOCK_SKEW, 2), 4)
    assert Fault.objects.get().left == 2


@pytest.mark.django_db
def test_every_incident_has_a_number_of_its_own():
    clock.freeze(MOMENT)
    noted = [incidents.note(Kind.CLOCK_SKEW, "host/path") for _ in range(5)]
    assert len({incident.number for incident in noted}) == 5
    for incident in noted:
        assert str(uuid.UUID(incident.number)) == incident.number
        assert (incident.cause, incident.place) == (Kind.CLOCK_SKEW, "host/path")
        assert incident.occurred_at == MOMENT


@pytest.mark.django_db
def test_a_long_address_is_cut():
    incident = incidents.note(Kind.CLOCK_SKEW, "x" * 5000)
    assert incident.place == "x" * 255


@pytest.mark.django_db
def test_incidents_are_swept_after_seven_days():
    clock.freeze(MOMENT)
    incidents.note(Kind.CLOCK_SKEW, "host/path")
    clock.advance(timedelta(days=7, seconds=-1))
    sweep.expired()
    assert Incident.objects.exists()
    clock.advance(timedelta(seconds=1))
    sweep.expired()
    assert not Incident.objects.exists()
