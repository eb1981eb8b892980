"""The URLs of signin's API: among the pages of the sign-in hosts, at the desk, at its own hosts."""

from django.urls import path

from signin.wire import signin_iam

handler500 = "signin.context.server_error"

urlpatterns = [
    path("v1/token", signin_iam.token),
    path("v1/introspect", signin_iam.introspect),
    path("v1/revoke", signin_iam.revoke),
]
