"""What the events say of logins of command lines; their shape is our own, no secret is in them."""

from typing import Any

from accounts.events import identity_of
from accounts.identities import original
from accounts.models import Session
from mfa.events import has_passed_mfa
from signin.events import log, shapes
from signin.http import Browser
from signin.logins.models import LoginRequest

SIGNIN = "signin.amazonaws.com"
NOT_PERMITTED = "Whoever signed in has no permission to let programs in."


def authorized(
    asked: LoginRequest, session: Session, *, browser: Browser, refused: str | None = None
) -> None:
    """Record that somebody let a program in, or wanted to and may not, and why."""
    parameters = {
        "clientId": asked.client,
        "redirectUri": asked.redirect_uri,
        "responseType": "code",
        "scope": "openid",
        "codeChallengeMethod": "SHA-256",
    }
    response = None if refused else {"code": shapes.HIDDEN}
    _record("AuthorizeOAuth2Access", session, browser, parameters, response, refused)


def token_created(
    session: Session,
    *,
    browser: Browser,
    client: str,
    grant: str,
    access_key_id: str = "",
    refused: str | None = None,
) -> None:
    """Record that a program got credentials, or was refused them, and why."""
    response = {
        "accessKeyId": access_key_id,
        "tokenType": "aws_sigv4",
        "refreshToken": shapes.HIDDEN,
    }
    parameters = {"clientId": client, "grantType": grant}
    _record(
        "CreateOAuth2Token", session, browser, parameters, None if refused else response, refused
    )


def _record(
    name: str,
    session: Session,
    browser: Browser,
    parameters: dict[str, Any],
    response: dict[str, Any] | None,
    refused: str | None,
) -> None:
    log.record_api_call(
        name,
        source=SIGNIN,
        identity=_identity_of(session),
        account_id=original(session).account.id,
        region=shapes.region(
            partition=original(session).account.partition,
            is_root=original(session).is_root,
            host_region=browser.region,
            alias_cookie=False,
        ),
        browser=browser,
        user_agent=browser.user_agent,
        parameters=parameters,
        response=response,
        error=log.Error(shapes.ACCESS_DENIED, refused) if refused else None,
    )


def _identity_of(session: Session) -> shapes.Identity:
    role, name = session.role, original(session).session_name
    account = original(session).account
    if session.is_federated:
        return shapes.federated_user(partition=account.partition, account_id=account.id, name=name)
    if role is None:
        return identity_of(session.principal)
    return shapes.assumed_role(
        partition=account.partition,
        account_id=role.account_id,
        role_id=role.unique_id,
        role_name=role.name,
        session_name=name,
        context=shapes.role_session_context(
            account_id=role.account_id,
            role_id=role.unique_id,
            role_arn=role.arn,
            role_name=role.name,
            began_at=session.created_at,
            mfa=has_passed_mfa(session),
        ),
    )
