"""What users of a directory may open from the portal besides accounts."""

import base64
import binascii
import re

from django.db.models import Q, QuerySet
from django.db.models.functions import Lower

from accounts.models import Application, Principal
from accounts.models.applications import VARIABLE
from signin import hosts

WEB = r"^https?://"
SAML_DOOR = "sso"
_SAML_ID = re.compile(r"[0-9]{12}_(ins-[0-9a-f]{16})")
# What no XML document may have, and so no assertion (XML 1.0, 2.2).
_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def of(user: Principal) -> QuerySet[Application]:
    """Return the applications of a user, their own and their groups', that a browser can open."""
    of_groups = Application.objects.filter(groups__in=user.directory_groups.all())
    own = Q(pk__in=user.applications.values("pk")) | Q(pk__in=of_groups.values("pk"))
    there = Application.objects.filter(own, directory=user.profile.directory_id, is_enabled=True)
    leads = Q(start_url__iregex=WEB) | (Q(start_url="") & Q(acs_url__iregex=WEB))
    return there.filter(leads).order_by(Lower("name"))


def find(user: Principal, instance_id: str) -> Application | None:
    """Return one of a user's applications, if it is."""
    return of(user).filter(instance_id=instance_id).first()


def find_saml(saml_id: str, *, region: str) -> Application | None:
    """Return the SAML application that addresses in a region name so, if it is enabled."""
    try:
        named = _SAML_ID.fullmatch(base64.b64decode(saml_id, validate=True).decode())
    except (binascii.Error, ValueError):
        return None
    if named is None:
        return None
    enabled = Application.objects.filter(is_enabled=True).exclude(acs_url="")
    in_region = enabled.filter(instance_id=named[1], directory__region=region)
    found = in_region.select_related("directory__account").first()
    return found if found and found.saml_id == saml_id else None


def saml_path(application: Application, service: str) -> str:
    """Return the path of ``metadata``, ``assertion`` or ``logout`` of an application."""
    return f"/saml/{service}/{application.saml_id}"


def saml_url(application: Application, service: str) -> str:
    """Return the address of such a service, as an application is told it."""
    region = application.directory.region
    path, partition = saml_path(application, service), application.directory.partition
    return hosts.url(SAML_DOOR, path, None, partition, region=region)


def subject_of(application: Application, user: Principal) -> str:
    """Return by which name an application knows a user."""
    [subject] = _said(application.subject, _values(user))
    return subject


def attributes_of(application: Application, user: Principal) -> dict[str, list[str]]:
    """Return what an application is told of a user; an attribute without a value is left out."""
    values = _values(user)
    said = {name: _said(text, values) for name, text in application.attributes.items()}
    return {name: found for name, found in said.items() if found}


def _values(user: Principal) -> dict[str, list[str]]:
    """Return what there is to say of a user, by AWS's names; groups have no ID here, but a name."""
    profile = user.profile
    groups = user.directory_groups.filter(directory=profile.directory_id)
    return {
        "email": [profile.email],
        "familyName": [profile.family_name],
        "givenName": [profile.given_name],
        "groups": list(groups.order_by("name").values_list("name", flat=True)),
        "name": [profile.shown_name],
        "preferredUsername": [user.username],
        "subject": [profile.user_id],
    }


def _said(text: str, values: dict[str, list[str]]) -> list[str]:
    """Return the values that a text stands for, none of which are empty."""
    if (alone := VARIABLE.fullmatch(text)) is not None:
        found = values[alone[1]]
    else:
        found = [VARIABLE.sub(lambda named: " ".join(values[named[1]]), text)]
    return [plain for each in found if (plain := _NOT_XML.sub("", each))]
