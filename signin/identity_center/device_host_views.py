"""The page of ``device.sso.{region}.amazonaws.com``, where a program's code is typed."""

import math

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from accounts import lockout
from signin import hosts
from signin.http import browser_of, language_choice
from signin.kernel import partitions
from signin.kernel.errors import LockedOut, Refusal
from signin.oidc import device_authorizations
from signin.oidc.errors import UserCodeUnknown
from signin.oidc.models import DeviceAuthorization


class UserCodeForm(forms.Form):
    """The code that a program shows; capitals, blanks and the hyphen don't matter."""

    user_code = forms.CharField(
        label=_("Code"),
        max_length=20,
        widget=forms.TextInput(
            attrs={
                "id": "verification_code",
                "autocomplete": "off",
                "autocapitalize": "characters",
                "autofocus": True,
                "class": "code",
                "spellcheck": "false",
            }
        ),
        error_messages={"required": _("Type the code that the program shows.")},
    )


@require_http_methods(["GET", "HEAD", "POST"])
def code(request: HttpRequest) -> HttpResponse:
    """Ask for the code, or have it confirmed that came in the link; then go to its portal.

    A link alone lets nobody in: the code is to be compared with what the program shows (S-097).
    """
    if request.method != "POST":
        form = UserCodeForm(initial={"user_code": request.GET.get("user_code", "")[:20]})
        return _page(request, form)
    form = UserCodeForm(request.POST)
    if not form.is_valid():
        return _page(request, form)
    try:
        authorization = _find(request, form.cleaned_data["user_code"])
    except Refusal as refusal:
        form.add_error("user_code", str(refusal.message))
        response = _page(request, form)
        response.status_code = 400
        if isinstance(refusal, LockedOut):
            response.status_code = 429
            seconds = math.ceil(refusal.retry_after.total_seconds())
            response.headers["Retry-After"] = str(seconds)
        return response
    query = {
        "user_code": device_authorizations.shown(form.cleaned_data["user_code"]),
        **language_choice(request),
    }
    if authorization.directory is None:
        return redirect(hosts.url("builder-id", "/start/device", query, partitions.AWS))
    portal = hosts.portal_named(authorization.directory.portal_at(authorization.region))
    return redirect(hosts.url("portal", "/start/device", query, **portal))


def _find(request: HttpRequest, typed: str) -> DeviceAuthorization:
    """Return what a code stands for; whoever guesses has to wait (S-096).

    A region knows the codes of its own endpoint only.
    """
    browser = browser_of(request)

    def find() -> DeviceAuthorization | None:
        found = device_authorizations.find(typed)
        return found if found and found.region == browser.region else None

    found = lockout.guess(
        find,
        ("user-code", browser.ip),
        ip=browser.ip,
        principal=None,
        limit=lockout.USER_CODES,
    )
    if found is None:
        raise UserCodeUnknown
    return found


def _page(request: HttpRequest, form: UserCodeForm) -> HttpResponse:
    came_with_link = bool(request.GET.get("user_code"))
    return render(request, "portal/user_code.html", {"form": form, "from_link": came_with_link})
