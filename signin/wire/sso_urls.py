"""The URLs of the hosts of sso, the access portal's API."""

from django.urls import path

from signin.wire import sso as views

handler500 = "signin.context.server_error"

urlpatterns = [
    path("assignment/accounts", views.list_accounts),
    path("assignment/roles", views.list_account_roles),
    path("federation/credentials", views.get_role_credentials),
    path("logout", views.logout),
]
