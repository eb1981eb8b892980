"""What this project's SQLite backend does otherwise than Django's."""

import fcntl
import os
import sqlite3
import threading
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from django.db import OperationalError, connection, connections, transaction
from django.db.models import Max

from signin.events.models import Event
from signin.kernel import clock

pytestmark = [
    pytest.mark.skipif(connection.vendor != "sqlite", reason="the backend is SQLite's"),
    pytest.mark.django_db(transaction=True),
]

MOMENT = datetime(2030, 1, 2, 3, 4, 5, 678901, tzinfo=UTC)


def gate_is_open():
    """Return whether a process could begin a transaction at once."""
    path = Path(f"{connection.settings_dict['NAME']}-gate")
    with path.open("r") as gate:
        try:
            fcntl.flock(gate, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        fcntl.flock(gate, fcntl.LOCK_UN)
        return True


def add():
    Event.objects.append({"name": "X", "recorded_at": clock.now(), "document": {}})


def test_the_gate_is_shut_as_long_as_a_transaction_lasts():
    with transaction.atomic():
        assert not gate_is_open()
        with transaction.atomic():
            add()
        assert not gate_is_open()
    assert gate_is_open()
    with transaction.atomic():
        add()
        transaction.set_rollback(True)
    assert gate_is_open()
    assert Event.objects.count() == 1


@pytest.mark.parametrize(
    "document",
    [
        {},
        {"texts": ["", "é", "日本", "\x00", '"\\/'], "more": {"none": None, "no": False}},
        {"numbers": [0, -1, 1.5, 2**63, 2**80]},
        {"half of a character": "\ud800"},
    ],
)
def test_json_comes_back_as_it_was(document):
    Event.objects.append({"name": "X", "recorded_at": MOMENT, "document": document})
    assert Event.objects.get().document == document


@pytest.mark.parametrize("value", [MOMENT, object(), {"at": MOMENT}])
def test_what_is_no_json_is_refused(value):
    with pytest.raises(TypeError):
        connection.ops.adapt_json_value(value, None)


def test_places_go_on_from_the_greatest():
    add()
    add()
    first, second = Event.objects.order_by("pk").values_list("pk", flat=True)
    assert second == first + 1


def test_reading_and_single_statements_pass_without_it():
    with (Path(f"{connection.settings_dict['NAME']}-gate")).open("r") as gate:
        fcntl.flock(gate, fcntl.LOCK_EX)
        assert not Event.objects.exists()
        add()
    assert Event.objects.count() == 1


def test_who_waits_goes_on_when_the_transaction_before_is_over():
    begun, seen = threading.Event(), []

    def write():
        begun.set()
        with transaction.atomic():
            seen.append(Event.objects.count())
        connections.close_all()

    waiting = threading.Thread(target=write)
    with transaction.atomic():
        waiting.start()
        begun.wait()
        add()
        assert seen == []
    waiting.join()
    assert seen == [1]


def test_a_transaction_that_can_not_begin_leaves_it_open():
    connection.ensure_connection()
    [[timeout]] = connection.connection.execute("PRAGMA busy_timeout").fetchall()
    writer = sqlite3.connect(connection.settings_dict["NAME"], isolation_level=None)
    writer.execute("BEGIN IMMEDIATE")
    connection.connection.execute("PRAGMA busy_timeout = 0")
    try:
        with pytest.raises(OperationalError, match="locked"):
            transaction.atomic().__enter__()
    finally:
        connection.connection.execute(f"PRAGMA busy_timeout = {timeout}")
        writer.close()
    assert gate_is_open()
    with transaction.atomic():
        add()
    assert Event.objects.count() == 1


def test_a_closed_connection_keeps_no_file_open():
    connection.ensure_connection()
    gate = connection._gate
    assert os.fstat(gate)
    connection.close()
    with pytest.raises(OSError, match="Bad file descriptor"):
        os.fstat(gate)
    assert gate_is_open()


@pytest.mark.parametrize(
    "moment",
    [
        MOMENT,
        MOMENT.replace(microsecond=0),
        MOMENT.replace(microsecond=500000),
        MOMENT.astimezone(timezone(timedelta(hours=9))),
    ],
)
def test_times_come_back_as_they_were_in_utc(moment):
    Event.objects.append({"name": "X", "recorded_at": moment, "document": {}})
    found = Event.objects.get()
    assert found.recorded_at == moment
    assert found.recorded_at.tzinfo is UTC
    assert Event.objects.filter(recorded_at__lte=moment).count() == 1
    assert Event.objects.aggregate(last=Max("recorded_at"))["last"] == moment
    assert list(Event.objects.datetimes("recorded_at", "year")) == [
        datetime(2030, 1, 1, tzinfo=UTC)
    ]
