"""What the sign-in events say of our principals (events E-01 and E-02)."""

from accounts.models import Account, Principal
from signin.events import log, shapes
from signin.flow.models import Attempt


def console_login_succeeded(attempt: Attempt, principal: Principal) -> None:
    """Record that somebody is signed in to the console."""
    identity = shapes.authenticated(
        is_root=_is_root(principal),
        account_id=principal.account_id or "",
        principal_id=principal.unique_id,
        username=principal.username,
    )
    _record(attempt, identity, principal.account_id or "", error=None)


def console_login_failed(
    attempt: Attempt, principal: Principal | None, account: Account | None
) -> None:
    """Record a refused try. A name that nobody has is masked: it may be a mistyped password.

    An e-mail that no root user has, and an account that nobody has, belong to no account: such an
    event has no recipient, and AWS shows it to nobody.
    """
    if principal is None:
        account_id = account.id if account else ""
        identity = shapes.unknown(
            is_root=attempt.facts.get("user_type") == "root", account_id=account_id
        )
        _record(attempt, identity, account_id, error=shapes.NO_SUCH_USER)
        return
    account_id = principal.account_id or ""
    identity = shapes.unauthenticated(
        is_root=_is_root(principal),
        account_id=account_id,
        principal_id=principal.unique_id,
        username=principal.username,
    )
    _record(attempt, identity, account_id, error=shapes.FAILED)


def _record(
    attempt: Attempt, identity: shapes.Identity, account_id: str, error: str | None
) -> None:
    browser = attempt.browser
    is_root = identity["type"] == "Root"
    log.record(
        "ConsoleLogin",
        identity=identity,
        account_id=account_id,
        region=shapes.region(
            is_root=is_root,
            host_region=browser.region,
            alias_cookie=attempt.facts.get("alias_remembered", False),
        ),
        browser=browser,
        error=error,
        details=shapes.console_login_details(
            login_to=attempt.facts["destination"], user_agent=browser.user_agent
        ),
    )


def _is_root(principal: Principal) -> bool:
    return principal.kind == Principal.Kind.ROOT_USER
