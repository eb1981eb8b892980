"""The pages on which root users look after their account; all of them want a fresh sign-in."""

from functools import partial
from typing import cast

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext_lazy as _

from accounts import codes, details, email_changes, states
from accounts.forms import (
    AccountNameForm,
    CloseAccountForm,
    ContactPhoneForm,
    EmailCodeForm,
    NewEmailForm,
)
from accounts.models import Account, Session
from accounts.models.accounts import REOPENABLE_FOR
from signin.console.views import go_on, has_new_password, own_account, show, show_form
from signin.http import browser_of
from signin.kernel.errors import Refusal

SAVED = {
    "name": _("The account has its new name."),
    "phone": _("The contact phone is saved."),
    "password": _("Your password is changed. You are signed out everywhere else."),
    "email": _("The e-mail address is changed. Use the new one when you sign in next time."),
    "reopened": _("The account is active again."),
}


@own_account
def account(request: HttpRequest, session: Session) -> HttpResponse:
    """Show what an account is known by, and where each of it is changed."""
    saved = request.GET.get("saved", "")
    if saved == "password" and not has_new_password(session.principal):
        saved = ""
    return show(request, session, "console/account.html", {"saved": SAVED.get(saved)})


@own_account
def name(request: HttpRequest, session: Session) -> HttpResponse:
    """Take another name for the account."""
    now = {"account_name": _account_of(session).name}
    form = AccountNameForm(request.POST if request.method == "POST" else None, initial=now)
    if not form.is_valid():
        return show_form(request, session, "console/account_name.html", form)
    details.rename(
        _account_of(session),
        session.principal,
        to=form.cleaned_data["account_name"],
        browser=browser_of(request),
    )
    return redirect("/account/?saved=name")


@own_account
def phone(request: HttpRequest, session: Session) -> HttpResponse:
    """Take another contact phone (R-056)."""
    now = {"phone": _account_of(session).phone}
    form = ContactPhoneForm(request.POST if request.method == "POST" else None, initial=now)
    if not form.is_valid():
        return show_form(request, session, "console/account_phone.html", form)
    details.set_phone(
        _account_of(session),
        session.principal,
        to=form.cleaned_data["phone"],
        browser=browser_of(request),
    )
    return redirect("/account/?saved=phone")


@own_account
def email(request: HttpRequest, session: Session) -> HttpResponse:
    """Take the address that the root user wants to have, and mail a code there (S-033)."""
    form = NewEmailForm(request.POST if request.method == "POST" else None)
    template = "console/account_email.html"
    if not form.is_valid():
        return show_form(request, session, template, form)
    try:
        email_changes.request(session, form.cleaned_data["email"], browser=browser_of(request))
    except Refusal as refusal:
        return show_form(request, session, template, form, refusal=refusal)
    return redirect("account-email-code")


@own_account
def email_code(request: HttpRequest, session: Session) -> HttpResponse:
    """Take the code that was mailed to the new address, or mail another one."""
    change = email_changes.find(session)
    if change is None:
        return redirect("account-email")
    if request.POST.get("act") == "resend":
        email_changes.request(session, change.email, browser=browser_of(request))
        return redirect("account-email-code")
    form = EmailCodeForm(request.POST if request.method == "POST" else None)
    template = "console/account_email_code.html"
    page = {"who": change.email, "minutes": int(codes.LIFETIME.total_seconds() // 60)}
    if not form.is_valid():
        return show_form(request, session, template, form, page)
    try:
        email_changes.confirm(session, form.cleaned_data["code"], browser=browser_of(request))
    except Refusal as refusal:
        return show_form(request, session, template, form, page, refusal=refusal)
    return go_on(session, "/account/?saved=email")


@own_account
def closing(request: HttpRequest, session: Session) -> HttpResponse:
    """Say what closing the account means, and do it for whoever types its ID (R-245)."""
    form = CloseAccountForm(request.POST if request.method == "POST" else None)
    template, page = "console/account_closing.html", {"days": REOPENABLE_FOR.days}
    if not form.is_valid():
        return show_form(request, session, template, form, page)
    try:
        states.close_own(
            _account_of(session),
            session.principal,
            typed=form.cleaned_data["account"],
            browser=browser_of(request),
        )
    except Refusal as refusal:
        return show_form(request, session, template, form, page, refusal=refusal)
    return redirect("account-settings")


@partial(own_account, state=Account.State.CLOSED)
def reopening(request: HttpRequest, session: Session) -> HttpResponse:
    """Make the closed account active again, if it is asked for by the form (R-237)."""
    if request.method != "POST":
        return show(request, session, "console/closed.html")
    states.reopen_own(_account_of(session))
    return redirect("/account/?saved=reopened")


def _account_of(session: Session) -> Account:
    return cast(Account, session.principal.account)
