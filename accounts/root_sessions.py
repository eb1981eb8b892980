"""Sessions in which whoever manages an organization acts as the root user of one of its accounts.

They are for one task, which AWS names by a policy; here policies limit nothing.
"""

from accounts import credentials
from accounts.credentials import Keys
from accounts.errors import RootRefused
from accounts.models import Account, Principal
from accounts.signers import Signer

LONGEST = 900  # seconds


def admit(signer: Signer, account_id: str) -> Principal:
    """Return the root user as whom somebody may act, or raise RootRefused.

    Nobody can tell whether there is such an account, or only no right to it. No root user takes
    another one's place.
    """
    found = Principal.objects.select_related("account").filter(
        kind=Principal.Kind.ROOT_USER,
        account=account_id,
        account__state=Account.State.ACTIVE,
        account__management_account=signer.account_id,
        account__partition=signer.account.partition,
    )
    root_user = found.first()
    if root_user is None or signer.principal.is_root or signer.is_federated:
        raise RootRefused
    return root_user


def begin(signer: Signer, root_user: Principal, *, seconds: int | None) -> Keys:
    """Return credentials of a root user for whoever was admitted; 15 minutes if nothing is said."""
    return credentials.issue_for_task(
        root_user,
        seconds=LONGEST if seconds is None else seconds,
        source_identity=signer.source_identity,
    )
