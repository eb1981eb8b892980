"""The console's page on which IAM users change their own password (R-233)."""

import math

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.debug import sensitive_post_parameters

from accounts import changes, policies, sessions
from accounts.forms import NewPasswordForm
from accounts.models import Principal, Session
from signin.console.views import show, signed_in_with_form
from signin.http import CONSOLE_COOKIE, browser_of, set_cookie
from signin.kernel import clock
from signin.kernel.errors import LockedOut, Refusal


@sensitive_post_parameters()
@signed_in_with_form
def own_password(request: HttpRequest, session: Session) -> HttpResponse:
    """Take the password of now and a new one; this session goes on with another key (S-035)."""
    iam_user = session.principal
    if iam_user.kind != Principal.Kind.IAM_USER:
        raise Http404
    form = NewPasswordForm(request.POST if request.method == "POST" else None)
    if not policies.may_change(iam_user) or not form.is_valid():
        return _page(request, session, form)
    try:
        changes.change_own(
            iam_user,
            current=form.cleaned_data["password"],
            to=form.cleaned_data["new_password"],
            browser=browser_of(request),
            keeps=session,
        )
    except Refusal as refusal:
        return _refused(request, session, form, refusal)
    response = redirect("/iam/security_credentials?password_changed")
    lifetime = session.expires_at - clock.now()
    key = sessions.renew(session)
    set_cookie(response, CONSOLE_COOKIE, key, max_age=int(lifetime.total_seconds()))
    return response


def _refused(
    request: HttpRequest, session: Session, form: NewPasswordForm, refusal: Refusal
) -> HttpResponse:
    field = refusal.field if refusal.field in form.fields else None
    form.add_error(field, str(refusal.message))
    response = _page(request, session, form)
    if isinstance(refusal, LockedOut):
        response.status_code = 429
        response.headers["Retry-After"] = str(math.ceil(refusal.retry_after.total_seconds()))
    return response


def _page(request: HttpRequest, session: Session, form: NewPasswordForm) -> HttpResponse:
    page = {
        "form": form,
        "alert": " ".join(map(str, form.non_field_errors())),
        "rules": policies.rules_for(session.principal),
    }
    return show(request, session, "console/own_password.html", page)
