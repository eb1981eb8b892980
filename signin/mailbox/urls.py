"""The URLs of the mailbox, below ``/mailbox/`` at the desk."""

from django.urls import path

from signin.mailbox import views

urlpatterns = [
    path("", views.messages, name="mailbox"),
    path("rows", views.rows, name="mailbox-rows"),
    path("<int:message_id>", views.message, name="message"),
]
