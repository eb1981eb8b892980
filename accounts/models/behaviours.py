"""How the scenario behaves where no account says otherwise."""

from django.db import models

from accounts.models.accounts import Account


class Behaviour(models.Model):
    """One row: what holds for e-mails that no account has, and for accounts that say nothing."""

    class UsedEmailMode(models.TextChoices):
        NEUTRAL = "neutral"
        TOLD = "told"

    captcha_mode = models.CharField(
        max_length=14, choices=Account.CaptchaMode, default=Account.CaptchaMode.ALWAYS
    )
    email_code_mode = models.CharField(
        max_length=11, choices=Account.EmailCodeMode, default=Account.EmailCodeMode.NEW_BROWSER
    )
    used_email_mode = models.CharField(
        max_length=7, choices=UsedEmailMode, default=UsedEmailMode.NEUTRAL
    )

    def __str__(self) -> str:
        return "behaviour"
