"""Failures at the portal's sign-in that are nobody's in front of it."""

import re

import pytest

from signin.events.models import Event
from signin.faults import faults
from signin.faults.faults import Kind
from signin.faults.models import Incident
from tests.browser import DESK
from tests.portal_walks import (
    CHOSEN,
    JANE,
    NEW_HIRE,
    PORTAL,
    is_at_portal,
    name_user,
    settings_are,
    sign_in,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("demo")]


@pytest.mark.requirement("R-257", "R-258", "R-262")
@pytest.mark.parametrize("kind", [Kind.INSTANCE_SETUP, Kind.AD_CONNECTOR, Kind.CLOCK_SKEW])
def test_the_page_has_a_number_and_the_desk_the_cause(browser, new_browser, kind):
    if kind == Kind.AD_CONNECTOR:
        settings_are(identity_source="ad-connector", domain="corp.example.com", mfa_mode="never")
    faults.arm(kind, 1)
    sign_in(browser) if kind == Kind.CLOCK_SKEW else name_user(browser, JANE[0])
    assert browser.status == 503
    assert 'id="us-not-you"' in browser.text
    assert str(kind.label) not in browser.text
    number = re.search(r'id="correlation-id"[^>]*>([^<]+)<', browser.text)[1]
    desk = new_browser().visit(f"{DESK}incidents/?number={number}")
    assert str(kind.label) in desk.words
    assert number in desk.words
    again = re.search(r'href="([^"]+)" id="go-on"', browser.text)[1]
    assert again == PORTAL
    assert is_at_portal(sign_in(browser))
    assert Incident.objects.count() == 1


@pytest.mark.requirement("R-258")
@pytest.mark.parametrize("source", ["directory", "managed-ad"])
def test_without_a_connector_none_can_be_broken(browser, source):
    settings_are(identity_source=source, domain="" if source == "directory" else "corp.example.com")
    faults.arm(Kind.AD_CONNECTOR, 1)
    assert is_at_portal(sign_in(browser))
    assert faults.is_armed(Kind.AD_CONNECTOR)


@pytest.mark.requirement("R-255")
def test_a_password_that_cannot_be_stored_is_told_and_recorded(browser):
    faults.arm(Kind.UPDATE_PASSWORD, 1)
    sign_in(browser, *NEW_HIRE)
    browser.submit(new_password="weak", confirm_password="weak")
    assert "8 to 64" in browser.error_of("new_password")
    browser.submit(new_password=CHOSEN, confirm_password=CHOSEN)
    assert "could not be updated" in browser.error_of("new_password")
    event = Event.objects.get(name="UpdatePassword").document
    assert event["errorCode"] == "InternalFailure"
    assert CHOSEN not in str(event)
    browser.submit(new_password=CHOSEN, confirm_password=CHOSEN)
    assert is_at_portal(browser)
