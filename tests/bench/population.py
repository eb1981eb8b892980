"""Run by itself: makes the database of a data directory and many identities in it.

They are copies of the scenario's own people, made by SQLite itself: a million in half a minute.
"""

import sys
from collections.abc import Mapping
from typing import Any

import django

from tests.bench.signing_in import ACCESS_KEY, USERNAME
from tests.bench.vestibule import EXTRA

NAME = f"'{EXTRA}' || printf('%06d', n)"
IAM_USER, DIRECTORY_USER = "iam-user", "directory-user"


def main(count: int, kind: str) -> None:
    """Make so many IAM users; of a crowd, half have keys, half are of the directory with a role.

    All have the password of the scenario's own, and the secret of its access key.
    """
    django.setup()
    from django.db import connection, transaction  # noqa: PLC0415

    from signin.control import databases  # noqa: PLC0415

    databases.prepare()
    with connection.cursor() as cursor, transaction.atomic():
        if kind == "crowd":
            _add_directory_users(cursor, count - count // 2)
            _add_iam_users(cursor, count // 2)
            _add_keys(cursor, count // 2)
        else:
            _add_iam_users(cursor, count)


def name_of(number: int) -> str:
    """Return the user name of one of them."""
    return f"{EXTRA}{number:06d}"


def key_of(number: int) -> str:
    """Return the ID of the access key of one of a crowd's IAM users."""
    return f"AKIA{number:09d}EXAMPLE"


def _add_iam_users(cursor: Any, count: int) -> None:
    unique_id = "'AIDA' || printf('%010d', n) || 'EXAMPLE'"
    columns = {"username": NAME, "folded": NAME, "unique_id": unique_id}
    _copy(cursor, "accounts_principal", f"id = {_own(IAM_USER)}", columns, count)


def _add_keys(cursor: Any, count: int) -> None:
    columns = {
        "access_key_id": "'AKIA' || printf('%09d', n) || 'EXAMPLE'",
        "principal_id": _named(IAM_USER),
    }
    _copy(cursor, "accounts_accesskey", f"access_key_id = '{ACCESS_KEY[0]}'", columns, count)


def _add_directory_users(cursor: Any, count: int) -> None:
    own, named = _own(DIRECTORY_USER), _named(DIRECTORY_USER)
    columns = {"username": NAME, "folded": NAME}
    _copy(cursor, "accounts_principal", f"id = {own}", columns, count)
    email = f"{NAME} || '@bench.example.com'"
    columns = {"user_id": "printf('%047d', n)", "email": email, "folded_email": email}
    columns["principal_id"] = named
    _copy(cursor, "accounts_directoryprofile", f"principal_id = {own}", columns, count)
    _copy(cursor, "accounts_assignment", f"user_id = {own}", {"user_id": named}, count)


def _copy(cursor: Any, table: str, row: str, changed: Mapping[str, str], count: int) -> None:
    """Copy one row so often; ``changed`` says what is another in the copy number ``n``."""
    cursor.execute(f"SELECT name FROM pragma_table_info('{table}')")
    columns = {name: name for (name,) in cursor.fetchall() if name != "id"} | changed
    cursor.execute(
        "WITH RECURSIVE numbers (n) AS"
        f" (SELECT 0 UNION ALL SELECT n + 1 FROM numbers WHERE n < {count - 1})"
        f" INSERT INTO {table} ({', '.join(columns)})"
        f" SELECT {', '.join(columns.values())} FROM numbers, {table} WHERE {row}"
    )


def _own(kind: str) -> str:
    named = f"kind = '{kind}' AND folded = '{USERNAME}'"
    return f"(SELECT min(id) FROM accounts_principal WHERE {named})"


def _named(kind: str) -> str:
    """Return which principal is number ``n`` of its kind: the query finds it by its index."""
    return (
        "(SELECT other.id FROM accounts_principal AS other, accounts_principal AS own"
        f" WHERE own.id = {_own(kind)} AND other.kind = own.kind AND other.realm = own.realm"
        f" AND other.folded = {NAME})"
    )


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2])
