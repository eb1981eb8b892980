"""Brokers: programs that sign people in to the console with temporary credentials."""

import json
from dataclasses import dataclass
from urllib.parse import urlencode, urlsplit

from django.test import Client

from accounts import credentials
from accounts.models import Principal, Role
from tests.browser import SIGNIN

FEDERATION = SIGNIN + "federation"
CONSOLE_HOME = "https://console.aws.amazon.com/console/home"
AGENT = "a broker"
MINUTE = 60


@dataclass(frozen=True)
class Answer:
    """What a broker gets."""

    status: int
    kind: str
    text: str

    @property
    def token(self):
        return json.loads(self.text)["SigninToken"]


def role(name="Audit"):
    return Role.objects.select_related("account").get(name=name)


def zhang():
    return Principal.objects.get(username="zhang")


def role_keys(name="Audit", *, seconds=60 * MINUTE, session_name="visitor", **more):
    """Return credentials of a session of a role that zhang took."""
    return credentials.issue_for_role(
        zhang(), role(name), session_name=session_name, seconds=seconds, **more
    )


def federated_keys(name="mary", *, of=None, seconds=60 * MINUTE):
    """Return credentials of a federated user, for whom zhang vouches."""
    return credentials.issue_for_federation(of or zhang(), name, seconds=seconds)


def session_of(keys, **changed):
    """Return what a broker says of credentials."""
    told = {
        "sessionId": keys.access_key_id,
        "sessionKey": keys.secret_access_key,
        "sessionToken": getattr(keys, "session_token", ""),
    }
    return told | changed


def ask(session, *, method="get", at=FEDERATION, **fields):
    """Ask for a sign-in token as programs do; return the answer."""
    session = session if isinstance(session, str) else json.dumps(session)
    asked = {"Action": "getSigninToken", "Session": session, **fields}
    headers = {"host": urlsplit(at).netloc, "user-agent": AGENT}
    send = getattr(Client(enforce_csrf_checks=True), method)
    answer = send(urlsplit(at).path, asked, headers=headers)
    return Answer(answer.status_code, answer.headers["Content-Type"], answer.content.decode())


def token_for(keys, **fields):
    return ask(session_of(keys), **fields).token


def login_url(token, *, to=CONSOLE_HOME, issuer="", at=FEDERATION):
    """Return the address with which a broker sends a browser."""
    asked = {"Action": "login", "Issuer": issuer, "Destination": to, "SigninToken": token}
    return f"{at}?{urlencode(asked)}"
