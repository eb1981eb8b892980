"""What the events say of the users of directories (events E-11 to E-16, E-19 and E-20).

They are recorded in the account that the directory belongs to, in the directory's region.
"""

from typing import Any

from accounts.models import Directory, Principal, Session
from signin.events import log, shapes
from signin.http import Browser

SIGNIN = "signin.amazonaws.com"
SSO = "sso.amazonaws.com"
STORE = "sso-directory.amazonaws.com"

NOT_STORED = log.Error("InternalFailure", "The password could not be stored.")


def identity_of(
    directory: Directory, user: Principal | None, session: Session | None = None
) -> shapes.Identity:
    """Return how events name a user of a directory, in the shape that the directory says.

    A name that nobody has is masked: it may be a mistyped password. The portal's session is named
    by its sign-in, so that pages and programs of one person name the same.
    """
    if directory.event_identity == Directory.EventIdentity.LEGACY:
        username = user.username if user else shapes.HIDDEN
        return shapes.legacy_directory_user(account_id=directory.account_id, username=username)
    return shapes.directory_user(
        account_id=directory.account_id,
        user_id=user.profile.user_id if user else shapes.HIDDEN,
        store_arn=directory.store_arn,
        session_id=str(session.parent_id or session.pk) if session else "",
    )


def signed_in_event(
    name: str,
    directory: Directory,
    user: Principal | None,
    *,
    browser: Browser,
    workflow: str,
    factors: str,
    succeeded: bool = True,
    request_id: str = "",
    more: dict[str, Any] | None = None,
) -> None:
    """Record a step of a sign-in: CredentialChallenge, CredentialVerification, UserAuthentication.

    ``factors`` is what was asked for or proved, joined by commas; ``workflow`` is the same in all
    events of one sign-in.
    """
    log.record_service_event(
        name,
        source=SIGNIN,
        identity=identity_of(directory, user),
        account_id=directory.account_id,
        region=directory.region_at(browser.region),
        browser=browser,
        details={"AuthWorkflowID": workflow, "CredentialType": factors, **(more or {})},
        service_details={name: "Success" if succeeded else "Failure"},
        request_id=request_id,
    )


def authenticated(session: Session, *, browser: Browser) -> None:
    """Record that somebody has a session at the portal."""
    _of_portal("Authenticate", session, browser, {})


def federated(session: Session, *, browser: Browser, to: dict[str, str]) -> None:
    """Record that somebody opened a role or an application; ``to`` says which."""
    _of_portal("Federate", session, browser, to)


def signed_out(session: Session, *, browser: Browser) -> None:
    """Record that somebody signed out at the portal; whether AWS does is not known."""
    _of_portal("Logout", session, browser, {})


def called(
    name: str,
    directory: Directory,
    user: Principal,
    *,
    browser: Browser,
    parameters: dict[str, Any] | None,
    session: Session | None = None,
    error: log.Error | None = None,
) -> None:
    """Record what a user of a directory did to what the directory keeps of them."""
    _store_call(name, directory, identity_of(directory, user, session), browser, parameters, error)


def password_updated(user: Principal, *, browser: Browser) -> None:
    """Record that a user chose another password, or the first one."""
    called("UpdatePassword", user.profile.directory, user, browser=browser, parameters=naming(user))


def password_not_updated(user: Principal, *, browser: Browser) -> None:
    """Record that a password that keeps the rules could not be stored."""
    called(
        "UpdatePassword",
        user.profile.directory,
        user,
        browser=browser,
        parameters=naming(user),
        error=NOT_STORED,
    )


def email_verified(user: Principal, *, browser: Browser) -> None:
    """Record that the address that a directory has of a user is the user's."""
    called("VerifyEmail", user.profile.directory, user, browser=browser, parameters=naming(user))


def administered(
    name: str,
    directory: Directory,
    *,
    browser: Browser,
    parameters: dict[str, Any] | None,
    source: str = STORE,
) -> None:
    """Record what the operator did: in the account's own log it is its root user's doing."""
    account_id = directory.account_id
    root = shapes.authenticated(
        partition=directory.partition.id,
        is_root=True,
        account_id=account_id,
        principal_id=account_id,
        username="",
    )
    _store_call(name, directory, root, browser, parameters, None, source=source)


def mfa_settings_put(directory: Directory, *, browser: Browser) -> None:
    """Record what a directory asks of its users beyond the password from now on."""
    kinds = [("TOTP", directory.allows_apps), ("WEBAUTHN", directory.allows_passkeys)]
    parameters = {
        "identityStoreId": directory.pk,
        "mfaMode": directory.mfa_mode,
        "noMfaSignInBehavior": directory.no_device_mode,
        "allowedMfaTypes": [name for name, is_allowed in kinds if is_allowed],
        "usersManageDevices": directory.users_manage_devices,
    }
    administered(
        "PutMfaDeviceManagementForDirectory", directory, browser=browser, parameters=parameters
    )


def naming(user: Principal) -> dict[str, Any]:
    """Return the parameters that name a user in a call of the directory's API."""
    profile = user.profile
    return {"identityStoreId": profile.directory_id, "userId": profile.user_id}


def _of_portal(name: str, session: Session, browser: Browser, to: dict[str, str]) -> None:
    user = session.principal
    directory = user.profile.directory
    log.record_service_event(
        name,
        source=SSO,
        identity=identity_of(directory, user, session),
        account_id=directory.account_id,
        region=directory.region_at(browser.region),
        browser=browser,
        service_details=to or None,
    )


def _store_call(
    name: str,
    directory: Directory,
    identity: shapes.Identity,
    browser: Browser,
    parameters: dict[str, Any] | None,
    error: log.Error | None,
    *,
    source: str = STORE,
) -> None:
    log.record_api_call(
        name,
        source=source,
        identity=identity,
        account_id=directory.account_id,
        region=directory.region_at(browser.region),
        browser=browser,
        user_agent=browser.user_agent,
        parameters=parameters,
        error=error,
    )
