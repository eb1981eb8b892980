"""What people type to say who they are. Blanks around a value never matter, but in passwords."""

import re
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts import messages, passwords
from accounts.models.principals import IAM_USERNAME
from accounts.principals import account_key
from signin.forms import OneTimeInput, StrippedCodeField
from signin.hosts import ACCOUNT

SHORTEST_EMAIL = 6
LONGEST_EMAIL = 64
SHORTEST_PHONE = 6
LONGEST_PHONE = 20


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


class NewEmailField(forms.EmailField):
    """The e-mail that a root user is going to sign in with."""

    def __init__(self, **options: Any) -> None:
        super().__init__(
            min_length=SHORTEST_EMAIL,
            max_length=LONGEST_EMAIL,
            widget=forms.EmailInput(
                attrs={
                    "autocomplete": "email",
                    "autofocus": True,
                    "placeholder": "username@example.com",
                }
            ),
            error_messages={
                "required": messages.NEW_EMAIL_REQUIRED,
                "invalid": messages.EMAIL_INVALID,
                "min_length": messages.EMAIL_LENGTH,
                "max_length": messages.EMAIL_LENGTH,
            },
            **options,
        )


class AccountNameField(forms.RegexField):
    """What an account is called."""

    def __init__(self, *, autofocus: bool = False) -> None:
        super().__init__(
            regex=r"\A[ -~]+\Z",
            label=_("Account name"),
            max_length=50,
            strip=True,
            widget=forms.TextInput(attrs={"autocomplete": "organization", "autofocus": autofocus}),
            help_text=_("How you recognise the account, for example “Team Production”."),
            error_messages={
                "required": messages.ACCOUNT_NAME_REQUIRED,
                "invalid": messages.ACCOUNT_NAME_INVALID,
                "max_length": messages.ACCOUNT_NAME_INVALID,
            },
        )


class OpenAccountForm(forms.Form):
    """The e-mail of a new account's root user, and the account's name."""

    email = NewEmailField(
        label=_("Root user e-mail address"),
        help_text=_("We send a code there. The address is what you sign in with."),
    )
    account_name = AccountNameField()


class ContactPhoneForm(forms.Form):
    """The phone number at which the account's owner can be reached."""

    phone = forms.RegexField(
        regex=r"\A\+?[ ()-]*[0-9][0-9 ()-]*\Z",
        label=_("Contact phone"),
        min_length=SHORTEST_PHONE,
        max_length=LONGEST_PHONE,
        strip=True,
        widget=forms.TextInput(
            attrs={
                "type": "tel",
                "autocomplete": "tel",
                "autofocus": True,
                "placeholder": "+1 555-0100",
            }
        ),
        error_messages={
            "required": messages.PHONE_REQUIRED,
            "invalid": messages.PHONE_INVALID,
            "min_length": messages.PHONE_INVALID,
            "max_length": messages.PHONE_INVALID,
        },
    )


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
    """Another name for an account."""

    account_name = AccountNameField(autofocus=True)


class NewEmailForm(forms.Form):
    """The address that a root user wants to sign in with from now on."""

    email = NewEmailField(label=_("New e-mail address"))


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
