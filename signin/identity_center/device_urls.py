"""The URLs of ``device.sso.{region}.amazonaws.com``, where a program's code is typed."""

from django.urls import URLPattern

handler500 = "signin.context.server_error"

urlpatterns: list[URLPattern] = []
