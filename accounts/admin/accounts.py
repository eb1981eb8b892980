"""Accounts in the admin site, and the states that the operator brings them into."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.db import transaction
from django.db.models import Count, Prefetch, Q, QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from accounts import directories, permission_statements, provider_events
from accounts.admin.owners import OwnerAdmin
from accounts.models import Account, Directory, Principal
from accounts.states import enter
from signin.http import browser_of
from signin.kernel import entropy

State = Account.State
RootMfaMode = Account.RootMfaMode


class AccountForm(forms.ModelForm):  # type: ignore[type-arg]
    """What the columns leave open: which names and states an account can have."""

    def clean_state(self) -> str:
        """Leave an account closed that is closed for good (R-237)."""
        state: str = self.cleaned_data["state"]
        if self.instance.is_gone and state != State.CLOSED:
            raise forms.ValidationError(_("The account is closed for good; nothing reopens it."))
        return state

    def clean(self) -> dict[str, Any]:
        """Refuse a management account of another partition."""
        cleaned: dict[str, Any] = super().clean() or {}
        manager: Account | None = cleaned.get("management_account")
        if manager and manager.partition != cleaned.get("partition", self.instance.partition):
            problem = _("The management account is in the same partition.")
            self.add_error("management_account", problem)
        return cleaned


@admin.register(Account)
class AccountAdmin(OwnerAdmin):
    """Accounts, with who owns them and how many work in them."""

    form = AccountForm
    list_display = ["grouped", "name", "alias", "state", "root_user", "iam_users"]
    list_filter = ["state", "partition"]
    ordering = ["id"]  # the model's own is lost in counting
    search_fields = ["id", "name", "alias", "principals__username"]
    autocomplete_fields = ["management_account"]
    search_help_text = _("ID, name or alias of the account, or the name of one of its users")
    actions = [
        "suspend",
        "make_active",
        "close",
        "reopen",
        "require_device",
        "leave_devices",
        "let_everybody_in",
    ]
    readonly_fields = ["closed_at", "expires_at", "created_at", "root_mfa_grace_ends_at"]
    fieldsets = [
        (None, {"fields": ["id", "partition", "name", "alias", "phone", "management_account"]}),
        (_("State"), {"fields": ["state", "closed_at", "expires_at", "created_at"]}),
        (
            _("Sign-in of the root user"),
            {
                "fields": [
                    "captcha_mode",
                    "email_code_mode",
                    "root_mfa_mode",
                    "root_mfa_grace_ends_at",
                ]
            },
        ),
        (_("Sign-in to the console"), {"fields": ["console_authorization"]}),
        (_("Federation"), {"fields": ["issues_web_identity_tokens"]}),
    ]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Account]:
        root_users = Principal.objects.filter(kind=Principal.Kind.ROOT_USER)
        is_iam_user = Q(principals__kind=Principal.Kind.IAM_USER)
        accounts: QuerySet[Account] = super().get_queryset(request)
        return accounts.annotate(
            iam_user_count=Count("principals", filter=is_iam_user, distinct=True)
        ).prefetch_related(Prefetch("principals", root_users, to_attr="root_users"))

    def get_readonly_fields(self, request: HttpRequest, obj: Account | None = None) -> list[str]:
        return [*(["id", "partition"] if obj else []), *self.readonly_fields]

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        """Propose an account ID, as AWS draws one."""
        return {"id": entropy.digits(12), **super().get_changeform_initial_data(request)}

    def save_model(
        self, request: HttpRequest, obj: Account, form: forms.Form, change: bool
    ) -> None:
        if "root_mfa_mode" in form.changed_data:
            obj.ask_for_device(obj.root_mfa_mode)
        if "state" in form.changed_data:
            enter(obj, obj.state)
        else:
            obj.save()
        if "issues_web_identity_tokens" in form.changed_data:
            provider_events.issuing_set(obj, browser=browser_of(request))

    def delete_model(self, request: HttpRequest, obj: Account) -> None:
        directories.delete(obj.directories.all())
        obj.delete()

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Account]) -> None:
        directories.delete(Directory.objects.filter(account__in=queryset))
        queryset.delete()

    @admin.display(description=_("account ID"), ordering="id")
    def grouped(self, account: Account) -> str:
        return account.grouped_id

    @admin.display(description=_("root user"))
    def root_user(self, account: Any) -> SafeString | None:
        if not account.root_users:
            return None
        root_user = account.root_users[0]
        target = reverse("admin:accounts_rootuser_change", args=[root_user.pk])
        return format_html('<a href="{}">{}</a>', target, root_user.username)

    @admin.display(description=_("IAM users"), ordering="iam_user_count")
    def iam_users(self, account: Any) -> SafeString:
        target = reverse("admin:accounts_iamuser_changelist", query={"account": account.pk})
        return format_html('<a href="{}">{}</a>', target, account.iam_user_count)

    @admin.action(description=_("Suspend selected active accounts"))
    def suspend(self, request: HttpRequest, accounts: QuerySet[Account]) -> None:
        self._bring(request, accounts.filter(state=State.ACTIVE), State.SUSPENDED)

    @admin.action(description=_("Make selected suspended accounts active"))
    def make_active(self, request: HttpRequest, accounts: QuerySet[Account]) -> None:
        self._bring(request, accounts.filter(state=State.SUSPENDED), State.ACTIVE)

    @admin.action(description=_("Close selected accounts"))
    def close(self, request: HttpRequest, accounts: QuerySet[Account]) -> None:
        self._bring(request, accounts.exclude(state=State.CLOSED), State.CLOSED)

    @admin.action(description=_("Reopen selected closed accounts"))
    def reopen(self, request: HttpRequest, accounts: QuerySet[Account]) -> None:
        self._bring(request, accounts.filter(state=State.CLOSED), State.ACTIVE)

    @admin.action(description=_("Require a device of the root users of selected accounts"))
    def require_device(self, request: HttpRequest, accounts: QuerySet[Account]) -> None:
        self._ask(request, accounts, RootMfaMode.REQUIRED)

    @admin.action(description=_("Leave devices to the root users of selected accounts"))
    def leave_devices(self, request: HttpRequest, accounts: QuerySet[Account]) -> None:
        self._ask(request, accounts, RootMfaMode.OPTIONAL)

    @admin.action(description=_("Let everybody sign in to the console of selected accounts again"))
    def let_everybody_in(self, request: HttpRequest, accounts: QuerySet[Account]) -> None:
        """Take all statements on sign-in away, as AWS's support does for who is shut out (C3)."""
        chosen = list(accounts)
        for account in chosen:
            permission_statements.clear(account)
            self.log_change(request, account, [{"changed": {"fields": ["console_authorization"]}}])
        told = ngettext(
            "The console of %(count)d account is open to everybody in it.",
            "The consoles of %(count)d accounts are open to everybody in them.",
            len(chosen),
        )
        messages.success(request, told % {"count": len(chosen)})

    def _ask(self, request: HttpRequest, accounts: QuerySet[Account], mode: RootMfaMode) -> None:
        """Say whether root users have to have a device; it holds from their next sign-in on."""
        asked = list(accounts.exclude(root_mfa_mode=mode))
        for account in asked:
            account.ask_for_device(mode)
            account.save(update_fields=["root_mfa_mode", "root_mfa_grace_ends_at"])
            self.log_change(request, account, [{"changed": {"fields": ["root_mfa_mode"]}}])
        told = ngettext(
            "%(count)d account changed; the root user's second factor is now: %(mode)s.",
            "%(count)d accounts changed; the root user's second factor is now: %(mode)s.",
            len(asked),
        )
        messages.success(request, told % {"count": len(asked), "mode": mode.label})

    def _bring(self, request: HttpRequest, accounts: QuerySet[Account], state: State) -> None:
        """Bring accounts into a state, but those that are closed for good (R-237)."""
        with transaction.atomic():
            movable = [account for account in accounts if not account.is_gone]
            for account in movable:
                enter(account, state)
                self.log_change(request, account, [{"changed": {"fields": ["state"]}}])
        if not movable:
            messages.warning(request, gettext("No selected account is in a state for that."))
            return
        count = len(movable)
        told = ngettext(
            "%(count)d account is now: %(state)s.", "%(count)d accounts are now: %(state)s.", count
        )
        messages.success(request, told % {"count": count, "state": state.label})
