"""What the admin site does otherwise than Django's own."""

from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.admin.forms import AdminPasswordChangeForm
from django.contrib.auth import authenticate
from django.contrib.auth.models import Group
from django.contrib.auth.views import PasswordChangeView
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.urls import reverse_lazy

from accounts import lockout, passwords
from accounts.models import Principal
from signin.http import browser_of
from signin.kernel.errors import LockedOut


class OwnPasswordForm(AdminPasswordChangeForm):
    """Asks for the present password, throttled like the login, and stores the new one our way."""

    user: Principal

    def __init__(self, *arguments: Any, request: HttpRequest, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.request = request

    def clean_old_password(self) -> str:
        password: str = self.cleaned_data["old_password"]
        try:
            tried = lockout.admit(
                ("operator", self.user.folded),
                ip=browser_of(self.request).ip,
                principal=self.user,
            )
        except LockedOut as locked_out:
            raise forms.ValidationError(str(locked_out.message)) from locked_out
        if authenticate(self.request, principal=self.user, password=password) is None:
            tried.fail()
            raise forms.ValidationError(self.error_messages["password_incorrect"])
        tried.succeed()
        return password

    def save(self, commit: bool = True) -> Principal:
        passwords.assign(self.user, self.cleaned_data["new_password1"])
        self.user.save()
        return self.user


class OwnPasswordView(PasswordChangeView):
    """The operator's own password; all other browsers of the operator are logged out."""

    form_class = OwnPasswordForm
    success_url = reverse_lazy("admin:password_change_done")

    def get_form_kwargs(self) -> dict[str, Any]:
        return {**super().get_form_kwargs(), "request": self.request}


def change_own_password(
    request: HttpRequest, extra_context: dict[str, Any] | None = None
) -> HttpResponseBase:
    """Show the page for the operator's own password."""
    context = {**admin.site.each_context(request), **(extra_context or {})}
    return OwnPasswordView.as_view(extra_context=context)(request)


# An operator may do everything, and nobody else gets in: groups would grant nothing.
admin.site.unregister(Group)
# Django's page neither throttles nor normalises, and has no setting for its form.
admin.site.password_change = change_own_password  # type: ignore[method-assign, assignment]
