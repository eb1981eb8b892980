from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class BuilderIdConfig(AppConfig):
    name = "builderid"
    verbose_name = _("Builder ID")
