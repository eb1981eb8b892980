from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class IdentityCenterConfig(AppConfig):
    name = "signin.identity_center"
    verbose_name = _("Identity Center")
