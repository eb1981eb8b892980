"""How a device is registered at the console, by somebody who is signed in."""

from collections.abc import Mapping

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from signin.console.flows import LAYOUT, REGISTRATION_STEPS
from signin.flow.engine import Flow
from signin.flow.facts import Facts
from signin.flow.models import Attempt
from signin.flow.views import over


def show_credentials(request: HttpRequest, attempt: Attempt) -> HttpResponse:
    """Go back to the security credentials, which say that the device is there."""
    if not attempt.close():
        return over(request)
    return redirect("/iam/security_credentials?device=registered")


def no_links(facts: Facts) -> Mapping[str, str]:
    """Return no addresses: nobody signs in here."""
    return {}


REGISTER_DEVICE = Flow(
    name="register-device",
    layout=LAYOUT,
    steps=REGISTRATION_STEPS,
    finish=show_credentials,
    links=no_links,
)
FLOWS = {REGISTER_DEVICE.name: REGISTER_DEVICE}
