"""What the events say of long-term access keys, never the secret (event E-21's sisters)."""

from typing import Any, cast

from accounts.events import IAM, administered, identity_of
from accounts.models import AccessKey, Account, Session
from signin.events import log, shapes
from signin.http import Browser

ACTIVE, INACTIVE = "Active", "Inactive"


def created(
    access_key: AccessKey, *, session: Session | None, has_device: bool, browser: Browser
) -> None:
    """Record that somebody made an access key; without a session it is the operator's doing.

    ``has_device`` says that a second factor proved the session.
    """
    owner = _owner(access_key)
    made = {
        **owner,
        "accessKeyId": access_key.access_key_id,
        "status": ACTIVE,
        "createDate": shapes.spelled(access_key.created_at),
    }
    _record("CreateAccessKey", access_key, session, has_device, browser, owner, {"accessKey": made})


def updated(
    access_key: AccessKey, *, session: Session | None, has_device: bool, browser: Browser
) -> None:
    """Record that an access key was switched on or off."""
    status = ACTIVE if access_key.is_active else INACTIVE
    parameters = {**_naming(access_key), "status": status}
    _record("UpdateAccessKey", access_key, session, has_device, browser, parameters)


def deleted(
    access_key: AccessKey, *, session: Session | None, has_device: bool, browser: Browser
) -> None:
    """Record that an access key was deleted."""
    _record("DeleteAccessKey", access_key, session, has_device, browser, _naming(access_key))


def _owner(access_key: AccessKey) -> dict[str, Any]:
    """Return the name that the API takes; a root user has none, and is whoever calls."""
    owner = access_key.principal
    return {} if owner.is_root else {"userName": owner.username}


def _naming(access_key: AccessKey) -> dict[str, Any]:
    return {**_owner(access_key), "accessKeyId": access_key.access_key_id}


def _record(
    name: str,
    access_key: AccessKey,
    session: Session | None,
    has_device: bool,
    browser: Browser,
    parameters: dict[str, Any],
    response: dict[str, Any] | None = None,
) -> None:
    owner = access_key.principal
    if session is None:
        administered(name, cast(Account, owner.account), browser, parameters or None, response)
        return
    attributes = shapes.session_attributes(began_at=session.created_at, mfa=has_device)
    log.record_api_call(
        name,
        source=IAM,
        identity={**identity_of(owner), "sessionContext": {"attributes": attributes}},
        account_id=owner.account_id or "",
        region=shapes.root_region(owner.partition),
        browser=browser,
        user_agent="console.amazonaws.com" if owner.is_root else "signin.amazonaws.com",
        parameters=parameters or None,
        response=response,
    )
