from django.apps import AppConfig


class FlowConfig(AppConfig):
    name = "signin.flow"
