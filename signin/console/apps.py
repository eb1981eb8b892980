from django.apps import AppConfig


class ConsoleConfig(AppConfig):
    name = "signin.console"
