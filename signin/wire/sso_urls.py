"""The URLs of the hosts of sso, the access portal's API."""

from django.urls import path

from signin.wire import sso as views
from signin.wire import sso_saml as saml

handler500 = "signin.context.server_error"

urlpatterns = [
    path("assignment/accounts", views.list_accounts),
    path("assignment/roles", views.list_account_roles),
    path("federation/credentials", views.get_role_credentials),
    path("logout", views.logout),
    path("saml/metadata/<str:saml_id>", saml.metadata),
    path("saml/assertion/<str:saml_id>", saml.sign_in),
    path("saml/logout/<str:saml_id>", saml.sign_out),
]
