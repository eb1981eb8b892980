"""Django's middlewares, each only at the doors that need it."""

from collections.abc import Callable
from typing import Any, ClassVar, cast

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import CsrfViewMiddleware
from django.middleware.locale import LocaleMiddleware
from django.utils.functional import cached_property
from django.utils.module_loading import import_string

from signin.hosts import HostRequest, Stack
from signin.http import is_tls

Handler = Callable[[HttpRequest], HttpResponse]


class _AtDoors:
    """Lets one of Django's middlewares run only at doors that need it.

    Wire APIs take none of them: they cost half the throughput.
    """

    stacks: ClassVar[frozenset[Stack]]

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if cast(HostRequest, request).host.stack in self.stacks:
            return cast(HttpResponse, super().__call__(request))  # type: ignore[misc]
        get_response: Handler = self.get_response  # type: ignore[attr-defined]
        return get_response(request)


_PEOPLE: frozenset[Stack] = frozenset({"pages", "desk"})


class PageLocaleMiddleware(_AtDoors, LocaleMiddleware):
    """Chooses the language: ``?locale=``, then the cookie, then ``Accept-Language``."""

    stacks = _PEOPLE

    def process_request(self, request: HttpRequest) -> None:
        chosen = request.GET.get("locale", "")[:5].split("-")[0]
        if chosen in dict(settings.LANGUAGES):
            request.COOKIES[settings.LANGUAGE_COOKIE_NAME] = chosen
            cast(Any, request).chosen_language = chosen
        super().process_request(request)

    def process_response(self, request: HttpRequest, response: Any) -> Any:
        response = super().process_response(request, response)
        if chosen := getattr(request, "chosen_language", None):
            response.set_cookie(
                settings.LANGUAGE_COOKIE_NAME,
                chosen,
                max_age=settings.LANGUAGE_COOKIE_AGE,
                secure=is_tls(),
                httponly=True,
                samesite="Lax",
            )
        return response


class PageCsrfMiddleware(_AtDoors, CsrfViewMiddleware):
    """Guards every form that people use."""

    stacks = _PEOPLE

    def process_response(self, request: HttpRequest, response: Any) -> Any:
        response = super().process_response(request, response)
        if is_tls() and settings.CSRF_COOKIE_NAME in response.cookies:
            response.cookies[settings.CSRF_COOKIE_NAME]["secure"] = True
        return response

    def process_view(
        self, request: HttpRequest, callback: Any, callback_args: Any, callback_kwargs: Any
    ) -> Any:
        if cast(HostRequest, request).host.stack not in self.stacks:
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
