"""One function per mail to a user of a directory; they come from two addresses only (R-035)."""

from datetime import datetime

from django.core.mail import EmailMultiAlternatives

from accounts.models import Directory, Principal
from signin import hosts, mails

NO_REPLY = "no-reply@signin.aws"
NO_REPLY_PORTAL = "no-reply@login.awsapps.com"


def start_url(directory: Directory) -> str:
    """Return the address of a directory's portal, as people are told it."""
    return hosts.lasting_url("portal", "/start/", {}, **hosts.portal_named(directory.portal_name))


def invitation(user: Principal, *, link: str, expires_at: datetime) -> None:
    """Mail a new user the link that sets the first password, and where the portal is (R-034)."""
    _send(
        "invitation",
        user,
        sender=NO_REPLY_PORTAL,
        context={
            "portal": start_url(user.profile.directory),
            "username": user.username,
            "link": link,
            "expires_at": expires_at,
        },
    )


def email_verification(user: Principal, *, link: str, expires_at: datetime) -> None:
    """Mail a user the link that shows that the address is theirs."""
    _send(
        "email-verification",
        user,
        context={
            "portal": user.profile.directory.portal_name,
            "username": user.username,
            "link": link,
            "expires_at": expires_at,
        },
    )


def portal_password_reset(
    user: Principal | None, directory: Directory, *, link: str, expires_at: datetime
) -> EmailMultiAlternatives:
    """Write the mail with the link that sets a new password; to nobody, too, for the same work."""
    return mails.write(
        "portal-password-reset",
        sender=NO_REPLY,
        to=user.profile.email if user else "",
        context={
            "portal": directory.portal_name,
            "username": user.username if user else "",
            "link": link,
            "expires_at": expires_at,
        },
    )


def portal_password_changed(user: Principal) -> None:
    """Tell a user that the password was changed; there is no secret in it (S-029)."""
    _send(
        "portal-password-changed",
        user,
        context={
            "portal": user.profile.directory.portal_name,
            "username": user.username,
            "changed_at": user.password_changed_at,
        },
    )


def portal_code(user: Principal, *, code: str, expires_at: datetime) -> None:
    """Mail the six digits that confirm a sign-in to the portal."""
    _send("portal-code", user, context={"code": code, "expires_at": expires_at}, code=code)


def one_time_password(
    user: Principal | None, *, code: str, expires_at: datetime
) -> EmailMultiAlternatives:
    """Write the mail with a one-time password, for a user whom the API made (R-091).

    To nobody it is written, too, for the same work.
    """
    return mails.write(
        "one-time-password",
        sender=NO_REPLY,
        to=user.profile.email if user else "",
        context={"code": code, "expires_at": expires_at},
        code=code,
    )


def _send(
    kind: str,
    user: Principal,
    *,
    context: dict[str, object],
    sender: str = NO_REPLY,
    code: str = "",
) -> None:
    mails.send(kind, sender=sender, to=user.profile.email, context=context, code=code)
