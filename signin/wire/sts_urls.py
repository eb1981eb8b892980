"""The URLs of the hosts of sts."""

from django.urls import path

from signin.wire import sts

handler500 = "signin.context.server_error"

urlpatterns = [path("", sts.view, name="sts")]
