"""What people with a Builder ID type."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.directory_forms import TrustField
from accounts.forms import PasswordField
from accounts.messages import EMAIL_INVALID
from builderid import messages
from builderid.models import LONGEST_NAME
from mfa.forms import CodeForm, PasskeyForm

LONGEST_EMAIL = 254


class EmailField(forms.EmailField):
    """The e-mail of a Builder ID; which there are is no business of the form."""

    def __init__(self, *, when_empty: Any, autocomplete: str, **options: Any) -> None:
        super().__init__(
            label=_("E-mail address"),
            max_length=LONGEST_EMAIL,
            widget=forms.EmailInput(
                attrs={
                    "autocomplete": autocomplete,
                    "autofocus": True,
                    "placeholder": "username@example.com",
                }
            ),
            error_messages={
                "required": when_empty,
                "invalid": EMAIL_INVALID,
                "max_length": messages.EMAIL_TOO_LONG,
            },
            **options,
        )


class EmailForm(forms.Form):
    """The e-mail of whoever signs in, and whether the browser shall be trusted (R-115, R-116)."""

    email = EmailField(when_empty=messages.EMAIL_REQUIRED, autocomplete="username")
    trust_device = TrustField()


class PasswordForm(forms.Form):
    """The password of whoever an earlier step named."""

    password = PasswordField(autofocus=True)


class TrustingCodeForm(CodeForm):
    """The code of a device, and whether the browser shall be trusted."""

    trust_device = TrustField()


class TrustingPasskeyForm(PasskeyForm):
    """The answer of a passkey, and whether the browser shall be trusted."""

    trust_device = TrustField()


class NewEmailForm(forms.Form):
    """The e-mail that a Builder ID is to have (R-128)."""

    email = EmailField(
        when_empty=messages.NEW_EMAIL_REQUIRED,
        autocomplete="email",
        help_text=_("One of your own, rather than one that an employer can take away."),
    )


class NameForm(forms.Form):
    """How somebody wants to be called (R-129)."""

    full_name = forms.RegexField(
        regex=r"\A[^\x00-\x1f\x7f-\x9f\u2028\u2029]+\Z",
        label=_("Your name"),
        max_length=LONGEST_NAME,
        strip=True,
        widget=forms.TextInput(attrs={"autocomplete": "name", "autofocus": True}),
        help_text=_("Programs that you let in may show it."),
        error_messages={
            "required": messages.NAME_REQUIRED,
            "invalid": messages.NAME_INVALID,
            "max_length": messages.NAME_INVALID,
        },
    )
