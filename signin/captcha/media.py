"""Pictures and sounds of characters. The libraries behind them load with their first use."""

from functools import cache
from importlib import import_module
from typing import Any

WIDTH, HEIGHT = 240, 72
PAPER, INK = (255, 255, 255), (42, 46, 55)  # hard to read for machines, not for lack of contrast


def picture(characters: str) -> bytes:
    """Return a distorted picture of some characters, as PNG."""
    image = _pictures().generate(characters, format="png", bg_color=PAPER, fg_color=INK)
    data: bytes = image.getvalue()
    return data


def sound(characters: str) -> bytes:
    """Return some characters spoken against noise, as WAV; takes about 0.3 s to make."""
    return bytes(_sounds().generate(characters.upper()))  # its voices have capitals as names


@cache
def _pictures() -> Any:
    return import_module("captcha.image").ImageCaptcha(width=WIDTH, height=HEIGHT)


@cache
def _sounds() -> Any:
    return import_module("captcha.audio").AudioCaptcha()
