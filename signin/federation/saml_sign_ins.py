"""Sign-ins to the console by SAML: which roles somebody may have, which is chosen, and the session.

Looking at the roles uses nothing up, so that programs can look, too. What was chosen is kept as
facts of an attempt, which is one browser's, and the assertion is used with the session (S-088).
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime, timedelta

from accounts import federated, role_sessions, sessions
from accounts.errors import RoleRefused, SessionTooLong
from accounts.models import Account, MultiSession, Role, SamlProvider
from accounts.role_sessions import Wish
from accounts.sessions import SignedIn
from signin.federation import assertions, console_role_events, iam_saml, saml_events
from signin.federation.assertions import Assertion
from signin.federation.console_role_events import Word
from signin.federation.errors import (
    AssertionOver,
    AssertionRefused,
    RoleNotSaid,
    SessionDurationWrong,
)
from signin.federation.iam_saml import Claims
from signin.flow.facts import SamlFacts
from signin.http import Browser
from signin.kernel import clock

FACTOR = "saml"
PURPOSE = "console"


@dataclass(frozen=True)
class Offer:
    """A response of a provider, and the roles that somebody may have by it: at least one."""

    assertion: Assertion
    claims: Claims
    providers: Sequence[SamlProvider]
    roles: Sequence[Role]


@dataclass(frozen=True)
class Arriving:
    """Somebody who is about to be signed in as a role, by a provider's word."""

    facts: SamlFacts
    provider: SamlProvider
    role: Role

    is_role = True
    is_root = False
    is_federated = False

    @property
    def account(self) -> Account:
        """The account of the role."""
        return self.role.account

    @property
    def name(self) -> str:
        """The name as pages show it: the role, and the session."""
        return f"{self.role.name}/{self.facts['session_name']}"

    @property
    def arn(self) -> str:
        """The ARN of the session of the role."""
        return self.role.session_arn(self.facts["session_name"])

    @property
    def principal_arn(self) -> str:
        """The ARN of the role."""
        return self.role.arn

    @property
    def id(self) -> str:
        """The ID of the assertion."""
        return self.facts["assertion"]

    @property
    def issuer(self) -> str:
        """The issuer of the assertion."""
        return self.facts["issuer"]

    @property
    def expires_at(self) -> datetime:
        """When nobody takes the assertion any more."""
        return datetime.fromisoformat(self.facts["expires_at"])

    @property
    def lifetime(self) -> timedelta:
        """How long the session lasts: as was asked for, and no longer than the provider's own."""
        end = self.facts["session_expires_at"]
        return iam_saml.lasting(self.facts["seconds"], datetime.fromisoformat(end) if end else None)

    def deny(self, *, browser: Browser) -> None:
        """Record that the account lets them sign in not from here; the assertion stays good."""
        name = self.facts["session_name"]
        saml_events.signed_in(
            self.role, name, self.provider, to="", browser=browser, is_denied=True
        )

    def sign_in(
        self,
        *,
        destination: str,
        browser: Browser,
        host: str,
        challenge: str,
        multi_session: MultiSession | None,
    ) -> SignedIn:
        """Sign a browser in, and offer the console at ``host`` its session.

        Raises AssertionReplayed if the assertion signed somebody in before. To be called in a
        transaction.
        """
        with _vouched([self.provider], self.facts["subject"]):
            assertions.use(self, PURPOSE)
        signed_in = sessions.open_for(
            federated.of(self.provider.arn, self.facts["subject"]),
            browser=browser,
            factors=[FACTOR],
            host=host,
            challenge=challenge,
            lifetime=self.lifetime,
            role=self.role,
            session_name=self.facts["session_name"],
            multi_session=multi_session,
        )
        name = self.facts["session_name"]
        word = Word(
            assertion_id=self.facts["assertion"],
            subject=self.facts["subject"],
            subject_format=self.facts["subject_format"],
            recipient=self.facts["recipient"],
            seconds=self.facts["seconds"],
        )
        console_role_events.taken(self.role, name, self.provider, word, browser=browser)
        saml_events.signed_in(self.role, name, self.provider, to=destination, browser=browser)
        return signed_in


def read(encoded: str, provider: SamlProvider | None = None) -> Offer:
    """Return what a response offers somebody, or raise an AssertionRefused.

    A provider is the one whose word it has to be.
    """
    assertion, providers = iam_saml.read(encoded, provider)
    with _vouched(providers, assertion.subject):
        claims = iam_saml.claims_of(assertion)
        roles = _roles(assertion, claims, providers)
        if not roles:
            raise RoleNotSaid
    return Offer(assertion, claims, providers, roles)


def choose(offer: Offer, role_arn: str) -> SamlFacts:
    """Return what is to be known of a sign-in as one of the roles, or raise an AssertionRefused.

    No role is taken that is not offered, whoever asks for it (S-093).
    """
    assertion, claims = offer.assertion, offer.claims
    with _vouched(offer.providers, assertion.subject):
        if role_arn not in {role.arn for role in offer.roles}:
            raise RoleNotSaid
        wish = claims.wish(role_arn, seconds=claims.seconds)
        _admit(claims.providers[role_arn], assertion.subject, wish)
    end = assertion.session_expires_at
    return SamlFacts(
        assertion=assertion.id,
        issuer=assertion.issuer,
        expires_at=assertion.expires_at.isoformat(),
        session_expires_at=end.isoformat() if end else "",
        subject=assertion.subject,
        subject_format=assertion.subject_format,
        recipient=assertion.recipient,
        provider=claims.providers[role_arn],
        role=role_arn,
        session_name=claims.session_name,
        seconds=claims.seconds,
    )


def arriving(facts: SamlFacts) -> Arriving:
    """Return who is about to be signed in, if nothing changed since they chose.

    Raises an AssertionRefused: of an assertion that is over, whoever went on too late.
    """
    provider = iam_saml.find_provider(facts["provider"])
    if provider is None:
        raise RoleNotSaid
    wish = Wish(facts["role"], facts["session_name"], facts["seconds"])
    with _vouched([provider], facts["subject"]):
        found = Arriving(facts, provider, _admit(provider.arn, facts["subject"], wish))
        if found.expires_at <= clock.now() or found.lifetime <= timedelta(0):
            raise AssertionOver
    return found


def refused(refusal: AssertionRefused, *, browser: Browser) -> None:
    """Record a refusal, once in each account whose provider it was said to be."""
    for provider in {each.account_id: each for each in refusal.providers}.values():
        saml_events.sign_in_refused(provider, refusal.subject, refusal.reason, browser=browser)


@contextmanager
def _vouched(providers: Sequence[SamlProvider], subject: str) -> Iterator[None]:
    """Let a refusal in here tell who vouched for whom."""
    try:
        yield
    except AssertionRefused as refusal:
        refusal.providers, refusal.subject = providers, subject
        raise


def _roles(
    assertion: Assertion, claims: Claims, providers: Sequence[SamlProvider]
) -> Sequence[Role]:
    """Return the roles that are there, and trust one of the providers that vouch for somebody."""
    vouching = {each.arn for each in providers}
    found = []
    for role_arn, provider_arn in claims.providers.items():
        if provider_arn in vouching:
            with suppress(RoleNotSaid):
                wish = claims.wish(role_arn, seconds=None)
                found.append(_admit(provider_arn, assertion.subject, wish))
    return found


def _admit(provider_arn: str, subject: str, wish: Wish) -> Role:
    try:
        return role_sessions.admit_federated(provider_arn, subject, wish)
    except RoleRefused as refusal:
        raise RoleNotSaid from refusal
    except SessionTooLong as refusal:
        raise SessionDurationWrong from refusal
