"""The URLs of the hosts of sso."""

from django.urls import URLPattern

handler500 = "signin.context.server_error"

urlpatterns: list[URLPattern] = []
