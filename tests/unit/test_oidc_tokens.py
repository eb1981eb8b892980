"""Consents, authorization codes, tokens and their families."""

from datetime import timedelta

import pytest

from accounts import sessions
from accounts.models import Session
from signin.events.models import Event
from signin.kernel import clock
from signin.oidc import consents, grants, tokens
from signin.oidc.errors import (
    InvalidGrant,
    InvalidRequest,
    InvalidScope,
    OtherRealm,
    RequestOver,
    UnauthorizedClient,
)
from signin.oidc.models import AuthorizationCode, Grant, Token
from signin.oidc.tokens import Tokens
from tests.flows.portal_people import account, directory, open_session, user
from tests.unit.programs import CALLBACK, Program, program, query_of, register
from tests.unit.test_parallel import at_once

pytestmark = pytest.mark.django_db


@pytest.fixture
def aws():
    return program(for_browser=True)


@pytest.fixture
def given(aws):
    return aws.exchange(aws.code())


@pytest.mark.requirement("S-100", "S-101")
def test_who_allows_it_is_sent_back_with_a_code(aws):
    consent = aws.ask()
    assert consents.find(consent.handle) == consent
    location = consents.allow(consent, aws.session)
    assert location.startswith(f"{CALLBACK}?code=")
    assert query_of(location)["state"] == "a-state"
    assert query_of(location)["iss"] == "http://oidc.eu-central-1.amazonaws.com.localhost:8000"
    assert consents.find(consent.handle) is None
    with pytest.raises(RequestOver):
        consents.allow(consent, aws.session)


def test_who_refuses_it_is_sent_back_as_well(aws):
    told = query_of(consents.deny(aws.ask()))
    assert (told["error"], told["state"]) == ("access_denied", "a-state")
    assert told["error_description"]
    assert not Grant.objects.exists()


def test_a_request_waits_ten_minutes(aws):
    consent = aws.ask()
    clock.advance(timedelta(minutes=10))
    assert consents.find(consent.handle) is None
    with pytest.raises(RequestOver):
        consents.allow(consent, aws.session)
    assert not Grant.objects.exists()


@pytest.mark.parametrize(
    ("wrong", "refusal"),
    [
        ({"challenge": ""}, InvalidRequest),
        ({"challenge": "+" * 43}, InvalidRequest),
        ({"scopes": ["other:scope"]}, InvalidScope),
    ],
)
def test_what_can_t_be_asked(aws, wrong, refusal):
    with pytest.raises(refusal):
        aws.ask(**wrong)


def test_a_program_that_named_other_ways_can_t_ask_in_this_one(aws):
    aws.registered.client.grant_types = ["refresh_token"]
    with pytest.raises(UnauthorizedClient):
        aws.ask()


def test_a_portal_that_is_not_there_can_t_be_asked(aws):
    aws.registered.client.issuer_url = "https://nobody.awsapps.com/start"
    with pytest.raises(InvalidRequest):
        aws.ask()


def test_people_of_another_directory_can_t_answer(aws):
    other = directory(account("444455556666", "Other"), id="d-6666666666", subdomain=None)
    _, session = open_session(user(other, "eve"))
    with pytest.raises(OtherRealm):
        consents.allow(aws.ask(), session)


@pytest.mark.requirement("S-100")
def test_a_code_is_worth_nothing_without_its_verifier_and_its_uri(aws):
    code = aws.code()
    with pytest.raises(InvalidGrant):
        aws.exchange(code, verifier="another")
    with pytest.raises(InvalidGrant):
        aws.exchange(code, redirect_uri="http://127.0.0.1:1/oauth/callback")
    with pytest.raises(InvalidGrant):
        aws.exchange("unknown")
    assert aws.exchange(code)


@pytest.mark.requirement("S-100")
def test_a_code_is_good_for_a_minute(aws):
    clock.freeze()
    code, late = aws.code(), aws.code()
    clock.advance(timedelta(seconds=59))
    assert aws.exchange(code)
    clock.advance(timedelta(seconds=1))
    with pytest.raises(InvalidGrant):
        aws.exchange(late)


@pytest.mark.requirement("S-100")
def test_a_code_that_comes_twice_takes_back_what_it_gave(aws):
    code = aws.code()
    given = aws.exchange(code)
    assert tokens.find(given.access_token)
    with pytest.raises(InvalidGrant):
        aws.exchange(code)
    assert tokens.find(given.access_token) is None
    with pytest.raises(InvalidGrant):
        aws.refresh(given.refresh_token)


@pytest.mark.requirement("S-099")
def test_codes_and_tokens_belong_to_their_program(aws, given):
    other = Program(register(for_browser=True), aws.user, aws.session)
    with pytest.raises(InvalidGrant):
        other.exchange(aws.code())
    with pytest.raises(InvalidGrant):
        other.refresh(given.refresh_token)
    assert aws.refresh(given.refresh_token)


def test_of_codes_and_tokens_there_are_digests_only(aws):
    code = aws.code()
    given = aws.exchange(code)
    rows = [*Token.objects.all(), *AuthorizationCode.objects.all()]
    stored = " ".join(str(value) for row in rows for value in vars(row).values())
    for secret in (code, given.access_token, given.refresh_token):
        assert secret not in stored
    assert given.access_token not in repr(given)
    assert given.refresh_token not in repr(given)


@pytest.mark.requirement("S-102")
def test_each_refresh_token_is_good_for_the_next_and_for_no_other(aws, given):
    newest = given
    for _ in range(3):
        used, newest = newest, aws.refresh(newest.refresh_token)
        assert newest.refresh_token != used.refresh_token
        assert tokens.find(newest.access_token)
    with pytest.raises(InvalidGrant):
        aws.refresh(given.refresh_token)
    assert tokens.find(newest.access_token) is None
    with pytest.raises(InvalidGrant):
        aws.refresh(newest.refresh_token)


@pytest.mark.requirement("S-102")
def test_one_s_family_is_not_another_s(aws, given):
    other = aws.exchange(aws.code())
    aws.refresh(given.refresh_token)
    with pytest.raises(InvalidGrant):
        aws.refresh(given.refresh_token)
    assert tokens.find(other.access_token)


@pytest.mark.requirement("S-102", "S-103")
def test_all_tokens_end_with_the_session_they_were_allowed_in(aws, given):
    clock.freeze()
    clock.advance(timedelta(minutes=30))
    assert aws.exchange(aws.code()).expires_in == 3600
    clock.advance(timedelta(hours=7))
    rest = aws.session.expires_at - clock.now()
    last = aws.refresh(given.refresh_token)
    assert last.expires_in == int(rest.total_seconds())
    assert rest < timedelta(minutes=31)
    clock.advance(rest)
    assert tokens.find(last.access_token) is None
    with pytest.raises(InvalidGrant):
        aws.refresh(last.refresh_token)


def test_a_program_without_scopes_gets_one_token_for_the_whole_session():
    clock.freeze()
    old = program(scopes=[])
    given = old.redeem(old.approved())
    assert given.refresh_token is None
    assert given.expires_in == 8 * 3600


@pytest.mark.requirement("S-103")
def test_a_session_that_ends_ends_its_tokens_also_by_its_child(aws):
    _, root = open_session(aws.user)
    _, child = open_session(aws.user)
    Session.objects.filter(pk=child.pk).update(parent=root)
    child.refresh_from_db()
    given = aws.exchange(query_of(consents.allow(aws.ask(), child))["code"])
    assert Grant.objects.get().session == root
    sessions.end(child)
    assert tokens.find(given.access_token) is None
    with pytest.raises(InvalidGrant):
        aws.refresh(given.refresh_token)


def test_everything_that_programs_have_of_somebody_can_be_taken_back(aws, given):
    other = aws.exchange(aws.code())
    assert grants.living().count() == 2
    assert tokens.revoke_all(aws.user) == 2
    assert tokens.revoke_all(aws.user) == 0
    assert not grants.living().exists()
    assert tokens.find(given.access_token) is None
    assert tokens.find(other.access_token) is None


def test_a_refresh_token_opens_nothing_by_itself(given):
    assert tokens.find(given.refresh_token) is None
    assert tokens.find("") is None


@pytest.mark.requirement("S-107")
def test_events_of_tokens_name_who_they_stand_for(aws, given):
    event = Event.objects.get(name="CreateToken").document
    profile = aws.user.profile
    assert event["userIdentity"]["onBehalfOf"]["userId"] == profile.user_id
    assert event["userIdentity"]["credentialId"] == str(aws.session.pk)
    assert event["requestParameters"]["codeVerifier"].startswith("HIDDEN")
    assert event["responseElements"]["refreshToken"].startswith("HIDDEN")
    directory = profile.directory
    store = {"type": "IdentityStoreId", "ARN": directory.pk}
    assert event["resources"] == [{"accountId": directory.account_id, **store}]
    assert (event["eventSource"], event["awsRegion"]) == (
        "sso-oauth.amazonaws.com",
        "eu-central-1",
    )


@pytest.mark.requirement("S-047", "S-102")
@pytest.mark.django_db(transaction=True)
def test_of_parallel_renewals_with_one_token_one_wins_and_the_family_ends(aws, given):
    results = at_once(lambda: aws.refresh(given.refresh_token))
    [won] = [each for each in results if isinstance(each, Tokens)]
    assert tokens.find(won.access_token) is None


@pytest.mark.requirement("S-047", "S-100")
@pytest.mark.django_db(transaction=True)
def test_a_code_is_exchanged_once(aws):
    code = aws.code()
    results = at_once(lambda: aws.exchange(code))
    assert sum(isinstance(each, Tokens) for each in results) == 1
    assert not grants.living().exists()
