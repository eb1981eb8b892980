"""The URLs of the sign-in hosts, ``signin.aws.amazon.com`` and its regional sisters."""

from django.urls import include, path
from django.views.generic import TemplateView

from signin.captcha import views as captcha
from signin.console import federation_views as federation
from signin.console import login_views as login
from signin.console import lost_device_views as lost_device
from signin.console import multi_session_views as multi_session
from signin.console import opening_views as opening
from signin.console import portal_views as portal
from signin.console import recovery_views as recovery
from signin.console import saml_views as saml
from signin.console import sign_out_views as sign_out
from signin.console import signin_views as views
from signin.console.flows import FLOWS
from signin.flow.views import take

handler500 = "signin.context.server_error"

urlpatterns = [
    path("", views.entry),
    path("console", views.entry),
    path("console/", views.entry),
    path("oauth", sign_out.or_else(views.authorize), name="authorize"),
    path("platform/saml/<path:path>", portal.to_identity_center),
    path("federation", federation.federation),
    path("federation/session", federation.accept, name="federation-session"),
    path("saml", saml.saml, name="saml"),
    path("saml/acs/<str:uuid>", saml.saml, name="saml-own"),
    path("saml/session", saml.accept, name="saml-session"),
    path("static/saml-metadata.xml", saml.metadata, name="saml-metadata"),
    path("static/saml/<str:uuid>/saml-metadata.xml", saml.metadata, name="own-saml-metadata"),
    path("portal-session", portal.accept, name="portal-session"),
    path("switchrole", views.switch_role, name="switch-role-link"),
    path("signin/<str:handle>", take, {"flows": FLOWS}, name="attempt"),
    path("signin/<str:handle>/recovery", recovery.ask, name="ask-for-recovery"),
    path("signin/<str:handle>/open-account", opening.instead, name="open-account-instead"),
    path("open-account", opening.start, name="open-account"),
    path("recovery", recovery.reset, name="recovery"),
    path("recovery/done", recovery.done, name="recovery-done"),
    path("lost-device", lost_device.confirm, name="lost-device"),
    path("sessions", multi_session.manage, name="sessions"),
    path("sessions/new", multi_session.add, name="new-session"),
    path("captcha/<str:captcha_id>.png", captcha.picture, name="captcha-picture"),
    path("captcha/<str:captcha_id>.wav", captcha.sound, name="captcha-sound"),
    path("v1/authorize", login.authorize),
    path("v1/authorize/<str:handle>", login.login, name="login"),
    path("v1/sessions/confirmation", login.confirm, name="login-confirmation"),
    path("", include("signin.wire.signin_urls")),
    path("help/<slug:name>", views.help_page, name="help"),
    path("robots.txt", TemplateView.as_view(template_name="robots.txt", content_type="text/plain")),
]
