"""What is typed at the desk: the operator's password, the keys of a phone, faults to arm."""

from typing import Any

from django import forms
from django.contrib.admin.forms import AdminAuthenticationForm
from django.contrib.auth import authenticate
from django.utils.translation import gettext_lazy as _

from accounts import lockout, principals
from accounts.models.principals import fold
from signin.faults.faults import MOST_TIMES
from signin.faults.models import kinds
from signin.forms import OneTimeInput, StrippedCodeField
from signin.http import browser_of
from signin.kernel.errors import LockedOut

_NOT_SIX = _("Type the six digits that the sign-in page shows.")


class KeysForm(forms.Form):
    """Six digits, as somebody presses them on a phone that rings."""

    keys = StrippedCodeField(
        label=_("Keys to press"),
        widget=OneTimeInput(attrs={"autocomplete": "off", "inputmode": "numeric", "class": "code"}),
        error_messages={"required": _NOT_SIX, "invalid": _NOT_SIX},
    )


class FaultForm(forms.Form):
    """A fault to arm, and how often it strikes."""

    kind = forms.ChoiceField(label=_("What is broken"), choices=kinds)
    times = forms.IntegerField(
        label=_("How often it strikes"),
        required=False,
        min_value=1,
        max_value=MOST_TIMES,
        widget=forms.TextInput(attrs={"autocomplete": "off", "inputmode": "numeric"}),
        help_text=_("Leave it empty, and it strikes until it is disarmed."),
    )


class OperatorForm(AdminAuthenticationForm):
    """Finds the operator by name and checks the password, throttled like every other door."""

    def clean(self) -> dict[str, Any]:
        username = self.cleaned_data.get("username")
        password = self.cleaned_data.get("password")
        if username is None or not password or self.request is None:
            return self.cleaned_data
        operator = principals.find_operator(username)
        try:
            tried = lockout.admit(
                ("operator", fold(username)),
                ip=browser_of(self.request).ip,
                principal=operator,
            )
        except LockedOut as locked_out:
            self.add_error(None, str(locked_out.message))
            return self.cleaned_data
        self.user_cache = authenticate(self.request, principal=operator, password=password)
        if self.user_cache is None:
            tried.fail()
            raise self.get_invalid_login_error()
        tried.succeed()
        self.confirm_login_allowed(self.user_cache)
        return self.cleaned_data
