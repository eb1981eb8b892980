"""Creating a Builder ID: an e-mail that is free, a name, a password, in that order."""

from django.db import transaction

from accounts import builder_id_events, codes, lockout, passwords
from accounts.models import Account, Behaviour, Opening, Principal
from accounts.models.principals import fold
from builderid import emails, people
from builderid.errors import BuilderIdInUse, SignUpOver
from signin.flow.models import Attempt
from signin.kernel import clock


def name_email(attempt: Attempt, email: str) -> None:
    """Note the e-mail of a Builder ID to be, or raise BuilderIdInUse.

    That is told at once only where the scenario wants it (S-021). The scenario also says whether a
    security check comes before the end (R-133).
    """
    behaviour = Behaviour.objects.first() or Behaviour()
    is_told = behaviour.used_email_mode == Behaviour.UsedEmailMode.TOLD
    if is_told and people.find(email):
        raise BuilderIdInUse
    attempt.facts["email"] = email
    attempt.facts["captcha_due"] = behaviour.captcha_mode == Account.CaptchaMode.ALWAYS


def mail_code(attempt: Attempt) -> None:
    """Mail a code to the e-mail of a sign-up, or a notice to whoever has it already.

    Nobody can tell from the answer: there is one mail sent and one code kept in any case, counted
    under the address that was typed (S-016, S-017, S-019, S-021).
    """
    email = attempt.facts["email"]
    holder = people.find(email)
    counted_as = f"builder-id/{fold(email)}"
    if not lockout.may_mail(counted_as, ip=attempt.browser.ip, principal=holder):
        return
    if holder:
        codes.pretend(attempt)
        emails.email_in_use(holder)
    else:
        code = codes.issue(attempt)
        emails.sign_up_code(email, code=code, expires_at=clock.now() + codes.LIFETIME)


def choose_password(attempt: Attempt, password: str) -> None:
    """Keep the password of a Builder ID that isn't there yet, or raise PasswordRefused."""
    encoded = passwords.first(people.new(attempt.facts["email"]), password)
    Opening.objects.update_or_create(attempt=attempt, defaults={"encoded": encoded})


def complete(attempt: Attempt) -> Principal:
    """Make the Builder ID, or raise SignUpOver or BuilderIdTaken.

    The password is used up first and the rest is done in the same transaction: of parallel
    requests one wins (S-047).
    """
    opening = Opening.objects.filter(attempt=attempt).first()
    if opening is None:
        raise SignUpOver
    with transaction.atomic():
        consumed, _ = Opening.objects.filter(pk=opening.pk).delete()
        if not consumed:
            raise SignUpOver
        person = people.new(attempt.facts["email"])
        people.store(person, opening.encoded, name=attempt.facts["full_name"])
        builder_id_events.signed_up(person, browser=attempt.browser)
    return person
