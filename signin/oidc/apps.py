from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class OidcConfig(AppConfig):
    name = "signin.oidc"
    verbose_name = _("Authorized programs")
