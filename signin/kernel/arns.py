"""Amazon Resource Names of what people sign in as."""


def root_user(account_id: str) -> str:
    """Return the ARN of an account's root user."""
    return f"arn:aws:iam::{account_id}:root"


def iam_user(account_id: str, username: str) -> str:
    """Return the ARN of an IAM user."""
    return f"arn:aws:iam::{account_id}:user/{username}"
