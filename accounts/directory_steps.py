"""The steps by which users of a directory say who they are and prove it (behaviour 7.1)."""

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.contrib.auth import authenticate

from accounts import (
    browsers,
    codes,
    directories,
    directory_emails,
    directory_events,
    directory_passwords,
    lockout,
    passwords,
    policies,
    recovery,
    verifications,
    workflows,
)
from accounts.directory_forms import PortalCodeForm, PortalPasswordForm, UsernameForm
from accounts.errors import DeviceDemanded, WrongCredentials
from accounts.forms import ChosenPasswordForm
from accounts.models import Directory, Principal
from accounts.models.principals import fold
from accounts.steps import Then, notes, password_set_at, proven
from signin.captcha import steps as captcha
from signin.faults import faults
from signin.faults.faults import Kind
from signin.flow.engine import Act, Answer, Step
from signin.flow.models import Attempt
from signin.kernel import clock
from signin.kernel.errors import LockedOut, Refusal

PASSWORD, EMAIL_CODE = workflows.PASSWORD, workflows.EMAIL_CODE


class UsernameStep(Step):
    """Ask for the user name; whoever has no password yet is mailed a one-time password.

    Where an external provider is the identity source, every name leads there.
    """

    name = "username"
    template = "steps/username.html"
    form_class = UsernameForm

    def needed(self, attempt: Attempt) -> bool:
        return "username" not in attempt.facts

    def submit(self, attempt: Attempt, answer: Answer) -> None:
        directory = directory_of(attempt)
        faults.check(*_faults_of(directory))
        user = directories.find_user(directory, answer["username"])
        attempt.facts["username"] = answer["username"]
        workflows.begin(attempt)
        if directory.is_external:
            attempt.facts["external"] = True
            return
        mails = directory.mails_one_time_passwords and directory.keeps_passwords
        mailed = mails and _mail_one_time(attempt, directory, user)
        attempt.facts["one_time_mailed"] = mailed
        attempt.facts["one_time_kept"] = mails
        workflows.ask(attempt, directory, user, EMAIL_CODE if mailed else PASSWORD)

    def targets(self, attempt: Attempt) -> Sequence[str]:
        directory = directory_of(attempt)
        provider = getattr(directory, "identity_provider", None) if directory.is_external else None
        return provider.origins if provider else ()

    def context(self, attempt: Attempt) -> dict[str, Any]:
        return {"directory": directory_of(attempt)}


class PortalPasswordStep(Step):
    """Ask for the password of the user whose name was typed (R-090, R-091)."""

    name = "portal-password"
    template = "steps/portal_password.html"
    form_class = PortalPasswordForm

    def __init__(self, then: Then) -> None:
        self.then = then

    def needed(self, attempt: Attempt) -> bool:
        facts = attempt.facts
        return not facts.get("external") and not facts.get("password_verified")

    def submit(self, attempt: Attempt, answer: Answer) -> None:
        faults.check(Kind.CLOCK_SKEW)
        directory = directory_of(attempt)
        user = directories.find_user(directory, attempt.facts["username"])
        signed_in = _prove(attempt, directory, user, answer["password"])
        facts = attempt.facts
        facts["principal_id"] = signed_in.pk
        facts["password_verified"] = True
        facts["password_set_at"] = password_set_at(signed_in)
        facts["new_password_due"] = directory.keeps_passwords and (
            signed_in.must_change_password or not signed_in.has_usable_password()
        )
        facts["trust_device"] = answer["trust_device"] and offers_trust(directory)
        facts["portal_code_due"] = is_code_due(attempt, directory)
        attempt.proven = signed_in
        self.then(attempt)

    def context(self, attempt: Attempt) -> dict[str, Any]:
        directory = directory_of(attempt)
        return {
            "who": attempt.facts["username"],
            "offers_trust": offers_trust(directory),
            "keeps_passwords": directory.keeps_passwords,
            **notes(attempt),
        }


class PortalNewPasswordStep(Step):
    """Ask for a password of one's own in place of a one-time password (R-091)."""

    name = "portal-new-password"
    template = "steps/portal_new_password.html"
    form_class = ChosenPasswordForm

    def needed(self, attempt: Attempt) -> bool:
        return bool(attempt.facts.get("new_password_due"))

    def submit(self, attempt: Attempt, answer: Answer) -> None:
        user = proven(attempt)
        directory_passwords.check_storable(user, answer["new_password"], browser=attempt.browser)
        passwords.change(user, to=answer["new_password"])
        directory_events.password_updated(user, browser=attempt.browser)
        if attempt.facts.get("one_time_mailed"):
            verifications.note(user, browser=attempt.browser)
        attempt.facts["password_set_at"] = password_set_at(user)
        attempt.forget("new_password_due")

    def context(self, attempt: Attempt) -> dict[str, Any]:
        return {"who": attempt.facts["username"], "rules": policies.rules_for(proven(attempt))}


class PortalCodeStep(Step):
    """Ask for the six digits that were mailed to the user (R-092)."""

    name = "portal-code"
    template = "steps/portal_code.html"
    form_class = PortalCodeForm

    @property
    def acts(self) -> Mapping[str, Act]:
        return {"resend": self.resend}

    def needed(self, attempt: Attempt) -> bool:
        facts = attempt.facts
        return bool(facts.get("portal_code_due")) and not facts.get("email_code_verified")

    def prepare(self, attempt: Attempt) -> None:
        if not attempt.facts.get("email_code_sent"):
            user = proven(attempt)
            self.resend(attempt)
            attempt.facts["email_code_sent"] = True
            workflows.ask(attempt, user.profile.directory, user, EMAIL_CODE)

    def resend(self, attempt: Attempt) -> None:
        """Mail a new code, which kills the old one; too many look the same and send nothing."""
        user = proven(attempt)
        to = fold(user.profile.email)
        if lockout.may_mail(to, ip=attempt.browser.ip, principal=user):
            code = codes.issue(attempt)
            directory_emails.portal_code(user, code=code, expires_at=clock.now() + codes.LIFETIME)

    def submit(self, attempt: Attempt, answer: Answer) -> None:
        user = proven(attempt)
        directory = user.profile.directory
        identity = ("directory-code", directory.pk, user.folded)
        tried = _admit(attempt, directory, user, identity, EMAIL_CODE)
        try:
            codes.redeem(attempt, answer["code"])
        except Refusal:
            tried.fail()
            workflows.fail(attempt, directory, user, EMAIL_CODE)
            raise
        tried.succeed()
        workflows.prove(attempt, directory, user, EMAIL_CODE)
        attempt.facts["email_code_verified"] = True
        attempt.facts["trust_device"] = answer["trust_device"] and offers_trust(directory)

    def initial(self, attempt: Attempt) -> Answer:
        return {"trust_device": attempt.facts.get("trust_device", False)}

    def context(self, attempt: Attempt) -> dict[str, Any]:
        profile = proven(attempt).profile
        return {
            "who": attempt.facts["username"],
            "email": profile.email,
            "minutes": int(codes.LIFETIME.total_seconds() // 60),
            "offers_trust": offers_trust(profile.directory),
        }


class BlockedStep(Step):
    """Say that nobody gets in without a device; only an administrator can help (P-26)."""

    name = "portal-blocked"
    template = "steps/portal_blocked.html"
    form_class = forms.Form

    def needed(self, attempt: Attempt) -> bool:
        return bool(attempt.facts.get("mfa_blocked"))

    def submit(self, attempt: Attempt, answer: Answer) -> None:
        raise DeviceDemanded

    def context(self, attempt: Attempt) -> dict[str, Any]:
        return {"who": attempt.facts["username"]}


class PortalRecoveryStep(captcha.CaptchaStep):
    """Ask for a security check, then mail a link for a new password (R-253, R-254)."""

    name = "portal-recovery"
    template = "steps/portal_recovery.html"

    def needed(self, attempt: Attempt) -> bool:
        return not attempt.facts.get("recovery_requested")

    def submit(self, attempt: Attempt, answer: Answer) -> None:
        super().submit(attempt, answer)
        directory = directory_of(attempt)
        username = attempt.facts["username"]
        recovery.request_for(
            directories.find_user(directory, username),
            directory,
            username,
            browser=attempt.browser,
        )
        attempt.facts["recovery_requested"] = True

    def context(self, attempt: Attempt) -> dict[str, Any]:
        return {**super().context(attempt), "who": attempt.facts["username"]}


def directory_of(attempt: Attempt) -> Directory:
    """Return the directory that somebody signs in to; for one request it is loaded once."""
    if not isinstance(attempt.place, Directory):
        attempt.place = directories.get(attempt.facts["directory"])
    return attempt.place


def offers_trust(directory: Directory) -> bool:
    """Return whether there is something that a trusted browser is spared."""
    return (
        directory.mfa_mode == Directory.MfaMode.CONTEXT_AWARE
        or directory.email_code_mode == Directory.EmailCodeMode.NEW_BROWSER
    )


def is_code_due(attempt: Attempt, directory: Directory) -> bool:
    """Return whether six digits have to be mailed, whatever devices there are."""
    if attempt.facts.get("one_time_mailed"):
        return False  # what proved it was mailed just now
    mode = directory.email_code_mode
    return mode == Directory.EmailCodeMode.ALWAYS or (
        mode == Directory.EmailCodeMode.NEW_BROWSER and not is_trusted(attempt)
    )


def is_trusted(attempt: Attempt) -> bool:
    """Return whether this browser was trusted by whoever signs in, and nothing has changed since.

    It is the cookie, the browser and the IP address together (behaviour 7.2).
    """
    user = Principal(pk=attempt.facts["principal_id"])
    return browsers.is_known(user, attempt.browser)


def _faults_of(directory: Directory) -> list[Kind]:
    """Return what can be broken behind the name that is typed."""
    is_connected = directory.identity_source == Directory.IdentitySource.AD_CONNECTOR
    return [Kind.INSTANCE_SETUP, *([Kind.AD_CONNECTOR] if is_connected else [])]


def _mail_one_time(attempt: Attempt, directory: Directory, user: Principal | None) -> bool:
    """Mail a one-time password to a user whom the API made; return whether one is awaited.

    For everybody else the same is done but the sending, so that nobody can tell (S-018).
    """
    is_due = user is not None and _waits_for_first_password(user)
    code = codes.issue(attempt) if is_due else codes.pretend(attempt)
    expires_at = clock.now() + codes.LIFETIME
    mail = directory_emails.one_time_password(user, code=code, expires_at=expires_at)
    to = f"{directory.pk}/{directories.name_meant(directory, attempt.facts['username'])}"
    allowed = lockout.may_mail(to, ip=attempt.browser.ip, principal=user if is_due else None)
    if is_due and allowed:
        mail.send()
    return is_due


def _waits_for_first_password(user: Principal) -> bool:
    if user.has_usable_password() or not user.profile.is_enabled:
        return False
    invitation = getattr(user, "invitation", None)
    return invitation is None or invitation.expires_at <= clock.now()


def _prove(
    attempt: Attempt, directory: Directory, user: Principal | None, password: str
) -> Principal:
    """Check a password, or a one-time password that was mailed; return whose it is."""
    factor = EMAIL_CODE if attempt.facts.get("one_time_mailed") else PASSWORD
    typed = attempt.facts["username"]
    # One identity, in whichever form its name was typed (S-012).
    identity: tuple[str, ...] = (
        "directory",
        directory.pk,
        directories.name_meant(directory, typed),
    )
    if browsers.is_known(user, attempt.browser):
        # A stranger's failures don't stop the owner at a browser that has proved itself (S-013).
        identity = (*identity, attempt.browser.device_key)
    tried = _admit(attempt, directory, user, identity, factor)
    try:
        is_password = authenticate(principal=user, password=password) is not None
        is_right = _is_one_time(attempt, password) or is_password
        if user is None or not is_right or not user.profile.is_enabled:
            raise WrongCredentials
        if not directories.takes(directory, typed):
            raise WrongCredentials
        if user.must_change_password and not directories.use_up_one_time(user):
            raise WrongCredentials
    except Refusal as refusal:
        tried.fail()
        workflows.fail(attempt, directory, user, factor)
        raise WrongCredentials from refusal
    tried.succeed()
    workflows.prove(attempt, directory, user, factor)
    return user


def _is_one_time(attempt: Attempt, password: str) -> bool:
    """Return whether this is the one-time password that was mailed, and use it up.

    Where one is kept for show it is looked at as well, which is the same work; and the code of a
    later step is never a password.
    """
    if not attempt.facts.get("one_time_kept"):
        return False
    try:
        codes.redeem(attempt, password)
    except Refusal:
        return False
    return bool(attempt.facts["one_time_mailed"])


def _admit(
    attempt: Attempt,
    directory: Directory,
    user: Principal | None,
    identity: tuple[str, ...],
    factor: str,
) -> lockout.Try:
    try:
        return lockout.admit(identity, ip=attempt.browser.ip, principal=user)
    except LockedOut:
        workflows.fail(attempt, directory, user, factor)
        raise
