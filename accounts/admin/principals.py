"""Root users and IAM users in the admin site, and the password that they sign in with."""

from typing import Any, ClassVar, cast

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.helpers import AdminForm
from django.contrib.admin.utils import unquote
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.decorators import method_decorator
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.debug import sensitive_post_parameters

from accounts import events, passwords
from accounts.admin.owners import OwnerAdmin
from accounts.forms import LONGEST_EMAIL
from accounts.messages import EMAIL_INVALID, PASSWORD_TOO_LONG, USERNAME_INVALID
from accounts.models import Account, Principal
from accounts.models.principals import IAM_USERNAME, IamUser, RootUser, fold, root_realm
from signin.http import browser_of


def _new_password(**options: Any) -> forms.CharField:
    return forms.CharField(
        strip=False,
        max_length=passwords.LONGEST,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password", "class": "vTextField"}),
        error_messages={"max_length": PASSWORD_TOO_LONG},
        **options,
    )


class NewPasswordForm(forms.Form):
    """A new password, typed twice."""

    new_password = _new_password(label=_("New password"))
    new_password_again = _new_password(label=_("New password again"))

    def clean_new_password_again(self) -> str:
        again: str = self.cleaned_data["new_password_again"]
        if "new_password" in self.cleaned_data and again != self.cleaned_data["new_password"]:
            raise forms.ValidationError(_("This is not the same as the password above."))
        return again


class NewIamPasswordForm(NewPasswordForm):
    """A password for an IAM user, typed or made by chance; they may have to choose their own."""

    new_password = _new_password(label=_("New password"), required=False)
    new_password_again = _new_password(label=_("New password again"), required=False)
    autogenerate = forms.BooleanField(
        label=_("Make one up"), required=False, help_text=_("It is shown once, on the next page.")
    )
    must_change_password = forms.BooleanField(
        label=_("Must choose a new password at the next sign-in"), required=False
    )

    def clean(self) -> dict[str, Any]:
        """Take either a typed password or one made up."""
        typed = self.data.get("new_password")
        if bool(typed) == bool(self.cleaned_data.get("autogenerate")):
            self.add_error("new_password", _("Type a password, or have one made up."))
        return self.cleaned_data


class FirstPasswordForm(NewPasswordForm):
    """A password that may be left away: then there is no console access."""

    new_password = _new_password(
        label=_("New password"), required=False, help_text=_("Left empty: no console access.")
    )
    new_password_again = _new_password(label=_("New password again"), required=False)


class PrincipalForm(forms.ModelForm):  # type: ignore[type-arg]
    """A principal's account, and a name that nobody else of the kind has there."""

    kind: ClassVar[Principal.Kind]

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.instance.kind = self.kind
        if "account" in self.fields:
            self.fields["account"].required = True

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        account = cleaned.get("account") or self.instance.account
        if account is not None and "username" in cleaned:
            self.check_free(account, cleaned["username"])
        return cleaned

    def check_free(self, account: Account, username: str) -> None:
        """Add an error for what somebody else has."""
        raise NotImplementedError

    def others(self) -> QuerySet[Principal]:
        """Return everybody else of this kind."""
        return Principal.objects.filter(kind=self.kind).exclude(pk=self.instance.pk)


class RootUserForm(PrincipalForm):
    """A root user: one e-mail and one account, both theirs alone (R-236)."""

    kind = Principal.Kind.ROOT_USER
    username = forms.EmailField(
        label=_("E-mail address"),
        max_length=LONGEST_EMAIL,
        widget=forms.EmailInput(attrs={"class": "vTextField"}),
        error_messages={"invalid": EMAIL_INVALID, "max_length": EMAIL_INVALID},
    )

    def check_free(self, account: Account, username: str) -> None:
        there = self.others().filter(realm=root_realm(account.partition))
        if there.filter(folded=fold(username)).exists():
            taken = _("Another root user has this e-mail address. Capitals make no difference.")
            self.add_error("username", taken)
        if "account" in self.fields and self.others().filter(account=account).exists():
            self.add_error("account", _("This account has a root user already."))


class IamUserForm(PrincipalForm):
    """An IAM user, whose name is theirs alone in the account."""

    kind = Principal.Kind.IAM_USER
    username = forms.RegexField(
        regex=rf"\A{IAM_USERNAME}\Z",
        label=_("User name"),
        max_length=64,
        widget=forms.TextInput(attrs={"class": "vTextField", "autocapitalize": "none"}),
        error_messages={"invalid": USERNAME_INVALID, "max_length": USERNAME_INVALID},
    )

    def check_free(self, account: Account, username: str) -> None:
        if self.others().filter(account=account, folded=fold(username)).exists():
            taken = _("Another IAM user of this account has this name. Capitals don't matter.")
            self.add_error("username", taken)


class NewRootUserForm(RootUserForm, FirstPasswordForm):
    """A root user to be."""


class NewIamUserForm(IamUserForm, FirstPasswordForm):
    """An IAM user to be."""


class PrincipalAdmin(OwnerAdmin):
    """Principals of one kind."""

    add_form: ClassVar[type[PrincipalForm]]
    password_form: ClassVar[type[NewPasswordForm]]
    change_form_template = "admin/accounts/principal.html"
    list_select_related = ["account"]
    search_fields = ["username", "account__id", "account__name", "account__alias"]
    search_help_text = _("Name of the user; or ID, name or alias of the account")
    autocomplete_fields = ["account"]
    actions = ["take_console_access_away"]
    add_fields: ClassVar[list[str]] = ["account", "username", "new_password", "new_password_again"]
    fields = [
        "account",
        "username",
        "unique_id",
        "console_access",
        "password_changed_at",
        "created_at",
    ]

    def get_fields(self, request: HttpRequest, obj: Principal | None = None) -> Any:
        return self.fields if obj else self.add_fields

    def get_readonly_fields(self, request: HttpRequest, obj: Principal | None = None) -> list[str]:
        """Leave a principal in their account, and demand no change of a password that isn't."""
        if obj is None:
            return []
        fixed = ["account", "unique_id", "console_access", "password_changed_at", "created_at"]
        return fixed if obj.has_usable_password() else [*fixed, "must_change_password"]

    def get_form(
        self,
        request: HttpRequest,
        obj: Principal | None = None,
        change: bool = False,
        **options: Any,
    ) -> "type[forms.ModelForm[Any]]":
        form = self.form if obj else self.add_form
        return super().get_form(request, obj, change, **{"form": form, **options})

    def save_model(
        self, request: HttpRequest, obj: Principal, form: forms.Form, change: bool
    ) -> None:
        if not change:
            password = form.cleaned_data["new_password"] or None
            passwords.assign(obj, password, must_change=obj.must_change_password)
        obj.save()
        if obj.has_usable_password() and (
            not change or "must_change_password" in form.changed_data
        ):
            self.record_password(request, obj, had_one=change)

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.set_password)
        name = f"accounts_{self.opts.model_name}_password"
        return [path("<path:object_id>/password/", view, name=name), *super().get_urls()]

    @method_decorator(sensitive_post_parameters())
    def set_password(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Set a password, or take console access away."""
        principal: Principal | None = self.get_object(request, unquote(object_id))
        if principal is None:
            raise Http404
        form = self.password_form(request.POST or None)
        if "take_away" in request.POST:
            self._replace_password(request, principal, None)
        elif form.is_valid():
            answer = dict(form.cleaned_data)
            must_change = answer.get("must_change_password", False)
            made_up = passwords.generate(principal) if answer.get("autogenerate") else ""
            self._replace_password(
                request, principal, made_up or answer["new_password"], must_change=must_change
            )
            if made_up:  # in this answer only: what a redirect carries along would be stored
                return self._password_page(request, principal, form, made_up=made_up)
        else:
            return self._password_page(request, principal, form)
        changed = f"admin:accounts_{self.opts.model_name}_change"
        return HttpResponseRedirect(reverse(changed, args=[principal.pk]))

    def _password_page(
        self, request: HttpRequest, principal: Principal, form: forms.Form, made_up: str = ""
    ) -> HttpResponse:
        context = {
            **self.admin_site.each_context(request),
            "title": _("Set password"),
            "subtitle": str(principal),
            "opts": self.opts,
            "original": principal,
            "made_up": made_up,
            "errors": form.errors,
            "adminform": AdminForm(cast(Any, form), [(None, {"fields": list(form.fields)})], {}),
        }
        return TemplateResponse(request, "admin/accounts/password.html", context)

    def record_password(self, request: HttpRequest, principal: Principal, *, had_one: bool) -> None:
        """Record in the account's events that the password was set or taken away."""

    @admin.action(description=_("Take console access away from selected users"))
    def take_console_access_away(
        self, request: HttpRequest, principals: QuerySet[Principal]
    ) -> None:
        for principal in principals:
            self._replace_password(request, principal, None)

    def _replace_password(
        self,
        request: HttpRequest,
        principal: Principal,
        password: str | None,
        *,
        must_change: bool = False,
    ) -> None:
        had_one = principal.has_usable_password()
        passwords.replace(principal, password, must_change=must_change)
        self.record_password(request, principal, had_one=had_one)
        if password is None:
            told = gettext("No more console access for %(who)s, who is signed out everywhere.")
        else:
            told = gettext("A new password is set for %(who)s, who is signed out everywhere.")
        self.log_change(request, principal, told % {"who": principal})
        messages.success(request, told % {"who": principal})

    @admin.display(description=_("console access"), boolean=True)
    def console_access(self, principal: Principal) -> bool:
        return principal.has_usable_password()


@admin.register(RootUser)
class RootUserAdmin(PrincipalAdmin):
    """Root users, one for each account."""

    form, add_form, password_form = RootUserForm, NewRootUserForm, NewPasswordForm
    list_display = ["username", "account", "console_access", "password_changed_at"]


@admin.register(IamUser)
class IamUserAdmin(PrincipalAdmin):
    """IAM users; an administrator hands them their first password."""

    form, add_form, password_form = IamUserForm, NewIamUserForm, NewIamPasswordForm
    list_display = [
        "username",
        "account",
        "console_access",
        "must_change",
        "password_changed_at",
    ]
    list_filter = ["must_change_password"]
    add_fields = [*PrincipalAdmin.add_fields, "must_change_password", "may_change_password"]
    fields = [*PrincipalAdmin.fields, "must_change_password", "may_change_password"]

    def record_password(self, request: HttpRequest, principal: Principal, *, had_one: bool) -> None:
        browser = browser_of(request)
        if principal.has_usable_password():
            events.login_profile_set(principal, is_new=not had_one, browser=browser)
        elif had_one:
            events.login_profile_deleted(principal, browser=browser)

    @admin.display(description=_("must change"), boolean=True, ordering="must_change_password")
    def must_change(self, iam_user: Principal) -> bool:
        return iam_user.must_change_password
