"""The parts of a sign-in event (spec: CloudTrail's console sign-in events)."""

import re
from datetime import datetime
from typing import Any

from django.conf import settings

from signin.kernel import arns, clock, partitions

Identity = dict[str, Any]

HIDDEN = "HIDDEN_DUE_TO_SECURITY_REASONS"
FAILED = "Failed authentication"
NO_SUCH_USER = "No username found in supplied account"
# Of what an account's statements on sign-in refuse, with the code ACCESS_DENIED.
DENIED_BY_POLICY = "Authorization denied because of a resource-based policy"
ACCESS_DENIED = "AccessDenied"
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_CODE = re.compile(r"([?&]user_code=)[^&]*")


def without_codes(url: str) -> str:
    """Return an address without the code of a program that it leads to."""
    return _CODE.sub(rf"\1{HIDDEN}", url)


def authenticated(
    *, partition: str, is_root: bool, account_id: str, principal_id: str, username: str
) -> Identity:
    """Return the identity of somebody who proved to be it."""
    if is_root:
        return _root(partition, account_id)
    return {
        "type": "IAMUser",
        "principalId": principal_id,
        "arn": arns.iam_user(partition, account_id, username),
        "accountId": account_id,
        "userName": username,
    }


def unauthenticated(
    *, partition: str, is_root: bool, account_id: str, principal_id: str, username: str
) -> Identity:
    """Return the identity of somebody who is known, but did not prove to be it."""
    if is_root:
        return _root(partition, account_id)
    return {
        "type": "IAMUser",
        "principalId": principal_id,
        "accountId": account_id,
        "accessKeyId": "",
        "userName": username,
    }


def unknown(*, is_root: bool, account_id: str) -> Identity:
    """Return the identity of a name that nobody has; the name itself is masked."""
    return {
        "type": "Root" if is_root else "IAMUser",
        "accountId": account_id,
        "accessKeyId": "",
        "userName": HIDDEN,
    }


def builder_id(*, user_id: str) -> Identity:
    """Return the identity of somebody with a Builder ID, who belongs to no account.

    Ours alone: AWS tells nobody of them (events E-23). ``user_id`` is masked where nobody has it.
    """
    return {"type": "BuilderId", "userId": user_id}


def nobody(*, account_id: str) -> Identity:
    """Return the identity of a program that nobody stands behind yet."""
    return {"type": "Unknown", "principalId": "anonymous", "accountId": account_id}


def directory_user(*, account_id: str, user_id: str, store_arn: str, session_id: str) -> Identity:
    """Return the identity of a user of Identity Center, as it is since 2025.

    ``session_id`` is the portal session's, where there is one.
    """
    identity: Identity = {
        "type": "IdentityCenterUser",
        "accountId": account_id,
        "onBehalfOf": {"userId": user_id, "identityStoreArn": store_arn},
    }
    return {**identity, "credentialId": session_id} if session_id else identity


def legacy_directory_user(*, account_id: str, username: str) -> Identity:
    """Return the identity of a user of Identity Center, as it was until 2025."""
    return {
        "type": "Unknown",
        "principalId": account_id,
        "arn": "",
        "accountId": account_id,
        "accessKeyId": "",
        "userName": username,
    }


def assumed_role(
    *,
    partition: str,
    account_id: str,
    role_id: str,
    role_name: str,
    session_name: str,
    context: dict[str, Any] | None = None,
) -> Identity:
    """Return the identity of somebody who works as a role."""
    identity: Identity = {
        "type": "AssumedRole",
        "principalId": f"{role_id}:{session_name}",
        "arn": arns.role_session(partition, account_id, role_name, session_name),
        "accountId": account_id,
    }
    return {**identity, "sessionContext": context} if context else identity


def federated_user(*, partition: str, account_id: str, name: str) -> Identity:
    """Return the identity of a federated user, for whom a user of the account vouched."""
    return {
        "type": "FederatedUser",
        "principalId": f"{account_id}:{name}",
        "arn": arns.federated_user(partition, account_id, name),
        "accountId": account_id,
    }


def saml_user(*, qualifier: str, subject: str) -> Identity:
    """Return the identity of somebody for whom a SAML provider vouched."""
    return {
        "type": "SAMLUser",
        "principalId": f"{qualifier}:{subject}",
        "userName": subject,
        "identityProvider": qualifier,
    }


def web_identity_user(*, provider_arn: str, audience: str, subject: str) -> Identity:
    """Return the identity of somebody for whom an OpenID Connect provider vouched."""
    return {
        "type": "WebIdentityUser",
        "principalId": f"{provider_arn}:{audience}:{subject}",
        "userName": subject,
        "identityProvider": provider_arn,
    }


def spelled(moment: datetime) -> str:
    """Return a time as answers of APIs are recorded: ``Jan 2, 2031 3:04:05 AM``."""
    hour, half = (moment.hour + 11) % 12 + 1, "AM" if moment.hour < 12 else "PM"
    day = f"{_MONTHS[moment.month - 1]} {moment.day}, {moment.year}"
    return f"{day} {hour}:{moment.minute:02}:{moment.second:02} {half}"


def other_account(*, account_id: str, principal_id: str) -> Identity:
    """Return the identity of a caller from another account, as that account's log tells it."""
    return {"type": "AWSAccount", "principalId": principal_id, "accountId": account_id}


def session_attributes(*, began_at: datetime, mfa: bool) -> dict[str, Any]:
    """Return since when a session is, and whether a second factor stands behind it."""
    return {
        "creationDate": clock.written(began_at),
        "mfaAuthenticated": "true" if mfa else "false",
    }


def role_session_context(
    *,
    account_id: str,
    role_id: str,
    role_arn: str,
    role_name: str,
    began_at: datetime,
    mfa: bool,
    web_provider: str = "",
) -> dict[str, Any]:
    """Return which role a session is of, since when, and whether a second factor stands behind.

    ``web_provider`` is the ARN of the OpenID Connect provider that vouched for whoever has it.
    """
    federation = {"federatedProvider": web_provider, "attributes": {}} if web_provider else {}
    return {
        "sessionIssuer": {
            "type": "Role",
            "principalId": role_id,
            "arn": role_arn,
            "accountId": account_id,
            "userName": role_name,
        },
        "webIdFederationData": federation,
        "attributes": session_attributes(began_at=began_at, mfa=mfa),
    }


def root_region(partition: str) -> str:
    """Return the region that records what root users do, and all else of no region."""
    return partitions.get(partition).home


def region(*, partition: str, is_root: bool, host_region: str | None, alias_cookie: bool) -> str:
    """Return the region that records a console sign-in."""
    if is_root:
        return root_region(partition)
    if host_region:
        return host_region
    if alias_cookie and partition == partitions.AWS.id:
        return str(settings.SIGNIN_ALIAS_COOKIE_REGION)
    return root_region(partition)


def console_login_details(
    *, login_to: str, user_agent: str, mfa_used: bool, mfa_identifier: str
) -> dict[str, Any]:
    """Return ``additionalEventData`` of a ConsoleLogin; the device is named if one proved it.

    Who comes from another door has no ``login_to``.
    """
    details = {
        **({"LoginTo": login_to} if login_to else {}),
        "MobileVersion": "Yes" if "Mobi" in user_agent else "No",
        "MFAUsed": "Yes" if mfa_used else "No",
    }
    return {**details, "MFAIdentifier": mfa_identifier} if mfa_identifier else details


def _root(partition: str, account_id: str) -> Identity:
    return {
        "type": "Root",
        "principalId": account_id,
        "arn": arns.root_user(partition, account_id),
        "accountId": account_id,
        "accessKeyId": "",
    }
