"""A root user's new e-mail address: six digits go there first, and only they change it (S-033)."""

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import QuerySet

from accounts import codes, emails, events, lockout, principals, sessions
from accounts.errors import CodeDead, EmailUnchanged
from accounts.models import EmailChange, Principal, Session
from accounts.models.principals import fold
from signin.http import Browser
from signin.kernel import clock, entropy
from signin.kernel.errors import Refusal


def request(session: Session, email: str, *, browser: Browser) -> None:
    """Mail a code to the address that a root user wants to have, or raise EmailUnchanged.

    To an address that somebody has or had, no code goes but a notice; the page looks the same, and
    nobody knows the code that is kept (S-017). So it is if there were too many mails.
    """
    root_user = session.principal
    if fold(email) == root_user.folded:
        raise EmailUnchanged
    owner = principals.find_holder(email)
    allowed = lockout.may_mail(fold(email), ip=browser.ip, principal=owner)
    pending = find(session)
    if not allowed and pending and pending.email == email:
        return  # the newest code that was sent stays good
    code, expires_at = entropy.digits(6), clock.now() + codes.LIFETIME
    EmailChange.objects.update_or_create(
        principal=root_user,
        defaults={
            "session": session,
            "email": email,
            "digest": _digest(session, email, code),
            "binding": _binding(root_user),
            "tries": 0,
            "expires_at": expires_at,
            "consumed_at": None,
        },
    )
    if not allowed:
        return
    if owner:
        emails.email_in_use(owner)
    else:
        emails.email_confirmation(root_user, to=email, code=code, expires_at=expires_at)


def find(session: Session) -> EmailChange | None:
    """Return the change that was asked for in a session and waits for its code."""
    return _waiting(session).first()


def confirm(session: Session, code: str, *, browser: Browser) -> None:
    """Change the address with the code that was mailed there, or raise CodeWrong or CodeDead.

    All other sessions end, no browser is known any more, and the old address is told (S-029).
    """
    root_user = session.principal
    tried = lockout.admit(("email-change", root_user.folded), ip=browser.ip, principal=root_user)
    try:
        change = codes.check(_waiting(session), lambda asked: _digest(session, asked.email, code))
        _complete(session, change, browser)
    except Refusal:
        tried.fail()
        raise
    tried.succeed()
    emails.email_changed(root_user, to=root_user.username, now_is=change.email)


def _complete(session: Session, change: EmailChange, browser: Browser) -> None:
    """Use the code up and change the address in one transaction: of parallel requests one wins.

    Somebody else may have taken the address meanwhile; that looks like a code that is over.
    """
    root_user = session.principal
    try:
        with transaction.atomic():
            unused = _waiting(session).filter(digest=change.digest)
            if not unused.update(consumed_at=clock.now()):
                raise CodeDead
            as_before = Principal.objects.filter(pk=root_user.pk, folded=root_user.folded)
            if not as_before.update(username=change.email, folded=fold(change.email)):
                raise CodeDead
            root_user.known_browsers.all().delete()
            sessions.end_all(root_user, but=session)
            events.email_updated(root_user, browser=browser)
    except IntegrityError as error:
        raise CodeDead from error


def _waiting(session: Session) -> QuerySet[EmailChange]:
    root_user = session.principal
    return EmailChange.objects.filter(
        principal=root_user, session=session, binding=_binding(root_user), consumed_at=None
    )


def _digest(session: Session, email: str, code: str) -> str:
    return entropy.keyed_digest(settings.SECRET_KEY, "email-change", str(session.pk), email, code)


def _binding(root_user: Principal) -> str:
    return entropy.keyed_digest(
        settings.SECRET_KEY, "email-change", root_user.password, root_user.folded
    )
