"""The URLs of the sign-in hosts of Identity Center, ``{region}.signin.aws``."""

from django.urls import URLPattern, path
from django.views.generic import TemplateView

handler500 = "signin.context.server_error"

urlpatterns: list[URLPattern] = [
    path("robots.txt", TemplateView.as_view(template_name="robots.txt", content_type="text/plain")),
]
