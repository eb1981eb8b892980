"""Opening an account: an e-mail that is free, a password, a phone number, in that order."""

from django.db import IntegrityError, transaction

from accounts import codes, emails, lockout, passwords, principals
from accounts.errors import EmailBurnt, EmailInUse, EmailTaken, OpeningOver
from accounts.models import Account, Behaviour, Opening, Principal
from accounts.models.principals import fold
from signin.flow.models import Attempt
from signin.kernel import clock, entropy, partitions


def check_email(email: str) -> None:
    """Raise EmailInUse or EmailBurnt, where the scenario wants it told at once (S-021)."""
    if _behaviour().used_email_mode != Behaviour.UsedEmailMode.TOLD:
        return
    if holder := principals.find_holder(email):
        raise EmailBurnt if _is_gone(holder) else EmailInUse


def mail_code(attempt: Attempt) -> None:
    """Mail a code to the e-mail of an opening, unless somebody has it or had it for good.

    Then a notice goes there. Nobody can tell from the answer: there is one mail sent and one code
    kept in any case, counted under the address that was typed (S-016, S-017, S-019, S-021).
    """
    email = attempt.facts["email"]
    holder = principals.find_holder(email)
    if not lockout.may_mail(fold(email), ip=attempt.browser.ip, principal=holder):
        return
    if holder:
        codes.pretend(attempt)
        emails.email_in_use(holder)
    else:
        code = codes.issue(attempt)
        emails.opening_code(email, code=code, expires_at=clock.now() + codes.LIFETIME)


def choose_password(attempt: Attempt, password: str) -> None:
    """Keep the password of an account that isn't there yet, or raise PasswordRefused."""
    encoded = passwords.first(_root_user(attempt), password)
    Opening.objects.update_or_create(attempt=attempt, defaults={"encoded": encoded})


def complete(attempt: Attempt, *, phone: str) -> Principal:
    """Make the account and its root user, or raise OpeningOver or EmailTaken.

    The password is used up first and the rest is done in the same transaction: of parallel
    requests one wins (S-047). Of two people with one e-mail the database lets one in (R-236).
    """
    opening = Opening.objects.filter(attempt=attempt).first()
    if opening is None:
        raise OpeningOver
    behaviour = _behaviour()
    root_user = _root_user(attempt)
    root_user.account = account = Account(
        id=_new_id(),
        name=attempt.facts["account_name"],
        partition=partitions.here().id,
        phone=phone,
        captcha_mode=behaviour.captcha_mode,
        email_code_mode=behaviour.email_code_mode,
    )
    root_user.password = opening.encoded
    root_user.password_changed_at = clock.now()
    try:
        with transaction.atomic():
            consumed, _ = Opening.objects.filter(pk=opening.pk).delete()
            if not consumed:
                raise OpeningOver
            account.save(force_insert=True)
            root_user.save(force_insert=True)
    except IntegrityError as error:
        raise EmailTaken from error
    emails.account_opened(root_user)
    return root_user


def _root_user(attempt: Attempt) -> Principal:
    """Return the root user whom an opening is about to make, not stored."""
    return Principal(
        kind=Principal.Kind.ROOT_USER,
        username=attempt.facts["email"],
        account=Account(name=attempt.facts["account_name"]),
    )


def _new_id() -> str:
    """Return an account ID that no account has."""
    account_id = entropy.digits(12)
    while Account.objects.filter(id=account_id).exists():
        account_id = entropy.digits(12)
    return account_id


def _is_gone(holder: Principal) -> bool:
    return holder.account is not None and holder.account.is_gone


def _behaviour() -> Behaviour:
    return Behaviour.objects.first() or Behaviour()
