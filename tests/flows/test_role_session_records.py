"""What is recorded of a role of the portal, and what it costs."""

import re

import pytest

from accounts import sessions
from accounts.models import Session
from signin.events.models import Event
from tests.browser import CONSOLE, address
from tests.flows.portal_walks import (
    REGION,
    SANDBOX,
    clear,
    enter_portal,
    open_role,
    role_link,
    role_of,
)
from tests.walks import EXAMPLE_CORP

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("demo")]

NAME = re.compile(r"AWSReservedSSO_Developers_[0-9a-f]{16}/jane_doe @ 4444-5555-6666\Z")


@pytest.fixture(autouse=True)
def nothing_else(demo):
    """Leave no directory and no role but those of this module."""
    clear()


@pytest.mark.requirement("S-108")
@pytest.mark.parametrize(
    ("factors", "mfa"), [(["password"], "false"), (["password", "totp"], "true")]
)
def test_the_events_of_the_way(browser, factors, mfa):
    person = enter_portal(browser, factors=tuple(factors))
    browser.visit(role_link(destination=address(f"{REGION}.console.aws.amazon.com")))
    role = role_of()
    federate, taken, login = Event.objects.order_by("id")
    assert federate.document["serviceEventDetails"] == {
        "role_name": "Developers",
        "account_id": SANDBOX,
    }
    assert federate.document["recipientAccountId"] == EXAMPLE_CORP
    assert federate.document["userIdentity"]["credentialId"] == str(person.session.pk)
    assert taken.document["eventName"] == "AssumeRoleWithSAML"
    assert taken.document["recipientAccountId"] == SANDBOX
    session = Session.objects.get(door=sessions.SIGNIN)
    document = login.document
    assert document["eventName"] == "ConsoleLogin"
    assert document["recipientAccountId"] == SANDBOX
    assert document["awsRegion"] == REGION
    assert document["responseElements"] == {"ConsoleLogin": "Success"}
    assert document["additionalEventData"] == {"MobileVersion": "No", "MFAUsed": "No"}
    assert document["userIdentity"] == {
        "type": "AssumedRole",
        "principalId": f"{role.unique_id}:jane_doe",
        "arn": f"arn:aws:sts::{SANDBOX}:assumed-role/{role.name}/jane_doe",
        "accountId": SANDBOX,
        "sessionContext": {
            "sessionIssuer": {
                "type": "Role",
                "principalId": role.unique_id,
                "arn": role.arn,
                "accountId": SANDBOX,
                "userName": role.name,
            },
            "webIdFederationData": {},
            "attributes": {
                "creationDate": session.created_at.strftime("%Y-%m-%dT%H:%M:%SZ"),
                "mfaAuthenticated": mfa,
            },
        },
    }


@pytest.mark.requirement("S-057")
def test_nothing_secret_stands_in_an_address_but_single_use_codes(browser):
    open_role(browser)
    jars = browser.cookies.values()
    keys = {m.value for jar in jars for n, m in jar.items() if n != "vestibule-csrf"}
    assert not [url for url in browser.trail if any(key in url for key in keys)]


def test_no_page_as_a_role_asks_the_database_more_than_once_for_who_is_acting(
    browser, django_assert_num_queries
):
    open_role(browser)
    with django_assert_num_queries(1):
        browser.visit(CONSOLE + "support/home")
