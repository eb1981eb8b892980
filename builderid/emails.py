"""One function per mail to somebody with a Builder ID; they come from two addresses (R-264)."""

from datetime import datetime

from django.core.mail import EmailMultiAlternatives

from accounts.directory_emails import NO_REPLY, NO_REPLY_PORTAL
from accounts.models import Principal
from signin import hosts, mails
from signin.kernel import partitions


def start_url() -> str:
    """Return the address of the page where people sign in, as they are told it."""
    return hosts.lasting_url("builder-id", "/start/", {}, partitions.AWS)


def sign_up_code(email: str, *, code: str, expires_at: datetime) -> None:
    """Mail the six digits that confirm the e-mail of a new Builder ID.

    The name that was typed is not in it: it may be anybody's text to a stranger.
    """
    mails.send(
        "builder-id-code",
        sender=NO_REPLY_PORTAL,
        to=email,
        context={"code": code, "expires_at": expires_at},
        code=code,
    )


def email_in_use(person: Principal) -> None:
    """Tell the owner of an address that somebody wanted it for a Builder ID (S-017, S-021)."""
    mails.send(
        "builder-id-email-in-use",
        sender=NO_REPLY_PORTAL,
        to=person.username,
        context={"start": start_url()},
    )


def password_reset(
    person: Principal | None, *, link: str, expires_at: datetime
) -> EmailMultiAlternatives:
    """Write the mail with the link that sets a new password; to nobody, too, for the same work."""
    return mails.write(
        "builder-id-password-reset",
        sender=NO_REPLY,
        to=person.username if person else "",
        context={"link": link, "expires_at": expires_at},
    )


def password_changed(person: Principal) -> None:
    """Tell somebody that the password was changed; there is no secret in it (S-029)."""
    mails.send(
        "builder-id-password-changed",
        sender=NO_REPLY,
        to=person.username,
        context={"changed_at": person.password_changed_at},
    )
