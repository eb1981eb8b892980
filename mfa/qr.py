"""QR codes as SVG, drawn here: no secret leaves the page. The library loads with its first use."""

from importlib import import_module

from django.utils.safestring import SafeString, mark_safe


def svg(text: str) -> SafeString:
    """Return a QR code as an SVG element; its colours are the style sheet's."""
    qrcode, image = import_module("qrcode"), import_module("qrcode.image.svg")
    made = qrcode.make(text, image_factory=image.SvgPathImage, border=2, box_size=10)
    drawn: str = made.to_string(encoding="unicode")
    return mark_safe(drawn)  # noqa: S308  # it consists of numbers
