"""Roles in the admin site: those of accounts, not those that Identity Center makes."""

import re
from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from accounts.admin.owners import OwnerAdmin
from accounts.models import Role
from accounts.models.principals import fold
from accounts.models.roles import TRUSTED
from accounts.switch_forms import LONGEST_ROLE

RESERVED_NAME = "AWSReservedSSO_"
RESERVED_PATH = "/aws-reserved/"


class RoleForm(forms.ModelForm):  # type: ignore[type-arg]
    """A role of an account, with the ARNs that it trusts, one in a line."""

    trusts = forms.CharField(
        label=_("Trusted principals"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 4, "class": "vLargeTextField", "spellcheck": "false"}),
        help_text=_(
            "One ARN in a line: of an IAM user, of a role, of an account's root user for "
            "everybody in that account, or of an identity provider of the role's own account."
        ),
    )
    subjects = forms.CharField(
        label=_("Subjects of identity providers"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 4, "class": "vLargeTextField", "spellcheck": "false"}),
        help_text=_(
            "One pattern in a line, such as repo:example-org/*; * stands for any characters and ? "
            "for one. Left empty, the providers may send everybody."
        ),
    )

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.initial["trusts"] = "\n".join(self.instance.trusts)
        self.initial["subjects"] = "\n".join(self.instance.subjects)

    def clean_name(self) -> str:
        """Refuse what only roles of Identity Center are called."""
        name: str = self.cleaned_data["name"]
        if fold(name).startswith(fold(RESERVED_NAME)):
            raise forms.ValidationError(_("Only Identity Center makes roles of such a name."))
        return name

    def clean_path(self) -> str:
        """Refuse the path that is AWS's own."""
        path: str = self.cleaned_data["path"]
        if path.startswith(RESERVED_PATH):
            raise forms.ValidationError(_("This path is AWS's own."))
        return path

    def clean_trusts(self) -> list[str]:
        """Return the ARNs, each of which has to be one that a role can trust."""
        trusted = self.cleaned_data["trusts"].split()
        for arn in trusted:
            if not re.fullmatch(TRUSTED, arn):
                refused = _(
                    "This is not the ARN of an IAM user, a role, a root user or an identity "
                    "provider: %(arn)s"
                )
                raise forms.ValidationError(refused, params={"arn": arn})
        return list(dict.fromkeys(trusted))

    def clean_subjects(self) -> list[str]:
        """Return the patterns, each once."""
        lines = (line.strip() for line in self.cleaned_data["subjects"].splitlines())
        return list(dict.fromkeys(line for line in lines if line))

    def clean(self) -> dict[str, Any]:
        """Refuse a name that another role of the account has, in whichever capitals."""
        cleaned: dict[str, Any] = super().clean() or {}
        if "account" in cleaned and "name" in cleaned:
            there = Role.objects.filter(account=cleaned["account"], folded=fold(cleaned["name"]))
            if there.exists():
                self.add_error("name", _("The account has a role of this name."))
        if len(f"{cleaned.get('path', '')}{cleaned.get('name', '')}".lstrip("/")) > LONGEST_ROLE:
            self.add_error(
                "path", _("Path and name have up to 64 characters, or nobody can switch to it.")
            )
        return cleaned


@admin.register(Role)
class RoleAdmin(OwnerAdmin):
    """Roles of accounts; those of permission sets come and go with their assignments."""

    form = RoleForm
    list_display = ["name", "account", "path", "trusted", "session_seconds"]
    list_select_related = ["account"]
    search_fields = ["name", "account__id", "account__name", "account__alias"]
    search_help_text = _("Name of the role; or ID, name or alias of the account")
    autocomplete_fields = ["account"]
    fields = ["account", "path", "name", "trusts", "subjects", "external_id", "session_seconds"]
    fixed = ["account", "path", "name", "arn", "unique_id", "created_at"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Role]:
        roles: QuerySet[Role] = super().get_queryset(request)
        return roles.filter(permission_set=None)

    def get_fields(self, request: HttpRequest, obj: Role | None = None) -> Any:
        return [*self.fields, "arn", "unique_id", "created_at"] if obj else self.fields

    def get_readonly_fields(self, request: HttpRequest, obj: Role | None = None) -> list[str]:
        """Leave a role its account, path and name: its ARN is what others know it by."""
        return self.fixed if obj else []

    @admin.display(description=_("trusts"))
    def trusted(self, role: Role) -> str:
        return ", ".join(role.trusts)

    @admin.display(description=_("ARN"))
    def arn(self, role: Role) -> str:
        return role.arn
