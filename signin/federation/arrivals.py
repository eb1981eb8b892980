"""Whoever comes to a directory's portal from the external provider that is its identity source.

A question is sent with them, good once and of one attempt. The provider's answer is posted by
another site's page, to which browsers give no cookies: so it is checked and noted, and a token
leads the browser back here with a plain request. That goes on with the attempt that asked, in the
browser that it belongs to. An answer that nobody asked for only begins one that asks the person
(S-090).
"""

from datetime import datetime, timedelta

from django.db import transaction

from accounts import workflows
from accounts.models import Directory, DirectoryIdentityProvider, DirectoryProfile, Principal
from accounts.models.identity_providers import AssertionIssuer
from accounts.models.principals import fold
from signin.faults import faults
from signin.faults.errors import UsNotYou
from signin.faults.faults import Kind
from signin.federation import assertions, authn_requests, events, service_providers, statements
from signin.federation.assertions import Assertion
from signin.federation.authn_requests import LONGEST_RELAY_STATE, Question
from signin.federation.errors import (
    AnotherUser,
    ArrivalOver,
    AssertionRefused,
    NameFormatWrong,
    QuestionUnknown,
    UserDisabled,
    UserUnknown,
)
from signin.federation.models import Arrival, SignInQuestion
from signin.flow.models import Attempt
from signin.http import Browser
from signin.kernel import clock, entropy

LIFETIME = timedelta(minutes=2)  # of an arrival: the time that a browser takes to come back


def ask(attempt: Attempt, directory: Directory) -> str:
    """Return the address that takes somebody to their provider with a new question.

    Raises UsNotYou where no provider is set up.
    """
    provider = DirectoryIdentityProvider.objects.filter(directory=directory).first()
    if provider is None or not provider.origins:
        raise UsNotYou(Kind.IDENTITY_PROVIDER)
    here = service_providers.of(directory)
    question = SignInQuestion.objects.create(
        id=f"_{entropy.handle()}",  # in XML an ID begins with no digit
        directory=directory,
        attempt=attempt,
        asked_at=clock.now(),
        expires_at=attempt.expires_at,
    )
    return authn_requests.address(
        Question(question.pk, here.entity_id, here.acs_url),
        to=provider.sign_in_url,
        forces=bool(attempt.facts.get("reauthenticates")),
    )


def receive(directory: Directory, encoded: str, *, relay_state: str = "", browser: Browser) -> str:
    """Check a provider's answer, and return the token with which its browser goes on, once.

    Raises AssertionRefused, of which the event alone says the reason, or UsNotYou.
    """
    workflow, user = entropy.identifier_text(), None
    try:
        faults.check(Kind.IDENTITY_PROVIDER)
        assertion = _read(directory, encoded)
        user = _user(directory, assertion)
        with transaction.atomic():
            assertions.use(assertion, f"directory {directory.pk}")
            attempt = _answered(directory, assertion.in_response_to)
            if attempt:
                workflow = attempt.facts["auth_workflow"]
                _check_same(attempt, user)
            token = _note(assertion, user, attempt, relay_state)
    except (AssertionRefused, UsNotYou) as refusal:
        reason = getattr(refusal, "reason", "fault")
        events.external_login_failed(directory, user, reason, workflow=workflow, browser=browser)
        raise
    events.external_login(directory, user, workflow=workflow, browser=browser)
    return token


def find(token: str) -> Arrival:
    """Return the arrival with a token that is good, without using it; or raise ArrivalOver."""
    living = Arrival.objects.filter(used_at=None, expires_at__gt=clock.now())
    related = living.select_related("user__profile__directory", "attempt")
    if (found := related.filter(digest=entropy.digest(token)).first()) is None:
        raise ArrivalOver
    return found


def use(arrival: Arrival) -> None:
    """Use an arrival up, or raise ArrivalOver; of parallel requests one can."""
    now = clock.now()
    living = Arrival.objects.filter(pk=arrival.pk, used_at=None, expires_at__gt=now)
    if not living.update(used_at=now):
        raise ArrivalOver


def vouch(attempt: Attempt, arrival: Arrival) -> None:
    """Write down in an attempt for whom the provider has vouched, and until when."""
    attempt.facts["external"] = attempt.facts["external_verified"] = True
    attempt.facts["principal_id"] = arrival.user_id
    if arrival.session_until:
        attempt.facts["external_until"] = arrival.session_until.isoformat()
    attempt.proven = arrival.user
    workflows.vouch(attempt)


def session_lifetime(attempt: Attempt, longest: timedelta) -> timedelta:
    """Return how long a session lasts, no longer than the provider's own (newer-behaviour C6).

    Nothing is left where that is over by now.
    """
    if until := attempt.facts.get("external_until"):
        left = datetime.fromisoformat(until) - clock.now()
        return max(min(longest, left), timedelta(0))
    return longest


def _read(directory: Directory, encoded: str) -> Assertion:
    here = service_providers.of(directory)

    def issuers(entity_id: str) -> list[AssertionIssuer]:
        own = DirectoryIdentityProvider.objects.filter(directory=directory, entity_id=entity_id)
        return list(own)

    assertion, _ = assertions.read(
        encoded, issuers=issuers, audiences=here.entity_ids, recipients=here.acs_urls
    )
    if assertion.subject_format != statements.EMAIL:
        raise NameFormatWrong
    return assertion


def _user(directory: Directory, assertion: Assertion) -> Principal:
    """Return the user whose name is exactly what the provider says; nobody is made for it."""
    profiles = DirectoryProfile.objects.select_related("principal", "directory")
    found = profiles.filter(
        directory=directory,
        principal__folded=fold(assertion.subject),
        principal__username=assertion.subject,
    ).first()
    if found is None:
        raise UserUnknown
    if not found.is_enabled:
        raise UserDisabled
    return found.principal


def _answered(directory: Directory, question_id: str) -> Attempt | None:
    """Use up the question that is answered, and return the attempt that asked it.

    None for an answer to no question; QuestionUnknown for one to a question that is not open.
    """
    if not question_id:
        return None
    now = clock.now()
    question = SignInQuestion.objects.filter(
        pk=question_id, directory=directory, answered_at=None, expires_at__gt=now
    )
    if not question.update(answered_at=now):
        raise QuestionUnknown
    return SignInQuestion.objects.select_related("attempt").get(pk=question_id).attempt


def _check_same(attempt: Attempt, user: Principal) -> None:
    """Raise AnotherUser if whoever is signed in already came back as somebody else."""
    if attempt.facts.get("reauthenticates") and attempt.facts["username"] != user.username:
        raise AnotherUser


def _note(assertion: Assertion, user: Principal, attempt: Attempt | None, relay_state: str) -> str:
    token, now = entropy.token(), clock.now()
    Arrival.objects.create(
        digest=entropy.digest(token),
        user=user,
        attempt=attempt,
        destination=relay_state if len(relay_state) <= LONGEST_RELAY_STATE else "",
        session_until=assertion.session_expires_at,
        arrived_at=now,
        expires_at=now + LIFETIME,
    )
    return token
