"""Devices in the admin site.

No page shows a secret or a credential, but for the answer to the registration of an authenticator
app: columns are named one by one, and codes are fields to fill in, never ones to read.
"""

from collections.abc import Mapping
from typing import Any, cast

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.helpers import AdminForm
from django.contrib.admin.utils import unquote
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from accounts.directory_users import check_enabled
from accounts.models import DirectoryUser, Principal
from accounts.principals import account_key
from mfa import devices, directory_events, emails, events, qr, totp
from mfa.errors import PairWrong
from mfa.forms import DeletionForm, DirectoryDeviceNameForm, PairForm
from mfa.models import Device
from signin.flow.admin import ReadOnlyAdmin
from signin.http import browser_of
from signin.kernel.errors import Refusal


@admin.register(Device)
class DeviceAdmin(ReadOnlyAdmin):
    """Registered devices; the operator brings them into step, or deactivates lost ones (R-208)."""

    change_form_template = "admin/mfa/device.html"
    list_per_page = 50
    list_display = [
        "name",
        "principal",
        "kind",
        "serial_number",
        "registered_at",
        "last_used_at",
        "out_of_step",
    ]
    list_filter = ["kind", "out_of_step"]
    list_select_related = ["principal__account", "principal__profile__directory"]
    search_fields = [
        "name",
        "serial_number",
        "principal__username",
        "principal__account__id",
        "principal__account__name",
        "principal__account__alias",
        "principal__realm",
        "principal__profile__email",
        "principal__profile__directory__subdomain",
    ]
    search_help_text = _(
        "Name or serial number of the device, name or e-mail address of the user; or ID, name or "
        "alias of the account, ID or subdomain of the directory"
    )
    fields = [
        "principal",
        "kind",
        "name",
        "serial_number",
        "registered_at",
        "last_used_at",
        "out_of_step",
        "drift",
    ]
    actions = ["deactivate"]

    def get_fields(self, request: HttpRequest, obj: Device | None = None) -> Any:
        """Tell of a clock only where there is one."""
        has_clock = obj is None or obj.has_codes
        return [each for each in self.fields if has_clock or each not in {"out_of_step", "drift"}]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Device]:
        registered: QuerySet[Device] = super().get_queryset(request).filter(slot__isnull=False)
        return registered

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        """Search for an account ID as it is stored, in whichever way it was typed."""
        return super().get_search_results(request, queryset, account_key(search_term))

    def get_urls(self) -> list[URLPattern]:
        own = [
            path(route, self.admin_site.admin_view(view), name=f"mfa_device_{name}")
            for route, view, name in (
                ("<path:object_id>/resynchronise/", self.resynchronise, "resynchronise"),
                ("<path:object_id>/rename/", self.rename, "rename"),
                ("new-app/<int:user_id>/", self.new_app, "new_app"),
            )
        ]
        return [*own, *super().get_urls()]

    def resynchronise(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Bring a device into step again with two of its codes; an operator's tries are free."""
        device: Device | None = self.get_object(request, unquote(object_id))
        if device is None or not device.has_codes:
            raise Http404
        form = PairForm(request.POST or None)
        if not form.is_valid():
            return self._resync_page(request, device, form)
        try:
            devices.resync([device], form.cleaned_data["code1"], form.cleaned_data["code2"])
        except PairWrong as refusal:
            form.add_error(refusal.field, str(refusal.message))
            return self._resync_page(request, device, form)
        events.resynchronised_by_operator(device, browser=browser_of(request))
        told = gettext("The device %(device)s is in step again.") % {"device": device}
        return self._changed(request, device, told)

    def rename(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Give a device of a directory's user another name; an ARN names the console's."""
        device: Device | None = self.get_object(request, unquote(object_id))
        if device is None or device.principal.kind != Principal.Kind.DIRECTORY_USER:
            raise Http404
        form = DirectoryDeviceNameForm(request.POST or None, initial={"device_name": device.name})
        if not form.is_valid():
            more = {"title": _("Rename"), "subtitle": str(device), "original": device}
            return self._page(request, "admin/mfa/rename.html", form, more)
        devices.rename(device, form.cleaned_data["device_name"])
        directory_events.renamed_by_operator(device, browser=browser_of(request))
        told = gettext("The device is called %(device)s now.") % {"device": device}
        return self._changed(request, device, told)

    def new_app(self, request: HttpRequest, user_id: int) -> HttpResponse:
        """Register an app for a directory's user; this answer alone has its secret."""
        user = DirectoryUser.objects.filter(pk=user_id).first()
        if user is None:
            raise Http404
        named = {"device_name": devices.default_name(user, Device.Kind.TOTP)}
        form = DirectoryDeviceNameForm(request.POST or None, initial=named)
        more = {"title": _("Register an authenticator app"), "subtitle": str(user), "who": user}
        if not form.is_valid():
            return self._page(request, "admin/mfa/new_app.html", form, more)
        device = devices.app(user, form.cleaned_data["device_name"], totp.new_secret())
        try:
            check_enabled(user)
            devices.register(device)
        except Refusal as refusal:
            form.add_error(None, str(refusal.message))
            return self._page(request, "admin/mfa/new_app.html", form, more)
        events.enabled_by_operator(device, browser=browser_of(request))
        emails.device_registered(device)
        self.log_addition(request, device, gettext("An authenticator app was registered."))
        more |= {
            "device": device,
            "secret": totp.encode(devices.secret_of(device)),
            "qr": qr.svg(devices.uri_of(device)),
        }
        return self._page(request, "admin/mfa/new_app.html", form, more)

    def _changed(self, request: HttpRequest, device: Device, told: str) -> HttpResponse:
        self.log_change(request, device, told)
        messages.success(request, told)
        return HttpResponseRedirect(reverse("admin:mfa_device_change", args=[device.pk]))

    def _resync_page(self, request: HttpRequest, device: Device, form: forms.Form) -> HttpResponse:
        more = {"title": _("Resynchronise"), "subtitle": str(device), "original": device}
        return self._page(request, "admin/mfa/resync.html", form, more)

    @admin.action(description=_("Deactivate selected devices"))
    def deactivate(self, request: HttpRequest, chosen: QuerySet[Device]) -> HttpResponse | None:
        """Remove devices; among them one of a directory's user, a word has to be typed first."""
        if chosen.filter(principal__kind=Principal.Kind.DIRECTORY_USER).exists():
            form = DeletionForm(request.POST if "confirmation" in request.POST else None)
            if not form.is_valid():
                more = {"title": _("Deactivate selected devices"), "chosen": chosen}
                return self._page(request, "admin/mfa/deactivate.html", form, more)
        self._deactivate(request, chosen)
        return None

    def _deactivate(self, request: HttpRequest, chosen: QuerySet[Device]) -> None:
        self.log_deletions(request, chosen)
        removed = [device for device in chosen if devices.remove(device)]
        for device in removed:
            events.deactivated_by_operator(device, browser=browser_of(request))
            emails.device_removed(device)
        told = ngettext(
            "%(count)d device is deactivated.", "%(count)d devices are deactivated.", len(removed)
        )
        messages.success(request, told % {"count": len(removed)})

    def _page(
        self, request: HttpRequest, template: str, form: forms.Form, more: Mapping[str, Any]
    ) -> HttpResponse:
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "errors": form.errors,
            "adminform": AdminForm(cast(Any, form), [(None, {"fields": list(form.fields)})], {}),
            **more,
        }
        return TemplateResponse(request, template, context)
