"""The URLs of ``profile.aws.amazon.com``, which leads to the start page: it is not there yet."""

from django.urls import path
from django.views.generic import TemplateView

from signin.identity_center.builder_id import views

handler500 = "signin.context.server_error"

urlpatterns = [
    path("", views.profile, name="profile"),
    path("robots.txt", TemplateView.as_view(template_name="robots.txt", content_type="text/plain")),
]
