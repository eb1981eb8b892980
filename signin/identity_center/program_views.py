"""The portal's pages on which people let programs in, or don't (P-35)."""

from django.http import HttpRequest, HttpResponse

from accounts.models import Session
from signin.identity_center import program_pages
from signin.identity_center.portal import show, signed_in_with_form


@signed_in_with_form
def device(request: HttpRequest, session: Session) -> HttpResponse:
    """Ask whether the program that shows a code is to be let in."""
    return program_pages.device(request, session, show)


@signed_in_with_form
def consent(request: HttpRequest, session: Session) -> HttpResponse:
    """Ask whether a program on this machine is to be let in, and go back to it with the answer."""
    return program_pages.consent(request, session, show)
