"""The URLs of the sign-in hosts of Identity Center, ``{region}.signin.aws``."""

from django.urls import path
from django.views.generic import TemplateView

from signin.captcha import views as captcha
from signin.identity_center import platform_views as views
from signin.identity_center import saml_views as saml
from signin.identity_center.builder_id import login_views as builder_id

handler500 = "signin.context.server_error"

urlpatterns = [
    path("", views.entry, name="platform"),
    path("platform/login", views.login, name="platform-login"),
    path("platform/login/<str:handle>", views.take, name="attempt"),
    path(
        "platform/login/<str:handle>/recovery",
        views.ask_for_recovery,
        name="ask-for-portal-recovery",
    ),
    path("platform/login/<str:handle>/sign-up", builder_id.sign_up, name="builder-id-sign-up"),
    path("platform/builder-id/reset", builder_id.reset, name="builder-id-reset"),
    path("platform/mfa/new", views.new_device, name="new-portal-device"),
    path("platform/reset", views.reset, name="portal-reset"),
    path("platform/invitation", views.invitation, name="portal-invitation"),
    path("platform/verify-email", views.verify_email, name="portal-verify-email"),
    path("platform/saml/acs/<str:directory_id>", saml.consume, name="saml-consumer"),
    path("platform/saml/arrival", saml.arrive, name="saml-arrival"),
    path("platform/saml/<str:directory_id>", saml.metadata, name="saml-metadata"),
    path("captcha/<str:captcha_id>.png", captcha.picture, name="captcha-picture"),
    path("captcha/<str:captcha_id>.wav", captcha.sound, name="captcha-sound"),
    path("robots.txt", TemplateView.as_view(template_name="robots.txt", content_type="text/plain")),
]
