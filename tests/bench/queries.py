"""Run by itself: counts the queries of requests, of sign-ins or of a program; prints them as JSON.

The requests go through Django's test client, so that the database can be watched in the process;
the pages, the middleware and the flows are those of the server.
"""

import json
import re
import sys
from collections.abc import Mapping
from itertools import chain
from typing import Any

import django

from tests.bench.browser import Answer, headers_of
from tests.bench.calling import Program
from tests.bench.signing_in import as_directory_user, as_iam_user, as_root_user

Requests = list[dict[str, Any]]
OF_TRANSACTIONS = re.compile("BEGIN|SAVEPOINT|RELEASE|COMMIT|ROLLBACK")


class InProcess:
    """The application without a server; notes the SQL of every request."""

    def __init__(self) -> None:
        from django.test import Client  # noqa: PLC0415

        self.client = Client(enforce_csrf_checks=True)
        self.requests: Requests = []

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
        lines = [f"{name}: {value}" for name, value in response.items()]
        lines += [f"Set-Cookie: {morsel.OutputString()}" for morsel in response.cookies.values()]
        headers = headers_of(lines)
        return Answer(response.status_code, headers, response.content, len(response.content))


def main(what: str) -> None:
    """Do what is named twice, and print the requests of the second time by their kind."""
    django.setup()
    from django.conf import settings  # noqa: PLC0415
    from django.db import connection  # noqa: PLC0415

    from signin.control import databases  # noqa: PLC0415

    databases.prepare()
    connection.ensure_connection()
    port: int = settings.SIGNIN_PORT
    WATCHED[what](port)  # what is cached for good, is from here on
    found = WATCHED[what](port)
    for request in chain(*found.values()):  # begin and end of a transaction ask for nothing
        asked = [each for each in request["queries"] if not OF_TRANSACTIONS.match(each)]
        request["queries"] = asked
    print(json.dumps(found))


def _sign_in(port: int) -> dict[str, Requests]:
    found = {}
    for kind, sign_in in (("root", as_root_user), ("iam", as_iam_user)):
        transport = InProcess()
        sign_in(transport, port)
        found[kind] = transport.requests
    return found


def _program(port: int) -> dict[str, Requests]:
    """Watch a program that somebody lets in."""
    found, transport = {}, InProcess()
    program, browser = Program(transport, port), as_directory_user(transport, port)
    for part, act in (
        ("register", program.register),
        ("begin", program.begin),
        ("wait", program.poll),
        ("let in", lambda: program.let_in(browser)),
        ("finish", program.finish),
    ):
        transport.requests = []
        act()
        found[part] = transport.requests
    return found


WATCHED = {"sign-in": _sign_in, "program": _program}


if __name__ == "__main__":
    main(sys.argv[1])
