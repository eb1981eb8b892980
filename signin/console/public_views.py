"""The public page of the console."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from signin import hosts


@require_safe
def public(request: HttpRequest) -> HttpResponse:
    """Show the ways to sign in and to a new account."""
    page = {
        "console": hosts.url("console"),
        "open_account": hosts.url("signin", "/open-account"),
    }
    return render(request, "console/public.html", page)
