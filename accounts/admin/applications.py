"""Applications of the portal in the admin site."""

from typing import Any

from django import forms
from django.contrib import admin
from django.db import models
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from accounts import applications
from accounts.admin.owners import MembersAdmin, MembersForm
from accounts.models import Application


class ApplicationForm(MembersForm):
    """An application, with its attributes as a JSON object."""

    attributes = forms.JSONField(
        label=_("Attributes"),
        required=False,
        initial=dict,
        widget=forms.Textarea(attrs={"rows": 6, "class": "vLargeTextField", "spellcheck": "false"}),
        help_text=_(
            'A JSON object, such as {"mail": "${user:email}"}. Besides email there are familyName, '
            "givenName, groups, name, preferredUsername and subject."
        ),
    )

    def clean_attributes(self) -> Any:
        """Take nothing for no attribute."""
        given = self.cleaned_data["attributes"]
        return {} if given is None else given


@admin.register(Application)
class ApplicationAdmin(MembersAdmin):
    """Applications of the portal; who has them is chosen once it is clear of which directory.

    What a SAML application has to know of the portal is shown once there is one.
    """

    form = ApplicationForm
    list_display = ["name", "directory", "is_enabled", "start_url", "acs_url", "instance_id"]
    list_filter = ["directory", "is_enabled"]
    list_select_related = ["directory"]
    search_fields = ["name", "directory__id", "directory__subdomain", "start_url", "acs_url"]
    fields = [
        "directory",
        "name",
        "description",
        "is_enabled",
        "start_url",
        "acs_url",
        "audience",
        "relay_state",
        "subject",
        "name_id_format",
        "attributes",
        "session_minutes",
        "logout_url",
        "users",
        "groups",
    ]
    formfield_overrides = {models.URLField: {"assume_scheme": "https"}}
    users_field = "users"
    groups_field = "groups"

    def get_fields(self, request: HttpRequest, obj: Application | None = None) -> Any:
        told = ["metadata_url", "sign_in_url", "sign_out_url"] if obj and obj.acs_url else []
        return [*super().get_fields(request, obj), *told]

    def get_readonly_fields(
        self, request: HttpRequest, obj: Application | None = None
    ) -> list[str]:
        own = super().get_readonly_fields(request, obj)
        return [*own, "metadata_url", "sign_in_url", "sign_out_url"]

    @admin.display(description=_("metadata of the portal"))
    def metadata_url(self, application: Application) -> str:
        return applications.saml_url(application, "metadata")

    @admin.display(description=_("issuer, and where it takes requests"))
    def sign_in_url(self, application: Application) -> str:
        return applications.saml_url(application, "assertion")

    @admin.display(description=_("where it takes requests to sign out"))
    def sign_out_url(self, application: Application) -> str:
        return applications.saml_url(application, "logout")
