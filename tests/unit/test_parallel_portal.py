"""What of Identity Center and of roles can be used once, under parallel requests."""

from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest

from accounts import directories, roles, sessions, switches
from accounts.directory_steps import PortalPasswordStep
from accounts.errors import WrongCredentials
from accounts.models import Account, PermissionSet, RoleSwitch, Session
from mfa import prompting
from signin.events.models import Event
from signin.federation import arrivals, authn_requests
from signin.federation.errors import ArrivalOver, AssertionReplayed, QuestionUnknown
from signin.flow.models import Attempt
from signin.http import Browser
from signin.kernel import entropy
from signin.kernel.errors import Refusal
from tests.devices import named
from tests.external_idp import answer, make_external, make_mary
from tests.portal_walks import DIRECTORY, JANE, NEW_HIRE, PORTAL, user
from tests.unit.test_parallel import THREADS, at_once

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("demo")]

CHROMIUM = Browser(
    ip="127.0.0.1",
    user_agent="",
    host="us-east-1.signin.aws.localhost:8000",
    region="us-east-1",
    device_key="",
)
CHALLENGE = sessions.challenge_of("verifier")
HOST = "example-corp.awsapps.com.localhost:8000"


def attempt_of(username: str) -> Attempt:
    """Return an attempt in which a name was typed."""
    facts = {"directory": DIRECTORY, "username": username, "destination": PORTAL}
    facts["auth_workflow"] = str(entropy.identifier())
    attempt = Attempt.begin(flow="directory-user", flow_key="key", facts=facts)
    attempt.browser = CHROMIUM
    return attempt


@pytest.mark.requirement("R-091", "S-028", "S-047")
def test_a_one_time_password_signs_in_once():
    attempts = iter([attempt_of(NEW_HIRE[0]) for _ in range(THREADS)])
    answer = {"password": NEW_HIRE[1], "trust_device": False}
    step = PortalPasswordStep(then=prompting.look)
    results = at_once(lambda: step.submit(next(attempts), answer))
    assert results.count(None) == 1
    assert sum(isinstance(each, WrongCredentials) for each in results) == THREADS - 1
    assert user(NEW_HIRE[0]).profile.one_time_until is None


@pytest.mark.requirement("S-047")
def test_a_one_time_password_is_used_up_once():
    results = at_once(lambda: directories.use_up_one_time(user(NEW_HIRE[0])))
    assert results.count(True) == 1


@pytest.mark.requirement("S-036", "S-047")
def test_the_code_for_the_portal_opens_one_session():
    signed_in = sessions.open_for(
        user(JANE[0]),
        browser=CHROMIUM,
        factors=["password"],
        host=HOST,
        challenge=CHALLENGE,
        door=sessions.PORTAL,
    )
    results = at_once(lambda: sessions.accept(signed_in.code, host=HOST, verifier="verifier"))
    [key] = [each for each in results if each]
    assert sessions.find(key, door=sessions.PORTAL, host=HOST)


@pytest.mark.requirement("S-036", "S-047")
def test_the_code_for_a_role_opens_one_session():
    sessions.open_for(user(JANE[0]), browser=CHROMIUM, factors=[], host=HOST, challenge="")
    permission_set = PermissionSet.objects.get(directory=DIRECTORY, name="ReadOnlyAccess")
    role = roles.provision(permission_set, Account.objects.get(pk="111122223333"))
    code = sessions.offer_role(
        role,
        Session.objects.get(),
        browser=CHROMIUM,
        host="signin",
        challenge=CHALLENGE,
        lifetime=timedelta(hours=1),
    )
    results = at_once(lambda: sessions.accept(code, host="signin", verifier="verifier"))
    assert len([key for key in results if key]) == 1
    assert Session.objects.exclude(role=None).count() == 1


@pytest.mark.requirement("S-047")
def test_a_permission_set_gets_one_role_in_an_account():
    permission_set = PermissionSet.objects.get(directory=DIRECTORY, name="ReadOnlyAccess")
    account = Account.objects.get(pk="444455556666")
    results = at_once(lambda: roles.provision(permission_set, account))
    assert len({role.pk for role in results}) == 1


@pytest.mark.requirement("S-047")
def test_a_sign_in_works_as_one_role_and_leaves_it_once():
    sessions.open_for(named("zhang"), browser=CHROMIUM, factors=[], host="console", challenge="x")
    session = Session.objects.select_related("principal__account", "parent").get(door="console")

    def switch() -> object:
        return switches.switch(
            session,
            account="444455556666",
            role="Audit",
            display_name="",
            color="",
            has_device=False,
            browser=CHROMIUM,
            to="/",
        )

    assert not [each for each in at_once(switch) if isinstance(each, Refusal)]
    assert RoleSwitch.objects.count() == 1
    at_once(lambda: switches.leave(session, browser=CHROMIUM, to="/"))
    assert not RoleSwitch.objects.exists()
    assert Event.objects.filter(name="ExitRole").count() == 1


@pytest.mark.requirement("S-047", "S-088", "S-090")
def test_the_answer_of_an_external_provider_is_taken_once_and_leads_in_once():
    directory = make_external()
    make_mary(directory)
    said = answer(directory)["SAMLResponse"]
    results = at_once(lambda: arrivals.receive(directory, said, browser=CHROMIUM))
    [token] = [each for each in results if isinstance(each, str)]
    assert sum(isinstance(each, AssertionReplayed) for each in results) == THREADS - 1
    results = at_once(lambda: arrivals.use(arrivals.find(token)))
    assert results.count(None) == 1
    assert sum(isinstance(each, ArrivalOver) for each in results) == THREADS - 1


@pytest.mark.requirement("S-047", "S-090")
def test_a_question_is_answered_once():
    directory = make_external()
    make_mary(directory)
    attempt = attempt_of("mary@example.com")
    url = arrivals.ask(attempt, directory)
    packed = parse_qs(urlsplit(url).query)["SAMLRequest"][0]
    asked = authn_requests.read(packed, is_deflated=True).id
    said = iter([answer(directory, in_response_to=asked) for _ in range(THREADS)])
    results = at_once(
        lambda: arrivals.receive(directory, next(said)["SAMLResponse"], browser=CHROMIUM)
    )
    assert sum(isinstance(each, str) for each in results) == 1
    assert sum(isinstance(each, QuestionUnknown) for each in results) == THREADS - 1
