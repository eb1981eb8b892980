"""The URLs of other names of portals, which lead to them."""

from django.urls import path
from django.views.generic import TemplateView

from signin.identity_center import instance_views as views

handler500 = "signin.context.server_error"

urlpatterns = [
    path("", views.regional, name="instance"),
    path("start", views.regional),
    path("start/", views.regional),
    path("<slug:instance>", views.named, name="instance-named"),
    path("<slug:instance>/", views.named),
    path("robots.txt", TemplateView.as_view(template_name="robots.txt", content_type="text/plain")),
]
