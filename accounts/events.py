"""What the events say of our principals (events E-01, E-02, E-04 to E-07 and E-21)."""

from datetime import datetime
from typing import Any, cast

from accounts.identities import Identity
from accounts.models import Account, PasswordPolicy, Principal
from signin.events import log, shapes
from signin.flow.models import Attempt
from signin.http import Browser
from signin.kernel import partitions

IAM = "iam.amazonaws.com"
ACCOUNT = "account.amazonaws.com"

OLD_PASSWORD_WRONG = log.Error("AccessDenied", "The old password is not right.")
NEW_PASSWORD_REFUSED = log.Error(
    "PasswordPolicyViolation", "The new password does not keep the policy."
)


def console_login_succeeded(attempt: Attempt, principal: Principal) -> None:
    """Record that somebody is signed in to the console."""
    _record(
        attempt,
        identity_of(principal),
        principal.account_id or "",
        error=None,
        mfa_used="mfa_identifier" in attempt.facts,
    )


def console_login_failed(
    attempt: Attempt,
    principal: Principal | None,
    account: Account | None,
    *,
    mfa_used: bool = False,
) -> None:
    """Record a refused try. A name that nobody has is masked: it may be a mistyped password.

    An e-mail that no root user has, and an account that nobody has, belong to no account: such an
    event has no recipient, and AWS shows it to nobody. ``mfa_used`` says that it was the second
    factor that was wrong.
    """
    if principal is None:
        account_id = account.id if account else ""
        identity = shapes.unknown(
            is_root=attempt.facts.get("user_type") == "root", account_id=account_id
        )
        _record(attempt, identity, account_id, error=shapes.NO_SUCH_USER)
        return
    account_id = principal.account_id or ""
    identity = unproven_identity_of(principal)
    _record(attempt, identity, account_id, error=shapes.FAILED, mfa_used=mfa_used)


def console_login_denied(attempt: Attempt, principal: Principal, *, is_proven: bool) -> None:
    """Record that an account's statements keep somebody from its console."""
    identity = identity_of(principal) if is_proven else unproven_identity_of(principal)
    account_id = principal.account_id or ""
    _record(attempt, identity, account_id, error=shapes.DENIED_BY_POLICY)


def console_access_denied(whose: Identity, *, browser: Browser) -> None:
    """Record that they keep somebody from it who signed in earlier, not as a role."""
    account_id, partition = whose.account.id, whose.account.partition
    if whose.is_federated:
        identity = shapes.federated_user(
            partition=partition, account_id=account_id, name=whose.session_name
        )
    else:
        identity = identity_of(whose.principal)
    region = shapes.region(
        partition=partition,
        is_root=whose.is_root,
        host_region=browser.region,
        alias_cookie=False,
    )
    log.record(
        "ConsoleLogin",
        identity=identity,
        account_id=account_id,
        region=region,
        browser=browser,
        error=shapes.DENIED_BY_POLICY,
        error_code=shapes.ACCESS_DENIED,
        details=shapes.console_login_details(
            login_to="", user_agent=browser.user_agent, mfa_used=False, mfa_identifier=""
        ),
    )


def password_changed(
    principal: Principal, *, browser: Browser, error: log.Error | None = None
) -> None:
    """Record that somebody chose another password, or was refused it.

    Of an IAM user it is a call of an API, of a root user a sign-in event.
    """
    if principal.is_root:
        _updated("PasswordUpdated", principal, browser, error)
        return
    log.record_api_call(
        "ChangePassword",
        source=IAM,
        identity=identity_of(principal),
        account_id=principal.account_id or "",
        region=shapes.root_region(principal.partition),
        browser=browser,
        user_agent="signin.amazonaws.com",
        parameters=None,
        error=error,
    )


def password_recovery_requested(root_user: Principal, browser: Browser) -> None:
    """Record that a link for a new password was mailed to a root user."""
    _updated("PasswordRecoveryRequested", root_user, browser)


def password_recovery_completed(root_user: Principal, browser: Browser) -> None:
    """Record that a root user set a new password with a mailed link."""
    _updated("PasswordRecoveryCompleted", root_user, browser)


def email_updated(root_user: Principal, *, browser: Browser) -> None:
    """Record that a root user has another e-mail."""
    _updated("EmailUpdated", root_user, browser)


def account_named(root_user: Principal, *, name: str, browser: Browser) -> None:
    """Record that a root user gave the account another name."""
    _looked_after("PutAccountName", root_user, browser, {"accountName": name})


def contact_information_put(root_user: Principal, *, browser: Browser) -> None:
    """Record that a root user changed how the account is reached; not to what."""
    _looked_after(
        "PutContactInformation", root_user, browser, {"contactInformation": shapes.HIDDEN}
    )


def account_closed(root_user: Principal, *, browser: Browser) -> None:
    """Record that a root user closed the account."""
    _looked_after("CloseAccount", root_user, browser, {"accountId": root_user.account_id})


def login_profile_set(iam_user: Principal, *, is_new: bool, browser: Browser) -> None:
    """Record that somebody else gave an IAM user a password: the first one, or another."""
    parameters: dict[str, Any] = {
        "userName": iam_user.username,
        "passwordResetRequired": iam_user.must_change_password,
    }
    name = "CreateLoginProfile" if is_new else "UpdateLoginProfile"
    changed_at = cast(datetime, iam_user.password_changed_at)
    profile = {**parameters, "createDate": shapes.spelled(changed_at)}
    response = {"loginProfile": profile} if is_new else None
    administered(name, cast(Account, iam_user.account), browser, parameters, response)


def login_profile_deleted(iam_user: Principal, *, browser: Browser) -> None:
    """Record that an IAM user lost the password, and with it the console."""
    parameters = {"userName": iam_user.username}
    administered("DeleteLoginProfile", cast(Account, iam_user.account), browser, parameters)


def password_policy_set(policy: PasswordPolicy, *, browser: Browser) -> None:
    """Record what an account asks of passwords from now on, in the API's own words."""
    parameters: dict[str, Any] = {
        "minimumPasswordLength": policy.minimum_length,
        "requireSymbols": policy.require_symbols,
        "requireNumbers": policy.require_numbers,
        "requireUppercaseCharacters": policy.require_uppercase,
        "requireLowercaseCharacters": policy.require_lowercase,
        "allowUsersToChangePassword": policy.users_may_change,
        "hardExpiry": policy.hard_expiry,
    }
    if policy.max_age_days is not None:
        parameters["maxPasswordAge"] = policy.max_age_days
    if policy.reuse_prevention is not None:
        parameters["passwordReusePrevention"] = policy.reuse_prevention
    administered("UpdateAccountPasswordPolicy", policy.account, browser, parameters)


def password_policy_deleted(account: Account, *, browser: Browser) -> None:
    """Record that an account goes back to the default policy."""
    administered("DeleteAccountPasswordPolicy", account, browser, None)


def administered(
    name: str,
    account: Account,
    browser: Browser,
    parameters: dict[str, Any] | None,
    response: dict[str, Any] | None = None,
) -> None:
    """Record what the operator did: in the account's own log it is its root user's doing."""
    log.record_api_call(
        name,
        source=IAM,
        identity=shapes.authenticated(
            partition=account.partition,
            is_root=True,
            account_id=account.id,
            principal_id=account.id,
            username="",
        ),
        account_id=account.id,
        region=shapes.root_region(account.partition),
        browser=browser,
        user_agent="console.amazonaws.com",
        parameters=parameters,
        response=response,
    )


def _looked_after(
    name: str, root_user: Principal, browser: Browser, parameters: dict[str, Any]
) -> None:
    log.record_api_call(
        name,
        source=ACCOUNT,
        identity=identity_of(root_user),
        account_id=root_user.account_id or "",
        region=shapes.root_region(root_user.partition),
        browser=browser,
        user_agent="console.amazonaws.com",
        parameters=parameters,
    )


def _updated(
    name: str, root_user: Principal, browser: Browser, error: log.Error | None = None
) -> None:
    log.record(
        name,
        identity=identity_of(root_user),
        account_id=root_user.account_id or "",
        region=shapes.root_region(root_user.partition),
        browser=browser,
        error=error.message if error else None,
    )


def identity_of(principal: Principal) -> shapes.Identity:
    """Return how events name somebody who proved to be it."""
    return shapes.authenticated(
        partition=principal.partition,
        is_root=principal.is_root,
        account_id=principal.account_id or "",
        principal_id=principal.unique_id,
        username=principal.username,
    )


def unproven_identity_of(principal: Principal) -> shapes.Identity:
    """Return how events name somebody who is known, but did not prove to be it."""
    return shapes.unauthenticated(
        partition=principal.partition,
        is_root=principal.is_root,
        account_id=principal.account_id or "",
        principal_id=principal.unique_id,
        username=principal.username,
    )


def _record(
    attempt: Attempt,
    identity: shapes.Identity,
    account_id: str,
    error: str | None,
    *,
    mfa_used: bool = False,
) -> None:
    browser = attempt.browser
    is_root = identity["type"] == "Root"
    log.record(
        "ConsoleLogin",
        identity=identity,
        account_id=account_id,
        region=shapes.region(
            partition=partitions.here().id,  # somebody else's partition is unknown here
            is_root=is_root,
            host_region=browser.region,
            alias_cookie=attempt.facts.get("alias_remembered", False),
        ),
        browser=browser,
        error=error,
        error_code=shapes.ACCESS_DENIED if error == shapes.DENIED_BY_POLICY else "",
        details=shapes.console_login_details(
            login_to=attempt.facts["destination"],
            user_agent=browser.user_agent,
            mfa_used=mfa_used,
            mfa_identifier=attempt.facts.get("mfa_identifier", ""),
        ),
    )
