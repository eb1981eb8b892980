"""Applications that believe the portal by SAML: what they ask, and what they are told.

An application sends somebody with a question, or the portal opens it unasked. Whatever the question
says, the answer goes to the ACS URL that an administrator registered, and to nowhere else (S-094).
Questions aren't signed; they are written down and answered once.
"""

from dataclasses import dataclass
from datetime import timedelta
from importlib import import_module

from accounts import applications
from accounts.models import Application, Principal, Session
from signin.federation import (
    application_keys,
    authn_requests,
    documents,
    service_providers,
    statements,
)
from signin.federation.authn_requests import LONGEST_RELAY_STATE
from signin.federation.documents import Element
from signin.federation.errors import QuestionInvalid
from signin.federation.metadata import POST
from signin.federation.models import ApplicationQuestion
from signin.federation.statements import Statement, Voice
from signin.flow.models import LIFETIME, WAIT
from signin.kernel import clock, entropy

OPEN_FOR = LIFETIME + WAIT  # as long as a sign-in in between can take
ASSERTION, LOGOUT = "assertion", "logout"  # in addresses
FORMATS = {
    Application.NameIdFormat.EMAIL: statements.EMAIL,
    Application.NameIdFormat.PERSISTENT: "urn:oasis:names:tc:SAML:2.0:nameid-format:persistent",
    Application.NameIdFormat.UNSPECIFIED: "urn:oasis:names:tc:SAML:1.1:nameid-format:unspecified",
}
SIGN_IN = ApplicationQuestion.Kind.SIGN_IN
SIGN_OUT = ApplicationQuestion.Kind.SIGN_OUT
_NAMES = {SIGN_IN: ("AuthnRequest", ASSERTION), SIGN_OUT: ("LogoutRequest", LOGOUT)}
_YES = frozenset({"true", "1"})
_FLAGS = _YES | {"false", "0"}


@dataclass(frozen=True)
class Answer:
    """What a browser takes to an application, and where to; ``response`` is base64."""

    to: str
    response: str
    relay_state: str


def metadata(application: Application) -> bytes:
    """Return what an application has to know of the portal."""
    format_ = FORMATS[Application.NameIdFormat(application.name_id_format)]
    return statements.metadata(_voice(application), name_id_format=format_)


def ask(
    application: Application, kind: str, encoded: str, *, relay_state: str, is_deflated: bool
) -> str:
    """Write down what an application asks; return the token by which its browser goes on.

    Raises QuestionInvalid for what is not its own question, to us, answered where it is registered.
    """
    name, service = _NAMES[ApplicationQuestion.Kind(kind)]
    root = authn_requests.parse(encoded, name, is_deflated=is_deflated)
    if authn_requests.issuer_of(root) != application.audience:
        raise QuestionInvalid
    path, directory = applications.saml_path(application, service), application.directory
    partition, region = directory.partition, directory.region
    here = service_providers.named(applications.SAML_DOOR, path, partition, region=region)
    if root.get("Destination", here[0]) not in here:
        raise QuestionInvalid
    if root.get("AssertionConsumerServiceURL", application.acs_url) != application.acs_url:
        raise QuestionInvalid
    if root.get("ProtocolBinding", POST) != POST:
        raise QuestionInvalid
    if len(relay_state) > LONGEST_RELAY_STATE or "\x00" in relay_state:
        raise QuestionInvalid
    token, now = entropy.token(), clock.now()
    ApplicationQuestion.objects.create(
        digest=entropy.digest(token),
        application=application,
        kind=kind,
        question=root.get("ID"),
        relay_state=relay_state,
        forces=_flag(root, "ForceAuthn"),
        is_passive=_flag(root, "IsPassive"),
        asked_at=now,
        expires_at=now + OPEN_FOR,
    )
    return token


def find(token: str, kind: str) -> ApplicationQuestion | None:
    """Return the open question of a token, of a SAML application that still is one, and enabled."""
    questions = ApplicationQuestion.objects.select_related("application__directory__account")
    return (
        questions.exclude(application__acs_url="")
        .filter(
            digest=entropy.digest(token),
            kind=kind,
            used_at=None,
            expires_at__gt=clock.now(),
            application__is_enabled=True,
        )
        .first()
    )


def use(question: ApplicationQuestion) -> bool:
    """Use a question up; whether it was open until now."""
    there = ApplicationQuestion.objects.filter(pk=question.pk, used_at=None)
    return bool(there.update(used_at=clock.now()))


def vouch(
    application: Application, session: Session, question: ApplicationQuestion | None = None
) -> Answer:
    """Return the assertion about whoever is signed in, in answer to a question if to any.

    Whether they may open the application was found out before.
    """
    now, user = clock.now(), session.principal
    lifetime = min(timedelta(minutes=application.session_minutes), session.expires_at - now)
    statement = Statement(
        subject=applications.subject_of(application, user),
        audience=application.audience,
        recipient=application.acs_url,
        in_response_to=question.question if question else "",
        name_id_format=FORMATS[Application.NameIdFormat(application.name_id_format)],
        attributes=applications.attributes_of(application, user),
        attribute_format=statements.ANY_FORMAT,
        session_seconds=max(int(lifetime.total_seconds()), 1),
        authenticated_at=(session.parent or session).created_at,
    )
    return Answer(
        application.acs_url,
        statements.response(_voice(application), statement),
        question.relay_state if question else application.relay_state,
    )


def refuse_passive(question: ApplicationQuestion) -> Answer:
    """Return the answer that somebody would have to sign in, which the question forbids."""
    to = question.application.acs_url
    voice = _voice(question.application)
    response = statements.no_passive(voice, to=to, in_response_to=question.question)
    return Answer(to, response, question.relay_state)


def log_out(question: ApplicationQuestion) -> Answer | None:
    """Return the answer that somebody is signed out, if an address is registered that takes it."""
    if not (to := question.application.logout_url):
        return None
    voice = _voice(question.application)
    response = statements.logged_out(voice, to=to, in_response_to=question.question)
    return Answer(to, response, question.relay_state)


def readable(answer: Answer) -> str:
    """Return a response as people read it: indented, which the signature would not survive."""
    etree = import_module("lxml.etree")
    root = documents.parse(documents.decode(answer.response))
    etree.indent(root)
    return str(etree.tostring(root, encoding="unicode"))


def is_signed_in_for(question: ApplicationQuestion, session: Session | None) -> bool:
    """Return whether somebody's session is enough for a question, or they have to sign in."""
    if session is None:
        return False
    return not question.forces or (session.parent or session).created_at >= question.asked_at


def is_open_to(user: Principal, application: Application) -> bool:
    """Return whether a user has an application, and is not disabled meanwhile."""
    has_it = applications.find(user, application.instance_id) is not None
    return has_it and user.profile.is_enabled


def _voice(application: Application) -> Voice:
    identity = application_keys.identity(application.directory_id)
    sign_in_url = applications.saml_url(application, ASSERTION)
    return Voice(
        entity_id=sign_in_url,  # AWS's issuer is this address, too
        sign_in_url=sign_in_url,
        key=identity.key,
        certificate_pem=identity.certificate_pem,
        certificate=identity.certificate,
        method="rsa-sha256",
        logout_url=applications.saml_url(application, LOGOUT),
    )


def _flag(root: Element, name: str) -> bool:
    value = root.get(name, "false")
    if value not in _FLAGS:
        raise QuestionInvalid
    return value in _YES
