"""The pages of the built-in identity provider, and what programs read of it."""

from urllib.parse import quote, unquote

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_safe

from signin import naming
from signin.federation import authn_requests, idp, service_providers
from signin.federation.authn_requests import LONGEST_RELAY_STATE
from signin.federation.errors import QuestionInvalid
from signin.http import IDP_COOKIE, cookie, set_cookie
from signin.idp import answers
from signin.idp.forms import WhoForm
from signin.kernel import partitions
from signin.safeguards import content_security_policy, form_targets

REMEMBERED_FOR = 365 * 24 * 60 * 60  # seconds


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """Show what the provider is, and where it can take somebody unasked (IdP-initiated)."""
    page = {
        "providers": service_providers.known(),
        "entity_id": idp.entity_id(),
        "issuer": idp.issuer(),
    }
    return render(request, "idp/home.html", page)


@require_safe
def metadata(request: HttpRequest) -> HttpResponse:
    """Answer with the provider's SAML metadata."""
    content_type = "application/samlmetadata+xml; charset=utf-8"
    return HttpResponse(idp.metadata(), content_type=content_type)


@require_safe
def discovery(request: HttpRequest) -> HttpResponse:
    """Answer with what the provider says of its tokens (OpenID Connect Discovery)."""
    return JsonResponse(idp.discovery())


@require_safe
def keys(request: HttpRequest) -> HttpResponse:
    """Answer with the keys that the provider's tokens are signed with."""
    return JsonResponse(idp.keys())


@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
def take_question(request: HttpRequest) -> HttpResponse:
    """Take a service provider's question, by redirect or by POST, and ask who to be (S-094).

    It changes nothing, so anybody's page may post it.
    """
    is_post = request.method == "POST"
    given = request.POST if is_post else request.GET
    encoded, relay_state = given.getlist("SAMLRequest"), given.getlist("RelayState") or [""]
    try:
        if len(encoded) != 1 or len(relay_state) != 1 or len(relay_state[0]) > LONGEST_RELAY_STATE:
            raise QuestionInvalid
        question = authn_requests.read(encoded[0], is_deflated=not is_post)
        provider = service_providers.asked_by(question.issuer, question.acs_url)
        if provider is None:
            raise QuestionInvalid
    except QuestionInvalid as refusal:
        return _refused(request, refusal)
    asked = {
        "to": provider.key,
        "acs_url": question.acs_url or provider.acs_url,
        "question": question.id,
        "relay_state": relay_state[0],
    }
    return _ask(request, WhoForm(provider, initial=asked | _remembered(request)))


@require_http_methods(["GET", "HEAD", "POST"])
def sign_in(request: HttpRequest) -> HttpResponse:
    """Ask who to be at a service provider that asked nothing; or answer, as whom one chose."""
    given = request.POST if request.method == "POST" else request.GET
    if (provider := service_providers.find(given.get("to", ""))) is None:
        return _refused(request, QuestionInvalid())
    if request.method != "POST":
        return _ask(
            request, WhoForm(provider, initial={"to": provider.key, **_remembered(request)})
        )
    form = WhoForm(provider, request.POST)
    if not form.is_valid():
        # What only a changed page can have wrong is no field that somebody could mend.
        is_changed = any(field.name in form.errors for field in form.hidden_fields())
        return _refused(request, QuestionInvalid()) if is_changed else _ask(request, form)
    return _answer(request, form)


def _ask(request: HttpRequest, form: WhoForm) -> HttpResponse:
    choices = answers.role_choices(form.provider)
    page = {
        "form": form,
        "provider": form.provider,
        "known_names": answers.known_names(form.provider),
        "role_choices": [] if form.provider.directory else choices,
        "chosen_roles": [] if form.provider.directory else form["roles"].value() or [],
    }
    return render(request, "idp/who.html", page)


def _answer(request: HttpRequest, form: WhoForm) -> HttpResponse:
    """Show the form that takes the answer to the service provider; a script sends it at once."""
    chosen, provider = form.cleaned_data, form.provider
    page = {
        "provider": provider,
        "who": chosen["username"],
        "acs_url": chosen["acs_url"],
        "answer": answers.response(provider, chosen),
        "relay_state": chosen["relay_state"],
    }
    response = render(request, "idp/answer.html", page)
    # Somebody who is signed in behind the gateway is at the real names, and goes back there.
    targets = form_targets(provider.partition)
    real = (naming.REAL.origin(name) for name in targets)
    with partitions.at(provider.partition):
        response.headers["Content-Security-Policy"] = content_security_policy(*real)
    set_cookie(response, IDP_COOKIE, quote(chosen["username"]), max_age=REMEMBERED_FOR)
    return response


def _remembered(request: HttpRequest) -> dict[str, str]:
    """Return whom this browser chose to be last."""
    return {"username": unquote(cookie(request, IDP_COOKIE))}


def _refused(request: HttpRequest, refusal: QuestionInvalid) -> HttpResponse:
    page = {"problem": refusal.message}
    return render(request, "idp/refused.html", page, status=400)
