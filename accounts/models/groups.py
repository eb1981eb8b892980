"""Groups of a directory's users."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models.directories import Directory
from accounts.models.principals import Principal


class Group(models.Model):
    """Users of a directory who get the same assignments."""

    directory = models.ForeignKey(
        Directory, verbose_name=_("directory"), on_delete=models.CASCADE, related_name="groups"
    )
    name = models.CharField(_("name"), max_length=128)
    description = models.CharField(_("description"), max_length=1024, blank=True)
    members = models.ManyToManyField(
        Principal, verbose_name=_("members"), blank=True, related_name="directory_groups"
    )

    class Meta:
        verbose_name = _("group")
        verbose_name_plural = _("groups")
        ordering = ["directory", "name"]
        constraints = [
            models.UniqueConstraint(
                fields=["directory", "name"],
                name="one_group_per_name_in_a_directory",
                violation_error_message=_("The directory has a group of this name."),
            )
        ]

    def __str__(self) -> str:
        return self.name
