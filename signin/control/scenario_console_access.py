"""What a scenario's document says of who signs in to an account's console, and from where."""

from datetime import timedelta

from accounts import permission_statements as statements
from accounts.errors import StatementInvalid
from accounts.models import Account, PermissionStatement
from accounts.models.console_access import CONDITIONS
from signin.control.documents import (
    ScenarioInvalid,
    read_flag,
    read_list,
    read_object,
    read_text,
)
from signin.kernel import clock


def read(entry: object, where: str, account: Account) -> list[PermissionStatement]:
    """Note whether an account controls who signs in, and return its statements."""
    fields = read_object(entry, where, optional={"enabled", "statements"})
    account.console_authorization = read_flag(fields, "enabled", where) is True
    found, known, now = [], [], clock.now()
    for number, told in enumerate(read_list(fields, "statements", where)):
        place = f"{where}.statements[{number}]"
        given = read_object(
            told,
            place,
            optional={
                "source_ip",
                "requested_region",
                "source_vpc",
                "signin_source_vpce",
                "console_source_vpce",
                "vpc_source_ip",
                "excluded_principal",
            },
        )
        conditions = {name: read_text(given, name, place) for name in CONDITIONS if name in given}
        try:
            statements.check(conditions)
        except StatementInvalid as refusal:
            raise ScenarioInvalid(place, str(refusal.message)) from refusal
        if conditions in known:
            raise ScenarioInvalid(place, "there already")
        known.append(conditions)
        # In the order of the document, all of them older than what follows.
        at = now - timedelta(milliseconds=statements.MOST_STATEMENTS - number)
        found.append(PermissionStatement(account=account, created_at=at, **conditions))
    if len(found) > statements.MOST_STATEMENTS:
        raise ScenarioInvalid(f"{where}.statements", f"at most {statements.MOST_STATEMENTS}")
    return found
