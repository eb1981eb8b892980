"""Users of directories in the admin site, and how they get in."""

from collections.abc import Callable, Iterable
from typing import Any, cast

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.utils import unquote
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts import directory_users, invitations, verifications
from accounts.admin.owners import OwnerAdmin
from accounts.directory_users import Person, Way
from accounts.models import Directory, DirectoryUser, Principal
from accounts.models.principals import fold
from signin.http import Browser, browser_of
from signin.kernel.errors import Refusal

Act = Callable[..., object]


def _mail_verification(user: Principal, *, browser: Browser) -> None:
    """Mail a link that verifies the address; that it was sent, no event of AWS's tells."""
    verifications.send(user)


WAYS = [(way.value, way.label) for way in (Way.INVITATION, Way.ONE_TIME, Way.NONE)]
ACTS: dict[str, tuple[Act, str | Promise]] = {
    "invite": (directory_users.invite, _("An invitation is on its way to %(who)s.")),
    "mail-reset": (directory_users.mail_reset, _("A link for a new password went to %(who)s.")),
    "verify-email": (_mail_verification, _("A link to confirm the address went to %(who)s.")),
    "disable": (directory_users.disable, _("%(who)s is disabled.")),
    "enable": (directory_users.enable, _("%(who)s is enabled.")),
    "end-sessions": (directory_users.end_sessions, _("%(who)s is signed out of the portal.")),
}


def _text(label: Any, length: int, **options: Any) -> forms.CharField:
    widget = forms.TextInput(attrs={"class": "vTextField"})
    return forms.CharField(label=label, max_length=length, widget=widget, **options)


class DetailsForm(forms.ModelForm):  # type: ignore[type-arg]
    """What a directory knows of a user."""

    email = forms.EmailField(
        label=_("E-mail address"),
        max_length=254,
        widget=forms.EmailInput(attrs={"class": "vTextField"}),
    )
    given_name = _text(_("First name"), 100)
    family_name = _text(_("Last name"), 100)
    display_name = _text(_("Display name"), 200)

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        if self.instance.pk:
            profile = self.instance.profile
            for name in ("email", "given_name", "family_name", "display_name"):
                self.initial.setdefault(name, getattr(profile, name))

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        if not self.errors:
            try:
                self.check_details(cleaned)
            except ValidationError as error:
                self.add_error(None, error)
        return cleaned

    def check_details(self, cleaned: dict[str, Any]) -> None:
        """Raise ValidationError for details that can't be."""
        directory_users.check_update(self.instance, self.person())

    def person(self) -> Person:
        """Return who is typed."""
        names = ("email", "given_name", "family_name", "display_name")
        username = self.cleaned_data.get("username", self.instance.username)
        return Person(username=username, **{name: self.cleaned_data[name] for name in names})


class NewUserForm(DetailsForm):
    """A user to be: name for good, e-mail typed twice, and a way to the first password (R-043)."""

    directory = forms.ModelChoiceField(Directory.objects.all(), label=_("Directory"))
    username = _text(_("User name"), 128, help_text=_("It stays for good."))
    way = forms.ChoiceField(
        label=_("First password"),
        choices=WAYS,
        initial=Way.INVITATION.value,
        widget=forms.RadioSelect,
    )
    email_again = forms.EmailField(
        label=_("E-mail address again"),
        max_length=254,
        widget=forms.EmailInput(attrs={"class": "vTextField"}),
    )

    def clean_email_again(self) -> str:
        again: str = self.cleaned_data["email_again"]
        if "email" in self.cleaned_data and fold(again) != fold(self.cleaned_data["email"]):
            raise forms.ValidationError(_("This is not the same as the address above."))
        return again

    def check_details(self, cleaned: dict[str, Any]) -> None:
        directory_users.check_way(cleaned["directory"], Way(cleaned["way"]))
        directory_users.new(cleaned["directory"], self.person())


@admin.register(DirectoryUser)
class DirectoryUserAdmin(OwnerAdmin):
    """Users of directories. A disabled one can only be looked at, enabled or deleted."""

    change_form_template = "admin/accounts/directory_user.html"
    list_display = [
        "username",
        "directory",
        "display_name",
        "email",
        "verified",
        "enabled",
        "joined",
    ]
    list_filter = ["profile__directory", "profile__is_enabled", "must_change_password"]
    list_select_related = ["profile__directory"]
    search_fields = [
        "username",
        "realm",
        "profile__email",
        "profile__display_name",
        "profile__directory__subdomain",
    ]
    search_help_text = _("Name or e-mail address of the user; or ID or subdomain of the directory")
    actions = ["invite", "mail_reset", "verify_email", "disable", "enable", "end_sessions"]
    add_fields = [
        "directory",
        "username",
        "way",
        "email",
        "email_again",
        "given_name",
        "family_name",
        "display_name",
    ]
    fields = ["directory", "username", "email", "given_name", "family_name", "display_name"]
    told_fields = ["user_id", "enabled", "joined", "one_time_until", "verified_at", "created_at"]

    def get_fields(self, request: HttpRequest, obj: Principal | None = None) -> Any:
        return [*self.fields, *self.told_fields] if obj else self.add_fields

    def get_readonly_fields(self, request: HttpRequest, obj: Principal | None = None) -> list[str]:
        return ["directory", "username", *self.told_fields] if obj else []

    def get_form(
        self,
        request: HttpRequest,
        obj: Principal | None = None,
        change: bool = False,
        **options: Any,
    ) -> "type[forms.ModelForm[Any]]":
        form = DetailsForm if obj else NewUserForm
        return super().get_form(request, obj, change, **{"form": form, **options})

    def has_change_permission(self, request: HttpRequest, obj: Principal | None = None) -> bool:
        return obj is None or obj.profile.is_enabled

    def save_model(
        self, request: HttpRequest, obj: Principal, form: forms.Form, change: bool
    ) -> None:
        person, browser = cast(DetailsForm, form).person(), browser_of(request)
        if change:
            directory_users.update(obj, person, browser=browser)
            return
        made, one_time_password = directory_users.create(
            form.cleaned_data["directory"],
            person,
            way=Way(form.cleaned_data["way"]),
            browser=browser,
        )
        obj.pk, obj.realm = made.pk, made.realm
        obj.one_time_password = one_time_password  # type: ignore[attr-defined]

    def response_add(
        self, request: HttpRequest, obj: Principal, post_url_continue: str | None = None
    ) -> HttpResponse:
        """Show a one-time password in this answer only: a redirect would have to store it."""
        if made_up := getattr(obj, "one_time_password", ""):
            return self._access_page(request, self._stored(request, str(obj.pk)), made_up)
        return super().response_add(request, obj, post_url_continue)

    def delete_model(self, request: HttpRequest, obj: Principal) -> None:
        directory_users.delete(obj, browser=browser_of(request))

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Principal]) -> None:
        for user in queryset:
            self.delete_model(request, user)

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.access)
        name = "accounts_directoryuser_access"
        return [path("<path:object_id>/access/", view, name=name), *super().get_urls()]

    def access(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Show what can be done about a user's password and sessions, and do it."""
        user = self._stored(request, unquote(object_id))
        act = request.POST.get("act", "")
        if act == "one-time-password":
            return self._one_time_password(request, user)
        if act in ACTS:
            self._do(request, act, [user])
            changed = reverse("admin:accounts_directoryuser_change", args=[user.pk])
            return HttpResponseRedirect(changed)
        return self._access_page(request, user)

    def _one_time_password(self, request: HttpRequest, user: Principal) -> HttpResponse:
        try:
            made_up = directory_users.give_one_time_password(user, browser=browser_of(request))
        except Refusal as refusal:
            messages.error(request, str(refusal.message))
            return self._access_page(request, user)
        self.log_change(request, user, gettext("A one-time password was given."))
        return self._access_page(request, user, made_up)

    def _access_page(
        self, request: HttpRequest, user: Principal, made_up: str = ""
    ) -> HttpResponse:
        context = {
            **self.admin_site.each_context(request),
            "title": _("Password and access"),
            "subtitle": str(user),
            "opts": self.opts,
            "original": user,
            "profile": user.profile,
            "made_up": made_up,
            "has_joined": invitations.has_joined(user),
        }
        return TemplateResponse(request, "admin/accounts/directory_access.html", context)

    def _stored(self, request: HttpRequest, object_id: str) -> Principal:
        user: Principal | None = self.get_object(request, object_id)
        if user is None:
            raise Http404
        return user

    def _do(self, request: HttpRequest, name: str, users: Iterable[Principal]) -> None:
        """Do something with each user, and tell for each that it is done, or why not."""
        act, told = ACTS[name]
        browser: Browser = browser_of(request)
        for user in users:
            try:
                act(user, browser=browser)
            except Refusal as refusal:
                messages.error(request, f"{user}: {refusal.message}")
                continue
            done = str(told) % {"who": user}
            self.log_change(request, user, done)
            messages.success(request, done)

    @admin.action(description=_("Mail an invitation to selected users"))
    def invite(self, request: HttpRequest, users: QuerySet[Principal]) -> None:
        self._do(request, "invite", users)

    @admin.action(description=_("Mail selected users a link for a new password"))
    def mail_reset(self, request: HttpRequest, users: QuerySet[Principal]) -> None:
        self._do(request, "mail-reset", users)

    @admin.action(description=_("Mail selected users a link to confirm their address"))
    def verify_email(self, request: HttpRequest, users: QuerySet[Principal]) -> None:
        self._do(request, "verify-email", users)

    @admin.action(description=_("Disable selected users"))
    def disable(self, request: HttpRequest, users: QuerySet[Principal]) -> None:
        self._do(request, "disable", users)

    @admin.action(description=_("Enable selected users"))
    def enable(self, request: HttpRequest, users: QuerySet[Principal]) -> None:
        self._do(request, "enable", users)

    @admin.action(description=_("Sign selected users out of the portal"))
    def end_sessions(self, request: HttpRequest, users: QuerySet[Principal]) -> None:
        self._do(request, "end-sessions", users)

    @admin.display(description=_("directory"), ordering="profile__directory")
    def directory(self, user: Principal) -> str:
        return str(user.profile.directory)

    @admin.display(description=_("e-mail address"), ordering="profile__folded_email")
    def email(self, user: Principal) -> str:
        return user.profile.email

    @admin.display(description=_("address confirmed"), boolean=True)
    def verified(self, user: Principal) -> bool:
        return user.profile.email_verified_at is not None

    @admin.display(description=_("first name"))
    def given_name(self, user: Principal) -> str:
        return user.profile.given_name

    @admin.display(description=_("last name"))
    def family_name(self, user: Principal) -> str:
        return user.profile.family_name

    @admin.display(description=_("display name"), ordering="profile__display_name")
    def display_name(self, user: Principal) -> str:
        return user.profile.display_name

    @admin.display(description=_("user ID"))
    def user_id(self, user: Principal) -> str:
        return user.profile.user_id

    @admin.display(description=_("enabled"), boolean=True, ordering="profile__is_enabled")
    def enabled(self, user: Principal) -> bool:
        return user.profile.is_enabled

    @admin.display(description=_("has an own password"), boolean=True)
    def joined(self, user: Principal) -> bool:
        return invitations.has_joined(user)

    @admin.display(description=_("one-time password good until"))
    def one_time_until(self, user: Principal) -> Any:
        return user.profile.one_time_until

    @admin.display(description=_("e-mail address verified at"))
    def verified_at(self, user: Principal) -> Any:
        return user.profile.email_verified_at
