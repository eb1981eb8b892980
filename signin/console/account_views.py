"""The pages on which root users look after their account; all of them ask for a fresh sign-in."""

from collections.abc import Callable
from functools import wraps

from django.http import Http404, HttpRequest, HttpResponse

from accounts.models import Principal, Session
from signin.console.views import Page, recently, show, signed_in_with_form


def own_account(page: Page) -> Callable[[HttpRequest], HttpResponse]:
    """Let only a root user who signed in a short while ago see a page; others don't find it."""
    asks_again = recently(page)

    @wraps(page)
    def view(request: HttpRequest, session: Session) -> HttpResponse:
        if session.principal.kind != Principal.Kind.ROOT_USER:
            raise Http404
        return asks_again(request, session)

    return signed_in_with_form(view)


@own_account
def account(request: HttpRequest, session: Session) -> HttpResponse:
    """Show what an account is known by, and where each of it is changed."""
    return show(request, session, "console/account.html")
