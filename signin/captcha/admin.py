"""Security checks in the admin site."""

from django.contrib import admin

from signin.captcha.models import Captcha
from signin.flow.admin import ReadOnlyAdmin


@admin.register(Captcha)
class CaptchaAdmin(ReadOnlyAdmin):
    """Security checks that were shown; their answers are stored nowhere."""

    list_display = ["shown_at", "expires_at", "used_at", "attempt"]
    list_select_related = ["attempt"]
    search_fields = ["id", "attempt__handle"]
    fields = ["id", "shown_at", "expires_at", "used_at", "attempt"]
