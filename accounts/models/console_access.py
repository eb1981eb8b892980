"""Statements that say from where an account lets people sign in to its console."""

import base64

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models.accounts import Account
from signin.kernel import clock, entropy

# The members by which a statement names a network of Amazon's; no request here comes from one.
VPC_COLUMNS = ("source_vpc", "signin_source_vpce", "console_source_vpce", "vpc_source_ip")
CONDITIONS = (*VPC_COLUMNS, "source_ip", "requested_region", "excluded_principal")


def statement_id() -> str:
    """Return the ID of a new statement: 64 characters of base64, as AWS's are."""
    return base64.b64encode(entropy.octets(48)).decode()


class PermissionStatement(models.Model):
    """One statement of an account's policy for its sign-in (newer behaviour C3).

    Each forbids whatever does not fulfil it, so that all of them have to be fulfilled. One that was
    deleted stays a day, so that whoever deletes it again with the same token learns that it is so.
    """

    id = models.CharField(
        _("statement ID"), primary_key=True, max_length=65, editable=False, default=statement_id
    )
    account = models.ForeignKey(
        Account,
        verbose_name=_("account"),
        on_delete=models.CASCADE,
        related_name="permission_statements",
    )
    source_ip = models.CharField(
        _("from these addresses"),
        max_length=43,
        blank=True,
        help_text=_("An address, or a network such as 203.0.113.0/24."),
    )
    requested_region = models.CharField(
        _("at the sign-in of this region"), max_length=32, blank=True
    )
    source_vpc = models.CharField(_("from this VPC"), max_length=21, blank=True)
    signin_source_vpce = models.CharField(
        _("by this VPC endpoint of the sign-in"), max_length=25, blank=True
    )
    console_source_vpce = models.CharField(
        _("by this VPC endpoint of the console"), max_length=25, blank=True
    )
    vpc_source_ip = models.CharField(_("from these addresses in a VPC"), max_length=43, blank=True)
    excluded_principal = models.CharField(
        _("does not concern"),
        max_length=300,
        blank=True,
        help_text=_("The ARN of a root user, an IAM user, a role or a federated user."),
    )
    client_token = models.CharField(max_length=64, blank=True, editable=False)
    created_at = models.DateTimeField(_("created at"), default=clock.now, editable=False)
    deleted_at = models.DateTimeField(_("deleted at"), null=True, editable=False)
    deletion_token = models.CharField(max_length=64, blank=True, editable=False)
    # When a deleted one is forgotten.
    expires_at = models.DateTimeField(null=True, editable=False)

    class Meta:
        verbose_name = _("statement on sign-in to the console")
        verbose_name_plural = _("statements on sign-in to the console")
        ordering = ["account", "created_at", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["account", "client_token"],
                condition=~models.Q(client_token=""),
                name="one_statement_per_client_token",
            ),
            models.UniqueConstraint(
                fields=["account", *CONDITIONS],
                condition=models.Q(deleted_at=None),
                name="no_statement_twice_in_an_account",
                violation_error_message=_("The account has this statement already."),
            ),
        ]

    def __str__(self) -> str:
        return self.id

    @property
    def conditions(self) -> dict[str, str]:
        """The conditions that it has, by their columns."""
        values = {name: getattr(self, name) for name in CONDITIONS}
        return {name: value for name, value in values.items() if value}

    @property
    def is_of_vpc(self) -> bool:
        """Whether it names a network of Amazon's."""
        return any(getattr(self, name) for name in VPC_COLUMNS)

    @property
    def is_about_places(self) -> bool:
        """Whether it says from where people may come; else it lets in one principal alone."""
        return bool(self.source_ip or self.requested_region) or self.is_of_vpc

    def clean(self) -> None:
        """Refuse a statement without any condition, which would shut everybody out."""
        super().clean()
        if not self.conditions:
            raise ValidationError(_("Give at least one condition."))
