"""What the events say of sign-ins by others (events E-01, E-02, E-10 and E-17); never a token."""

from typing import Any

from accounts import credentials, directory_events, signer_events, workflows
from accounts.models import Directory, Principal
from accounts.signers import Signer
from signin.events import log, shapes
from signin.http import Browser

EXTERNAL_LOGIN = "ExternalIdPDirectoryLogin"


def token_issued(signer: Signer, *, browser: Browser) -> None:
    """Record that a broker got a sign-in token.

    At AWS the console works with a key of its own, which the event names; here it does nothing.
    """
    response = {"credentials": {"accessKeyId": credentials.new_access_key_id()}}
    _record("GetSigninToken", signer_events.signer_of(signer), signer, browser, response=response)


def token_refused(signer: Signer, *, browser: Browser) -> None:
    """Record that credentials are right, but give no sign-in token."""
    identity = signer_events.signer_of(signer)
    _record("GetSigninToken", identity, signer, browser, error=shapes.FAILED)


def signed_in(signer: Signer, *, to: str, browser: Browser) -> None:
    """Record that somebody is signed in to the console by a broker."""
    _record("ConsoleLogin", signer_events.at_console(signer), signer, browser, to=to)


def sign_in_refused(signer: Signer, *, browser: Browser) -> None:
    """Record that somebody came with a sign-in token that is used or over."""
    identity = signer_events.at_console(signer)
    _record("ConsoleLogin", identity, signer, browser, error=shapes.FAILED)


def sign_in_denied(signer: Signer, *, browser: Browser) -> None:
    """Record that the account's statements keep whoever came by a broker from its console."""
    identity = signer_events.at_console(signer)
    _record("ConsoleLogin", identity, signer, browser, error=shapes.DENIED_BY_POLICY)


def external_login(
    directory: Directory, user: Principal, *, workflow: str, browser: Browser
) -> None:
    """Record that a directory took the word of its external provider for a user."""
    directory_events.signed_in_event(
        EXTERNAL_LOGIN,
        directory,
        user,
        browser=browser,
        workflow=workflow,
        factors=workflows.EXTERNAL,
    )


def external_login_failed(
    directory: Directory, user: Principal | None, reason: str, *, workflow: str, browser: Browser
) -> None:
    """Record that it did not, and why, which no page tells."""
    directory_events.signed_in_event(
        EXTERNAL_LOGIN,
        directory,
        user,
        browser=browser,
        workflow=workflow,
        factors=workflows.EXTERNAL,
        succeeded=False,
        more={"Reason": reason},
    )


def _record(
    name: str,
    identity: shapes.Identity,
    signer: Signer,
    browser: Browser,
    *,
    to: str = "",
    error: str | None = None,
    response: dict[str, Any] | None = None,
) -> None:
    log.record(
        name,
        identity=identity,
        account_id=signer.account_id,
        region=shapes.region(
            partition=signer.account.partition,
            is_root=False,
            host_region=browser.region,
            alias_cookie=False,
        ),
        browser=browser,
        error=error,
        error_code=shapes.ACCESS_DENIED if error == shapes.DENIED_BY_POLICY else "",
        details=shapes.console_login_details(
            login_to=to, user_agent=browser.user_agent, mfa_used=False, mfa_identifier=""
        ),
        response=response,
    )
