"""The roles that Identity Center makes in accounts, one for each permission set there."""

from accounts.models import Account, PermissionSet, Role
from accounts.models.roles import HOUR, RESERVED_PATH
from signin.kernel import entropy

SUFFIX_ALPHABET = "0123456789abcdef"
SUFFIX_LENGTH = 16
LONGEST_SESSION = 12 * HOUR  # seconds; the permission set says how much of it somebody gets
DEFAULT_REGION = "us-east-1"  # whose roles have no region in their path


def reserved(permission_set: PermissionSet, account: Account, *, suffix: str = "") -> Role:
    """Return the role of a permission set in an account, not stored yet.

    Its name is ``AWSReservedSSO_<permission set>_<16 hexadecimal digits>`` (behaviour 7.4).
    """
    region = permission_set.directory.region
    suffix = suffix or entropy.text(SUFFIX_LENGTH, SUFFIX_ALPHABET)
    return Role(
        account=account,
        permission_set=permission_set,
        path=RESERVED_PATH if region == DEFAULT_REGION else f"{RESERVED_PATH}{region}/",
        name=f"AWSReservedSSO_{permission_set.name}_{suffix}",
        session_seconds=LONGEST_SESSION,
    )


def provision(permission_set: PermissionSet, account: Account) -> Role:
    """Return the role of a permission set in an account; the first time, it is made."""
    there = Role.objects.filter(permission_set=permission_set, account=account).first()
    if there:
        return there
    made = reserved(permission_set, account)
    made.complete()
    columns = {
        name: getattr(made, name)
        for name in ("path", "name", "folded", "unique_id", "session_seconds")
    }
    role, _is_new = Role.objects.get_or_create(
        permission_set=permission_set, account=account, defaults=columns
    )
    return role


def withdraw(permission_set: PermissionSet, account: Account) -> None:
    """Delete the role of a permission set in an account where nobody has it any more."""
    if not permission_set.assignments.filter(account=account).exists():
        Role.objects.filter(permission_set=permission_set, account=account).delete()
