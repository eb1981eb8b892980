"""The URLs of an account's own sign-in host, ``<account ID or alias>.signin.aws.amazon.com``."""

from django.urls import path

from signin.console.signin_views import entry

handler500 = "signin.context.server_error"

urlpatterns = [
    path("", entry),
    path("console", entry),
    path("console/", entry),
]
