"""What the events say of people who work as roles (events E-01, E-08, E-09 and E-22)."""

from typing import Any

from accounts import federated
from accounts.events import identity_of
from accounts.identities import Identity, original, sign_in_of
from accounts.models import Role, Session
from signin.events import log, shapes
from signin.http import Browser
from signin.kernel import entropy

STS = "sts.amazonaws.com"
CONSOLE = "signin.amazonaws.com"  # the user agent of calls that the console makes for somebody


def console_login(
    session: Session, role: Role, *, has_device: bool, browser: Browser, is_denied: bool = False
) -> None:
    """Record that somebody came from the portal and is signed in to the console as a role.

    ``has_device`` says that a second factor proved them at the portal: the console asked for none.
    ``is_denied`` says that the account's statements keep them out.
    """
    context = shapes.role_session_context(
        account_id=role.account_id,
        role_id=role.unique_id,
        role_arn=role.arn,
        role_name=role.name,
        began_at=session.created_at,
        mfa=has_device,
    )
    log.record(
        "ConsoleLogin",
        identity=_session_of(role, original(session).session_name, context),
        account_id=role.account_id,
        region=_region(role, browser),
        browser=browser,
        error=shapes.DENIED_BY_POLICY if is_denied else None,
        error_code=shapes.ACCESS_DENIED if is_denied else "",
        details=shapes.console_login_details(
            login_to="", user_agent=browser.user_agent, mfa_used=False, mfa_identifier=""
        ),
    )


def switched(role: Role, session: Session, *, has_device: bool, to: str, browser: Browser) -> None:
    """Record in the role's account that somebody switched to it, and who they are themselves.

    The console takes the role for them by STS, which their own account's log tells, too; the
    records of both have one ``sharedEventID``. ``has_device`` says that a second factor proved
    them.
    """
    _taken(role, session, has_device, browser)
    _record("SwitchRole", role, original(session), to, browser)


def left(role: Role, original: Identity, *, to: str, browser: Browser) -> None:
    """Record in the role's account that somebody went back to who they are themselves."""
    _record("ExitRole", role, original, to, browser)


def _taken(role: Role, session: Session, has_device: bool, browser: Browser) -> None:
    own = original(session)
    caller = _at_console(own, session, has_device)
    callers = {own.account.id: caller}
    if role.account_id != own.account.id:
        callers[role.account_id] = shapes.other_account(
            account_id=own.account.id, principal_id=caller["principalId"]
        )
    user = _session_of(role, own.session_name)
    request_id = entropy.identifier_text()
    shared = entropy.identifier_text() if len(callers) > 1 else ""
    for account_id, identity in callers.items():
        log.record_api_call(
            "AssumeRole",
            source=STS,
            identity=identity,
            account_id=account_id,
            region=_region(role, browser),
            browser=browser,
            user_agent=CONSOLE,
            parameters={"roleArn": role.arn, "roleSessionName": own.session_name},
            # The switch is all that there is of it: no credentials were issued.
            response={
                "assumedRoleUser": {"assumedRoleId": user["principalId"], "arn": user["arn"]}
            },
            request_id=request_id,
            shared_event_id=shared,
            read_only=True,
        )


def _at_console(own: Identity, session: Session, has_device: bool) -> shapes.Identity:
    """Return how events name whoever signed in to the console, as a user or as a role."""
    began_at, role = sign_in_of(session).created_at, own.role
    if role is None:
        attributes = shapes.session_attributes(began_at=began_at, mfa=has_device)
        return {**identity_of(own.principal), "sessionContext": {"attributes": attributes}}
    context = shapes.role_session_context(
        account_id=role.account_id,
        role_id=role.unique_id,
        role_arn=role.arn,
        role_name=role.name,
        began_at=began_at,
        mfa=has_device,
        web_provider=federated.web_provider_of(own.principal),
    )
    return _session_of(role, own.session_name, context)


def _record(name: str, role: Role, original: Identity, to: str, browser: Browser) -> None:
    log.record(
        name,
        identity=_session_of(role, original.session_name),
        account_id=role.account_id,
        region=_region(role, browser),
        browser=browser,
        details={"SwitchFrom": original.arn, "RedirectTo": to},
    )


def _session_of(
    role: Role, session_name: str, context: dict[str, Any] | None = None
) -> shapes.Identity:
    return shapes.assumed_role(
        partition=role.account.partition,
        account_id=role.account_id,
        role_id=role.unique_id,
        role_name=role.name,
        session_name=session_name,
        context=context,
    )


def _region(role: Role, browser: Browser) -> str:
    return shapes.region(
        partition=role.account.partition,
        is_root=False,
        host_region=browser.region,
        alias_cookie=False,
    )
