"""Programs that ask the people of a directory for access, without any HTTP."""

from dataclasses import dataclass
from urllib.parse import parse_qs, urlsplit

from accounts.models import Principal, Session
from accounts.sessions import challenge_of
from signin.oidc import clients, consents, device_authorizations, tokens
from signin.oidc.clients import Credentials, Registered
from signin.oidc.models import AUTHORIZATION_CODE, REFRESH_TOKEN
from tests.directories import DESK_BROWSER
from tests.flows.portal_people import account, directory, open_session, user

START_URL = "https://testing-corp.awsapps.com/start"
SCOPES = ["sso:account:access"]
VERIFIER = "a-verifier_of.43~characters-or-more-as-they-have-to-be"
CALLBACK = "http://127.0.0.1:36071/oauth/callback"


@dataclass(frozen=True)
class Program:
    """A registered program, and somebody who may let it in."""

    registered: Registered
    user: Principal
    session: Session

    @property
    def credentials(self) -> Credentials:
        return Credentials(self.registered.client.pk, self.registered.secret)

    def begin(self):
        client = self.registered.client
        return device_authorizations.begin(client, start_url=START_URL, browser=DESK_BROWSER)

    def approved(self):
        """Return the device code of an authorization that the user allowed."""
        begun = self.begin()
        device_authorizations.approve(begun.authorization, self.session)
        return begun.device_code

    def redeem(self, device_code):
        return device_authorizations.redeem(self.credentials, device_code, browser=DESK_BROWSER)

    def ask(self, **changed):
        asked = {
            "redirect_uri": CALLBACK,
            "state": "a-state",
            "challenge": challenge_of(VERIFIER),
            "scopes": [],
            **changed,
        }
        return consents.request(self.registered.client, browser=DESK_BROWSER, **asked)

    def code(self):
        """Return an authorization code that the user allowed."""
        return query_of(consents.allow(self.ask(), self.session))["code"]

    def exchange(self, code, verifier=VERIFIER, redirect_uri=CALLBACK):
        return tokens.from_code(
            self.credentials, code, verifier, redirect_uri, browser=DESK_BROWSER
        )

    def refresh(self, refresh_token):
        return tokens.from_refresh_token(self.credentials, refresh_token, browser=DESK_BROWSER)


def register(*, for_browser: bool = False, scopes=SCOPES) -> Registered:
    """Register a program."""
    more = {
        "grant_types": [AUTHORIZATION_CODE, REFRESH_TOKEN],
        "redirect_uris": ["http://127.0.0.1/oauth/callback"],
        "issuer_url": START_URL,
    }
    return clients.register(
        "a program",
        client_type="public",
        scopes=scopes,
        browser=DESK_BROWSER,
        **(more if for_browser else {}),
    )


def program(**how) -> Program:
    """Return a program, in a world with one directory and one user, who is signed in."""
    mary = user(directory(account()))
    return Program(register(**how), mary, open_session(mary)[1])


def query_of(url: str) -> dict[str, str]:
    """Return the query of an address."""
    return {name: values[0] for name, values in parse_qs(urlsplit(url).query).items()}
