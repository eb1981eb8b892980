"""What users of a directory may open from the portal besides accounts."""

from django.db.models import Q, QuerySet
from django.db.models.functions import Lower

from accounts.models import Application, Principal

WEB = r"^https?://"


def of(user: Principal) -> QuerySet[Application]:
    """Return the applications of a user, their own and their groups', that a browser can open."""
    of_groups = Application.objects.filter(groups__in=user.directory_groups.all())
    own = Q(pk__in=user.applications.values("pk")) | Q(pk__in=of_groups.values("pk"))
    there = Application.objects.filter(own, directory=user.profile.directory_id)
    return there.filter(start_url__iregex=WEB).order_by(Lower("name"))


def find(user: Principal, instance_id: str) -> Application | None:
    """Return one of a user's applications, if it is."""
    return of(user).filter(instance_id=instance_id).first()
