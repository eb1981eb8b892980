"""Faults and incidents by the control API, as a test suite uses them."""

from datetime import UTC, datetime

import pytest

from signin.faults import faults, incidents
from signin.faults.faults import MOST_TIMES, Kind
from signin.faults.models import Fault, Incident
from signin.kernel import clock

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("demo")]

MOMENT = "2026-03-01T09:00:00Z"


@pytest.fixture(autouse=True)
def still():
    """Let all happen at one moment."""
    clock.freeze(datetime(2026, 3, 1, 9, 0, tzinfo=UTC))


class TestFaults:
    def test_all_are_listed_with_whether_they_are_armed(self, control):
        faults.arm(Kind.AD_CONNECTOR)
        faults.arm(Kind.UPDATE_PASSWORD, 2)
        faults.arm(Kind.INSTANCE_SETUP, 1)
        faults.strikes(Kind.INSTANCE_SETUP)
        status, listed = control("GET", "/faults")
        assert status == 200
        unarmed = {"armed": False, "left": None, "armed_at": None}
        assert listed == [
            {"kind": "clock-skew", **unarmed},
            {"kind": "instance-setup", **unarmed},
            {"kind": "ad-connector", "armed": True, "left": None, "armed_at": MOMENT},
            {"kind": "update-password", "armed": True, "left": 2, "armed_at": MOMENT},
            {"kind": "slow-down", **unarmed},
            {"kind": "throttled", **unarmed},
            {"kind": "server-error", **unarmed},
            {"kind": "identity-provider", **unarmed},
        ]

    def test_one_is_armed_for_some_times(self, control):
        armed = {"kind": "clock-skew", "armed": True, "left": 1, "armed_at": MOMENT}
        assert control("PUT", "/faults/clock-skew", {"times": 1}) == (200, armed)
        assert [faults.strikes(Kind.CLOCK_SKEW) for _ in range(2)] == [True, False]

    @pytest.mark.parametrize("body", [{"times": None}, {}])
    def test_one_is_armed_until_it_is_disarmed(self, control, body):
        assert control("PUT", "/faults/clock-skew", body)[1]["left"] is None
        assert all(faults.strikes(Kind.CLOCK_SKEW) for _ in range(3))
        for _ in range(2):
            assert control("DELETE", "/faults/clock-skew") == (204, None)
            assert not faults.strikes(Kind.CLOCK_SKEW)

    @pytest.mark.parametrize(
        "body",
        [
            {"times": 0},
            {"times": -1},
            {"times": MOST_TIMES + 1},
            {"times": "1"},
            {"times": True},
            {"left": 1},
            [],
            None,
        ],
    )
    def test_bad_input_is_refused_by_name(self, control, body):
        status, problem = control("PUT", "/faults/clock-skew", body)
        assert status == 422
        assert problem["error"]
        assert problem["next"]
        assert not Fault.objects.exists()

    def test_an_unknown_one_is_refused_with_those_there_are(self, control):
        for method, body in (("PUT", {}), ("DELETE", None)):
            status, problem = control(method, "/faults/flood", body)
            assert status == 404
            assert "flood" in problem["error"]
            assert "clock-skew, instance-setup, ad-connector, update-password" in problem["next"]


class TestIncidents:
    @pytest.mark.requirement("R-257", "R-258", "R-262")
    def test_they_tell_the_true_cause_newest_first(self, control):
        numbers = [incidents.note(kind, f"host/{kind}").number for kind in Kind]
        told = [
            {"number": number, "cause": kind, "place": f"host/{kind}", "occurred_at": MOMENT}
            for number, kind in zip(numbers, Kind, strict=True)
        ]
        assert control("GET", "/incidents") == (200, told[::-1])
        assert control("GET", "/incidents?limit=1") == (200, told[-1:])

    def test_one_is_found_by_its_number(self, control):
        one, _other = (incidents.note(Kind.CLOCK_SKEW, "host/path") for _ in range(2))
        for typed in (one.number, one.number.upper()):
            [found] = control("GET", f"/incidents?number={typed}")[1]
            assert found["number"] == one.number
        assert control("GET", "/incidents?number=nothing") == (200, [])
        assert control("GET", "/incidents?limit=0")[0] == 422


@pytest.mark.django_db(transaction=True)
def test_a_reset_takes_faults_and_incidents_away(control):
    clock.reset()
    faults.arm(Kind.CLOCK_SKEW)
    incidents.note(Kind.CLOCK_SKEW, "host/path")
    assert control("POST", "/reset")[0] == 200
    assert not Fault.objects.exists()
    assert not Incident.objects.exists()
