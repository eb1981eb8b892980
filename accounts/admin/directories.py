"""Directories of Identity Center and their groups in the admin site."""

from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import Count, QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from accounts import assignments, directories, directory_events
from accounts.admin.owners import MembersAdmin, OwnerAdmin
from accounts.directory_emails import start_url
from accounts.models import Directory, DirectoryIdentityProvider, Group
from signin.http import browser_of

MFA_SETTINGS = {
    "mfa_mode",
    "no_device_mode",
    "allows_apps",
    "allows_passkeys",
    "users_manage_devices",
}


class DirectoryForm(forms.ModelForm):  # type: ignore[type-arg]
    """A directory's settings, with the regions that were added, one in a line.

    An external one has a provider, which is entered at a page of its own.
    """

    additional_regions = forms.CharField(
        label=_("Additional regions"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 2, "class": "vLargeTextField", "spellcheck": "false"}),
        help_text=_("One region in a line, where its portal is as well."),
    )

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.initial["additional_regions"] = "\n".join(self.instance.additional_regions)

    def clean_additional_regions(self) -> list[str]:
        """Return the regions; the model says whether they are some."""
        return list(dict.fromkeys(self.cleaned_data["additional_regions"].split()))

    def clean_identity_source(self) -> str:
        """Refuse to leave people to a provider of whom nobody knows."""
        source: str = self.cleaned_data["identity_source"]
        is_external = source == Directory.IdentitySource.EXTERNAL
        providers = DirectoryIdentityProvider.objects.filter(directory=self.instance)
        if is_external and not providers.exists():
            raise forms.ValidationError(_("Add the identity provider of the directory first."))
        return source


@admin.register(Directory)
class DirectoryAdmin(OwnerAdmin):
    """Directories, with what an administrator can set of each."""

    form = DirectoryForm
    list_display = [
        "id",
        "subdomain",
        "account",
        "region",
        "identity_source",
        "mfa_mode",
        "users",
    ]
    list_filter = ["identity_source", "mfa_mode"]
    list_select_related = ["account"]
    ordering = ["id"]  # the model's own is lost in counting
    search_fields = ["id", "subdomain", "account__id", "account__name", "account__alias"]
    autocomplete_fields = ["account"]
    readonly_fields = ["portal", "instance_id", "created_at"]
    fieldsets = [
        (
            None,
            {
                "fields": [
                    "id",
                    "account",
                    "region",
                    "additional_regions",
                    "subdomain",
                    "portal",
                    "instance_id",
                    "created_at",
                ]
            },
        ),
        (_("Identity source"), {"fields": ["identity_source", "domain"]}),
        (
            _("Second factors"),
            {
                "fields": [
                    "mfa_mode",
                    "no_device_mode",
                    "allows_apps",
                    "allows_passkeys",
                    "users_manage_devices",
                ]
            },
        ),
        (
            _("Sign-in and sessions"),
            {
                "fields": [
                    "email_code_mode",
                    "mails_one_time_passwords",
                    "session_minutes",
                    "background_minutes",
                    "extended_sessions",
                    "skips_consent",
                    "disabling_mode",
                ]
            },
        ),
        (_("Events"), {"fields": ["event_identity"]}),
    ]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Directory]:
        found: QuerySet[Directory] = super().get_queryset(request)
        return found.annotate(user_count=Count("profiles"))

    def get_readonly_fields(self, request: HttpRequest, obj: Directory | None = None) -> list[str]:
        """Leave a directory where it is, and a subdomain that was set for good."""
        if obj is None:
            return self.readonly_fields
        for_good = ["subdomain"] if obj.subdomain else []
        return ["id", "account", "region", *for_good, *self.readonly_fields]

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        """Propose a directory ID, as AWS draws one."""
        return {"id": directories.new_id(), **super().get_changeform_initial_data(request)}

    def save_model(
        self, request: HttpRequest, obj: Directory, form: forms.Form, change: bool
    ) -> None:
        obj.save()
        if MFA_SETTINGS & set(form.changed_data):
            directory_events.mfa_settings_put(obj, browser=browser_of(request))

    def delete_model(self, request: HttpRequest, obj: Directory) -> None:
        directories.delete([obj])

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Directory]) -> None:
        directories.delete(queryset)

    @admin.display(description=_("access portal"))
    def portal(self, directory: Directory) -> SafeString | None:
        if not directory.pk:
            return None
        return format_html('<a href="{0}">{0}</a>', start_url(directory))

    @admin.display(description=_("users"), ordering="user_count")
    def users(self, directory: Any) -> SafeString:
        query = {"profile__directory": directory.pk}
        target = reverse("admin:accounts_directoryuser_changelist", query=query)
        return format_html('<a href="{}">{}</a>', target, directory.user_count)


@admin.register(Group)
class GroupAdmin(MembersAdmin):
    """Groups; members are chosen once it is clear of which directory."""

    list_display = ["name", "directory", "description", "members_count"]
    list_filter = ["directory"]
    list_select_related = ["directory"]
    ordering = ["directory", "name"]
    search_fields = ["name", "directory__id", "directory__subdomain"]
    fields = ["directory", "name", "description", "members"]
    users_field = "members"

    def get_queryset(self, request: HttpRequest) -> QuerySet[Group]:
        found: QuerySet[Group] = super().get_queryset(request)
        return found.annotate(member_count=Count("members"))

    def delete_model(self, request: HttpRequest, obj: Group) -> None:
        assignments.revoke_all(obj)
        obj.delete()

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Group]) -> None:
        for group in queryset:
            self.delete_model(request, group)

    @admin.display(description=_("members"), ordering="member_count")
    def members_count(self, group: Any) -> int:
        count: int = group.member_count
        return count
