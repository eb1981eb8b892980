"""Amazon Resource Names of what people sign in as; each begins with the partition's ID."""


def root_user(partition: str, account_id: str) -> str:
    """Return the ARN of an account's root user."""
    return f"arn:{partition}:iam::{account_id}:root"


def iam_user(partition: str, account_id: str, username: str) -> str:
    """Return the ARN of an IAM user."""
    return f"arn:{partition}:iam::{account_id}:user/{username}"


def mfa_device(partition: str, account_id: str, name: str) -> str:
    """Return the ARN of an authenticator app, which APIs call its serial number."""
    return f"arn:{partition}:iam::{account_id}:mfa/{name}"


def passkey(partition: str, account_id: str, owner: str, label: str) -> str:
    """Return the ARN of a passkey; ``owner`` is ``user/<name>`` or ``root-account``."""
    return f"arn:{partition}:iam::{account_id}:u2f/{owner}/{label}"


def directory_user(partition: str, user_id: str) -> str:
    """Return the ARN of a user of an identity store."""
    return f"arn:{partition}:identitystore:::user/{user_id}"


def role(partition: str, account_id: str, path: str, name: str) -> str:
    """Return the ARN of a role; its path begins and ends with a slash."""
    return f"arn:{partition}:iam::{account_id}:role{path}{name}"


def saml_provider(partition: str, account_id: str, name: str) -> str:
    """Return the ARN of a SAML provider."""
    return f"arn:{partition}:iam::{account_id}:saml-provider/{name}"


def oidc_provider(partition: str, account_id: str, url: str) -> str:
    """Return the ARN of an OpenID Connect provider, which names its address without the scheme."""
    return f"arn:{partition}:iam::{account_id}:oidc-provider/{url.partition('://')[2]}"


def federated_user(partition: str, account_id: str, name: str) -> str:
    """Return the ARN of a federated user, whom an account's user vouched for."""
    return f"arn:{partition}:sts::{account_id}:federated-user/{name}"


def role_session(partition: str, account_id: str, role_name: str, session_name: str) -> str:
    """Return the ARN of a session of a role, which has no path."""
    return f"arn:{partition}:sts::{account_id}:assumed-role/{role_name}/{session_name}"


def signin_session(partition: str, region: str, account_id: str, session_id: str) -> str:
    """Return the ARN of a session at the sign-in host, as its service names it."""
    return f"arn:{partition}:signin:{region}:{account_id}:session/{session_id}"


def account_of(arn: str) -> str:
    """Return the ID of the account that an ARN names."""
    return arn.split(":")[4]
