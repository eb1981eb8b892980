"""Finding whom somebody means by what they typed.

A door knows the accounts of its own partition: those of others are as if nobody had them.
"""

from typing import Any, NamedTuple

from django.db.models import CharField, DateTimeField, F, Q, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce

from accounts.models import Account, Behaviour, Principal
from accounts.models.principals import fold, root_realm
from signin.kernel import clock, partitions
from signin.kernel.prepared import Given, Prepared

NO_ACCOUNT = "-"


class Modes(NamedTuple):
    """What is known of an account by its root user's e-mail, before anything is proved."""

    captcha: str
    controls_access: bool


def _behaviour(realm: Given, folded: Given, now: Given) -> QuerySet[Behaviour]:
    accounts = Account.objects.filter(
        Q(expires_at=None) | Q(expires_at__gt=now),
        principals__kind=Principal.Kind.ROOT_USER,
        principals__realm=realm,
        principals__folded=folded,
    )
    own = Subquery(accounts.order_by().values("captcha_mode")[:1])
    controls = Subquery(accounts.order_by().values("console_authorization")[:1])
    return Behaviour.objects.annotate(
        mode=Coalesce(own, F("captcha_mode")), controls=Coalesce(controls, Value(False))
    )


_BEHAVIOUR = Prepared(_behaviour, realm=CharField(), folded=CharField(), now=DateTimeField())
_ROOT_USER = Prepared(
    lambda realm, folded: Principal.objects.select_related("account").filter(
        kind=Principal.Kind.ROOT_USER, realm=realm, folded=folded
    ),
    realm=CharField(),
    folded=CharField(),
)
_IAM_USER = Prepared(
    lambda realm, folded: Principal.objects.select_related("account__password_policy").filter(
        kind=Principal.Kind.IAM_USER, realm=realm, folded=folded
    ),
    realm=CharField(),
    folded=CharField(),
)


def find_root_user(email: str) -> Principal | None:
    """Return the root user with this e-mail, unless their account is gone for good (R-237)."""
    return _still_there(find_holder(email))


def find_holder(email: str) -> Principal | None:
    """Return who keeps others from opening an account with this e-mail (R-236, R-237).

    It is its root user, or was when the account was closed, even if that is gone for good.
    """
    return _ROOT_USER.find(realm=_realm_here(), folded=fold(email))


def modes_for(email: str) -> Modes:
    """Return when a security check is due for whoever types this e-mail, and what else is.

    One look-up, whether an account has the e-mail or the scenario decides for nobody's (S-018).
    """
    found: Any = _BEHAVIOUR.find(realm=_realm_here(), folded=fold(email), now=clock.now())
    if found is None:
        return Modes(Account.CaptchaMode.ALWAYS, controls_access=False)
    return Modes(found.mode, controls_access=bool(found.controls))


def captcha_mode_for(email: str) -> str:
    """Return when a security check is due for whoever types this e-mail."""
    return modes_for(email).captcha


def find_account(id_or_alias: str) -> Account | None:
    """Return the account with this ID (hyphens don't matter) or alias, unless it is gone."""
    typed = account_key(id_or_alias)
    column = "id" if typed.isdigit() and len(typed) == 12 else "alias"
    account = Account.objects.filter(**{column: typed}).first()
    return account if account and _is_there(account) else None


def find_iam_user(account: Account | None, username: str) -> Principal | None:
    """Return the IAM user of this name; without an account nobody, after the same look-up."""
    realm = account.id if account else NO_ACCOUNT
    return _IAM_USER.find(realm=realm, folded=fold(username))


def find_operator(username: str) -> Principal | None:
    """Return the operator of this emulator with this name."""
    return Principal.objects.filter(
        kind=Principal.Kind.OPERATOR, realm="", folded=fold(username)
    ).first()


def account_key(id_or_alias: str) -> str:
    """Return an account ID without its hyphens, or an alias in lower case."""
    typed = fold(id_or_alias)
    digits = typed.replace("-", "").replace(" ", "")
    return digits if digits.isdigit() and len(digits) == 12 else typed


def _still_there(principal: Principal | None) -> Principal | None:
    if principal is None or principal.account is None or not _is_there(principal.account):
        return None
    return principal


def _realm_here() -> str:
    return root_realm(partitions.here().id)


def _is_there(account: Account) -> bool:
    return partitions.is_known_here(account.partition) and not account.is_gone
