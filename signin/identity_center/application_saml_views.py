"""Applications that believe the portal by SAML: vouching for somebody, and signing them out.

The questions arrive at the portal's API (signin/wire/sso_saml.py), and here with a token.
"""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from accounts import directory_events
from accounts.models import Application, Session
from signin.federation import application_sign_ons
from signin.federation.application_sign_ons import Answer
from signin.federation.models import ApplicationQuestion
from signin.http import browser_of
from signin.identity_center import destinations
from signin.identity_center.portal import (
    directory_of,
    end_session,
    portal_of,
    session_of,
    show,
    signed_in,
)
from signin.identity_center.portal import sign_in as ask_to_sign_in
from signin.safeguards import let_forms_lead_only_to


@require_safe
def sign_in(request: HttpRequest) -> HttpResponse:
    """Answer an application's question, once its person is signed in and may open it (S-094)."""
    question = _question(request, application_sign_ons.SIGN_IN)
    if question is None or not question.is_passive:
        return _sign_in(request)
    if application_sign_ons.is_signed_in_for(question, session_of(request)):
        return _sign_in(request)
    if not application_sign_ons.use(question):
        return _over(request)
    answer = application_sign_ons.refuse_passive(question)
    return _send(request, question.application, answer, {"is_refused": True})


@signed_in
def _sign_in(request: HttpRequest, session: Session) -> HttpResponse:
    question = _question(request, application_sign_ons.SIGN_IN)
    if question is None:
        return _over(request)
    if not application_sign_ons.is_signed_in_for(question, session):
        return ask_to_sign_in(request, directory_of(session), prompt="login")
    application = question.application
    if not application_sign_ons.is_open_to(session.principal, application):
        return gone(request, session)
    if not application_sign_ons.use(question):
        return _over(request)
    return vouch(request, session, application, question)


def vouch(
    request: HttpRequest,
    session: Session,
    application: Application,
    question: ApplicationQuestion | None = None,
    *,
    shows: bool = False,
) -> HttpResponse:
    """Show the form that takes an assertion to an application; a script sends it at once.

    With ``shows`` nothing is sent before somebody has read it.
    """
    answer = application_sign_ons.vouch(application, session, question)
    directory_events.federated(session, browser=browser_of(request), to=named(application))
    page: dict[str, object] = {"profile": session.principal.profile}
    if shows:
        page["shown"] = application_sign_ons.readable(answer)
    return _send(request, application, answer, page)


def named(application: Application) -> dict[str, str]:
    """Return how events name an application."""
    return {"app_instance_id": application.instance_id, "app_name": application.name}


def gone(request: HttpRequest, session: Session) -> HttpResponse:
    """Say that somebody has no such application, whether there is one or not."""
    return show(request, session, "portal/application_gone.html", status=404)


@require_http_methods(["GET", "HEAD", "POST"])
def sign_out(request: HttpRequest) -> HttpResponse:
    """Ask whether to sign out, as an application wants; end the session, and tell it so.

    The application's question alone ends nothing: any site can send one.
    """
    question = _question(request, application_sign_ons.SIGN_OUT)
    if question is None:
        return _over(request)
    session = session_of(request)
    if session is not None and request.method != "POST":
        page = {"application": question.application, "action": request.get_full_path()}
        return show(request, session, "portal/application_sign_out.html", page)
    if not application_sign_ons.use(question):
        return _over(request)
    answer = application_sign_ons.log_out(question)
    if answer is None:
        response: HttpResponse = redirect(destinations.start(portal_of(request)))
    else:
        response = _send(request, question.application, answer, {"is_over": True})
    if session is not None:
        end_session(request, response)
    return response


def _question(request: HttpRequest, kind: str) -> ApplicationQuestion | None:
    """Return the open question of an address, if it is of an application of this portal."""
    question = application_sign_ons.find(request.GET.get("request", ""), kind)
    if question and question.application.directory.is_named(portal_of(request)):
        return question
    return None


def _send(
    request: HttpRequest, application: Application, answer: Answer, more: dict[str, object]
) -> HttpResponse:
    page = {"portal": portal_of(request), "application": application, "answer": answer, **more}
    response = render(request, "portal/application_answer.html", page)
    # Browsers hold redirects of the form's target to it as well: the start URL is often there.
    urls = [answer.to, application.start_url]
    let_forms_lead_only_to(response, *filter(None, urls))
    return response


def _over(request: HttpRequest) -> HttpResponse:
    page = {"portal": portal_of(request)}
    return render(request, "portal/application_question_over.html", page, status=400)
