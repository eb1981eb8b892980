"""The console's pages on which people change their own password (R-233)."""

from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.debug import sensitive_post_parameters

from accounts import changes, policies
from accounts.forms import NewPasswordForm
from accounts.models import Principal, Session
from signin.console.views import go_on, own_account, show_form, themselves
from signin.http import browser_of
from signin.kernel.errors import Refusal


@sensitive_post_parameters()
@themselves
def own_password(request: HttpRequest, session: Session) -> HttpResponse:
    """Take an IAM user's password of now and a new one."""
    if session.principal.kind != Principal.Kind.IAM_USER:
        raise Http404
    credentials = "/iam/security_credentials?password_changed"
    return _change(request, session, "console/own_password.html", credentials)


@sensitive_post_parameters()
@own_account
def root_password(request: HttpRequest, session: Session) -> HttpResponse:
    """Take a root user's password of now and a new one."""
    return _change(request, session, "console/account_password.html", "/account/?saved=password")


def _change(request: HttpRequest, session: Session, template: str, then: str) -> HttpResponse:
    """Change the password; this session goes on with another key, all others end."""
    form = NewPasswordForm(request.POST if request.method == "POST" else None)
    rules = {"rules": policies.rules_for(session.principal)}
    if not policies.may_change(session.principal) or not form.is_valid():
        return show_form(request, session, template, form, rules)
    try:
        changes.change_own(
            session.principal,
            current=form.cleaned_data["password"],
            to=form.cleaned_data["new_password"],
            browser=browser_of(request),
            keeps=session,
        )
    except Refusal as refusal:
        return show_form(request, session, template, form, rules, refusal=refusal)
    return go_on(session, then)
