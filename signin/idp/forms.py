"""What is chosen at the built-in identity provider: who to be, and what it shall say of them."""

import re

from django import forms
from django.utils.translation import gettext_lazy as _

from signin.federation import authn_requests
from signin.federation.authn_requests import LONGEST_RELAY_STATE
from signin.federation.service_providers import ServiceProvider
from signin.idp import answers

SHORTEST_SECONDS, LONGEST_SECONDS = 900, 12 * 3600
# What XML can't have, and nobody's name has.
NAME = r"\A[^\x00-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]+\Z"
SESSION_NAME = r"\A[A-Za-z0-9_+=,.@-]{2,64}\Z"


class WhoForm(forms.Form):
    """Who somebody wants to be, with what the service provider asked for carried along.

    All of it is checked again when it is sent: the page's hidden fields are anybody's to change.
    """

    to = forms.CharField(widget=forms.HiddenInput)
    acs_url = forms.CharField(widget=forms.HiddenInput, required=False)
    question = forms.CharField(widget=forms.HiddenInput, required=False)
    relay_state = forms.CharField(
        widget=forms.HiddenInput, required=False, strip=False, max_length=LONGEST_RELAY_STATE
    )
    username = forms.RegexField(
        regex=NAME,
        label=_("Who shall you be?"),
        max_length=256,
        widget=forms.TextInput(
            attrs={
                "list": "known-names",
                "autocomplete": "off",
                "autocapitalize": "none",
                "autofocus": True,
                "spellcheck": "false",
            }
        ),
        error_messages={
            "required": _("Say who you want to be."),
            "invalid": _("A name has no control characters."),
        },
    )
    roles = forms.MultipleChoiceField(label=_("Roles"), required=False)
    session_name = forms.RegexField(
        regex=SESSION_NAME,
        label=_("Session name"),
        required=False,
        help_text=_("How the console names you: 2 to 64 letters, digits and _ + = , . @ -"),
        error_messages={"invalid": _("2 to 64 letters, digits and _ + = , . @ - without blanks.")},
    )
    seconds = forms.IntegerField(
        label=_("Seconds that the session lasts at most"),
        required=False,
        min_value=SHORTEST_SECONDS,
        max_value=LONGEST_SECONDS,
        help_text=_("900 to 43200; left empty, the provider doesn't say."),
        widget=forms.TextInput(attrs={"inputmode": "numeric"}),
    )

    def __init__(self, provider: ServiceProvider, *arguments: object, **options: object) -> None:
        super().__init__(*arguments, **options)  # type: ignore[arg-type]
        self.provider = provider
        if provider.directory:
            del self.fields["roles"], self.fields["session_name"]
        else:
            there = answers.role_choices(provider.partition)
            choices = [(choice.value, choice.role.name) for choice in there]
            self.fields["roles"].choices = choices  # type: ignore[attr-defined]

    def clean_acs_url(self) -> str:
        """Return an address of the service provider's own; no other is ever answered (S-094)."""
        asked: str = self.cleaned_data["acs_url"] or self.provider.acs_url
        if asked not in self.provider.acs_urls:
            raise forms.ValidationError(_("The service provider has no such address."))
        return asked

    def clean_question(self) -> str:
        """Return the ID of the question, if there was one."""
        asked: str = self.cleaned_data["question"]
        if asked and not authn_requests.is_identifier(asked):
            raise forms.ValidationError(_("No question has such an ID."))
        return asked

    def clean_session_name(self) -> str:
        """Return the session's name; the user's own, where that can be one."""
        given: str = self.cleaned_data["session_name"]
        name = given or self.cleaned_data.get("username", "")
        if name and not re.match(SESSION_NAME, name):
            raise forms.ValidationError(self.fields["session_name"].error_messages["invalid"])
        return name
