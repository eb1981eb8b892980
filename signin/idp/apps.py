from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class IdpConfig(AppConfig):
    name = "signin.idp"
    verbose_name = _("Built-in identity provider")
