"""What the events say of people who work as roles (events E-01, E-08 and E-09)."""

from typing import Any

from accounts.identities import Identity, original
from accounts.models import Role, Session
from signin.events import log, shapes
from signin.http import Browser


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


def switched(role: Role, original: Identity, *, to: str, browser: Browser) -> None:
    """Record in the role's account that somebody switched to it, and who they are themselves."""
    _record("SwitchRole", role, original, to, browser)


def left(role: Role, original: Identity, *, to: str, browser: Browser) -> None:
    """Record in the role's account that somebody went back to who they are themselves."""
    _record("ExitRole", role, original, to, browser)


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
