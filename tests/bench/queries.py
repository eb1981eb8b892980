"""Run by itself: counts the queries of each request of a sign-in, and prints them as JSON.

The requests go through Django's test client, so that the database can be watched in the process;
the pages, the middleware and the flows are those of the server.
"""

import json
from collections.abc import Mapping
from typing import Any

import django

from tests.bench.browser import Answer
from tests.bench.signing_in import as_iam_user, as_root_user


class InProcess:
    """The application without a server; notes the SQL of every request."""

    def __init__(self) -> None:
        from django.test import Client  # noqa: PLC0415

        self.client = Client(enforce_csrf_checks=True)
        self.requests: list[dict[str, Any]] = []

    def request(
        self, method: str, host: str, target: str, headers: Mapping[str, str], body: bytes = b""
    ) -> Answer:
        from django.db import connection  # noqa: PLC0415

        statements: list[str] = []

        def note(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
            statements.append(sql)
            return execute(sql, params, many, context)

        with connection.execute_wrapper(note):
            response = self.client.generic(
                method,
                target,
                body,
                headers.get("Content-Type", "application/octet-stream"),
                headers={"Cookie": "", **headers, "Host": host},
            )
        self.requests.append(
            {
                "request": f"{method} {host}{target.partition('?')[0]}",
                "status": response.status_code,
                "queries": statements,
            }
        )
        pairs = list(response.items())
        pairs += [("Set-Cookie", morsel.OutputString()) for morsel in response.cookies.values()]
        return Answer(response.status_code, pairs, response.content, len(response.content))


def main() -> None:
    """Sign both kinds of user in and print their requests."""
    django.setup()
    from django.conf import settings  # noqa: PLC0415
    from django.db import connection  # noqa: PLC0415

    from signin.control import databases  # noqa: PLC0415

    databases.prepare()
    connection.ensure_connection()
    found = {}
    for kind, sign_in in (("root", as_root_user), ("iam", as_iam_user)):
        sign_in(InProcess(), settings.SIGNIN_PORT)  # what is cached for good, is from here on
        transport = InProcess()
        sign_in(transport, settings.SIGNIN_PORT)
        found[kind] = transport.requests
    print(json.dumps(found))


if __name__ == "__main__":
    main()
