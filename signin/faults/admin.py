"""Faults and incidents in the admin site; faults are armed at the desk."""

from django.contrib import admin

from signin.faults.models import Fault, Incident
from signin.flow.admin import ReadOnlyAdmin


@admin.register(Fault)
class FaultAdmin(ReadOnlyAdmin):
    """Faults that were armed; those with no times left strike no more."""

    list_display = ["kind", "left", "armed_at"]
    fields = ["kind", "left", "armed_at"]


@admin.register(Incident)
class IncidentAdmin(ReadOnlyAdmin):
    """Incidents with their true cause, newest first."""

    list_display = ["number", "cause", "place", "occurred_at"]
    list_filter = ["cause"]
    search_fields = ["number", "place"]
    fields = ["number", "cause", "place", "occurred_at", "expires_at"]
