"""Choosing a new password oneself: who may, who proves to know the old one, and what is kept."""

from django.contrib.auth import authenticate

from accounts import events, lockout, passwords, policies
from accounts.errors import CurrentPasswordWrong, PasswordChangeForbidden
from accounts.models import Principal, Session
from signin.http import Browser


def change_own(
    iam_user: Principal, *, current: str, to: str, browser: Browser, keeps: Session | None = None
) -> None:
    """Give an IAM user the password that they chose, or raise what stands in the way.

    A wrong current password counts as a failed sign-in, so that this is no way around the
    throttling of the door (S-005, S-012).
    """
    if not policies.may_change(iam_user):
        raise PasswordChangeForbidden
    identity = ("iam", iam_user.realm, iam_user.folded)
    tried = lockout.admit(identity, ip=browser.ip, principal=iam_user)
    if authenticate(principal=iam_user, password=current) is None:
        tried.fail()
        raise CurrentPasswordWrong
    tried.succeed()
    passwords.change(iam_user, to=to, keeps=keeps)
    events.password_changed(iam_user, browser=browser)
