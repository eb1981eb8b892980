"""Other names of portals, which lead to them: for IPv6, for all instances, for a partition's."""

from typing import cast

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from accounts import directories
from signin import hosts
from signin.http import language_choice
from signin.identity_center.destinations import START


@require_safe
def regional(request: HttpRequest) -> HttpResponse:
    """Lead to the portal of the instance and the region in the host's name."""
    values = cast(hosts.HostRequest, request).host_values
    if not values:
        return _unknown(request)
    return redirect(hosts.url("portal", START, language_choice(request), **values))


@require_safe
def named(request: HttpRequest, instance: str) -> HttpResponse:
    """Lead to the portal of the instance in the path, in the instance's own region."""
    is_for_all = not cast(hosts.HostRequest, request).host_values
    directory = directories.find_by_instance(instance) if is_for_all else None
    if directory is None:
        return _unknown(request)
    values = hosts.portal_named(f"{directory.instance_id}.{directory.region}")
    return redirect(hosts.url("portal", START, language_choice(request), **values))


@require_safe
def shared(request: HttpRequest, name: str) -> HttpResponse:
    """Lead to the portal of the directory in the path, which may be of the region in the host."""
    directory = directories.find_by_portal(name)
    region = cast(hosts.HostRequest, request).host_values.get("region")
    if directory is None or region not in {None, *directory.regions}:
        return _unknown(request)
    values = hosts.portal_named(directory.portal_at(region or directory.region))
    return redirect(hosts.url("portal", START, language_choice(request), **values))


def _unknown(request: HttpRequest) -> HttpResponse:
    return render(request, "portal/no_such_portal.html", status=404)
