"""What people type to say who they are. Blanks around a value never matter, but in passwords."""

import re
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts import messages, passwords
from accounts.models import Account
from accounts.models.principals import IAM_USERNAME
from accounts.principals import account_key
from signin.forms import OneTimeInput, StrippedCodeField
from signin.hosts import ACCOUNT

LONGEST_EMAIL = 64
PHONE = r"\A(?=.{6,20}\Z)\+?[0-9 ()-]*[0-9][0-9 ()-]*\Z"


class AccountField(forms.CharField):
    """An account ID, with or without hyphens, or an alias."""

    def __init__(self, **options: Any) -> None:
        super().__init__(
            label=_("Account ID (12 digits) or alias"),
            max_length=63,
            widget=forms.TextInput(
                attrs={
                    "autocomplete": "organization",
                    "autocapitalize": "none",
                    "spellcheck": "false",
                }
            ),
            error_messages={"required": messages.ACCOUNT_REQUIRED},
            **options,
        )

    def clean(self, value: object) -> str:
        typed: str = super().clean(value)
        if typed and not re.fullmatch(ACCOUNT, account_key(typed)):
            raise forms.ValidationError(messages.ACCOUNT_INVALID)
        return typed


class PasswordField(forms.CharField):
    """A password as it is: never stripped, never shown again."""

    def __init__(
        self,
        *,
        when_empty: Any = messages.PASSWORD_REQUIRED,
        autocomplete: str = "current-password",
        autofocus: bool = False,
        **options: Any,
    ) -> None:
        options.setdefault("label", _("Password"))
        super().__init__(
            strip=False,
            max_length=passwords.LONGEST,
            widget=forms.PasswordInput(
                attrs={"autocomplete": autocomplete, "autofocus": autofocus}
            ),
            error_messages={"required": when_empty, "max_length": messages.PASSWORD_TOO_LONG},
            **options,
        )


class UserTypeForm(forms.Form):
    """Root user or IAM user, and the e-mail or the account that goes with it."""

    user_type = forms.ChoiceField(choices=[("root", _("Root user")), ("iam", _("IAM user"))])
    email = forms.EmailField(
        label=_("Root user e-mail address"),
        required=False,
        max_length=LONGEST_EMAIL,
        widget=forms.EmailInput(
            attrs={"autocomplete": "username", "placeholder": "username@example.com"}
        ),
        error_messages={"invalid": messages.EMAIL_INVALID, "max_length": messages.EMAIL_INVALID},
    )
    account = AccountField(required=False)

    def clean(self) -> dict[str, Any]:
        """Judge only the field of the chosen kind; what stands in the other one is no error."""
        answer = self.cleaned_data
        chosen, other = (
            ("account", "email")
            if answer.get("user_type") == "iam"
            else (
                "email",
                "account",
            )
        )
        self.errors.pop(other, None)
        missing = {"email": messages.EMAIL_REQUIRED, "account": messages.ACCOUNT_REQUIRED}
        if chosen not in self.errors and not answer.get(chosen):
            self.add_error(chosen, missing[chosen])
        return answer


class PasswordForm(forms.Form):
    """The password of the principal whom an earlier step named."""

    password = PasswordField(autofocus=True)


class IamUserForm(forms.Form):
    """Everything that an IAM user signs in with."""

    account = AccountField()
    username = forms.RegexField(
        regex=rf"\A{IAM_USERNAME}\Z",
        label=_("IAM user name"),
        max_length=64,
        strip=True,
        widget=forms.TextInput(
            attrs={"autocomplete": "username", "autocapitalize": "none", "spellcheck": "false"}
        ),
        error_messages={
            "required": messages.USERNAME_REQUIRED,
            "invalid": messages.USERNAME_INVALID,
            "max_length": messages.USERNAME_INVALID,
        },
    )
    password = PasswordField()
    remember_account = forms.BooleanField(label=_("Remember this account"), required=False)


class ChosenPasswordForm(forms.Form):
    """A new password, typed twice."""

    new_password = PasswordField(
        label=_("New password"),
        when_empty=messages.NEW_PASSWORD_REQUIRED,
        autocomplete="new-password",
    )
    confirm_password = PasswordField(
        label=_("New password again"),
        when_empty=messages.CONFIRMATION_REQUIRED,
        autocomplete="new-password",
    )

    def clean_confirm_password(self) -> str:
        """Compare what was typed twice (S-009)."""
        again: str = self.cleaned_data["confirm_password"]
        if "new_password" in self.cleaned_data and again != self.cleaned_data["new_password"]:
            raise forms.ValidationError(messages.PASSWORDS_DIFFER)
        return again


class NewPasswordForm(ChosenPasswordForm):
    """The password of now, and the one that takes its place, typed twice."""

    password = PasswordField(label=_("Current password"), autofocus=True)
    field_order = ("password", "new_password", "confirm_password")


class AccountNameForm(forms.Form):
    """What an account is called."""

    account_name = forms.CharField(
        label=_("Account name"),
        max_length=50,
        validators=Account._meta.get_field("name").validators,
        widget=forms.TextInput(attrs={"autocomplete": "organization", "autofocus": True}),
        help_text=_("Up to 50 characters: letters without accents, digits and signs."),
        error_messages={
            "required": messages.ACCOUNT_NAME_REQUIRED,
            "max_length": messages.ACCOUNT_NAME_REQUIRED,
        },
    )


class PhoneForm(forms.Form):
    """How somebody who looks after an account is reached."""

    phone = forms.RegexField(
        regex=PHONE,
        label=_("Contact phone"),
        strip=True,
        widget=forms.TextInput(attrs={"type": "tel", "autocomplete": "tel", "autofocus": True}),
        help_text=_("With country and area code, such as +1 (555) 010-0100."),
        error_messages={"required": messages.PHONE_REQUIRED, "invalid": messages.PHONE_INVALID},
    )


class NewEmailForm(forms.Form):
    """The address that a root user wants to sign in with from now on."""

    email = forms.EmailField(
        label=_("New e-mail address"),
        max_length=LONGEST_EMAIL,
        widget=forms.EmailInput(attrs={"autocomplete": "email", "autofocus": True}),
        error_messages={
            "required": messages.NEW_EMAIL_REQUIRED,
            "invalid": messages.EMAIL_INVALID,
            "max_length": messages.EMAIL_INVALID,
        },
    )


class CloseAccountForm(forms.Form):
    """The ID of the account, typed to show that no other one is meant."""

    account = forms.CharField(
        label=_("ID of the account to close"),
        max_length=20,
        widget=forms.TextInput(
            attrs={"autocomplete": "off", "inputmode": "numeric", "spellcheck": "false"}
        ),
        error_messages={
            "required": messages.ACCOUNT_ID_REQUIRED,
            "max_length": messages.ACCOUNT_ID_DIFFERS,
        },
    )


class EmailCodeForm(forms.Form):
    """The six digits that were mailed."""

    code = StrippedCodeField(
        label=_("Verification code"),
        widget=OneTimeInput(
            attrs={
                "autocomplete": "one-time-code",
                "autofocus": True,
                "inputmode": "numeric",
                "class": "code",
                "spellcheck": "false",
            }
        ),
        error_messages={"required": messages.CODE_INVALID, "invalid": messages.CODE_INVALID},
    )
