"""The URLs of the access portals, ``{portal}.awsapps.com``."""

from django.urls import path
from django.views.generic import RedirectView, TemplateView

from signin.identity_center import application_saml_views as saml
from signin.identity_center import application_views as applications
from signin.identity_center import device_views, role_views
from signin.identity_center import key_views as keys
from signin.identity_center import portal_views as views
from signin.identity_center import program_views as programs

handler500 = "signin.context.server_error"

urlpatterns = [
    path("", RedirectView.as_view(url="/start/", query_string=True)),
    path("start", RedirectView.as_view(url="/start/", query_string=True)),
    path("start/", views.accounts, name="portal"),
    path("start/console", role_views.open_console, name="portal-console"),
    path("start/authorize", role_views.authorize, name="portal-authorize"),
    path("start/access-keys", keys.access_keys, name="portal-keys"),
    path("start/applications", applications.applications, name="portal-applications"),
    path(
        "start/applications/<slug:instance_id>",
        applications.application,
        name="portal-application",
    ),
    path("start/saml", saml.sign_in, name="portal-saml"),
    path("start/saml/sign-out", saml.sign_out, name="portal-saml-sign-out"),
    path("start/auth", views.accept, name="portal-accept"),
    path("start/sign-out", views.sign_out, name="portal-sign-out"),
    path("start/device", programs.device, name="portal-program"),
    path("start/consent", programs.consent, name="portal-consent"),
    path("start/mfa", device_views.own_devices, name="portal-devices"),
    path("start/mfa/new", device_views.new_device, name="portal-new-device"),
    path("start/mfa/<int:device_id>", device_views.device, name="portal-device"),
    path("start/mfa/<int:device_id>/remove", device_views.remove, name="portal-remove-device"),
    path("robots.txt", TemplateView.as_view(template_name="robots.txt", content_type="text/plain")),
]
