"""The URLs of the hosts of sso-oidc."""

from django.urls import path

from signin.wire import sso_oidc as views

handler500 = "signin.context.server_error"

urlpatterns = [
    path("client/register", views.register_client),
    path("device_authorization", views.start_device_authorization),
    path("authorize", views.authorize),
    path("token", views.create_token),
]
