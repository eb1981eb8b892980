"""The steps by which root users and IAM users say who they are and prove it."""

from collections.abc import Callable, Mapping
from typing import Any

from django.contrib.auth import authenticate

from accounts import (
    browsers,
    changes,
    codes,
    console_access,
    emails,
    events,
    lockout,
    passwords,
    policies,
    principals,
    recovery,
)
from accounts.errors import (
    AccountClosed,
    AccountSuspended,
    ConsoleAccessDenied,
    PasswordChangeForbidden,
    PasswordExpired,
    PasswordRefused,
    RefusedFromHere,
    WrongCredentials,
)
from accounts.forms import EmailCodeForm, IamUserForm, NewPasswordForm, PasswordForm, UserTypeForm
from accounts.models import Account, Principal
from accounts.models.principals import fold
from signin.captcha import steps as captcha
from signin.flow.engine import Act, Answer, Step
from signin.flow.models import Attempt
from signin.kernel import clock
from signin.kernel.errors import LockedOut, Refusal

PASSWORD = "password"
EMAIL_CODE = "email-code"

# What else is looked at once a password was right, such as devices, which nothing here knows.
Then = Callable[[Attempt], None]


def _nothing_more(attempt: Attempt) -> None:
    pass


class UserTypeStep(Step):
    """Ask whether a root user or an IAM user signs in, and with which e-mail or account."""

    name = "user-type"
    template = "steps/user_type.html"
    form_class = UserTypeForm

    def needed(self, attempt: Attempt) -> bool:
        return "user_type" not in attempt.facts

    def submit(self, attempt: Attempt, answer: Answer) -> None:
        attempt.facts["user_type"] = answer["user_type"]
        if answer["user_type"] == "iam":
            attempt.facts["account"] = answer["account"]
        else:
            name_root_user(attempt, answer["email"])

    def initial(self, attempt: Attempt) -> Answer:
        return {"user_type": "root", "email": attempt.facts.get("email", "")}


class PasswordStep(Step):
    """Ask for the password of the root user whose e-mail was typed."""

    name = "password"
    template = "steps/password.html"
    form_class = PasswordForm

    def __init__(self, then: Then = _nothing_more) -> None:
        self.then = then

    def needed(self, attempt: Attempt) -> bool:
        return not attempt.facts.get("password_verified")

    def prepare(self, attempt: Attempt) -> None:
        """Ask nobody for a password from where the account lets no root user sign in (C3)."""
        if attempt.facts.get("access_controlled"):
            root_user = principals.find_root_user(attempt.facts["email"])
            if root_user and root_user.account:
                _check_place(attempt, root_user, root_user.account)

    def submit(self, attempt: Attempt, answer: Answer) -> None:
        email = attempt.facts["email"]
        root_user = principals.find_root_user(email)
        account = root_user.account if root_user else None
        if root_user and account:
            _check_place(attempt, root_user, account)
        identity = ("root", fold(email))
        _prove(attempt, root_user, account, identity, answer["password"])
        mode = account.email_code_mode if account else Account.EmailCodeMode.NEVER
        attempt.facts["email_code_due"] = mode == Account.EmailCodeMode.ALWAYS or (
            mode == Account.EmailCodeMode.NEW_BROWSER
            and not browsers.is_known(root_user, attempt.browser)
        )
        self.then(attempt)

    def context(self, attempt: Attempt) -> dict[str, Any]:
        facts = attempt.facts
        return {"who": facts["email"], **notes(attempt)}


class IamUserStep(Step):
    """Ask for account, user name and password of an IAM user, all on one page."""

    name = "iam-user"
    template = "steps/iam_user.html"
    form_class = IamUserForm

    def __init__(self, then: Then = _nothing_more) -> None:
        self.then = then

    def needed(self, attempt: Attempt) -> bool:
        return not attempt.facts.get("password_verified")

    def submit(self, attempt: Attempt, answer: Answer) -> None:
        attempt.facts["account"] = answer["account"]
        attempt.facts["remember_account"] = answer["remember_account"]
        account = principals.find_account(answer["account"])
        iam_user = principals.find_iam_user(account, answer["username"])
        # By the account's ID where there is one: ID and alias are one door (S-012).
        place = account.id if account else principals.account_key(answer["account"])
        identity = ("iam", place, fold(answer["username"]))
        _prove(attempt, iam_user, account, identity, answer["password"])
        # Not earlier: what was typed there by mistake may be a password.
        attempt.facts["username"] = answer["username"]
        attempt.facts["new_password_due"] = _is_change_due(proven(attempt))
        self.then(attempt)

    def initial(self, attempt: Attempt) -> Answer:
        facts = attempt.facts
        return {
            "account": facts.get("account", ""),
            "username": facts.get("username", ""),
            "remember_account": facts.get("remember_account", False),
        }

    def context(self, attempt: Attempt) -> dict[str, Any]:
        return notes(attempt)


class NewPasswordStep(Step):
    """Ask an IAM user for a new password, and for the old one again (R-083, R-233)."""

    name = "new-password"
    template = "steps/new_password.html"
    form_class = NewPasswordForm

    def needed(self, attempt: Attempt) -> bool:
        return bool(attempt.facts.get("new_password_due"))

    def submit(self, attempt: Attempt, answer: Answer) -> None:
        iam_user = proven(attempt)
        try:
            if iam_user.account:
                _check_state(iam_user, iam_user.account)  # it may have changed meanwhile
            changes.change_own(
                iam_user,
                current=answer["password"],
                to=answer["new_password"],
                browser=attempt.browser,
            )
        except PasswordRefused:
            raise
        except Refusal:
            events.console_login_failed(attempt, iam_user, iam_user.account)
            raise
        attempt.facts["password_set_at"] = password_set_at(iam_user)
        attempt.forget("new_password_due")

    def context(self, attempt: Attempt) -> dict[str, Any]:
        iam_user = proven(attempt)
        return {
            "who": iam_user.username,
            "is_expired": passwords.is_expired(iam_user),
            "rules": policies.rules_for(iam_user),
        }


class EmailCodeStep(Step):
    """Ask for the six digits mailed to the root user, after the right password (R-074, R-217)."""

    name = "email-code"
    template = "steps/email_code.html"
    form_class = EmailCodeForm

    @property
    def acts(self) -> Mapping[str, Act]:
        return {"resend": self.resend}

    def needed(self, attempt: Attempt) -> bool:
        facts = attempt.facts
        is_proven = facts.get("email_code_verified") or facts.get("mfa_verified")
        return bool(facts.get("email_code_due")) and not is_proven

    def prepare(self, attempt: Attempt) -> None:
        if not attempt.facts.get("email_code_sent"):
            self.resend(attempt)
            attempt.facts["email_code_sent"] = True

    def resend(self, attempt: Attempt) -> None:
        """Mail a new code, which kills the old one; too many look the same and send nothing."""
        root_user = proven(attempt)
        if lockout.may_mail(root_user.folded, ip=attempt.browser.ip, principal=root_user):
            code = codes.issue(attempt)
            expires_at = clock.now() + codes.LIFETIME
            emails.verification_code(root_user, code=code, expires_at=expires_at)

    def submit(self, attempt: Attempt, answer: Answer) -> None:
        root_user = proven(attempt)
        # A count of its own: the right password, typed again and again, must not clear it.
        tried = _admit(attempt, root_user, ("root-code", root_user.folded))
        try:
            codes.redeem(attempt, answer["code"])
        except Refusal:
            tried.fail()
            events.console_login_failed(attempt, root_user, root_user.account)
            raise
        tried.succeed()
        attempt.facts["email_code_verified"] = True

    def context(self, attempt: Attempt) -> dict[str, Any]:
        return {"who": attempt.facts["email"], "minutes": int(codes.LIFETIME.total_seconds() // 60)}


class RecoveryStep(captcha.CaptchaStep):
    """Ask for a security check, then mail a link for a new password (R-227)."""

    name = "recovery"
    template = "steps/recovery.html"

    def needed(self, attempt: Attempt) -> bool:
        return not attempt.facts.get("recovery_requested")

    def submit(self, attempt: Attempt, answer: Answer) -> None:
        super().submit(attempt, answer)
        recovery.request(attempt.facts["email"], browser=attempt.browser)
        attempt.facts["recovery_requested"] = True


def notes(attempt: Attempt) -> dict[str, Any]:
    """Return why the password is asked for, where it is not the first time."""
    return {name: attempt.facts.get(name, False) for name in ("reauthenticates", "resynchronised")}


def name_root_user(attempt: Attempt, email: str) -> None:
    """Note the e-mail of a root user, and whether a security check comes before the password."""
    mode, controls_access = principals.modes_for(email)
    attempt.facts["email"] = email
    attempt.facts["access_controlled"] = controls_access
    attempt.facts["captcha_due"] = mode == Account.CaptchaMode.ALWAYS or (
        mode == Account.CaptchaMode.AFTER_FAILURES
        and lockout.failures_of(("root", fold(email))) >= lockout.FAILURES_BEFORE_CAPTCHA
    )


def proven_by(attempt: Attempt) -> list[str]:
    """Return the names of the factors that an attempt has passed."""
    passed = {PASSWORD: "password_verified", EMAIL_CODE: "email_code_verified"}
    return [name for name, fact in passed.items() if attempt.facts.get(fact)]


def proven(attempt: Attempt) -> Principal:
    """Return who proved to be whom they named, with their account."""
    if not isinstance(attempt.proven, Principal):
        known = Principal.objects.select_related("account__password_policy", "profile__directory")
        attempt.proven = known.get(pk=attempt.facts["principal_id"])
    return attempt.proven


def is_still_proven(attempt: Attempt) -> bool:
    """Return whether the password that an attempt proved is the principal's yet (S-027).

    It may have been changed while another step waited for its answer.
    """
    set_at = attempt.facts.get("password_set_at")
    return set_at is None or set_at == password_set_at(proven(attempt))


def password_set_at(principal: Principal) -> str:
    """Return when a principal chose their password, as facts keep it."""
    changed_at = principal.password_changed_at
    return changed_at.isoformat() if changed_at else ""


def _prove(
    attempt: Attempt,
    principal: Principal | None,
    account: Account | None,
    identity: tuple[str, ...],
    password: str,
) -> None:
    """Check a password, once, and write down that it was right; or raise what is so."""
    if browsers.is_known(principal, attempt.browser):
        # A stranger's failures don't stop the owner at a browser that has proved itself (S-013).
        identity = (*identity, attempt.browser.device_key)
    tried = _admit(attempt, principal, identity, account)
    # A root user is refused before: see ``PasswordStep``.
    is_refused = _is_refused_from_here(attempt, principal, account)
    try:
        signed_in = authenticate(principal=None if is_refused else principal, password=password)
        if is_refused:
            raise RefusedFromHere
        if signed_in is None or account is None:
            raise WrongCredentials
        _check_state(signed_in, account)
    except Refusal as refusal:
        tried.fail()
        if isinstance(refusal, WrongCredentials) and tried.asks_for_captcha:
            _ask_for_captcha(attempt)
        if is_refused and principal:
            events.console_login_denied(attempt, principal, is_proven=False)
        else:
            events.console_login_failed(attempt, principal, account)
        raise
    tried.succeed()
    attempt.facts["principal_id"] = signed_in.pk
    attempt.proven = signed_in
    attempt.facts["password_verified"] = True
    attempt.facts["password_set_at"] = password_set_at(signed_in)


def _is_refused_from_here(
    attempt: Attempt, principal: Principal | None, account: Account | None
) -> bool:
    """Return whether an account lets an IAM user prove nothing from here; nobody costs the same."""
    if account is None or (principal and principal.is_root):
        return False
    return console_access.denies(account, principal.arn if principal else "", attempt.browser)


def _check_place(attempt: Attempt, root_user: Principal, account: Account) -> None:
    if console_access.denies(account, root_user.arn, attempt.browser):
        events.console_login_denied(attempt, root_user, is_proven=False)
        raise ConsoleAccessDenied


def _admit(
    attempt: Attempt,
    principal: Principal | None,
    identity: tuple[str, ...],
    account: Account | None = None,
) -> lockout.Try:
    try:
        return lockout.admit(identity, ip=attempt.browser.ip, principal=principal)
    except LockedOut:
        events.console_login_failed(attempt, principal, account)
        raise


def _check_state(principal: Principal, account: Account) -> None:
    """Raise what stands in the way of somebody whose password is right (behaviour 4.8, 5.2)."""
    if principal.is_root:
        return
    if account.state == Account.State.SUSPENDED:
        raise AccountSuspended
    if account.state == Account.State.CLOSED:
        raise AccountClosed
    if passwords.is_expired(principal) and policies.rules_for(principal).hard_expiry:
        raise PasswordExpired
    if _is_change_due(principal) and not policies.may_change(principal):
        raise PasswordChangeForbidden


def _is_change_due(principal: Principal) -> bool:
    return principal.must_change_password or passwords.is_expired(principal)


def _ask_for_captcha(attempt: Attempt) -> None:
    root_flow = attempt.facts.get("user_type") == "root"
    if root_flow and (
        principals.captcha_mode_for(attempt.facts["email"]) != Account.CaptchaMode.NEVER
    ):
        captcha.ask_again(attempt)
