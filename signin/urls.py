"""No URL belongs to every door: ``signin.hosts`` says which door has which URLs."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
