"""What people type to switch to a role."""

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts import messages
from accounts.forms import AccountField
from accounts.models.roles import ROLE_NAME

LONGEST_ROLE = 64  # characters of path and name together
LONGEST_DISPLAY_NAME = 64

COLORS = {
    "red": _("Red"),
    "amber": _("Amber"),
    "green": _("Green"),
    "blue": _("Blue"),
    "violet": _("Violet"),
    "grey": _("Grey"),
}


class RoleField(forms.RegexField):
    """The name of a role with its path, with or without the slash that every path begins with."""

    def __init__(self) -> None:
        super().__init__(
            regex=rf"\A(?:[!-.0-~]+/)*{ROLE_NAME}\Z",
            label=_("Role name, with its path"),
            max_length=LONGEST_ROLE,
            strip=True,
            widget=forms.TextInput(
                attrs={"autocomplete": "off", "autocapitalize": "none", "spellcheck": "false"}
            ),
            error_messages={
                "required": messages.ROLE_REQUIRED,
                "invalid": messages.ROLE_INVALID,
                "max_length": messages.ROLE_INVALID,
            },
        )

    def to_python(self, value: object) -> str:
        return str(super().to_python(value)).removeprefix("/")


class SwitchRoleForm(forms.Form):
    """The role that somebody wants to work as, and how the console is to show it."""

    account = AccountField()
    role = RoleField()
    display_name = forms.RegexField(
        regex=r"\A[^\x00-\x1f\x7f-\x9f\u2028\u2029]*\Z",
        label=_("Display name"),
        required=False,
        max_length=LONGEST_DISPLAY_NAME,
        strip=True,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        help_text=_("If you like: stands in the bar instead of the role's name."),
        error_messages={
            "invalid": messages.DISPLAY_NAME_INVALID,
            "max_length": messages.DISPLAY_NAME_INVALID,
        },
    )
    color = forms.ChoiceField(label=_("Colour"), choices=list(COLORS.items()), required=False)
