"""SAML applications: the portal vouches to them for whoever is assigned, and for nobody else."""

import base64
from datetime import timedelta

import pytest

from accounts import applications
from signin import hosts
from signin.events.models import Event
from signin.federation import statements
from signin.federation.statements import EMAIL
from signin.kernel import clock
from tests.browser import Browser
from tests.external_idp import answer_on
from tests.flows.portal_people import (
    APPLICATIONS,
    REGION,
    account,
    application,
    directory,
    group,
    signed_in,
    user,
)
from tests.saml import NAMES
from tests.saml_applications import (
    ACS,
    SAML,
    address,
    document_of,
    read,
    root_on,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def home():
    return directory(account())


@pytest.fixture
def mary(home):
    return user(home, given_name="Mary", display_name="Mary Major")


@pytest.fixture
def tickets(home, mary):
    return application(home, mary, **SAML)


@pytest.fixture
def browser(mary):
    return signed_in(mary)


class TestMetadata:
    def test_name_the_addresses_at_the_region_s_portal(self, tickets):
        page = Browser().visit(applications.saml_url(tickets, "metadata")).page
        assert page.headers["Content-Type"].startswith("application/samlmetadata+xml")
        text = page.content.decode()
        for service in ("assertion", "logout"):
            url = f"{hosts.origin('sso', region=REGION)}/saml/{service}/{tickets.saml_id}"
            assert text.count(f'Location="{url}"') == 2
        assert f'entityID="{applications.saml_url(tickets, "assertion")}"' in text
        assert f"<NameIDFormat>{EMAIL}</NameIDFormat>" in text

    def test_the_id_is_the_account_and_the_instance(self, home, tickets):
        named = base64.b64decode(tickets.saml_id).decode()
        assert named == f"{home.account_id}_{tickets.instance_id}"

    @pytest.mark.parametrize("change", [{"is_enabled": False}, {"acs_url": ""}])
    def test_are_of_saml_applications_that_are_enabled(self, tickets, change):
        type(tickets).objects.update(**change)
        assert Browser().visit(applications.saml_url(tickets, "metadata")).status == 404

    @pytest.mark.parametrize("saml_id", ["x", "MTIz", "%C3%A9", "=", "a" * 500])
    def test_of_what_nobody_knows_are_not_there(self, tickets, saml_id):
        url = f"{hosts.origin('sso', region=REGION)}/saml/metadata/{saml_id}"
        assert Browser().visit(url).status == 404

    def test_are_at_no_other_region(self, tickets):
        url = applications.saml_url(tickets, "metadata").replace(REGION, "us-west-2")
        assert Browser().visit(url).status == 404

    def test_of_two_directories_have_two_keys(self, home, tickets):
        other = directory(home.account, id="d-8888888888", subdomain="other-corp")
        assert document_of(tickets) != document_of(application(other, **SAML))
        twin = application(home, **{**SAML, "name": "Twin"})
        certificate = document_of(twin).partition(b"<ds:X509Certificate>")[2][:100]
        assert certificate in document_of(tickets)


class TestTheTile:
    @pytest.mark.requirement("R-098")
    def test_takes_an_assertion_to_the_application(self, browser, tickets):
        tickets.relay_state = "/board?x=1"
        tickets.attributes = {
            "mail": "${user:email}",
            "who": "Ms ${user:name}",
            "none": "${user:familyName}",
        }
        tickets.save()
        browser.visit(f"{APPLICATIONS}/{tickets.instance_id}")
        assert f'action="{ACS}"' in browser.text
        assert answer_on(browser)["RelayState"] == "/board?x=1"
        said = read(browser, tickets)
        assert (said.subject, said.subject_format) == ("mary@example.com", EMAIL)
        assert said.in_response_to == ""
        assert said.attributes == {"mail": ("mary@example.com",), "who": ("Ms Mary Major",)}

    def test_shows_the_assertion_first_to_whoever_wants_to_see_it(self, browser, mary, tickets):
        browser.visit(f"{APPLICATIONS}/{tickets.instance_id}")
        assert "data-sends-itself" in browser.text
        assert "shown-assertion" not in browser.text
        mary.profile.email = "<b>@example.com"
        mary.profile.save()
        browser.visit(f"{APPLICATIONS}/{tickets.instance_id}?show=assertion")
        assert "data-sends-itself" not in browser.text
        assert "&amp;lt;b&amp;gt;@example.com&lt;/saml:NameID" in browser.page.content.decode()
        assert read(browser, tickets).subject == "<b>@example.com"

    def test_is_listed_with_the_others(self, browser, tickets):
        browser.visit(APPLICATIONS)
        assert f'href="/start/applications/{tickets.instance_id}"' in browser.text
        assert f'id="show-{tickets.instance_id}"' in browser.text

    def test_of_one_that_wants_to_ask_leads_there_and_writes_nothing_down(self, browser, tickets):
        tickets.start_url = "https://app.example.com/login"
        tickets.save()
        browser.visit(f"{APPLICATIONS}/{tickets.instance_id}")
        assert browser.trail[1] == tickets.start_url
        assert not Event.objects.exists()

    def test_is_written_down_without_the_assertion(self, browser, tickets, caplog, capsys):
        browser.visit(f"{APPLICATIONS}/{tickets.instance_id}")
        [event] = Event.objects.all()
        assert event.document["eventName"] == "Federate"
        assert event.document["serviceEventDetails"] == {
            "app_instance_id": tickets.instance_id,
            "app_name": "Tickets",
        }
        written = f"{event.document}{caplog.text}{''.join(capsys.readouterr())}"
        assert answer_on(browser)["SAMLResponse"] not in written
        assert "Assertion" not in written

    def test_has_its_address_among_saml_s(self, browser, tickets):
        browser.visit(applications.saml_url(tickets, "assertion"))
        assert read(browser, tickets).subject == "mary@example.com"

    @pytest.mark.requirement("S-094")
    def test_is_nobody_else_s(self, home, tickets):
        other = signed_in(user(home, "other"))
        assert other.visit(f"{APPLICATIONS}/{tickets.instance_id}").status == 404

    def test_is_no_disabled_user_s(self, browser, mary, tickets):
        mary.profile.is_enabled = False
        mary.profile.save()
        assert browser.visit(f"{APPLICATIONS}/{tickets.instance_id}").status == 404

    @pytest.mark.requirement("S-094")
    def test_leads_to_the_acs_only(self, browser, tickets):
        browser.visit(f"{APPLICATIONS}/{tickets.instance_id}")
        policy = browser.page.headers["Content-Security-Policy"]
        assert "form-action https://app.example.com;" in policy
        assert "frame-ancestors 'none'" in policy


class TestWhatIsSaid:
    @pytest.mark.parametrize(
        ("subject", "format_", "expected"),
        [
            ("${user:preferredUsername}", "unspecified", "mary"),
            ("${user:email}", "emailAddress", "mary@example.com"),
        ],
    )
    def test_names_somebody_as_the_application_wants(
        self, browser, tickets, subject, format_, expected
    ):
        tickets.subject, tickets.name_id_format = subject, format_
        tickets.save()
        said = read(browser.visit(address(tickets)), tickets)
        assert said.subject == expected
        assert said.subject_format.endswith(format_)

    def test_names_the_user_by_the_id_that_stays(self, browser, mary, tickets):
        tickets.subject, tickets.name_id_format = "${user:subject}", "persistent"
        tickets.save()
        assert read(browser.visit(address(tickets)), tickets).subject == mary.profile.user_id

    def test_tells_groups_one_by_one(self, home, browser, mary, tickets):
        for name in ("Writers", "Editors"):
            group(home, mary, name=name)
        tickets.attributes = {"groups": "${user:groups}"}
        tickets.save()
        said = read(browser.visit(address(tickets)), tickets)
        assert said.values("groups") == ("Editors", "Writers")

    def test_has_nothing_that_xml_has_not(self, browser, mary, tickets):
        mary.profile.display_name = "Mary\x07 <b>&"
        mary.profile.save()
        tickets.attributes = {"name": "${user:name}"}
        tickets.save()
        said = read(browser.visit(address(tickets)), tickets)
        assert said.values("name") == ("Mary <b>&",)

    def test_ends_with_the_application_s_session_or_the_portal_s(self, mary, tickets):
        clock.freeze()
        now = clock.now().replace(microsecond=0)
        said = read(signed_in(mary).visit(address(tickets)), tickets)
        assert said.session_expires_at == now + timedelta(hours=1)
        assert said.expires_at <= now + timedelta(minutes=6)
        tickets.session_minutes = 720
        tickets.save()
        said = read(signed_in(mary).visit(address(tickets)), tickets)
        assert said.session_expires_at == now + timedelta(hours=8)

    def test_has_five_minutes(self, browser, tickets):
        clock.freeze()
        root = root_on(browser.visit(address(tickets)))
        confirmation = root.find(".//saml:SubjectConfirmationData", NAMES)
        assert confirmation.get("NotOnOrAfter") == clock.written(clock.now() + statements.LIFETIME)
        assert confirmation.get("Recipient") == root.get("Destination") == ACS
        assert confirmation.get("InResponseTo") == root.get("InResponseTo") == "_question-1"
