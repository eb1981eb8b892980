"""The URLs of ``aws.amazon.com``: the public page of the console, where a sign-out ends."""

from django.urls import path
from django.views.generic import RedirectView

from signin.console import public_views

handler500 = "signin.context.server_error"

urlpatterns = [
    path("", RedirectView.as_view(url="/console/")),
    path("console/", public_views.public, name="public"),
]
