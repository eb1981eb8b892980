"""Queries whose SQL is made once answer as Django's own do."""

from datetime import timedelta

import pytest
from django.db.models import CharField, DateTimeField, Exists, OuterRef

from accounts.models import Principal, Session
from signin.kernel import clock, entropy
from signin.kernel.prepared import Prepared

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("demo")]

SESSIONS = Prepared(
    lambda key, now: (
        Session.objects.select_related("principal__account", "role", "parent")
        .filter(key_digest=key, expires_at__gt=now)
        .annotate(has_children=Exists(Session.objects.filter(parent=OuterRef("pk"))))
    ),
    key=CharField(),
    now=DateTimeField(),
)


@pytest.fixture
def session():
    now = clock.now()
    return Session.objects.create(
        door="signin",
        host="here",
        key_digest=entropy.digest("a key"),
        principal=Principal.objects.get(username="zhang"),
        factors=["password"],
        ip="127.0.0.1",
        user_agent="a browser",
        created_at=now,
        expires_at=now + timedelta(hours=1),
    )


def find(key="a key", after=timedelta(0)):
    return SESSIONS.find(key=entropy.digest(key), now=clock.now() + after)


def test_a_row_comes_with_what_is_joined_to_it_in_one_query(session, django_assert_num_queries):
    with django_assert_num_queries(1):
        found = find()
        assert found == session
        assert found.factors == ["password"]
        assert found.expires_at == session.expires_at
        assert found.principal.account.name == "Example Corp"
        assert found.role is None
        assert found.parent is None
        assert found.has_children is False


def test_each_time_the_values_given_then_count(session):
    assert find() == session
    assert find("another key") is None
    assert find(after=timedelta(hours=2)) is None
    Session.objects.update(key_digest=entropy.digest("another key"))
    assert find() is None
    assert find("another key") == session


def test_what_was_found_can_be_stored(session):
    found = find()
    found.host = "there"
    found.save(update_fields=["host"])
    session.refresh_from_db()
    assert session.host == "there"


def test_a_hostile_value_is_a_value_only(session):
    assert SESSIONS.find(key="' OR 1=1 --", now=clock.now()) is None
