"""What of Django's own the admin site doesn't show."""

from django.contrib import admin
from django.contrib.auth.models import Group

# An operator may do everything, and nobody else gets in: groups would grant nothing.
admin.site.unregister(Group)
