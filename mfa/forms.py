"""What people type, or their devices answer."""

from typing import Any

from django import forms
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from mfa import messages
from mfa.models import DIRECTORY_MFA_NAME, MFA_NAME, Device
from signin.forms import OneTimeInput, StrippedCodeField

LONGEST_ANSWER = 16_384  # characters of a WebAuthn answer; common ones have about a thousand
SERIAL_NUMBER = r"[A-Za-z0-9]{6,32}"
DELETION_WORD = "DELETE"


class CodeField(StrippedCodeField):
    """The six digits that a device shows."""

    def __init__(self, label: str | Promise, *, autofocus: bool = False, **options: Any) -> None:
        super().__init__(
            label=label,
            widget=OneTimeInput(
                attrs={
                    "autocomplete": "one-time-code" if autofocus else "off",
                    "autofocus": autofocus,
                    "inputmode": "numeric",
                    "class": "code",
                    "spellcheck": "false",
                }
            ),
            error_messages={"required": messages.CODE_INVALID, "invalid": messages.CODE_INVALID},
            **options,
        )


class KindForm(forms.Form):
    """Which of several kinds of device somebody wants to use."""

    device_kind = forms.ChoiceField(
        choices=Device.Kind.choices, error_messages={"required": messages.KIND_REQUIRED}
    )


class CodeForm(forms.Form):
    """The code of a device."""

    code = CodeField(_("Code of your device"), autofocus=True)


class PairForm(forms.Form):
    """Two codes that a device shows one after the other."""

    code1 = CodeField(_("First code"))
    code2 = CodeField(_("The next code"))


class PasskeyForm(forms.Form):
    """What a passkey or security key answered, as the browser writes it."""

    credential = forms.CharField(
        widget=forms.HiddenInput,
        max_length=LONGEST_ANSWER,
        error_messages={
            "required": messages.PASSKEY_REQUIRED,
            "max_length": messages.PASSKEY_REFUSED,
        },
    )


class DeviceNameField(forms.RegexField):
    """What people call a device of the console."""

    name = MFA_NAME
    hint = _("Up to 64 letters, digits and + = , . @ _ - without blanks.")
    invalid = messages.NAME_INVALID

    def __init__(self) -> None:
        super().__init__(
            regex=rf"\A{self.name}\Z",
            label=_("Name of the device"),
            max_length=64,
            strip=True,
            widget=forms.TextInput(
                attrs={"autocomplete": "off", "autocapitalize": "none", "spellcheck": "false"}
            ),
            help_text=self.hint,
            error_messages={
                "required": messages.NAME_REQUIRED,
                "invalid": self.invalid,
                "max_length": self.invalid,
            },
        )


class DirectoryDeviceNameField(DeviceNameField):
    """What a user of a directory calls a device; there may be another one of the name."""

    name = DIRECTORY_MFA_NAME
    hint = _("Up to 64 letters, digits, blanks and + = , . @ _ -")
    invalid = messages.DIRECTORY_NAME_INVALID


class DeviceNameForm(forms.Form):
    """Another name for a device."""

    device_name = DeviceNameField()


class DirectoryDeviceNameForm(forms.Form):
    """Another name for a device of a directory's user."""

    device_name = DirectoryDeviceNameField()


class PromptForm(forms.Form):
    """Nothing to fill in: the buttons say it all."""


class NewDeviceForm(forms.Form):
    """The name of a new device, and of which kind it is."""

    device_name = DeviceNameField()
    device_kind = forms.ChoiceField(
        choices=Device.Kind.choices, error_messages={"required": messages.KIND_REQUIRED}
    )


class SerialNumberField(forms.RegexField):
    """What stands on the back of a hardware token."""

    def __init__(self) -> None:
        super().__init__(
            regex=rf"\A{SERIAL_NUMBER}\Z",
            label=_("Serial number of the token"),
            strip=True,
            widget=forms.TextInput(
                attrs={
                    "autocomplete": "off",
                    "autocapitalize": "characters",
                    "spellcheck": "false",
                }
            ),
            error_messages={
                "required": messages.SERIAL_INVALID,
                "invalid": messages.SERIAL_INVALID,
            },
        )


class SerialNumberForm(forms.Form):
    """Which hardware token somebody takes into their hand."""

    serial_number = SerialNumberField()


class TokenForm(PairForm):
    """The serial number of a hardware token, and two of its codes."""

    serial_number = SerialNumberField()
    field_order = ("serial_number", "code1", "code2")


class DeletionForm(forms.Form):
    """The word that an administrator of Identity Center types to remove devices (behaviour 7.3)."""

    confirmation = forms.RegexField(
        regex=rf"\A{DELETION_WORD}\Z",
        label=_("Type the word DELETE"),
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
        error_messages={"required": messages.WORD_DIFFERS, "invalid": messages.WORD_DIFFERS},
    )
