"""The page behind the link that is mailed to a root user without a device."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from accounts.errors import LinkOver
from mfa import lost
from signin import hosts
from signin.console import destinations
from signin.flow.models import Attempt
from signin.http import flow_key


@require_http_methods(["GET", "HEAD", "POST"])
def confirm(request: HttpRequest) -> HttpResponse:
    """Show who signs in without a device, or take the word that the mail was read (S-070).

    Only the form uses the link up (S-030). It opens nothing in this browser: the one that signs in
    goes on, and if that is this one, it is led back there.
    """
    token = request.GET.get("token", "")
    root_user = lost.find(token)
    if root_user is None:
        return _link_over(request)
    if request.method != "POST":
        page = {"who": root_user.username, "account": root_user.account}
        return render(request, "lost_device/confirm.html", page)
    try:
        attempt = lost.confirm(token)
    except LinkOver:
        return _link_over(request)
    if Attempt.find(attempt.handle, flow_key=flow_key(request)):
        return redirect("attempt", attempt.handle)
    return render(request, "lost_device/confirmed.html", {"who": root_user.username})


def _link_over(request: HttpRequest) -> HttpResponse:
    """Show the one page for links that can't be used, whatever the reason (S-025)."""
    sign_in = hosts.url("console", destinations.HOME, {"user_type": "root"})
    return render(request, "lost_device/link_over.html", {"sign_in": sign_in}, status=410)
