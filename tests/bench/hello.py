"""Run by itself: a Django with seven middlewares that says hello, the floor of every server.

``wsgiref`` serves in the process that was started, ``granian`` as this project does.
"""

import sys
from collections.abc import Callable
from typing import Any
from wsgiref.simple_server import make_server

import django
from django.conf import settings
from django.core.wsgi import get_wsgi_application
from django.http import HttpRequest, HttpResponse
from django.urls import path

settings.configure(
    SECRET_KEY="x" * 50,
    ALLOWED_HOSTS=["*"],
    ROOT_URLCONF=__name__,
    LOGGING_CONFIG=None,
    DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"}},
    INSTALLED_APPS=[
        "django.contrib.auth",
        "django.contrib.contenttypes",
        "django.contrib.sessions",
        "django.contrib.messages",
    ],
    MIDDLEWARE=[
        "django.middleware.security.SecurityMiddleware",
        "django.contrib.sessions.middleware.SessionMiddleware",
        "django.middleware.common.CommonMiddleware",
        "django.middleware.csrf.CsrfViewMiddleware",
        "django.contrib.auth.middleware.AuthenticationMiddleware",
        "django.contrib.messages.middleware.MessageMiddleware",
        "django.middleware.clickjacking.XFrameOptionsMiddleware",
    ],
)
django.setup()


def hello(request: HttpRequest) -> HttpResponse:
    """Say hello."""
    return HttpResponse(b"hello", content_type="text/plain")


urlpatterns = [path("", hello)]
application: Callable[..., Any] = get_wsgi_application()


def main(server: str, port: int) -> None:
    """Serve until ended."""
    if server == "wsgiref":
        make_server("127.0.0.1", port, application).serve_forever()
    from granian import Granian  # noqa: PLC0415
    from granian.constants import Interfaces  # noqa: PLC0415
    from granian.log import LogLevels  # noqa: PLC0415

    Granian(
        f"{__name__}:application",
        port=port,
        interface=Interfaces.WSGI,
        blocking_threads=16,
        websockets=False,
        log_level=LogLevels.error,
    ).serve(target_loader=lambda: application, wrap_loader=False)


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
