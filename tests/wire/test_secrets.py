"""No secret of a program stays anywhere: not in events, mails or logs, nor in a table."""

import json
import re
from urllib.parse import urlencode, urlsplit

import pytest
from botocore.credentials import Credentials
from django.db import connection
from django.test import Client

from signin.events.models import Event
from tests.brokers import ask, login_url
from tests.browser import CONSOLE, DESK, Browser, address
from tests.portal_walks import JANE, sign_in
from tests.signing import FORM, STS, ZHANG, ZHANG_SECRET, signed
from tests.walks import sign_in_as_iam_user
from tests.wire.programs import CALLBACK, DEVICE_CODE, SCOPE, START_URL, VERIFIER, challenge

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("demo")]

OIDC = address("oidc.us-east-1.amazonaws.com")
PORTAL_API = address("portal.sso.us-east-1.amazonaws.com")
USED = "http://127.0.0.1:36071/oauth/callback"
AUDIT = "arn:aws:iam::444455556666:role/Audit"
ROLE = {"account_id": "111122223333", "role_name": "ReadOnlyAccess"}


class Program:
    """A program in this process, which notes each secret that it sends or gets."""

    def __init__(self):
        self.secrets = {VERIFIER, ZHANG_SECRET, "another-secret"}
        self.user_code = ""

    def call(self, path, /, status=200, **members):
        """Call SSO-OIDC; return its answer."""
        content = json.dumps(members)
        answer = Client().post(path, content, "application/json", headers=host(OIDC))
        assert answer.status_code == status, answer.content
        told = json.loads(answer.content)
        self.keep(told, "clientSecret", "deviceCode", "userCode", "accessToken", "refreshToken")
        self.user_code = told.get("userCode", self.user_code)
        return told

    def register(self, **more):
        told = self.call(
            "/client/register", clientName="a program", clientType="public", scopes=[SCOPE], **more
        )
        self.proof = {name: told[name] for name in ("clientId", "clientSecret")}

    def token(self, grant_type, **members):
        return self.call("/token", **self.proof, grantType=grant_type, **members)

    def role_credentials(self, token):
        answer = Client().get(
            f"/federation/credentials?{urlencode(ROLE)}",
            headers={**host(PORTAL_API), "x-amz-sso_bearer_token": token},
        )
        keys = json.loads(answer.content)["roleCredentials"]
        self.keep(keys, "secretAccessKey", "sessionToken")
        return Credentials(keys["accessKeyId"], keys["secretAccessKey"], keys["sessionToken"])

    def sign(self, credentials, action, /, status=200, **fields):
        """Call STS; return the credentials that it answers with."""
        body = urlencode({"Action": action, "Version": "2011-06-15", **fields})
        request = signed(credentials, body=body)
        answer = Client().post("/", body, FORM, headers={**host(STS), **dict(request.headers)})
        text = answer.content.decode()
        assert answer.status_code == status, text
        told = dict(re.findall(r"<(\w+)>([^<]+)</", text))
        self.keep(told, "SecretAccessKey", "SessionToken")
        return told

    def keep(self, told, *names):
        self.secrets |= {told[name] for name in names if name in told}


def host(url):
    return {"host": urlsplit(url).netloc}


@pytest.mark.requirement("S-103", "S-107")
def test_no_secret_of_a_program_stays_anywhere(caplog, capsys):
    """Let programs in, sign calls, make keys; then look for all secrets in tables and logs."""
    program = Program()
    keys = by_device(program)
    by_browser(program)
    program.sign(keys, "GetCallerIdentity")
    given = program.sign(ZHANG, "AssumeRole", RoleArn=AUDIT, RoleSessionName="me")
    program.sign(ZHANG, "GetSessionToken")
    program.sign(ZHANG, "GetFederationToken", Name="mary")
    program.sign(Credentials("AKIAUNKNOWNEXAMPLE12", "another-secret"), "GetCallerIdentity", 403)
    taken = Credentials(given["AccessKeyId"], given["SecretAccessKey"], given["SessionToken"])
    program.sign(taken, "GetCallerIdentity")
    made_keys(program)
    by_broker(program, taken)
    assert len(program.secrets) >= 24
    assert {"CreateToken", "AssumeRole", "CreateAccessKey", "GetSigninToken"} <= set(
        Event.objects.values_list("name", flat=True)
    )
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names():
            cursor.execute(f'SELECT * FROM "{table}"')
            stored = repr(cursor.fetchall())
            found = {secret for secret in program.secrets if secret in stored}
            if table == "flow_attempt":  # it knows which page asked for the sign-in
                found -= {program.user_code}
            assert not found, table
    said = caplog.text + "".join(capsys.readouterr())
    assert not [secret for secret in program.secrets if secret in said]


def by_device(program):
    """Go through a whole device authorization; return credentials of a role."""
    program.register()
    begun = program.call("/device_authorization", **program.proof, startUrl=START_URL)
    program.call(
        "/token", 400, **program.proof, grantType=DEVICE_CODE, deviceCode=begun["deviceCode"]
    )
    person = Browser().visit(begun["verificationUriComplete"]).submit("confirm-code")
    person.submit(username=JANE[0]).submit(password=JANE[1])
    person.submit("decide", button="decision=allow")
    tokens = program.token(DEVICE_CODE, deviceCode=begun["deviceCode"])
    tokens = program.token("refresh_token", refreshToken=tokens["refreshToken"])
    return program.role_credentials(tokens["accessToken"])


def by_browser(program):
    """Go through a whole authorization with a browser and a code."""
    program.register(
        grantTypes=["authorization_code", "refresh_token"],
        redirectUris=[CALLBACK],
        issuerUrl=START_URL,
    )
    asked = {
        "response_type": "code",
        "client_id": program.proof["clientId"],
        "redirect_uri": USED,
        "state": "a-state",
        "code_challenge_method": "S256",
        "code_challenge": challenge(),
        "scopes": SCOPE,
    }
    person = sign_in(Browser()).visit(f"{OIDC}authorize?{urlencode(asked)}")
    person.submit("decide", button="decision=allow")
    code = re.search(r"[?&]code=([^&]+)", person.url)[1]
    program.secrets.add(code)
    given = {"code": code, "codeVerifier": VERIFIER, "redirectUri": USED}
    program.token("authorization_code", **given)
    program.call("/token", 400, **program.proof, grantType="authorization_code", **given)


def by_broker(program, keys):
    """Open the console with credentials, and once more with the token that is used then."""
    told = {
        "sessionId": keys.access_key,
        "sessionKey": keys.secret_key,
        "sessionToken": keys.token,
    }
    token = ask(told).token
    program.secrets.add(token)
    for _ in range(2):
        Browser().visit(login_url(token))
    assert ask(told | {"sessionKey": "another-secret-key"}).status == 400


def made_keys(program):
    """Make an access key at the console, and one by the control API."""
    person = sign_in_as_iam_user(Browser()).visit(CONSOLE + "iam/access_keys/new")
    person.submit("make-access-key")
    program.secrets.add(re.search(r'id="secret-access-key"[^>]*>([^<]+)<', person.text)[1])
    people = json.loads(
        Client().get("/control/v1/principals?username=jane.doe", headers=host(DESK)).content
    )
    answer = Client().post(
        f"/control/v1/principals/{people[0]['id']}/access_keys", headers=host(DESK)
    )
    program.secrets.add(json.loads(answer.content)["secret_access_key"])
