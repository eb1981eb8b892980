"""The URLs of the hosts of sts."""

from django.urls import URLPattern

handler500 = "signin.context.server_error"

urlpatterns: list[URLPattern] = []
