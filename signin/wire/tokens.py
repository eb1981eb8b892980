"""The issuers of tokens for other services: what each says of itself, and its keys."""

from typing import Any, cast

from django.http import HttpRequest, JsonResponse
from django.views.decorators.http import require_safe

from signin.federation import outbound, outbound_keys
from signin.hosts import HostRequest

KEPT_FOR = 300  # seconds


@require_safe
def configuration(request: HttpRequest) -> JsonResponse:
    """Say where the keys of an issuer are."""
    name = _issuer(request)
    return _answer(outbound.configuration(name) if outbound.is_there(name) else None)


@require_safe
def key_set(request: HttpRequest) -> JsonResponse:
    """Show the keys of an issuer."""
    return _answer(outbound_keys.key_set() if outbound.is_there(_issuer(request)) else None)


def _issuer(request: HttpRequest) -> str:
    return cast(HostRequest, request).host_values["issuer"]


def _answer(document: dict[str, Any] | None) -> JsonResponse:
    if document is None:
        return JsonResponse({"message": "No account here has this issuer."}, status=404)
    return JsonResponse(document, headers={"Cache-Control": f"public, max-age={KEPT_FOR}"})
