"""The dates of a scenario: a reset moves all of them, as if it were loaded then."""

import os
from datetime import timedelta

import pytest
from django.apps import apps
from django.db.models import DateTimeField

from accounts.models import Directory, DirectoryProfile, Role
from signin.control import databases, scenarios
from signin.kernel import clock

pytestmark = pytest.mark.django_db


def test_no_date_is_left_where_it_was(demo):
    there = {
        (model._meta.db_table, column.column)
        for model in apps.get_models()
        for column in model._meta.fields
        if isinstance(column, DateTimeField)
        and model._default_manager.exclude(**{column.name: None}).exists()
    }
    moved = {(table, column) for table, columns in databases.DATES.items() for column in columns}
    assert there <= moved


@pytest.mark.skipif("DATABASE_URL" in os.environ, reason="about the embedded database")
def test_the_dates_of_a_directory_are_counted_from_the_reset():
    clock.freeze(clock.now() - timedelta(days=30))
    scenarios.store(scenarios.read(scenarios.find("demo")))
    clock.reset()
    clock.freeze()
    databases._redate()
    new_hire = DirectoryProfile.objects.get(principal__username="new_hire")
    found = [
        new_hire.one_time_until - timedelta(days=7),
        new_hire.email_verified_at,
        Directory.objects.get().created_at,
        Role.objects.filter(name="Audit").get().created_at,
    ]
    assert all(abs(each - clock.now()) < timedelta(seconds=1) for each in found)
