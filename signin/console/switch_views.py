"""The console's pages about switching to a role, and back."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from accounts import switches
from accounts.identities import original
from accounts.models import Role, Session
from accounts.switch_forms import COLORS, SwitchRoleForm
from mfa.events import has_passed_mfa
from signin.console import destinations, role_history
from signin.console.role_history import RecentRole
from signin.console.views import go_on, region_here, show, show_form, signed_in_with_form
from signin.http import browser_of
from signin.kernel.errors import Refusal

UNDERSTOOD = "understood"
# What a link calls the fields.
LINKED = {"account": "account", "role": "roleName", "display_name": "displayName"}


@signed_in_with_form
def switch(request: HttpRequest, session: Session) -> HttpResponse:
    """Let somebody work as a role, or explain first what that is.

    Whoever signed in asks, also where they are in another role already. A root user can't, nor
    can a federated user.
    """
    if original(session).is_root or original(session).is_federated:
        return show(request, session, "console/switch_role_root.html")
    if request.method != "POST":
        return _ask(request, session)
    if request.POST.get("act") == UNDERSTOOD:
        response = redirect(request.get_full_path())
        role_history.keep(request, response, arn=original(session).arn)
        return response
    return _switch(request, session)


@require_POST
@signed_in_with_form
def leave(request: HttpRequest, session: Session) -> HttpResponse:
    """Let somebody work as who signed in again."""
    switches.leave(session, browser=browser_of(request), to=_home(request))
    return go_on(session, destinations.HOME)


def _ask(request: HttpRequest, session: Session) -> HttpResponse:
    if not role_history.read(request, arn=original(session).arn).is_explained:
        return show(request, session, "console/switch_role_explained.html")
    linked = {name: request.GET.get(named, "") for name, named in LINKED.items()}
    return _page(request, session, SwitchRoleForm(initial=linked))


def _switch(request: HttpRequest, session: Session) -> HttpResponse:
    form = SwitchRoleForm(request.POST)
    if not form.is_valid():
        return _page(request, session, form)
    answer = form.cleaned_data
    try:
        role = switches.switch(
            session,
            **answer,
            has_device=has_passed_mfa(session),
            browser=browser_of(request),
            to=_home(request),
        )
    except Refusal as refusal:
        return _page(request, session, form, refusal)
    response = go_on(session, destinations.HOME)
    newest = _recent(role, display_name=answer["display_name"], color=answer["color"])
    role_history.keep(request, response, arn=original(session).arn, newest=newest)
    return response


def _recent(role: Role, *, display_name: str, color: str) -> RecentRole:
    return RecentRole(role.account_id, switches.full_name(role), display_name, color)


def _page(
    request: HttpRequest, session: Session, form: SwitchRoleForm, refusal: Refusal | None = None
) -> HttpResponse:
    page = {"colors": COLORS}
    return show_form(request, session, "console/switch_role.html", form, page, refusal=refusal)


def _home(request: HttpRequest) -> str:
    return destinations.home(region_here(request))
