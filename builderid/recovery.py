"""Who forgot the password of a Builder ID gets a link by mail, and sets a new one with it."""

from django.db import transaction

from accounts import builder_id_events, lockout
from accounts import recovery as links
from accounts.models import Principal
from accounts.models.principals import fold
from builderid import emails, people
from signin import hosts
from signin.http import Browser
from signin.kernel import clock, entropy
from signin.oidc.realms import BUILDER_ID_REGION

PATH = "/platform/builder-id/reset"
LIFETIME = links.LIFETIME
KIND = Principal.Kind.BUILDER_ID


def request(email: str, *, browser: Browser) -> None:
    """Mail a link to whoever has a Builder ID with this e-mail, if it wasn't too often.

    Nobody can tell from the answer: the mail is written in any case, and counted under the
    address that was typed (S-016, S-017, S-019).
    """
    person = people.find(email)
    token, expires_at = entropy.token(), clock.now() + LIFETIME
    mail = emails.password_reset(person, link=_link(token), expires_at=expires_at)
    counted_as = f"builder-id/{fold(email)}"
    allowed = lockout.may_mail(counted_as, ip=browser.ip, principal=person)
    if person is None or not allowed:
        return
    links.keep(person, token, expires_at)
    mail.send()


def find(token: str) -> Principal | None:
    """Return whose password a link can set now; this uses nothing up (S-030)."""
    return links.find(token, KIND)


def complete(token: str, password: str, *, browser: Browser) -> None:
    """Set the password with a link, or raise LinkOver or PasswordRefused."""
    with transaction.atomic():
        person = links.use_up(token, password, KIND)
        builder_id_events.password_changed(person, browser=browser)
    emails.password_changed(person)


def _link(token: str) -> str:
    return hosts.lasting_url("platform", PATH, {"token": token}, region=BUILDER_ID_REGION)
