"""The URLs of ``aws.amazon.com``: the public page of the console, where a sign-out ends."""

from django.urls import path
from django.views.generic import RedirectView, TemplateView

from signin import hosts

handler500 = "signin.context.server_error"

urlpatterns = [
    path("", RedirectView.as_view(url="/console/")),
    path(
        "console/",
        TemplateView.as_view(
            template_name="console/public.html",
            extra_context={
                "console": hosts.url("console"),
                "open_account": hosts.url("signin", "/open-account"),
            },
        ),
        name="public",
    ),
]
