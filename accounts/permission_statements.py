"""The statements of accounts on sign-in to their consoles: put, listed, deleted, as a policy.

The names of members are those of AWS Sign-In's API (newer behaviour C3).
"""

import ipaddress
import re
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from django.db import IntegrityError, transaction

from accounts import console_access
from accounts.errors import (
    NoConsoleAuthorization,
    StatementConflict,
    StatementInvalid,
    StatementUnknown,
    TooManyStatements,
)
from accounts.models import Account, PermissionStatement
from accounts.models.console_access import CONDITIONS, VPC_COLUMNS, statement_id
from signin.kernel import clock

MOST_STATEMENTS = 200
DELETED_FOR = timedelta(days=1)
NAMES = {
    "source_vpc": "sourceVpc",
    "signin_source_vpce": "signinSourceVpce",
    "console_source_vpce": "consoleSourceVpce",
    "vpc_source_ip": "vpcSourceIp",
    "source_ip": "sourceIp",
    "requested_region": "requestedRegion",
    "excluded_principal": "excludedPrincipal",
}
_NAME = r"[a-zA-Z0-9_+=,.@-]"
_VPCE = re.compile(r"vpce-[a-z0-9]{8,20}")
_PATTERNS = {
    "source_vpc": re.compile(r"vpc-(?:[0-9a-f]{8}|[0-9a-f]{17})"),
    "signin_source_vpce": _VPCE,
    "console_source_vpce": _VPCE,
    "requested_region": re.compile(r"[a-z]{2}(?:-[a-z]{1,20})+-[0-9]{1,3}"),
    "excluded_principal": re.compile(
        rf"arn:aws(?:-[a-z]+)*:(?:iam::[0-9]{{12}}:(?:root|(?:role|user)/{_NAME}{{1,64}})"
        rf"|sts::[0-9]{{12}}:federated-user/{_NAME}{{2,193}})"
    ),
}
_ADDRESSES = ("source_ip", "vpc_source_ip")
_BEFORE = ("signin:Authenticate",)
_AFTER = ("signin:AuthorizeOAuth2Access", "signin:CreateOAuth2Token")
# The key by which a policy names a principal: nobody has proved anything before they sign in.
_WHO_BEFORE, _WHO_AFTER = "signin:PrincipalArn", "aws:PrincipalArn"

Condition = dict[str, dict[str, list[str]]]


def check(conditions: Mapping[str, str]) -> None:
    """Raise StatementInvalid unless conditions, by their columns, make a statement."""
    if not conditions:
        raise StatementInvalid("Give at least one condition.")
    for column, value in conditions.items():
        if column in _ADDRESSES:
            _check_network(column, value)
        elif not _PATTERNS[column].fullmatch(value):
            raise StatementInvalid(f"{NAMES[column]} is not of its form.")
    is_in_vpc = any(name in conditions for name in VPC_COLUMNS if name not in _ADDRESSES)
    if is_in_vpc and "requested_region" not in conditions:
        raise StatementInvalid("requestedRegion says where the VPC or the VPC endpoint is.")
    if "vpc_source_ip" in conditions and not is_in_vpc:
        raise StatementInvalid("vpcSourceIp goes with a VPC or a VPC endpoint.")


def put(account: Account, conditions: Mapping[str, str], *, client_token: str = "") -> str:
    """Add a statement to an account, and return its ID; the same token adds it once.

    Raises StatementInvalid, TooManyStatements, or StatementConflict if the account has such a
    statement already, or the token was used for another one.
    """
    check(conditions)
    if found := _put_before(account, client_token):
        return _same(found, conditions)
    if account.permission_statements.filter(deleted_at=None).count() >= MOST_STATEMENTS:
        raise TooManyStatements
    try:
        with transaction.atomic():
            made = PermissionStatement.objects.create(
                id=statement_id(),
                account=account,
                client_token=client_token,
                created_at=clock.now(),
                **conditions,
            )
    except IntegrityError as error:
        if found := _put_before(account, client_token):  # another request was faster
            return _same(found, conditions)
        raise StatementConflict("The account has this statement already.") from error
    return made.id


def page(account: Account, *, most: int, after: str = "") -> tuple[list[PermissionStatement], str]:
    """Return some of an account's statements, the oldest first, and the ID where the next begin.

    ``after`` is the last one that is known; raises StatementUnknown if it never was there.
    """
    living = account.permission_statements.filter(deleted_at=None).order_by("created_at", "id")
    if after:
        known = account.permission_statements.filter(pk=after).first()
        if known is None:
            raise StatementUnknown
        later = living.filter(created_at__gt=known.created_at)
        same = living.filter(created_at=known.created_at, id__gt=known.id)
        living = (later | same).order_by("created_at", "id")
    found = list(living[: most + 1])
    return found[:most], found[most - 1].id if len(found) > most else ""


def delete(account: Account, statement_id: str, *, client_token: str = "") -> None:
    """Delete a statement of an account, or raise StatementUnknown; the same token does it once."""
    now = clock.now()
    own = account.permission_statements.filter(pk=statement_id)
    deleted = own.filter(deleted_at=None).update(
        deleted_at=now, deletion_token=client_token, expires_at=now + DELETED_FOR
    )
    is_again = client_token and own.filter(deletion_token=client_token).exists()
    if not deleted and not is_again:
        raise StatementUnknown


def enable(account: Account) -> None:
    """Let an account's statements count from now on."""
    Account.objects.filter(pk=account.pk).update(console_authorization=True)


def disable(account: Account) -> None:
    """Let an account's statements count no more, or raise NoConsoleAuthorization if none do."""
    enabled = Account.objects.filter(pk=account.pk, console_authorization=True)
    if not enabled.update(console_authorization=False):
        raise NoConsoleAuthorization


def clear(account: Account) -> int:
    """Let everybody in again: delete all statements of an account; return how many there were."""
    with transaction.atomic():
        Account.objects.filter(pk=account.pk).update(console_authorization=False)
        living = account.permission_statements.filter(deleted_at=None)
        count = living.count()
        account.permission_statements.all().delete()
    return count


def replace(
    account: Account, rows: Sequence[Mapping[str, str]] | None, *, is_enabled: bool
) -> None:
    """Give an account other statements, if there are any, and say whether they count.

    Raises what ``put`` raises, and changes nothing then.
    """
    with transaction.atomic():
        if rows is not None:
            account.permission_statements.all().delete()
            for row in rows:
                put(account, {name: value for name, value in row.items() if value})
        Account.objects.filter(pk=account.pk).update(console_authorization=is_enabled)


def document(account: Account) -> dict[str, Any]:
    """Return an account's policy, or raise StatementUnknown if it has no statement."""
    statements = console_access.of(account)
    if not statements:
        raise StatementUnknown
    return {
        "Version": "2012-10-17",
        "Statement": [
            _denied(actions, condition)
            for each in statements
            for actions, who in ((_BEFORE, _WHO_BEFORE), (_AFTER, _WHO_AFTER))
            for condition in _conditions(each, who)
        ],
    }


def summary(statement: PermissionStatement) -> dict[str, Any]:
    """Return what a list says of a statement: its ID, and all its conditions in one block."""
    block: Condition = {}
    for condition in _conditions(statement, _WHO_AFTER):
        for operator, keys in condition.items():
            block.setdefault(operator, {}).update(keys)
    return {"sid": statement.id, "condition": block}


def _denied(actions: Sequence[str], condition: Condition) -> dict[str, Any]:
    return {
        "Effect": "Deny",
        "Principal": {"AWS": "*"},
        "Action": list(actions),
        "Resource": "*",
        "Condition": condition,
    }


def _conditions(statement: PermissionStatement, who: str) -> list[Condition]:
    """Return under which conditions somebody is refused; any one of them is enough.

    A network and a region are two conditions, since both have to be right. Beside a VPC the
    region is asked only of those who come from there.
    """
    found = [_network(statement)] if statement.source_ip or statement.is_of_vpc else []
    if region := statement.requested_region:
        operator = "StringNotEqualsIfExists" if statement.is_of_vpc else "StringNotEquals"
        at: Condition = {operator: {"aws:RequestedRegion": [region]}}
        if statement.is_of_vpc:
            at["StringEquals"] = _vpc(statement)
        found.append(at)
    found = found or [{}]
    for each in found:
        if statement.excluded_principal:
            each["ArnNotEquals"] = {who: [statement.excluded_principal]}
        own = {"aws:ResourceAccount": [statement.account_id]}
        each["StringEquals"] = {**each.get("StringEquals", {}), **own}
    return found


def _network(statement: PermissionStatement) -> Condition:
    outside: dict[str, list[str]] = {}
    if statement.source_ip:
        outside["aws:SourceIp"] = [statement.source_ip]
    if statement.vpc_source_ip:
        outside["aws:VpcSourceIp"] = [statement.vpc_source_ip]
    found: Condition = {}
    if outside:
        # A request has either an address or a VPC.
        found["NotIpAddressIfExists" if statement.is_of_vpc else "NotIpAddress"] = outside
    if vpc := _vpc(statement):
        found["StringNotEquals"] = vpc
    return found


def _vpc(statement: PermissionStatement) -> dict[str, list[str]]:
    endpoints = [statement.signin_source_vpce, statement.console_source_vpce]
    found = {"aws:SourceVpc": [statement.source_vpc], "aws:SourceVpce": endpoints}
    named = {key: [each for each in values if each] for key, values in found.items()}
    return {key: values for key, values in named.items() if values}


def _put_before(account: Account, client_token: str) -> PermissionStatement | None:
    if not client_token:
        return None
    return account.permission_statements.filter(client_token=client_token).first()


def _same(found: PermissionStatement, conditions: Mapping[str, str]) -> str:
    if found.conditions != {name: conditions[name] for name in CONDITIONS if name in conditions}:
        raise StatementConflict("clientToken was used for another statement.")
    return found.id


def _check_network(column: str, value: str) -> None:
    try:
        ipaddress.ip_network(value, strict=False)
    except ValueError as error:
        raise StatementInvalid(f"{NAMES[column]} is no address and no network.") from error
