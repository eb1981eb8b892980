"""The desk's incidents: what went wrong with its true cause, and faults for somebody to arm."""

from datetime import UTC, datetime, timedelta

import pytest

from signin.faults import faults, incidents
from signin.faults.faults import Kind
from signin.faults.models import Fault, Incident
from signin.kernel import clock
from tests.browser import DESK
from tests.flows.admin_walks import ADMIN, csrf

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("demo")]

INCIDENTS = DESK + "incidents/"
MOMENT = datetime(2026, 3, 1, 9, 0, tzinfo=UTC)


def has_struck(kind, place="us-east-1.signin.aws.localhost:8000/platform/login"):
    return incidents.note(kind, place).number


def arm(browser, **fields):
    return browser.visit(INCIDENTS).submit("arm-fault", **fields)


# What went wrong.


def test_the_desk_leads_to_the_incidents(browser):
    assert 'href="/incidents/"' in browser.visit(DESK).text
    assert "Nothing went wrong yet" in browser.visit(INCIDENTS).words
    assert "None is armed" in browser.words


@pytest.mark.requirement("R-257", "R-258", "R-262")
def test_incidents_tell_number_time_place_and_true_cause_newest_first(browser):
    clock.freeze(MOMENT)
    for kind in Kind:
        has_struck(kind, f"host/{kind}")
        clock.advance(timedelta(minutes=1))
    words = browser.visit(INCIDENTS).words
    for minute, kind in enumerate(Kind):
        incident = Incident.objects.get(cause=kind)
        label = str(kind.label)
        told = f"2026-03-01 09:0{minute}:00 {label[0].upper()}{label[1:]} host/{kind}"
        assert f"{told} {incident.number}" in words
    assert words.index("host/update-password") < words.index("host/clock-skew")
    assert f"{len(Kind)} incidents" in words


def test_an_incident_is_found_by_its_number_or_a_part_of_it(browser):
    one, other = has_struck(Kind.CLOCK_SKEW), has_struck(Kind.AD_CONNECTOR)
    for typed in (one, one.upper(), f"+{one}+", one[:13]):
        browser.visit(f"{INCIDENTS}?number={typed}")
        assert one in browser.words
        assert other not in browser.words
    assert "No incident has “nothing” in its number" in (
        browser.visit(INCIDENTS + "?number=nothing").words
    )
    assert browser.visit(INCIDENTS + "?number=%00").status == 200


def test_the_number_on_a_page_leads_to_its_row(browser):
    number = has_struck(Kind.CLOCK_SKEW)
    assert f'<tr id="incident-{number}">' in browser.visit(INCIDENTS).text


@pytest.mark.requirement("S-056")
def test_what_was_typed_is_shown_as_text_not_as_markup(browser):
    has_struck(Kind.CLOCK_SKEW, "<script>alert(1)</script>")
    for path in ("", "?number=<script>"):
        source = browser.visit(INCIDENTS + path).page.content.decode()
        assert "<script>alert" not in source
        assert "&lt;script&gt;" in source


# Faults to arm.


def test_a_fault_is_armed_for_some_times(browser):
    arm(browser, kind="clock-skew", times="2")
    assert browser.url == INCIDENTS
    assert "The clock of the device is wrong clock-skew 2 times" in browser.words
    assert [faults.strikes(Kind.CLOCK_SKEW) for _ in range(3)] == [True, True, False]
    assert "None is armed" in browser.visit(INCIDENTS).words


def test_a_fault_is_armed_until_it_is_disarmed(browser):
    arm(browser, kind="ad-connector", times="")
    assert "until it is disarmed" in browser.words
    assert faults.strikes(Kind.AD_CONNECTOR)
    browser.submit("disarm-ad-connector")
    assert browser.url == INCIDENTS
    assert "None is armed" in browser.words
    assert not faults.strikes(Kind.AD_CONNECTOR)


@pytest.mark.parametrize("times", ["0", "-1", "1001", "often", "1.5"])
def test_a_number_of_times_that_can_t_be_is_refused_at_its_field(browser, times):
    arm(browser, kind="clock-skew", times=times)
    assert browser.status == 200
    assert browser.error_of("times")
    assert not Fault.objects.exists()


def test_there_are_no_other_faults(browser):
    arm(browser, kind="flood", times="")
    assert browser.error_of("kind")
    browser.visit(INCIDENTS)
    browser.post("/incidents/flood/disarm", csrf(browser))
    assert browser.status == 404
    assert not Fault.objects.exists()


@pytest.mark.requirement("S-049")
def test_another_site_can_neither_arm_nor_disarm(browser):
    faults.arm(Kind.CLOCK_SKEW)
    assert browser.post(INCIDENTS, {"kind": "ad-connector"}).status == 403
    assert browser.post("/incidents/clock-skew/disarm", {}).status == 403
    assert browser.visit("/incidents/clock-skew/disarm").status == 405
    assert [fault.kind for fault in faults.armed()] == [Kind.CLOCK_SKEW]


# The admin site.


def test_the_admin_site_shows_both_and_changes_neither(operator):
    faults.arm(Kind.CLOCK_SKEW, 7)
    number = has_struck(Kind.AD_CONNECTOR)
    operator.visit(ADMIN + "faults/fault/")
    assert "The clock of the device is wrong 7" in operator.words.replace("the clock", "The clock")
    operator.visit(f"{ADMIN}faults/incident/?q={number}")
    assert number in operator.words
    incident = Incident.objects.get()
    for row in (f"fault/{Kind.CLOCK_SKEW}", f"incident/{incident.pk}"):
        shown = f"{ADMIN}faults/{row}/"
        assert operator.visit(shown + "change/").status == 200
        assert operator.post(shown + "change/", csrf(operator)).status == 403
        assert operator.visit(shown + "delete/").status == 403
    assert operator.visit(ADMIN + "faults/fault/add/").status == 403
