"""How somebody comes from a broker to the console: the endpoint ``/federation``.

A broker gets a sign-in token for temporary credentials, and sends a browser here with it, which is
signed in as all newcomers are (``newcomers``); then the token is used.
"""

from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from accounts.models import Account, MultiSession
from accounts.sessions import SignedIn
from accounts.signers import Signer
from signin.console import destinations, newcomers
from signin.console.views import region_here
from signin.federation import events, requests, tokens
from signin.federation.errors import CredentialsRefused, LeadsElsewhere, SigninTokenOver
from signin.federation.models import SigninToken
from signin.flow.facts import Facts
from signin.flow.models import Attempt
from signin.http import Browser, browser_of
from signin.kernel.errors import Refusal

FLOW = newcomers.BROKER


@dataclass(frozen=True)
class Visitor:
    """Whoever comes with a sign-in token."""

    token: SigninToken
    signer: Signer
    issuer: str

    @property
    def name(self) -> str:
        """The name as pages show it."""
        return self.signer.name

    @property
    def arn(self) -> str:
        """The ARN of who acts then."""
        return self.signer.arn

    @property
    def principal_arn(self) -> str:
        """The ARN of the role, or of the federated user."""
        return self.signer.role.arn if self.signer.role else self.signer.arn

    @property
    def account(self) -> Account:
        """The account in which they act."""
        return self.signer.account

    @property
    def is_role(self) -> bool:
        """Whether it is a session of a role."""
        return self.signer.is_role

    @property
    def is_federated(self) -> bool:
        """Whether it is a federated user."""
        return self.signer.is_federated

    def deny(self, *, browser: Browser) -> None:
        """Record that the account lets them sign in not from here; the token stays good."""
        events.sign_in_denied(self.signer, browser=browser)

    def sign_in(
        self,
        *,
        destination: str,
        browser: Browser,
        host: str,
        challenge: str,
        multi_session: MultiSession | None,
    ) -> SignedIn:
        """Sign a browser in, and use the token up; or raise SigninTokenOver."""
        return tokens.use(
            self.token,
            issuer=self.issuer,
            destination=destination,
            browser=browser,
            host=host,
            challenge=challenge,
            multi_session=multi_session,
        )


@csrf_exempt
@require_http_methods(["GET", "POST"])
def federation(request: HttpRequest) -> HttpResponse:
    """Give a broker a sign-in token, or take a browser that comes with one.

    It is exempt from the secret of forms, because programs post here and nothing of a browser's is
    changed: the page that changes something has that secret.
    """
    if _is_too_long(request):
        return _refused_program()
    fields = dict(request.GET.lists())
    if request.method == "POST":
        fields.update(request.POST.lists())
    match fields.get("Action"):
        case ["getSigninToken"]:
            return _give_token(request, fields)
        case ["login"]:
            return _begin(request, fields)
        case _:
            return _refused_program()


@require_http_methods(["GET", "POST"])
def accept(request: HttpRequest) -> HttpResponse:
    """Sign the browser in by its sign-in token; if it is somebody else's now, ask before."""

    def find(attempt: Attempt) -> Visitor:
        token = SigninToken.objects.filter(pk=attempt.facts["signin_token"]).first()
        if token is None:
            raise SigninTokenOver
        signer = tokens.check(token, browser=browser_of(request))
        return Visitor(token, signer, attempt.facts["issuer"])

    try:
        return newcomers.accept(request, flow=FLOW, find=find)
    except SigninTokenOver as refusal:
        return _refused(request, refusal)


def _give_token(request: HttpRequest, fields: requests.Fields) -> HttpResponse:
    try:
        asked = requests.token_request(fields)
        token = tokens.issue(asked, browser=browser_of(request))
    except CredentialsRefused:
        return _refused_program()
    return JsonResponse({"SigninToken": token})


def _begin(request: HttpRequest, fields: requests.Fields) -> HttpResponse:
    """Lead a browser with a good sign-in token to the console; nothing is used up by that."""
    try:
        asked = requests.sign_in(fields)
        destination = destinations.of_console(asked.destination)
        if destination is None:
            raise LeadsElsewhere
        token = tokens.find(asked.token, browser=browser_of(request))
    except Refusal as refusal:
        return _refused(request, refusal)
    facts = Facts(destination=destination, signin_token=token.pk, issuer=asked.issuer)
    return newcomers.lead(request, flow=FLOW, facts=facts)


def _is_too_long(request: HttpRequest) -> bool:
    length = int(request.META.get("CONTENT_LENGTH") or 0)
    return length + len(request.META.get("QUERY_STRING", "")) > requests.LONGEST


def _refused_program() -> HttpResponse:
    """Return the one answer to brokers whose request is not good, whatever it is (S-104)."""
    return HttpResponse("The request was refused.\n", status=400, content_type="text/plain")


def _refused(request: HttpRequest, refusal: Refusal) -> HttpResponse:
    page = {"problem": refusal.message, "home": destinations.home(region_here(request))}
    return render(request, "federation/refused.html", page, status=400)
