"""The URLs of the start page for Builder IDs, ``view.awsapps.com``."""

from django.urls import path
from django.views.generic import RedirectView, TemplateView

from signin.identity_center.builder_id import views

handler500 = "signin.context.server_error"

urlpatterns = [
    path("", RedirectView.as_view(url="/start/", query_string=True)),
    path("start", RedirectView.as_view(url="/start/", query_string=True)),
    path("start/", views.start, name="builder-id"),
    path("start/auth", views.accept, name="builder-id-accept"),
    path("start/sign-out", views.sign_out, name="builder-id-sign-out"),
    path("start/device", views.device, name="builder-id-program"),
    path("start/consent", views.consent, name="builder-id-consent"),
    path("robots.txt", TemplateView.as_view(template_name="robots.txt", content_type="text/plain")),
]
