from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class LoginsConfig(AppConfig):
    name = "signin.logins"
    verbose_name = _("Logins of command lines")
