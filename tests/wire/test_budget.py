"""How often programs make the server ask its database, which they do every second."""

import json
from urllib.parse import urlencode, urlsplit

import pytest
from django.db import connection
from django.test import Client

from accounts.assignments import grant
from accounts.models import Assignment, Role
from signin.oidc import device_authorizations
from signin.oidc.models import DEVICE_CODE
from tests.flows.portal_people import permission_set
from tests.signing import FORM, STS, signed
from tests.unit.programs import program

pytestmark = pytest.mark.django_db

OIDC = "oidc.eu-central-1.amazonaws.com.localhost:8000"
PORTAL = "portal.sso.eu-central-1.amazonaws.com.localhost:8000"


class Counter:
    """Counts what a request asks of the database; begin and end of a transaction ask nothing."""

    def __init__(self):
        self.statements = []

    def note(self, execute, sql, params, many, context):
        if "SAVEPOINT" not in sql:
            self.statements.append((sql, params))
        return execute(sql, params, many, context)

    def send(self, host, method, path, body=None, **headers):
        """Send a request; return its answer and how many queries it took."""
        self.statements.clear()
        with connection.execute_wrapper(self.note):
            answer = Client().generic(
                method,
                path,
                json.dumps(body) if body else "",
                "application/json",
                headers={"Host": host, **headers},
            )
        return json.loads(answer.content), len(self.statements)


def asked_by(aws, begun):
    """Return what a program sends that asks for tokens."""
    return {
        "clientId": aws.credentials.client_id,
        "clientSecret": aws.credentials.secret,
        "grantType": DEVICE_CODE,
        "deviceCode": begun.device_code,
    }


@pytest.mark.skipif(connection.vendor != "sqlite", reason="the plan is SQLite's")
def test_a_program_that_waits_is_found_by_an_index_and_nothing_is_written():
    counter, aws = Counter(), program()
    counter.send(OIDC, "POST", "/token", asked_by(aws, aws.begin()))
    [(sql, params)] = counter.statements
    assert sql.startswith("SELECT")
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN QUERY PLAN {sql}", params)
        steps = [step for *_, step in cursor.fetchall()]
    assert "SEARCH oidc_deviceauthorization USING INDEX" in steps[0]
    assert not [step for step in steps if step.startswith("SCAN")]


@pytest.mark.usefixtures("demo")
@pytest.mark.parametrize(
    ("role", "reads"), [("111122223333:role/Own", 2), ("444455556666:role/Audit", 3)]
)
def test_a_role_costs_two_reads_and_one_more_elsewhere(role, reads):
    Role.objects.create(
        account_id="111122223333", name="Own", trusts=["arn:aws:iam::111122223333:user/zhang"]
    )
    asked = {"Action": "AssumeRole", "Version": "2011-06-15", "RoleSessionName": "budget"}
    request = signed(body=urlencode({**asked, "RoleArn": f"arn:aws:iam::{role}"}))
    headers, counter = {**request.headers, "Host": urlsplit(STS).netloc}, Counter()
    with connection.execute_wrapper(counter.note):
        answer = Client().generic("POST", "/", request.data, FORM, headers=headers)
    assert answer.status_code == 200
    statements = [sql for sql, _values in counter.statements]
    assert sum(sql.startswith("SELECT") for sql in statements) == reads


def test_polling_and_a_device_authorization_take_nine_queries_until_there_are_credentials():
    aws, counter = program(), Counter()
    home = aws.user.profile.directory
    role = permission_set(home)
    grant(Assignment(account=home.account, permission_set=role, user=aws.user))
    begun = aws.begin()
    asked = asked_by(aws, begun)
    pending, waiting = counter.send(OIDC, "POST", "/token", asked)
    assert (pending["error"], waiting) == ("authorization_pending", 1)
    device_authorizations.approve(begun.authorization, aws.session)
    tokens, redeeming = counter.send(OIDC, "POST", "/token", asked)
    query = "/federation/credentials?role_name=ReadOnly&account_id=111122223333"
    bearer = {"x-amz-sso_bearer_token": tokens["accessToken"]}
    answer, fetching = counter.send(PORTAL, "GET", query, **bearer)
    assert answer["roleCredentials"]["accessKeyId"]
    assert (redeeming, fetching) == (4, 4)
