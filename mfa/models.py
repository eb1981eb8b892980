"""The tables of second factors."""

from datetime import timedelta

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models import Principal
from signin.kernel import entropy

MFA_NAME = r"[A-Za-z0-9_+=,.@-]{1,64}"
DIRECTORY_MFA_NAME = r"[\w+=,.@-][\w+=,.@ -]{0,63}"  # letters of any language: no ARN has it
MOST_DEVICES = 8  # of one principal; of which kinds, mfa.slots says (behaviour §6 and 7)


class Device(models.Model):
    """A second factor of one principal.

    ``serial_number`` is what AWS's APIs call so: the ARN of an authenticator app or a passkey, the
    number on the back of a hardware token; outside of the console, a random name. ``slot`` is the
    device's place among the principal's: one row for each, so that the database itself refuses one
    too many (S-066). A device without a slot is being registered, until ``expires_at``.
    """

    class Kind(models.TextChoices):
        TOTP = "totp", _("authenticator app")
        HARDWARE = "hardware", _("hardware token")
        PASSKEY = "passkey", _("passkey or security key")

    principal = models.ForeignKey(
        Principal, verbose_name=_("principal"), on_delete=models.CASCADE, related_name="devices"
    )
    kind = models.CharField(_("kind"), max_length=8, choices=Kind)
    name = models.CharField(_("name"), max_length=64)
    serial_number = models.CharField(_("serial number or ARN"), max_length=256, unique=True)
    slot = models.PositiveSmallIntegerField(null=True, editable=False)
    registered_at = models.DateTimeField(_("registered at"), null=True)
    last_used_at = models.DateTimeField(_("last used at"), null=True)
    expires_at = models.DateTimeField(null=True, db_index=True)

    # Of authenticator apps and hardware tokens. The steps are those of RFC 6238, 30 seconds each.
    secret = models.TextField(blank=True)  # sealed
    drift = models.IntegerField(_("steps that its clock is ahead"), default=0)
    last_step = models.BigIntegerField(default=-1)  # of the last code that was used up
    out_of_step = models.BooleanField(_("out of step"), default=False)

    # Of passkeys and security keys.
    credential_id = models.CharField(max_length=1364, unique=True, null=True)  # noqa: DJ001
    credential = models.BinaryField(null=True)  # attested credential data (WebAuthn, 6.5.1)
    sign_count = models.BigIntegerField(_("signatures"), default=0)
    transports = models.JSONField(default=list)
    backup_eligible = models.BooleanField(_("can be synced"), default=False)
    backed_up = models.BooleanField(_("is synced"), default=False)

    class Meta:
        verbose_name = _("device")
        verbose_name_plural = _("devices")
        ordering = ["principal", "slot", "id"]
        constraints = [
            models.UniqueConstraint(fields=["principal", "slot"], name="one_device_in_a_slot")
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def has_codes(self) -> bool:
        """Whether the device shows codes of six digits."""
        return self.kind != self.Kind.PASSKEY


class Ceremony(models.Model):
    """A WebAuthn challenge, shown to one attempt and good for one answer (S-073)."""

    LIFETIME = timedelta(minutes=5)

    id = models.CharField(primary_key=True, max_length=32, default=entropy.handle, editable=False)
    principal = models.ForeignKey(Principal, on_delete=models.CASCADE, related_name="ceremonies")
    attempt = models.ForeignKey("flow.Attempt", on_delete=models.CASCADE, related_name="ceremonies")
    challenge = models.BinaryField()  # 32 random bytes
    expires_at = models.DateTimeField(db_index=True)
    consumed_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return self.id


class LostDeviceLink(models.Model):
    """The link mailed to a root user whose device is lost, for one attempt to sign in.

    A new one takes the old one's place (S-026). ``binding`` is a keyed digest of the password and
    the name that the root user had when it was made: with either of them changed, it is worth
    nothing, and neither is that it was followed (S-027).
    """

    principal = models.OneToOneField(
        Principal, primary_key=True, on_delete=models.CASCADE, related_name="lost_device_link"
    )
    attempt = models.ForeignKey("flow.Attempt", on_delete=models.CASCADE, related_name="+")
    token_digest = models.CharField(max_length=64, unique=True)
    binding = models.CharField(max_length=64)
    expires_at = models.DateTimeField(db_index=True)
    consumed_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"link of {self.principal_id}"
