"""What stands around the pages of people: language, forms; at the admin site Django's own."""

from collections.abc import Callable
from typing import Any, cast

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import CsrfViewMiddleware
from django.utils import translation
from django.utils.cache import patch_vary_headers
from django.utils.functional import cached_property
from django.utils.module_loading import import_string

from signin.host_table import Stack
from signin.hosts import HostRequest
from signin.http import is_tls

Handler = Callable[[HttpRequest], HttpResponse]

_PEOPLE: frozenset[Stack] = frozenset({"pages", "desk"})


class PageLocaleMiddleware:
    """Chooses the language: ``?locale=``, then the cookie, then ``Accept-Language``.

    Django's own looks for languages in paths, too, where there are none here.
    """

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if not _is_of_people(request):
            return self.get_response(request)
        chosen = request.GET.get("locale", "")[:5].split("-")[0]
        is_chosen = chosen in dict(settings.LANGUAGES)
        if is_chosen:
            request.COOKIES[settings.LANGUAGE_COOKIE_NAME] = chosen
        language = translation.get_language_from_request(request)
        translation.activate(language)
        cast(Any, request).LANGUAGE_CODE = language
        response = self.get_response(request)
        patch_vary_headers(response, ["Accept-Language"])
        response.headers.setdefault("Content-Language", language)
        if is_chosen:
            response.set_cookie(
                settings.LANGUAGE_COOKIE_NAME,
                chosen,
                max_age=settings.LANGUAGE_COOKIE_AGE,
                secure=is_tls(),
                httponly=True,
                samesite="Lax",
            )
        return response


class PageCsrfMiddleware(CsrfViewMiddleware):
    """Guards every form that people use."""

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if _is_of_people(request):
            return cast(HttpResponse, super().__call__(request))
        return cast(Handler, self.get_response)(request)

    def process_response(self, request: HttpRequest, response: Any) -> Any:
        response = super().process_response(request, response)
        if is_tls() and settings.CSRF_COOKIE_NAME in response.cookies:
            response.cookies[settings.CSRF_COOKIE_NAME]["secure"] = True
        return response

    def process_view(
        self, request: HttpRequest, callback: Any, callback_args: Any, callback_kwargs: Any
    ) -> Any:
        if not _is_of_people(request):
            return None
        return super().process_view(request, callback, callback_args, callback_kwargs)


class AdminMiddleware:
    """Gives the operator's admin site Django's own sessions, people and messages.

    They are loaded with the first request to it; nothing else has or needs them.
    """

    PATH = "/admin/"
    STACK = (
        "django.contrib.sessions.middleware.SessionMiddleware",
        "django.contrib.auth.middleware.AuthenticationMiddleware",
        "django.contrib.messages.middleware.MessageMiddleware",
    )

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        at_desk = cast(HostRequest, request).host.stack == "desk"
        if at_desk and request.path.startswith(self.PATH):
            return self.stack(request)
        return self.get_response(request)

    @cached_property
    def stack(self) -> Handler:
        """Django's middlewares, each around the next."""
        handler = self.get_response
        for name in reversed(self.STACK):
            handler = import_string(name)(handler)
        return handler


def _is_of_people(request: HttpRequest) -> bool:
    """Return whether a request is at a door of pages; those of programs need none of this."""
    return cast(HostRequest, request).host.stack in _PEOPLE
