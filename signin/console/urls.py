"""The URLs of the console hosts, ``console.aws.amazon.com`` and its regional sisters."""

from django.urls import path
from django.views.generic import RedirectView

from signin.console import password_views, views

handler500 = "signin.context.server_error"

urlpatterns = [
    path("", RedirectView.as_view(url="/console/home", query_string=True)),
    path("console", RedirectView.as_view(url="/console/home", query_string=True)),
    path("console/", RedirectView.as_view(url="/console/home", query_string=True)),
    path("console/home", views.home, name="home"),
    path("console/auth", views.accept, name="accept"),
    path("console/sign-out", views.sign_out, name="sign-out"),
    path("console/open-account", views.open_account),
    path("iam/security_credentials", views.security_credentials, name="security-credentials"),
    path("iam/password", password_views.own_password, name="own-password"),
    path("support/home", views.support_center, name="support-center"),
]
