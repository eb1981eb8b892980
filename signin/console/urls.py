"""The URLs of the console hosts, ``console.aws.amazon.com`` and its regional sisters."""

from django.urls import path
from django.views.generic import RedirectView

from signin.console import (
    account_views,
    device_views,
    key_views,
    newcomers,
    password_views,
    portal_views,
    switch_views,
    views,
)

handler500 = "signin.context.server_error"

urlpatterns = [
    path("", RedirectView.as_view(url="/console/home", query_string=True)),
    path("console", RedirectView.as_view(url="/console/home", query_string=True)),
    path("console/", RedirectView.as_view(url="/console/home", query_string=True)),
    path("console/home", views.home, name="home"),
    path("console/auth", views.accept, name="accept"),
    path("console/federation", newcomers.arrive),
    path("console/portal", portal_views.arrive, name="from-portal"),
    path("console/sign-out", views.sign_out, name="sign-out"),
    path("console/open-account", views.open_account),
    path("iam/security_credentials", views.security_credentials, name="security-credentials"),
    path("iam/password", password_views.own_password, name="own-password"),
    path("iam/mfa/new", device_views.new_device, name="new-device"),
    path("iam/mfa/new/<str:handle>", device_views.register_device, name="attempt"),
    path("iam/mfa/<int:device_id>", device_views.device, name="device"),
    path("iam/mfa/<int:device_id>/rename", device_views.rename, name="rename-device"),
    path("iam/mfa/<int:device_id>/resync", device_views.resync, name="resync-device"),
    path("iam/mfa/<int:device_id>/remove", device_views.remove, name="remove-device"),
    path("iam/access_keys/new", key_views.new_access_key, name="new-access-key"),
    path("iam/access_keys/<str:access_key_id>", key_views.access_key, name="access-key"),
    path(
        "iam/access_keys/<str:access_key_id>/deactivate",
        key_views.deactivate,
        name="deactivate-access-key",
    ),
    path(
        "iam/access_keys/<str:access_key_id>/activate",
        key_views.activate,
        name="activate-access-key",
    ),
    path(
        "iam/access_keys/<str:access_key_id>/delete",
        key_views.delete,
        name="delete-access-key",
    ),
    path("account/", account_views.account, name="account-settings"),
    path("account/name", account_views.name, name="account-name"),
    path("account/phone", account_views.phone, name="account-phone"),
    path("account/password", password_views.root_password, name="account-password"),
    path("account/email", account_views.email, name="account-email"),
    path("account/email/code", account_views.email_code, name="account-email-code"),
    path("account/close", account_views.closing, name="account-closing"),
    path("account/reopen", account_views.reopening, name="account-reopening"),
    path("switch-role", switch_views.switch, name="switch-role"),
    path("switch-role/back", switch_views.leave, name="leave-role"),
    path("support/home", views.support_center, name="support-center"),
]
