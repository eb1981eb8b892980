"""Extended sessions: what Kiro and Amazon Q Developer were allowed, beyond the portal's session."""

from datetime import timedelta

import pytest

from accounts import directory_users, sessions
from accounts.models import Directory, Session
from signin.kernel import clock
from signin.oidc import consents, device_authorizations, tokens
from signin.oidc.errors import InvalidGrant, RequestOver
from signin.oidc.models import Client, Grant
from tests.directories import DESK_BROWSER
from tests.unit.programs import Program, program

KIRO = ["codewhisperer:completions", "codewhisperer:analysis"]
WAYS = pytest.mark.parametrize("for_browser", [False, True], ids=["device", "browser"])

pytestmark = pytest.mark.django_db


def extended(*, on: bool = True, **how) -> Program:
    """Return a program of a directory with extended sessions, which asks for its scopes."""
    made = program(**{"scopes": KIRO, **how})
    directory = made.user.profile.directory
    directory.extended_sessions = on
    directory.save()
    # A registration lasts for 90 days, too, and would end first.
    later = clock.now() + timedelta(days=365)
    Client.objects.update(expires_at=later)
    made.registered.client.expires_at = later
    return made


def let_in(aws: Program):
    """Return tokens, in the way that the program registered for."""
    if aws.registered.client.redirect_uris:
        return aws.exchange(aws.code())
    return aws.redeem(aws.approved())


@WAYS
def test_it_lasts_for_ninety_days_whatever_the_portal_does(for_browser):
    clock.freeze()
    aws = extended(for_browser=for_browser)
    given = let_in(aws)
    sessions.end(aws.session)
    clock.advance(timedelta(hours=8))
    given = aws.refresh(given.refresh_token)
    assert given.expires_in == 3600
    clock.advance(timedelta(days=80))
    given = aws.refresh(given.refresh_token)
    clock.advance(timedelta(days=10) - timedelta(hours=8, seconds=1))
    given = aws.refresh(given.refresh_token)
    assert given.expires_in == 1
    assert tokens.find(given.access_token)
    clock.advance(timedelta(seconds=1))
    assert tokens.find(given.access_token) is None
    with pytest.raises(InvalidGrant):
        aws.refresh(given.refresh_token)


@WAYS
def test_it_is_a_session_that_no_browser_has(for_browser):
    clock.freeze()
    aws = extended(for_browser=for_browser)
    let_in(aws)
    session = Grant.objects.get().session
    assert (session.key_digest, session.handoff_digest, session.parent) == (None, None, None)
    assert (session.door, session.host) == (sessions.SIGNIN, aws.session.host)
    assert (session.principal, session.ip) == (aws.user, aws.session.ip)
    assert session.expires_at == clock.now() + timedelta(days=90)


@pytest.mark.requirement("S-103")
@WAYS
@pytest.mark.parametrize(
    ("how", "scopes"),
    [
        ({"on": False}, KIRO),
        ({}, ["sso:account:access"]),
        ({}, [*KIRO, "sso:account:access"]),
        ({}, ["codewhisperers:completions"]),
        ({}, []),
    ],
)
def test_otherwise_the_portal_s_session_binds(for_browser, how, scopes):
    aws = extended(for_browser=for_browser, scopes=scopes, **how)
    given = let_in(aws)
    assert Grant.objects.get().session == aws.session
    assert Session.objects.count() == 1
    sessions.end(aws.session)
    assert tokens.find(given.access_token) is None


@pytest.mark.requirement("S-103")
def test_what_is_allowed_counts_and_not_what_the_program_registered_for():
    aws = extended(for_browser=True, scopes=[*KIRO, "sso:account:access"])
    consents.allow(aws.ask(scopes=KIRO[:1]), aws.session)
    assert Grant.objects.get().session != aws.session


def test_a_directory_has_none_unless_it_says_so():
    assert not Directory().extended_sessions


@pytest.mark.parametrize(
    "end",
    [
        tokens.revoke_all,
        lambda user: tokens.revoke_family(Grant.objects.get()),
        lambda user: directory_users.end_sessions(user, browser=DESK_BROWSER),
        lambda user: directory_users.give_one_time_password(user, browser=DESK_BROWSER),
        lambda user: directory_users.delete(user, browser=DESK_BROWSER),
    ],
    ids=["grants", "grant", "sessions", "password", "deleted"],
)
def test_the_administrator_ends_it(end):
    aws = extended()
    given = let_in(aws)
    end(aws.user)
    assert tokens.find(given.access_token) is None
    with pytest.raises(InvalidGrant):
        aws.refresh(given.refresh_token)


@pytest.mark.requirement("S-044")
@pytest.mark.parametrize("mode", Directory.DisablingMode)
def test_disabling_the_user_ends_it(mode):
    aws = extended()
    Directory.objects.update(disabling_mode=mode)
    aws.user.profile.directory.refresh_from_db()
    given = let_in(aws)
    directory_users.disable(aws.user, browser=DESK_BROWSER)
    assert tokens.find(given.access_token) is None
    with pytest.raises(InvalidGrant):
        aws.refresh(given.refresh_token)


def test_an_answer_that_comes_late_opens_nothing():
    aws = extended()
    begun = aws.begin()
    clock.advance(timedelta(minutes=10))
    with pytest.raises(RequestOver):
        device_authorizations.approve(begun.authorization, aws.session)
    assert Session.objects.count() == 1


@pytest.mark.parametrize(("on", "statements"), [(False, 4), (True, 5)])
def test_where_it_is_off_nothing_more_is_asked(on, statements, django_assert_num_queries):
    aws = extended(on=on)
    begun = aws.begin()
    with django_assert_num_queries(statements):
        device_authorizations.approve(begun.authorization, aws.session)
