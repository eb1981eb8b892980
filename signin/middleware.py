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

from signin.host_table import Host
from signin.hosts import HostRequest
from signin.http import is_tls

Handler = Callable[[HttpRequest], HttpResponse]


class PageLocaleMiddleware:
    """Chooses the language: ``?locale=``, then the cookie, then ``Accept-Language``.

    Django's own looks for languages in paths, too, where there are none here.
    """

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
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

    def process_response(self, request: HttpRequest, response: Any) -> Any:
        response = super().process_response(request, response)
        if is_tls() and settings.CSRF_COOKIE_NAME in response.cookies:
            response.cookies[settings.CSRF_COOKIE_NAME]["secure"] = True
        return response


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


class PeopleMiddleware:
    """All of this around what people see; what programs ask for needs none of it."""

    def __init__(self, get_response: Handler) -> None:
        self.for_programs = get_response
        self.guard = PageCsrfMiddleware(AdminMiddleware(get_response))
        self.for_people = PageLocaleMiddleware(cast(Handler, self.guard))

    def __call__(self, request: HttpRequest) -> HttpResponse:
        handler = self.for_people if _is_of_people(request) else self.for_programs
        return handler(request)

    def process_view(
        self, request: HttpRequest, callback: Any, callback_args: Any, callback_kwargs: Any
    ) -> Any:
        """Let the guard look at a form before its view does."""
        if not _is_of_people(request):
            return None
        return self.guard.process_view(request, callback, callback_args, callback_kwargs)


def _is_of_people(request: HttpRequest) -> bool:
    host: Host = request.host  # type: ignore[attr-defined] # a HostRequest's
    return host.stack != "wire"
