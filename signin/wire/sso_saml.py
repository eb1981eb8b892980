"""Identity Center as the SAML identity provider of applications, where these know it to be.

Cookies are the portal's, so nothing is decided here but whether a question is one: it is written
down, and the browser goes on to the portal with a token for it.
"""

from typing import cast

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods, require_safe

from accounts import applications
from accounts.models import Application
from signin import hosts, pages
from signin.federation import application_sign_ons
from signin.federation.errors import QuestionInvalid

PORTAL_PATH = "/start/saml"
SIGN_OUT_PATH = "/start/saml/sign-out"
APPLICATION_PATH = "/start/applications/"


@require_safe
def metadata(request: HttpRequest, saml_id: str) -> HttpResponse:
    """Answer with the metadata that an application's administrator gives to it."""
    if (application := _application(request, saml_id)) is None:
        return _refused(request, status=404)
    content = application_sign_ons.metadata(application)
    return HttpResponse(content, content_type="application/samlmetadata+xml; charset=utf-8")


@require_http_methods(["GET", "HEAD", "POST"])
def sign_in(request: HttpRequest, saml_id: str) -> HttpResponse:
    """Take an application's question to the portal; without one, open it as its tile does."""
    application = _application(request, saml_id)
    if application and request.method != "POST" and "SAMLRequest" not in request.GET:
        return redirect(_at_portal(application, f"{APPLICATION_PATH}{application.instance_id}"))
    return _take(request, application, application_sign_ons.SIGN_IN, PORTAL_PATH)


@require_http_methods(["GET", "HEAD", "POST"])
def sign_out(request: HttpRequest, saml_id: str) -> HttpResponse:
    """Take an application's wish that somebody be signed out to the portal, which asks them."""
    application = _application(request, saml_id)
    return _take(request, application, application_sign_ons.SIGN_OUT, SIGN_OUT_PATH)


def _take(
    request: HttpRequest, application: Application | None, kind: str, path: str
) -> HttpResponse:
    is_post = request.method == "POST"
    given = request.POST if is_post else request.GET
    encoded, relay_state = given.getlist("SAMLRequest"), given.getlist("RelayState") or [""]
    try:
        if application is None or len(encoded) != 1 or len(relay_state) != 1:
            raise QuestionInvalid
        token = application_sign_ons.ask(
            application, kind, encoded[0], relay_state=relay_state[0], is_deflated=not is_post
        )
    except QuestionInvalid:
        return _refused(request, status=400)
    return redirect(_at_portal(application, path, {"request": token}))


def _application(request: HttpRequest, saml_id: str) -> Application | None:
    region = cast(hosts.HostRequest, request).host_values.get("region", "")
    return applications.find_saml(saml_id, region=region)


def _at_portal(application: Application, path: str, query: dict[str, str] | None = None) -> str:
    return hosts.url("portal", path, query, **hosts.portal_named(application.directory.portal_name))


def _refused(request: HttpRequest, *, status: int) -> HttpResponse:
    """Show the one page for whatever is wrong, an unknown application among it."""
    return pages.outside(request, "errors/question_refused.html", status=status)
