"""The URLs of the issuers of tokens for other services."""

from django.urls import path

from signin.federation import outbound
from signin.wire import tokens

handler500 = "signin.context.server_error"

urlpatterns = [
    path(outbound.CONFIGURATION.removeprefix("/"), tokens.configuration),
    path(outbound.KEY_SET.removeprefix("/"), tokens.key_set),
]
