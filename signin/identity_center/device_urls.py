"""The URLs of ``device.sso.{region}.amazonaws.com``, where a program's code is typed."""

from django.urls import path
from django.views.generic import TemplateView

from signin.identity_center import device_host_views as views

handler500 = "signin.context.server_error"

urlpatterns = [
    path("", views.code, name="user-code"),
    path("robots.txt", TemplateView.as_view(template_name="robots.txt", content_type="text/plain")),
]
