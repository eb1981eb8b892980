"""The picture and the sound of a challenge, for the browser it was made for only."""

from collections.abc import Callable

from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from signin.captcha import challenges, media
from signin.http import flow_key


@require_safe
def picture(request: HttpRequest, captcha_id: str) -> HttpResponse:
    """Serve a challenge as PNG."""
    return _serve(request, captcha_id, media.picture, "image/png")


@require_safe
def sound(request: HttpRequest, captcha_id: str) -> HttpResponse:
    """Serve a challenge as WAV."""
    return _serve(request, captcha_id, media.sound, "audio/wav")


def _serve(
    request: HttpRequest, captcha_id: str, make: Callable[[str], bytes], content_type: str
) -> HttpResponse:
    captcha = challenges.find_shown_to(captcha_id, flow_key=flow_key(request))
    if captcha is None:
        raise Http404
    return HttpResponse(make(challenges.answer_to(captcha.id)), content_type=content_type)
