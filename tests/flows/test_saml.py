"""Coming to the console from an identity provider, with a SAML response."""

from datetime import timedelta

import pytest
from lxml import etree

from accounts.models import Account, Principal
from signin.console import destinations
from signin.events.models import Event
from signin.faults.models import Incident
from signin.federation.models import UsedAssertion
from signin.flow.models import Attempt
from signin.kernel import clock
from tests import saml
from tests.browser import CONSOLE, SIGNIN, address
from tests.flows.multi_session_walks import turn_on
from tests.flows.saml_walks import ENDPOINT, FROM_IDP, choose, is_refused, living, send
from tests.saml_roles import (
    ACCOUNT,
    OTHER_ACCOUNT,
    ROLE,
    SESSION_NAME,
    answer,
    make_provider,
    make_role,
    said_of,
)
from tests.walks import sign_in_as_iam_user

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("demo")]

ZHANG = "Federated/zhang@example.com @ example-corp"
REGIONAL = address("eu-west-2.signin.aws.amazon.com", "/saml")


@pytest.fixture
def provider():
    return make_provider()


@pytest.fixture
def role(provider):
    return make_role("Federated", provider)


def documents(name="ConsoleLogin"):
    return [event.document for event in Event.objects.filter(name=name).order_by("id")]


@pytest.mark.requirement("R-037", "S-090")
def test_one_role_is_gone_on_with_by_a_click(browser, role, provider):
    send(browser, answer((role, provider)))
    assert (browser.status, browser.url) == (200, ENDPOINT)
    assert "Go on to the console?" in browser.words
    assert not living().exists()
    assert not Attempt.objects.exists()
    browser.submit("saml_form")
    assert browser.url == CONSOLE + "console/home"
    assert browser.signed_in_as == ZHANG
    assert "your session is called zhang@example.com" in browser.words


@pytest.mark.requirement("R-037")
def test_of_several_roles_one_is_chosen(browser, role, provider):
    theirs = make_provider(OTHER_ACCOUNT)
    other = make_role("Other", theirs)
    send(browser, answer((role, provider), (other, theirs)))
    assert "Choose a role" in browser.words
    choose(browser, other)
    assert browser.signed_in_as == "Other/zhang@example.com @ 4444-5555-6666"


@pytest.mark.requirement("R-037", "S-092")
def test_roles_that_do_not_trust_the_provider_are_not_there(browser, role, provider):
    theirs = make_provider(OTHER_ACCOUNT)
    stranger = make_provider(name="stranger", idp=saml.provider("other", "https://b.example"))
    foreign, distrusting = make_role("Foreign", stranger), make_role("Distrusting", theirs)
    said = {
        SESSION_NAME: ["zhang"],
        ROLE: [
            f"{role.arn},{provider.arn}",
            f"{foreign.arn},{stranger.arn}",  # a provider that did not sign
            f"{distrusting.arn},{provider.arn}",  # one of another account
            f"arn:aws:iam::{ACCOUNT}:role/Unknown,{provider.arn}",
        ],
    }
    send(browser, saml.answer(attributes=said))
    assert browser.text.count('name="roleIndex"') == 1
    assert role.arn in browser.text


@pytest.mark.requirement("S-092")
def test_without_a_role_that_is_left_nobody_comes_in(browser, provider):
    other = make_role("Other", make_provider(OTHER_ACCOUNT))
    send(browser, answer((other, provider)))
    assert is_refused(browser, status=403)


@pytest.mark.requirement("S-093")
def test_a_role_that_the_assertion_does_not_name_is_not_chosen(browser, role, provider):
    other = make_role("Other", provider)
    send(browser, answer((role, provider)))
    browser.submit("saml_form", roleIndex=other.arn)
    assert is_refused(browser, status=403)
    assert not UsedAssertion.objects.exists()


@pytest.mark.requirement("S-090", "S-049")
@pytest.mark.parametrize(
    "headers", [FROM_IDP, {"Origin": "null"}, {"Sec-Fetch-Site": "cross-site"}]
)
def test_no_page_of_others_chooses(browser, role, provider, headers):
    fields = {"SAMLResponse": answer((role, provider)), "roleIndex": role.arn}
    browser.post(ENDPOINT, fields, **headers)
    assert "Go on to the console?" in browser.words
    assert not Attempt.objects.exists()
    assert browser.submit("saml_form").signed_in_as == ZHANG


@pytest.mark.requirement("S-088")
def test_an_assertion_signs_in_once(browser, new_browser, role, provider):
    response = answer((role, provider))
    send(browser, response)
    send(browser, response)  # looking uses nothing up
    assert browser.submit("saml_form").signed_in_as == ZHANG
    other = send(new_browser(), response)
    other.submit("saml_form")
    assert other.status == 400
    assert 'id="saml-invalid"' in other.text
    assert living().count() == 1
    assert documents()[-1]["additionalEventData"]["Reason"] == "replayed"


@pytest.mark.requirement("S-088")
def test_whoever_goes_on_too_late_begins_again(browser, role, provider):
    sign_in_as_iam_user(browser)
    send(browser, answer((role, provider)))
    browser.submit("saml_form")
    assert browser.status == 409
    clock.advance(timedelta(minutes=5))
    browser.submit("replace-session", button="decision=replace")
    assert is_refused(browser)
    assert documents()[-1]["additionalEventData"]["Reason"] == "expired"


@pytest.mark.requirement("S-105", "S-090")
def test_whoever_is_signed_in_is_asked_before(browser, role, provider):
    sign_in_as_iam_user(browser)
    send(browser, answer((role, provider)))
    browser.submit("saml_form")
    assert browser.status == 409
    assert "zhang" in browser.words
    assert "Federated/zhang@example.com" in browser.words
    assert living().get().principal.username == "zhang"
    browser.submit("replace-session", button="decision=replace")
    assert browser.signed_in_as == ZHANG
    assert living().get().factors == ["saml"]


@pytest.mark.requirement("S-105")
def test_a_session_is_added_where_there_are_several(browser, role, provider):
    turn_on(sign_in_as_iam_user(browser))
    send(browser, answer((role, provider)))
    browser.submit("saml_form").submit("add-session", button="decision=add")
    assert browser.signed_in_as == ZHANG
    assert living().count() == 2


@pytest.mark.requirement("S-047")
def test_the_sign_in_is_one_browser_s(browser, new_browser, role, provider):
    sign_in_as_iam_user(browser)
    send(browser, answer((role, provider)))
    browser.submit("saml_form")
    stranger = new_browser().visit(browser.url)
    assert stranger.signed_in_as is None
    assert living().count() == 1


@pytest.mark.parametrize(
    ("seconds", "session_ends", "lasts"),
    [
        (None, None, 3600),
        ("900", None, 900),
        ("7200", None, 7200),
        ("7200", 1800, 1800),
        (None, 600, 600),
    ],
)
def test_the_session_lasts_as_the_provider_says(browser, provider, seconds, session_ends, lasts):
    clock.freeze(clock.now().replace(microsecond=0))
    role = make_role("Long", provider, session_seconds=7200)
    also = {f"{saml.ATTRIBUTES}SessionDuration": [seconds]} if seconds else None
    response = answer((role, provider), also=also, session_ends=session_ends)
    send(browser, response).submit("saml_form")
    session = living().get()
    assert (session.expires_at - session.created_at).total_seconds() == lasts


@pytest.mark.requirement("S-093")
@pytest.mark.parametrize("seconds", ["899", "43201", "1e3", "", "-900"])
def test_a_session_can_t_be_shorter_or_longer_than_any(browser, role, provider, seconds):
    also = {f"{saml.ATTRIBUTES}SessionDuration": [seconds]}
    assert is_refused(send(browser, answer((role, provider), also=also)))


@pytest.mark.requirement("S-093")
def test_a_session_is_no_longer_than_the_role_s(browser, role, provider):
    also = {f"{saml.ATTRIBUTES}SessionDuration": ["3601"]}
    send(browser, answer((role, provider), also=also))
    assert is_refused(browser.submit("saml_form"))
    assert documents()[-1]["additionalEventData"]["Reason"] == "session-duration"


@pytest.mark.requirement("S-089", "S-093")
@pytest.mark.parametrize(
    ("reason", "said"),
    [
        ("role-session-name", {"name": ""}),
        ("role-session-name", {"name": "not a name"}),
        ("source-identity", {"also": {f"{saml.ATTRIBUTES}SourceIdentity": ["aws:x"]}}),
        ("session-tags", {"also": {f"{saml.ATTRIBUTES}TransitiveTagKeys": ["x"]}}),
        ("roles", {"also": {ROLE: []}}),
        ("roles", {"also": {ROLE: ["x,y"]}}),
        ("audience", {"audience": "https://other.example.com"}),
        ("recipient", {"recipient": "https://signin.aws.amazon.com/saml"}),
        ("destination", {"destination": "https://other.example.com"}),
        ("stale", {"issued": -301}),
        ("expired", {"ends": -1}),
        ("early", {"begins": 120}),
        ("subject", {"subject": ""}),
        ("confirmation", {"method": "other"}),
    ],
)
def test_each_reason_has_the_same_page_and_a_word_of_its_own_in_the_event(
    browser, role, provider, reason, said
):
    assert is_refused(send(browser, answer((role, provider), **said)))
    assert reason not in browser.words.replace(Incident.objects.get().number, "")
    told = documents()[-1]
    assert told["responseElements"] == {"ConsoleLogin": "Failure"}
    assert told["recipientAccountId"] == ACCOUNT
    assert told["additionalEventData"]["Reason"] == reason
    assert told["additionalEventData"]["SamlProviderArn"] == provider.arn
    assert Incident.objects.get().place.endswith(f"/saml: {reason}")


@pytest.mark.requirement("S-089", "S-108")
def test_a_response_of_nobody_whom_an_account_knows_is_in_no_account_s_log(browser, role, provider):
    for response in ("bm9uZQ==", saml.answer(issuer="https://unknown.example"), ""):
        assert is_refused(send(browser, response))
    assert not documents()


@pytest.mark.requirement("S-108", "S-107")
def test_the_event_names_the_provider(browser, role, provider):
    response = answer((role, provider))
    send(browser, response).submit("saml_form")
    [told] = documents()
    assert told["userIdentity"]["type"] == "AssumedRole"
    assert told["userIdentity"]["arn"].endswith(":assumed-role/Federated/zhang@example.com")
    assert told["userIdentity"]["sessionContext"]["sessionIssuer"]["arn"] == role.arn
    assert told["responseElements"] == {"ConsoleLogin": "Success"}
    assert told["additionalEventData"] == {
        "LoginTo": CONSOLE + "console/home",
        "MobileVersion": "No",
        "MFAUsed": "No",
        "SamlProviderArn": provider.arn,
    }
    kept = [str(told), *(str(each.facts) for each in Attempt.objects.all())]
    assert not any(response[:200] in each for each in kept)


@pytest.mark.requirement("S-092")
def test_who_somebody_is_is_said_by_the_provider_and_the_subject(browser, new_browser, provider):
    other = make_provider(name="other", idp=saml.provider("other", "https://b.example"))
    role = make_role("Both", provider)
    role.trusts = [provider.arn, other.arn]
    role.save()
    send(browser, answer((role, provider))).submit("saml_form")
    theirs = answer((role, other), idp=saml.provider("other", "https://b.example"))
    send(new_browser(), theirs).submit("saml_form")
    people = Principal.objects.filter(kind=Principal.Kind.FEDERATED)
    assert {each.realm for each in people} == {provider.arn, other.arn}


def test_a_regional_host_takes_responses_that_are_for_it(browser, role, provider):
    send(browser, answer((role, provider), recipient=REGIONAL, destination=REGIONAL), at=REGIONAL)
    browser.submit("saml_form")
    assert browser.url == address("eu-west-2.console.aws.amazon.com", "/console/home")
    assert browser.signed_in_as == ZHANG


@pytest.mark.requirement("S-050")
@pytest.mark.parametrize(
    ("relay_state", "leads_to"),
    [
        ("https://console.aws.amazon.com/support/home", CONSOLE + "support/home"),
        (CONSOLE + "support/home", CONSOLE + "support/home"),
        ("", CONSOLE + "console/home"),
        ("//evil.example", CONSOLE + "console/home"),
        ("https://evil.example/", CONSOLE + "console/home"),
        ("https://console.aws.amazon.com@evil.example/", CONSOLE + "console/home"),
        ("https://console.aws.amazon.com.evil.example/", CONSOLE + "console/home"),
        ("javascript:alert(1)", CONSOLE + "console/home"),
        ("/\\evil.example", CONSOLE + "console/home"),
        (SIGNIN + "oauth?Action=logout", CONSOLE + "console/home"),
    ],
)
def test_the_relay_state_leads_to_the_console_only(browser, role, provider, relay_state, leads_to):
    send(browser, answer((role, provider)), RelayState=relay_state)
    browser.submit("saml_form")
    assert browser.url == leads_to
    assert all(destinations.hosts.find_url(each) for each in browser.trail)


@pytest.mark.requirement("S-056")
def test_what_a_response_says_is_shown_as_text(browser, provider):
    role = make_role("Plain", provider)
    idp = saml.provider("rsa", 'https://idp.example/"><script>alert(1)</script>')
    other = make_provider(name="odd", idp=idp)
    odd = make_role("Odd", other)
    said = said_of((odd, other), (role, provider))
    send(browser, saml.answer(idp, attributes=said), RelayState='"><script>alert(1)</script>')
    content = browser.page.content.decode()
    assert "<script>alert(1)" not in content
    assert "&lt;script&gt;alert(1)" in content


@pytest.mark.requirement("S-044")
def test_an_account_that_is_not_active_takes_nobody(browser, role, provider):
    Account.objects.filter(pk=ACCOUNT).update(state=Account.State.SUSPENDED)
    assert is_refused(send(browser, answer((role, provider))), status=403)


def test_a_role_that_is_gone_meanwhile_is_not_gone_on_with(browser, role, provider):
    sign_in_as_iam_user(browser)
    send(browser, answer((role, provider)))
    browser.submit("saml_form")
    role.delete()
    browser.submit("replace-session", button="decision=replace")
    assert is_refused(browser, status=403)


def test_without_a_response_the_page_says_to_begin_at_the_provider(browser):
    assert is_refused(browser.visit(ENDPOINT))
    assert "Begin at your identity provider again" in browser.words


def test_the_page_of_what_is_wrong_leads_to_a_sign_out(browser, role, provider):
    sign_in_as_iam_user(browser)
    send(browser, "bm9uZQ==").visit("/oauth?Action=logout")
    assert 'id="sign-out-choice"' in browser.text


@pytest.mark.parametrize("host", ["signin.aws.amazon.com", "eu-west-2.signin.aws.amazon.com"])
def test_providers_are_told_where_to_send_people(browser, host):
    browser.visit(address(host, "/static/saml-metadata.xml"))
    root = etree.fromstring(browser.page.content)
    assert root.get("entityID") == "urn:amazon:webservices"
    consumer = root.find(".//md:AssertionConsumerService", saml.NAMES)
    assert consumer.get("Location") == address(host, "/saml")
    assert browser.page.headers["Content-Type"].startswith("application/samlmetadata+xml")
