"""Making the database, and taking it back to a scenario.

SQLite: a scenario that was loaded once is kept as a small template file, and a reset copies its
pages over the live database (SQLite's backup API): a few milliseconds, however much lies there,
and other connections see the result at once. The schema comes from ``schema.sql``, made from the
migrations, so that a first start needs none of them to run. Other databases are emptied and
filled in one transaction.
"""

import sqlite3
import zlib
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

from django.apps import apps
from django.conf import settings
from django.contrib.contenttypes.models import ContentType
from django.contrib.sessions.models import Session as AdminSession
from django.core.cache import caches
from django.core.management import call_command
from django.db import connection, connections, transaction

from accounts.models import (
    AccessKey,
    Account,
    Directory,
    DirectoryProfile,
    Invitation,
    PermissionStatement,
    Principal,
    Role,
    SamlPrivateKey,
    SamlProvider,
)
from builderid.models import Profile as BuilderIdProfile
from mfa.models import Device
from signin.control import operators, scenarios
from signin.control.models import LoadedScenario
from signin.federation import idp, idp_keys
from signin.kernel import clock
from signin.mailbox.models import Message

SCHEMA = Path(__file__).parent / "schema.sql"


# What outlives a reset: the operators, and their sessions at the admin site. Operators have
# numbers of their own (signin.control.operators), so that none of them is taken by then.
KEPT = {
    Principal._meta.db_table: f"kind = '{Principal.Kind.OPERATOR}'",
    AdminSession._meta.db_table: "1 = 1",
}
# What a scenario dates from the moment that it is loaded.
DATES = {
    Account._meta.db_table: ("created_at", "closed_at", "expires_at", "root_mfa_grace_ends_at"),
    Principal._meta.db_table: ("created_at", "password_changed_at"),
    Directory._meta.db_table: ("created_at",),
    DirectoryProfile._meta.db_table: ("email_verified_at", "one_time_until"),
    BuilderIdProfile._meta.db_table: ("email_verified_at",),
    Invitation._meta.db_table: ("sent_at", "expires_at"),
    Role._meta.db_table: ("created_at",),
    Device._meta.db_table: ("registered_at",),
    AccessKey._meta.db_table: ("created_at",),
    SamlProvider._meta.db_table: ("created_at",),
    SamlPrivateKey._meta.db_table: ("added_at",),
    PermissionStatement._meta.db_table: ("created_at",),
    Message._meta.db_table: ("sent_at",),
    LoadedScenario._meta.db_table: ("loaded_at",),
}
TEXT = "'%%Y-%%m-%%d %%H:%%M:%%f'"
Rows = dict[str, list[tuple[Any, ...]]]


def prepare() -> str | None:
    """Bring the database up to date; fill an empty one and return the operator's password."""
    if connection.vendor == "sqlite":
        version = _version()
        if version == _fingerprint():
            return None
        if version == 0 and not connection.introspection.table_names():
            return _fill()
    call_command("migrate", verbosity=0, interactive=False)
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute(f"PRAGMA user_version = {_fingerprint()}")
    return None if operators.exist() else _fill()


def reset(name: str) -> None:
    """Take everything but the operators back to a scenario, and the clock to the machine's time."""
    scenario = scenarios.find(name)
    clock.reset()
    if connection.vendor == "sqlite":
        kept = _keep()
        is_new = _restore(scenario)
        with transaction.atomic():
            if not is_new:
                _redate()
            _put_back(kept)
    else:
        with transaction.atomic():
            kept = _keep()
            content = scenarios.read(scenario)
            _truncate()
            scenarios.store(content)
            _put_back(kept)
    caches["default"].clear()
    ContentType.objects.clear_cache()


def schema() -> str:
    """Return the SQL that makes an empty, migrated database (SQLite); runs the migrations."""
    connections.databases["schema"] = {
        **connections.databases["default"],
        "ENGINE": "signin.kernel.sqlite3",
        "NAME": ":memory:",
        "OPTIONS": {"transaction_mode": "IMMEDIATE"},
    }
    blank = connections["schema"]
    try:
        call_command("migrate", database="schema", verbosity=0, interactive=False)
        with blank.cursor() as cursor:
            cursor.execute(
                "SELECT sql FROM sqlite_master WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite_%'"
                " ORDER BY type DESC, name"
            )
            statements = [f"{row[0]};" for row in cursor.fetchall()]
            cursor.execute("SELECT app, name FROM django_migrations ORDER BY app, name")
            statements += [
                "INSERT INTO django_migrations (app, name, applied)"
                f" VALUES ('{app}', '{name}', '2000-01-01 00:00:00');"
                for app, name in cursor.fetchall()
            ]
            # The admin site remembers these numbers for good, so every database has the same.
            cursor.execute("SELECT id, app_label, model FROM django_content_type ORDER BY id")
            statements += [
                "INSERT INTO django_content_type (id, app_label, model)"
                f" VALUES ({number}, '{app}', '{model}');"
                for number, app, model in cursor.fetchall()
            ]
    finally:
        blank.close()
        del connections["schema"]
        del connections.databases["schema"]
    return "\n".join(statements) + "\n"


def _fill() -> str:
    scenario = scenarios.find(settings.SIGNIN_SCENARIO)
    if connection.vendor == "sqlite":
        if not _restore(scenario):
            _redate()
    else:
        scenarios.store(scenarios.read(scenario))
    return operators.create()


def _restore(scenario: scenarios.Scenario) -> bool:
    """Copy a scenario over the live database; return whether it had to be loaded for that."""
    template = _template(scenario)
    if template.exists():
        _copy(template, _live())
        return False
    content = scenarios.read(scenario)  # refuses a wrong one before anything is lost
    blank = sqlite3.connect(":memory:")
    blank.executescript(f"{SCHEMA.read_text()} PRAGMA user_version = {_fingerprint()};")
    blank.backup(_live())
    blank.close()
    scenarios.store(content)
    template.parent.mkdir(exist_ok=True)
    draft = template.with_suffix(".draft")
    draft.unlink(missing_ok=True)
    copy = sqlite3.connect(draft)
    _live().backup(copy)
    copy.execute("PRAGMA journal_mode=DELETE")
    copy.close()
    draft.replace(template)
    return True


def _redate() -> None:
    """Move the dates of a scenario that was loaded earlier, as if it were loaded now.

    By hand, as all that a reset does often; SQLite's dates are texts of this form.
    """
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT loaded_at FROM {LoadedScenario._meta.db_table}")
        loaded_at = datetime.fromisoformat(cursor.fetchone()[0]).replace(tzinfo=UTC)
        age = f"{(clock.now() - loaded_at).total_seconds():+.3f} seconds"
        for table, columns in DATES.items():
            moved = [
                f"{column} = strftime('%%Y-%%m-%%d %%H:%%M:%%f', {column}, %s)"
                for column in columns
            ]
            cursor.execute(f"UPDATE {table} SET {', '.join(moved)}", [age] * len(columns))


def _copy(template: Path, live: sqlite3.Connection) -> None:
    source = sqlite3.connect(f"file:{template}?mode=ro", uri=True)
    try:
        source.backup(live)
    finally:
        source.close()


def _template(scenario: scenarios.Scenario) -> Path:
    # With who the built-in identity provider is: a scenario may say that it is trusted.
    provider = f"{idp.issuer()} {idp_keys.stored()}"
    content = f"{_fingerprint()} {settings.SIGNIN_PASSWORD_COST} {provider} {scenario.text}"
    digest = zlib.crc32(content.encode())
    folder: Path = settings.SIGNIN_DATA_DIR / "templates"
    return folder / f"{scenario.name}-{digest:08x}.sqlite3"


def _live() -> sqlite3.Connection:
    connection.ensure_connection()
    live: Any = connection.connection
    return live  # type: ignore[no-any-return]


def _version() -> int:
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA user_version")
        return int(cursor.fetchone()[0])


@cache
def _fingerprint() -> int:
    return zlib.crc32(SCHEMA.read_bytes()) & 0x7FFFFFFF or 1


def _keep() -> Rows:
    # By hand: a reset takes few milliseconds, and models would cost half of them.
    with connection.cursor() as cursor:
        kept = {}
        for table, condition in KEPT.items():
            cursor.execute(f"SELECT * FROM {table} WHERE {condition}")
            kept[table] = cursor.fetchall()
    return kept


def _put_back(kept: Rows) -> None:
    with connection.cursor() as cursor:
        for table, rows in kept.items():
            for row in rows:
                values = ", ".join(["%s"] * len(row))
                cursor.execute(f"INSERT INTO {table} VALUES ({values})", row)


def _truncate() -> None:
    tables = [
        model._meta.db_table
        for model in apps.get_models(include_auto_created=True)
        if model._meta.managed and not model._meta.proxy and model._meta.app_label != "contenttypes"
    ]
    names = ", ".join(connection.ops.quote_name(table) for table in tables)
    with connection.cursor() as cursor:
        cursor.execute(f"TRUNCATE {names} RESTART IDENTITY CASCADE")
