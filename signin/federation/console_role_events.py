"""What the events say of roles that people come to the console with, by SAML (event E-22).

A provider of the account leads there, or the portal, which at AWS is such a provider, too. The
console takes the role for them by STS. Here it works without credentials, so that the events tell
of none.
"""

import base64
from dataclasses import dataclass, replace

from accounts.applications import SAML_DOOR
from accounts.identities import original
from accounts.models import Directory, Role, SamlProvider, Session
from accounts.role_events import CONSOLE, STS
from signin import hosts
from signin.events import shapes
from signin.federation import iam_saml, saml_events, unsigned_calls
from signin.federation.unsigned_calls import UnsignedCall
from signin.http import Browser
from signin.kernel import entropy

PERSISTENT = "urn:oasis:names:tc:SAML:2.0:nameid-format:persistent"


@dataclass(frozen=True)
class Word:
    """What a provider said of somebody, to which address of ours, and for how long if it did."""

    assertion_id: str
    subject: str
    subject_format: str
    recipient: str
    seconds: int | None


def taken(
    role: Role, session_name: str, provider: SamlProvider, word: Word, *, browser: Browser
) -> None:
    """Record in the role's account that the console took it for somebody, by a provider's word."""
    qualifier = saml_events.name_qualifier(provider)
    call = UnsignedCall(
        name="AssumeRoleWithSAML",
        source=STS,
        account_id=role.account_id,
        browser=replace(browser, user_agent=CONSOLE),
        region=browser.region or shapes.root_region(role.account.partition),
        request_id=entropy.identifier_text(),
        parameters={
            "sAMLAssertionID": word.assertion_id,
            "roleArn": role.arn,
            "principalArn": provider.arn,
            **({"durationSeconds": word.seconds} if word.seconds else {}),
        },
    )
    response = {
        "assumedRoleUser": {
            "assumedRoleId": f"{role.unique_id}:{session_name}",
            "arn": role.session_arn(session_name),
        },
        "subject": word.subject,
        "subjectType": saml_events.subject_type(word.subject_format),
        "issuer": provider.entity_id,
        "audience": word.recipient,
        "nameQualifier": qualifier,
    }
    identity = shapes.saml_user(qualifier=qualifier, subject=word.subject)
    unsigned_calls.record(call, identity, response=response)


def opened(session: Session, role: Role, *, browser: Browser) -> None:
    """Record in the role's account that the console took it for whoever opened it at the portal.

    Here the portal vouches without an assertion, so that the ID of one is of this event only.
    """
    name = original(session).session_name
    word = Word(
        assertion_id=f"_{entropy.handle()}",
        subject=name,
        subject_format=PERSISTENT,
        recipient=hosts.url(
            "signin", iam_saml.PATH, **({"region": browser.region} if browser.region else {})
        ),
        seconds=int((session.expires_at - session.created_at).total_seconds()),
    )
    provider = _portal(session.principal.profile.directory, role)
    taken(role, name, provider, word, browser=browser)


def _portal(directory: Directory, role: Role) -> SamlProvider:
    """Return the portal as a provider of a role's account; it is stored nowhere.

    The instance of Identity Center is in both names, so that they stay the same.
    """
    instance = directory.instance_id.removeprefix("ssoins-")
    named = base64.b64encode(f"{role.account_id}_ins-{instance}".encode()).decode()
    path, partition, region = f"/saml/assertion/{named}", directory.partition, directory.region
    return SamlProvider(
        account=role.account,
        name=f"AWSSSO_{instance}_DO_NOT_DELETE",
        entity_id=hosts.url(SAML_DOOR, path, None, partition, region=region),
    )
