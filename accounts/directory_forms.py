"""What users of a directory type."""

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts import messages
from accounts.forms import EmailCodeForm, PasswordField


class UsernameForm(forms.Form):
    """The name of a directory's user; which names there are is no business of the form."""

    username = forms.RegexField(
        regex=r"\A[^\s\x00-\x1f\x7f-\x9f]+\Z",
        label=_("User name"),
        max_length=128,
        strip=True,
        widget=forms.TextInput(
            attrs={
                "autocomplete": "username",
                "autocapitalize": "none",
                "autofocus": True,
                "spellcheck": "false",
            }
        ),
        error_messages={
            "required": messages.USERNAME_REQUIRED,
            "invalid": messages.DIRECTORY_USERNAME_TOO_LONG,
            "max_length": messages.DIRECTORY_USERNAME_TOO_LONG,
        },
    )


class TrustField(forms.BooleanField):
    """Whether the browser shall be trusted."""

    def __init__(self) -> None:
        super().__init__(label=_("This is a trusted device"), required=False)


class PortalPasswordForm(forms.Form):
    """The password of the user whom an earlier step named."""

    password = PasswordField(autofocus=True)
    trust_device = TrustField()


class PortalCodeForm(EmailCodeForm):
    """The six digits that were mailed."""

    trust_device = TrustField()
