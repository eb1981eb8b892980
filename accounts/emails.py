"""One function per mail to a principal."""

from datetime import datetime

from django.core.mail import EmailMultiAlternatives

from accounts.models import Account, Principal
from signin import mails
from signin.kernel import clock

NO_REPLY = "no-reply@signin.aws"
NO_REPLY_VERIFY = "no-reply@verify.signin.aws"


def verification_code(root_user: Principal, *, code: str, expires_at: datetime) -> None:
    """Mail the six digits that confirm a root user's sign-in (R-217, R-218)."""
    mails.send(
        "verification-code",
        sender=NO_REPLY_VERIFY,
        to=root_user.username,
        context={"account": root_user.account, "code": code, "expires_at": expires_at},
        code=code,
    )


def opening_code(email: str, *, code: str, expires_at: datetime) -> None:
    """Mail the six digits that confirm the e-mail of a new account.

    What was typed as the account's name is not in it: it may be anybody's text to a stranger.
    """
    mails.send(
        "opening-code",
        sender=NO_REPLY_VERIFY,
        to=email,
        context={"code": code, "expires_at": expires_at},
        code=code,
    )


def account_opened(root_user: Principal) -> None:
    """Tell a root user that their account is there, and its number."""
    mails.send(
        "account-opened",
        sender=NO_REPLY,
        to=root_user.username,
        context={"account": root_user.account},
    )


def password_recovery(
    root_user: Principal | None, *, link: str, expires_at: datetime
) -> EmailMultiAlternatives:
    """Write the mail with the link that sets a new password (R-221, R-229).

    It goes to the address that the account has, whatever was typed: two that are told apart by a
    mail server may be one to us. To nobody it is written, too, for the same work.
    """
    return mails.write(
        "password-recovery",
        sender=NO_REPLY,
        to=root_user.username if root_user else "",
        context={
            "account": root_user.account if root_user else None,
            "link": link,
            "expires_at": expires_at,
        },
    )


def password_changed(root_user: Principal) -> None:
    """Tell a root user that the password was changed; there is no secret in it (S-029)."""
    mails.send(
        "password-changed",
        sender=NO_REPLY,
        to=root_user.username,
        context={"account": root_user.account, "changed_at": root_user.password_changed_at},
    )


def email_confirmation(root_user: Principal, *, to: str, code: str, expires_at: datetime) -> None:
    """Mail six digits to the address that a root user wants to have (S-033)."""
    mails.send(
        "email-confirmation",
        sender=NO_REPLY_VERIFY,
        to=to,
        context={"account": root_user.account, "code": code, "expires_at": expires_at},
        code=code,
    )


def email_changed(root_user: Principal, *, to: str, now_is: str) -> None:
    """Tell the address that a root user had until now that it is another one (S-033)."""
    mails.send(
        "email-changed",
        sender=NO_REPLY,
        to=to,
        context={"account": root_user.account, "email": now_is, "changed_at": clock.now()},
    )


def email_in_use(root_user: Principal) -> None:
    """Tell the owner of an address that somebody wanted to use it for an account (S-017, S-021).

    It may have belonged to an account that is closed for good: then the mail says so.
    """
    mails.send(
        "email-in-use",
        sender=NO_REPLY,
        to=root_user.username,
        context={"account": root_user.account},
    )


def account_closed(root_user: Principal, account: Account) -> None:
    """Tell a root user that the account is closed, and until when it can be reopened."""
    mails.send(
        "account-closed", sender=NO_REPLY, to=root_user.username, context={"account": account}
    )
