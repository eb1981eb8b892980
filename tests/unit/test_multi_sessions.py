"""Several sessions side by side in one browser: who has a place, and by what name."""

import pytest
from django.db import transaction

from accounts import multi_sessions, sessions
from accounts.errors import TooManySessions
from accounts.models import MultiSession, Principal, Role, Session
from signin.http import Browser
from signin.kernel import clock
from tests.unit.test_parallel import at_once

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("demo")]

HOST = "signin.aws.amazon.com.localhost:8000"
BROWSER = Browser(ip="127.0.0.1", user_agent="a browser", host=HOST, region=None, device_key="")


def people(count):
    return list(Principal.objects.filter(kind="root-user").order_by("pk")[:count])


def sign_in(key, principal, role=None, instead=""):
    """Sign somebody in beside others; return the browser's new secret, or none."""
    with transaction.atomic():
        arn = principal.arn
        if role:
            arn = role.session_arn(principal.username)
        entered = multi_sessions.enter(key, host=HOST, arn=arn, instead=instead)
        if entered is None:
            return None
        sessions.open_for(
            principal,
            browser=BROWSER,
            factors=["password"],
            host="h",
            challenge="",
            role=role,
            multi_session=entered.multi_session,
        )
    return entered.key


def living(key):
    return multi_sessions.living(multi_sessions.find(key, host=HOST))


@pytest.fixture
def full():
    key = multi_sessions.turn_on(None, host=HOST)
    for principal in people(multi_sessions.MOST_SESSIONS):
        key = sign_in(key, principal)
    return key


def test_a_sixth_has_no_place_and_the_secret_stays(full):
    with pytest.raises(TooManySessions):
        sign_in(full, people(6)[-1])
    assert len(living(full)) == 5


def test_a_session_that_is_named_makes_place(full):
    oldest = living(full)[-1]
    key = sign_in(full, people(6)[-1], instead=multi_sessions.name_of(oldest))
    assert oldest not in living(key)
    assert len(living(key)) == 5


def test_one_that_ended_or_is_over_has_no_place(full):
    sessions.end(living(full)[0])
    key = sign_in(full, people(6)[-1])
    assert len(living(key)) == 5
    clock.advance(sessions.CONSOLE_LIFETIME)
    assert living(key) == []


def test_somebody_and_a_role_of_theirs_are_two(full):
    root = people(1)[0]
    role = Role.objects.first()
    first = multi_sessions.name_of(next(each for each in living(full) if each.principal == root))
    sessions.end(living(full)[0])
    key = sign_in(full, root, role)
    names = [multi_sessions.name_of(each) for each in living(key)]
    assert first in names
    assert len(set(names)) == 5
    assert names[0].startswith(f"{role.account_id}-")


def test_a_name_is_the_browser_s_own():
    root, names = people(1)[0], set()
    for _ in range(2):
        key = sign_in(multi_sessions.turn_on(None, host=HOST), root)
        names.add(multi_sessions.name_of(living(key)[0]))
        names.add(multi_sessions.name_of(living(sign_in(key, root))[0]))
    assert len(names) == 2


@pytest.mark.requirement("S-036")
@pytest.mark.parametrize("key", ["", "x"])
def test_no_other_secret_leads_anywhere(full, key):
    assert multi_sessions.find(key, host=HOST) is None
    assert multi_sessions.find(full, host="other") is None
    assert sign_in(key, people(1)[0]) is None


def test_the_only_session_of_a_browser_has_no_name_and_nobody_beside():
    sessions.open_for(people(1)[0], browser=BROWSER, factors=[], host="h", challenge="")
    session = Session.objects.get()
    assert multi_sessions.name_of(session) == ""
    assert multi_sessions.beside(session) == []


def test_turning_off_keeps_one_with_another_key(full):
    kept = living(full)[2]
    multi_session = multi_sessions.find(full, host=HOST)
    left = multi_sessions.turn_off(multi_session, keep=multi_sessions.name_of(kept))
    assert sessions.find(left.key, door=sessions.SIGNIN, host=HOST) == kept
    assert left.expires_at == kept.expires_at
    assert Session.objects.filter(ended_at=None).count() == 1
    assert not MultiSession.objects.exists()


@pytest.mark.django_db(transaction=True)
@pytest.mark.requirement("S-047")
def test_at_the_same_moment_there_are_no_more_than_five():
    key = multi_sessions.turn_on(None, host=HOST)
    for principal in people(4):
        key = sign_in(key, principal)
    *_, fifth, sixth = people(6)
    turns = iter([fifth, sixth] * 4)
    done = at_once(lambda: sign_in(key, next(turns)))
    assert len([each for each in done if isinstance(each, str)]) == 1
    assert Session.objects.filter(ended_at=None, multi_session__isnull=False).count() == 5


@pytest.mark.django_db(transaction=True)
@pytest.mark.requirement("S-047")
def test_at_the_same_moment_a_full_browser_refuses_all(full):
    sixth = people(6)[-1]
    done = at_once(lambda: sign_in(full, sixth))
    assert all(isinstance(each, TooManySessions) for each in done)
    assert len(living(full)) == 5
