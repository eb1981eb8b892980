"""What signs somebody in once: tokens, assertions, and questions to identity providers."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models import Application, Directory, Principal, TemporaryCredentials
from signin.flow.models import Attempt


class SigninToken(models.Model):
    """A token with which one browser is signed in as whoever has the credentials; once.

    There is only a digest of it. ``session_seconds`` is how long the session shall last; without
    it, it lasts as long as the credentials.
    """

    digest = models.CharField(max_length=64, unique=True)
    credentials = models.ForeignKey(
        TemporaryCredentials,
        verbose_name=_("temporary credentials"),
        on_delete=models.CASCADE,
        related_name="signin_tokens",
    )
    session_seconds = models.PositiveIntegerField(_("seconds that the session lasts"), null=True)
    issued_at = models.DateTimeField(_("issued at"))
    expires_at = models.DateTimeField(_("good until"), db_index=True)
    used_at = models.DateTimeField(_("used at"), null=True)

    class Meta:
        verbose_name = _("sign-in token")
        verbose_name_plural = _("sign-in tokens")
        ordering = ["-issued_at"]

    def __str__(self) -> str:
        return f"{self.credentials_id} {self.issued_at:%Y-%m-%d %H:%M:%S}"


class UsedAssertion(models.Model):
    """A SAML assertion that was used for something: its digest can't be stored a second time.

    It is of the issuer, the ID and the purpose. Nothing else of an assertion is kept.
    """

    digest = models.CharField(primary_key=True, max_length=64)
    expires_at = models.DateTimeField(db_index=True)

    class Meta:
        verbose_name = _("used SAML assertion")
        verbose_name_plural = _("used SAML assertions")

    def __str__(self) -> str:
        return self.digest


class SignInQuestion(models.Model):
    """A question that Identity Center sent with somebody to an identity provider; good once.

    Its answer goes on with the attempt that asked, in the browser that the attempt belongs to.
    """

    id = models.CharField(primary_key=True, max_length=33)
    directory = models.ForeignKey(Directory, verbose_name=_("directory"), on_delete=models.CASCADE)
    attempt = models.ForeignKey(Attempt, verbose_name=_("attempt"), on_delete=models.CASCADE)
    asked_at = models.DateTimeField(_("asked at"))
    expires_at = models.DateTimeField(_("good until"), db_index=True)
    answered_at = models.DateTimeField(_("answered at"), null=True)

    class Meta:
        verbose_name = _("question to an identity provider")
        verbose_name_plural = _("questions to identity providers")
        ordering = ["-asked_at"]

    def __str__(self) -> str:
        return self.id


class Arrival(models.Model):
    """Somebody for whom an identity provider has vouched, on the way into a directory's portal.

    The answer comes from another site and so without cookies; this waits for the browser to come
    back with them, with a token of which there is only a digest. Without an attempt nobody had
    asked. ``session_until`` is when the provider wants the session to end.
    """

    digest = models.CharField(max_length=64, unique=True)
    user = models.ForeignKey(Principal, verbose_name=_("user"), on_delete=models.CASCADE)
    attempt = models.ForeignKey(
        Attempt, verbose_name=_("attempt"), null=True, on_delete=models.CASCADE
    )
    destination = models.CharField(_("destination"), max_length=1024, blank=True)
    session_until = models.DateTimeField(_("session until"), null=True)
    arrived_at = models.DateTimeField(_("arrived at"))
    expires_at = models.DateTimeField(_("good until"), db_index=True)
    used_at = models.DateTimeField(_("used at"), null=True)

    class Meta:
        verbose_name = _("arrival from an identity provider")
        verbose_name_plural = _("arrivals from identity providers")
        ordering = ["-arrived_at"]

    def __str__(self) -> str:
        return f"{self.user_id} {self.arrived_at:%Y-%m-%d %H:%M:%S}"


class ApplicationQuestion(models.Model):
    """What an application asked of the portal by SAML: to sign somebody in, or out; good once.

    It waits while somebody signs in, with a token of which there is only a digest. ``forces`` has
    them prove who they are again, and ``is_passive`` has no page shown to them.
    """

    class Kind(models.TextChoices):
        SIGN_IN = "sign-in", _("to sign in")
        SIGN_OUT = "sign-out", _("to sign out")

    digest = models.CharField(max_length=64, unique=True)
    application = models.ForeignKey(
        Application, verbose_name=_("application"), on_delete=models.CASCADE
    )
    kind = models.CharField(_("kind"), max_length=8, choices=Kind)
    question = models.CharField(_("ID"), max_length=128)
    relay_state = models.CharField(_("relay state"), max_length=1024, blank=True)
    forces = models.BooleanField(_("asks for a new sign-in"), default=False)
    is_passive = models.BooleanField(_("asks nothing of people"), default=False)
    asked_at = models.DateTimeField(_("asked at"))
    expires_at = models.DateTimeField(_("good until"), db_index=True)
    used_at = models.DateTimeField(_("used at"), null=True)

    class Meta:
        verbose_name = _("question of an application")
        verbose_name_plural = _("questions of applications")
        ordering = ["-asked_at"]

    def __str__(self) -> str:
        return self.question
