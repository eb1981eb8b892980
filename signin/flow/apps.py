from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class FlowConfig(AppConfig):
    name = "signin.flow"
    verbose_name = _("Sign-ins under way")
