"""How pages and mails show times: in UTC, as digits, alike in every language.

Django's filter looks for the format of a language and for a time zone first, which took a tenth of
a page that shows two of them.
"""

from datetime import UTC, datetime

from django import template

register = template.Library()


@register.filter
def to_the_second(moment: datetime | None) -> str:
    """Return a time as ``2031-01-02 03:04:05``; nothing where there is none."""
    return moment.astimezone(UTC).isoformat(" ", "seconds")[:19] if moment else ""


@register.filter
def to_the_minute(moment: datetime | None) -> str:
    """Return a time as ``2031-01-02 03:04``; nothing where there is none."""
    return to_the_second(moment)[:-3]


@register.filter
def to_the_day(moment: datetime | None) -> str:
    """Return a time as ``2031-01-02``; nothing where there is none."""
    return to_the_second(moment)[:10]
