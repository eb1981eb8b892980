"""What the events say of people who come by SAML (events E-01, E-02 and E-22).

Never the response, which is worth a session while it is fresh.
"""

import base64
import hashlib
from dataclasses import replace
from typing import Any

from accounts.models import Role, SamlProvider
from signin.events import log, shapes
from signin.federation import unsigned_calls
from signin.federation.assertions import Assertion
from signin.federation.unsigned_calls import UnsignedCall
from signin.http import Browser
from signin.kernel import clock

_FORMATS = "urn:oasis:names:tc:SAML:2.0:nameid-format:"


def name_qualifier(provider: SamlProvider) -> str:
    """Return what makes subjects of a provider different from those of all others."""
    named = f"{provider.entity_id}{provider.account_id}/{provider.name}"
    # AWS's own recipe, which names somebody and protects nothing.
    digest = hashlib.sha1(named.encode(), usedforsecurity=False).digest()
    return base64.b64encode(digest).decode()


def subject_type(subject_format: str) -> str:
    """Return the format of a subject as STS tells it."""
    return subject_format.removeprefix(_FORMATS)


def signed_in(
    role: Role,
    session_name: str,
    provider: SamlProvider,
    *,
    to: str,
    browser: Browser,
    is_denied: bool = False,
) -> None:
    """Record that somebody is signed in to the console as a role, by a provider's word.

    ``is_denied`` says that the account's statements on sign-in keep them out.
    """
    context = shapes.role_session_context(
        account_id=role.account_id,
        role_id=role.unique_id,
        role_arn=role.arn,
        role_name=role.name,
        began_at=clock.now(),
        mfa=False,
    )
    identity = shapes.assumed_role(
        partition=role.account.partition,
        account_id=role.account_id,
        role_id=role.unique_id,
        role_name=role.name,
        session_name=session_name,
        context=context,
    )
    error = shapes.DENIED_BY_POLICY if is_denied else None
    _record_login(identity, provider, browser, to=to, error=error)


def sign_in_refused(provider: SamlProvider, subject: str, reason: str, *, browser: Browser) -> None:
    """Record in a provider's account that nobody was signed in, and why, which no page tells.

    Without a subject nobody knows who it was: the assertion was not right.
    """
    identity = shapes.nobody(account_id=provider.account_id)
    if subject:
        identity = shapes.saml_user(qualifier=name_qualifier(provider), subject=subject)
    _record_login(identity, provider, browser, reason=reason, error=shapes.FAILED)


def answered(
    call: UnsignedCall, provider: SamlProvider, assertion: Assertion, response: dict[str, Any]
) -> None:
    """Record that somebody got what they asked for."""
    unsigned_calls.record(_told(call, assertion), _named(provider, assertion), response=response)


def refused(
    call: UnsignedCall, provider: SamlProvider, assertion: Assertion | None, error: log.Error
) -> None:
    """Record that somebody was refused; nobody knows who it was unless the assertion was right."""
    if assertion is None:
        unsigned_calls.record(call, None, error=error)
    else:
        unsigned_calls.record(_told(call, assertion), _named(provider, assertion), error=error)


def _named(provider: SamlProvider, assertion: Assertion) -> shapes.Identity:
    return shapes.saml_user(qualifier=name_qualifier(provider), subject=assertion.subject)


def _told(call: UnsignedCall, assertion: Assertion) -> UnsignedCall:
    return replace(call, parameters={"sAMLAssertionID": assertion.id, **call.parameters})


def _record_login(
    identity: shapes.Identity,
    provider: SamlProvider,
    browser: Browser,
    *,
    to: str = "",
    reason: str = "",
    error: str | None = None,
) -> None:
    details = shapes.console_login_details(
        login_to=to, user_agent=browser.user_agent, mfa_used=False, mfa_identifier=""
    )
    log.record(
        "ConsoleLogin",
        identity=identity,
        account_id=provider.account_id,
        region=shapes.region(
            partition=provider.account.partition,
            is_root=False,
            host_region=browser.region,
            alias_cookie=False,
        ),
        browser=browser,
        error=error,
        error_code=shapes.ACCESS_DENIED if error == shapes.DENIED_BY_POLICY else "",
        details={
            **details,
            "SamlProviderArn": provider.arn,
            **({"Reason": reason} if reason else {}),
        },
    )
