"""Queries whose SQL is made once answer as Django's own do."""

from datetime import timedelta

import pytest
from django.core.exceptions import FieldError
from django.db import IntegrityError, transaction
from django.db.models import CharField, DateTimeField, Exists, F, OuterRef
from django.db.transaction import TransactionManagementError

from accounts.models import Principal, Session
from signin.events.models import Event
from signin.kernel import clock, entropy
from signin.kernel.prepared import Prepared, PreparedUpdate
from signin.oidc.models import Client

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


def test_what_is_not_read_at_first_is_read_when_it_is_asked_for(session, django_assert_num_queries):
    only = Prepared(
        lambda key: Session.objects.filter(key_digest=key).defer("factors"), key=CharField()
    )
    found = only.find(key=entropy.digest("a key"))
    with django_assert_num_queries(1):
        assert found.factors == ["password"]


def test_what_a_constraint_forbids_is_django_s_own_error():
    now = clock.now()
    client = Client.objects.create(name="one", registered_at=now, expires_at=now)
    with pytest.raises(IntegrityError), transaction.atomic():
        Client.objects.create(id=client.pk, name="two", registered_at=now, expires_at=now)
    assert [each.name for each in Client.objects.all()] == ["one"]


def test_nothing_is_asked_any_more_where_an_error_broke_the_transaction(session):
    with transaction.atomic():
        transaction.set_rollback(True)
        with pytest.raises(TransactionManagementError):
            find()
        transaction.set_rollback(False)
    assert find() == session


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


ALL = Prepared(
    lambda door: Session.objects.select_related("principal").filter(door=door).order_by("-host"),
    door=CharField(),
)


def test_all_rows_are_found_in_the_order_of_the_query(session, django_assert_num_queries):
    others = [Session(**values_of(session) | {"host": host, "key_digest": None}) for host in "abc"]
    with django_assert_num_queries(1):
        Session.objects.add(*others)
    assert not others[0]._state.adding
    with django_assert_num_queries(1):
        found = ALL.all(door="signin")
        assert [each.host for each in found] == ["here", "c", "b", "a"]
        assert {each.principal.username for each in found} == {"zhang"}
    assert set(found) == {session, *others}
    assert ALL.all(door="nowhere") == []


def values_of(session):
    names = ("door", "principal", "factors", "ip", "user_agent", "created_at", "expires_at")
    return {name: getattr(session, name) for name in names}


RENAMED = PreparedUpdate(
    lambda key, host: (
        Session.objects.filter(key_digest=key, ended_at=None),
        {"host": host, "door": "there", "created_at": F("expires_at")},
    ),
    key=CharField(),
    host=CharField(),
)


def test_an_update_changes_the_rows_that_are_meant_and_tells_how_many(
    session, django_assert_num_queries
):
    with django_assert_num_queries(1):
        assert RENAMED.run(key=entropy.digest("another key"), host="b") == 0
    assert RENAMED.run(key=entropy.digest("a key"), host="b") == 1
    session.refresh_from_db()
    assert (session.host, session.door) == ("b", "there")
    assert session.created_at == session.expires_at
    Session.objects.update(ended_at=clock.now())
    assert RENAMED.run(key=entropy.digest("a key"), host="c") == 0


def test_a_row_is_added_as_django_adds_it(django_assert_num_queries):
    now, document = clock.now(), {"a": [1, "é", None]}
    with django_assert_num_queries(1):
        event = Event.objects.create(name="X", account_id="", recorded_at=now, document=document)
    found = Event.objects.get(pk=event.pk)
    assert (found.name, found.recorded_at, found.document) == ("X", now, document)
    assert found.event_id == event.event_id
    assert not event._state.adding
    event.name = "Y"
    event.save()
    assert Event.objects.get().name == "Y"


def test_rows_are_added_together_and_each_has_its_key(django_assert_num_queries):
    now = clock.now()
    made = [Event(name=name, recorded_at=now, document={}) for name in ("one", "two", "three")]
    with django_assert_num_queries(1):
        Event.objects.add(*made)
    assert all(Event.objects.get(pk=row.pk).name == row.name for row in made)


def test_rows_are_added_together_that_nobody_needs_as_models(django_assert_num_queries):
    now = clock.now()
    made = [{"name": name, "recorded_at": now, "document": {"a": name}} for name in ("one", "two")]
    with django_assert_num_queries(1):
        Event.objects.append(*made)
    found = list(Event.objects.order_by("pk"))
    assert [each.name for each in found] == ["one", "two"]
    assert [each.document for each in found] == [{"a": "one"}, {"a": "two"}]
    assert {each.account_id for each in found} == {""}
    assert found[0].event_id != found[1].event_id


def test_nothing_is_added_of_which_no_column_is_known():
    with pytest.raises(FieldError, match="Event has no when, why"):
        Event.objects.append({"name": "X", "when": clock.now(), "why": ""})
    assert not Event.objects.exists()


def test_a_row_keeps_the_key_that_it_brings_and_what_is_left_out_has_its_default():
    client = Client.objects.create(
        secret_digest="", name="a program", registered_at=clock.now(), expires_at=clock.now()
    )
    found = Client.objects.get()
    assert found == client
    assert len(found.pk) == 43
    assert found.scopes == found.redirect_uris == []
