"""The URLs of the sign-in host's dual-stack name, which takes what external providers send."""

from django.urls import path
from django.views.generic import TemplateView

from signin.identity_center import saml_views as saml

handler500 = "signin.context.server_error"

urlpatterns = [
    path("platform/saml/<path:path>", saml.move),
    path("robots.txt", TemplateView.as_view(template_name="robots.txt", content_type="text/plain")),
]
