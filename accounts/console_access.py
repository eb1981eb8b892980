"""Who may sign in to an account's console, and from where (newer behaviour C3).

An account's statements count once it controls who signs in; each forbids what does not fulfil it.
They are looked at before somebody proves who they are (``signin:Authenticate``), and after
(``signin:AuthorizeOAuth2Access``, ``signin:CreateOAuth2Token``). Calls that are signed with access
keys are never refused by them: so whoever shut everybody out can change the statements yet.
"""

import ipaddress
from collections.abc import Iterable

from accounts import events, role_events
from accounts.errors import ConsoleAccessDenied
from accounts.identities import Identity, original
from accounts.models import Account, PermissionStatement, Session
from signin.events import shapes
from signin.http import Browser


def denies(account: Account, arn: str, browser: Browser, *, has_network: bool = True) -> bool:
    """Return whether an account keeps whoever has this ARN from its console.

    It costs no query where the account does not control who signs in. Without a network, which
    is so of whoever comes from the portal, no statement about networks is fulfilled.
    """
    if not account.console_authorization:
        return False
    region = browser.region or shapes.root_region(account.partition)
    ip = browser.ip if has_network else ""
    return not _fulfils(of(account), arn=arn, ip=ip, region=region)


def denies_session(session: Session, browser: Browser) -> bool:
    """Return whether an account keeps whoever signed in earlier from its console."""
    own = original(session)
    return denies(own.account, principal_arn(own), browser, has_network=not is_of_portal(session))


def check(session: Session, browser: Browser, *, has_device: bool = False) -> None:
    """Let whoever signed in earlier go on to the console; or record and raise ConsoleAccessDenied.

    ``has_device`` says whether a second factor proved somebody who works as a role.
    """
    if not denies_session(session, browser):
        return
    if session.role:
        role_events.console_login(
            session, session.role, has_device=has_device, browser=browser, is_denied=True
        )
    else:
        events.console_access_denied(original(session), browser=browser)
    raise ConsoleAccessDenied


def principal_arn(identity: Identity) -> str:
    """Return the ARN by which statements name somebody; of a role's session it is the role's."""
    return identity.role.arn if identity.role else identity.arn


def is_of_portal(session: Session) -> bool:
    """Return whether somebody came from the portal, whose roles have no session's name here."""
    return session.role is not None and not session.session_name


def of(account: Account) -> list[PermissionStatement]:
    """Return the statements of an account, the oldest first."""
    return list(account.permission_statements.filter(deleted_at=None).order_by("created_at", "id"))


def is_in(ip: str, network: str) -> bool:
    """Return whether an address is in a network, or is it."""
    address = ipaddress.ip_address(ip)
    mapped = address.ipv4_mapped if isinstance(address, ipaddress.IPv6Address) else None
    return (mapped or address) in ipaddress.ip_network(network, strict=False)


def _fulfils(statements: Iterable[PermissionStatement], *, arn: str, ip: str, region: str) -> bool:
    return all(
        each.excluded_principal == arn
        or (each.is_about_places and _is_from(each, ip) and _is_at(each, region))
        for each in statements
    )


def _is_from(statement: PermissionStatement, ip: str) -> bool:
    """Return whether somebody comes from where a statement wants; a VPC is no one's here.

    Of an address and a VPC one is enough: a request has either.
    """
    if not statement.source_ip:
        return not statement.is_of_vpc
    return bool(ip) and is_in(ip, statement.source_ip)


def _is_at(statement: PermissionStatement, region: str) -> bool:
    """Return whether it is the sign-in of the region that a statement wants.

    Beside a VPC the region says where that is, and nothing of people who come from elsewhere.
    """
    is_open = statement.is_of_vpc or not statement.requested_region
    return is_open or statement.requested_region == region
