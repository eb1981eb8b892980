"""The URLs of the built-in identity provider, ``idp.localhost``."""

from django.urls import path
from django.views.generic import TemplateView

from signin.idp import views

handler500 = "signin.context.server_error"

urlpatterns = [
    path("", views.home, name="idp"),
    path("metadata", views.metadata, name="idp-metadata"),
    path("saml/sso", views.take_question, name="idp-question"),
    path("sign-in", views.sign_in, name="idp-sign-in"),
    path(".well-known/openid-configuration", views.discovery, name="idp-discovery"),
    path("jwks.json", views.keys, name="idp-keys"),
    path("robots.txt", TemplateView.as_view(template_name="robots.txt", content_type="text/plain")),
]
