"""How times are shown."""

import re
from datetime import UTC, datetime, timedelta, timezone

import pytest
from django.conf import settings
from django.template import Context, engines

TEMPLATES = settings.BASE_DIR / "templates"
TOKYO = timezone(timedelta(hours=9))
MOMENT = datetime(2031, 1, 2, 3, 4, 5, 678, tzinfo=UTC)


def shown(moment, how):
    template = engines["django"].engine.from_string(f"{{{{ moment|{how} }}}}")
    return template.render(Context({"moment": moment}))


@pytest.mark.parametrize(
    ("how", "text"),
    [
        ("to_the_second", "2031-01-02 03:04:05"),
        ("to_the_minute", "2031-01-02 03:04"),
        ("to_the_day", "2031-01-02"),
    ],
)
def test_a_time_is_shown_in_utc(how, text):
    assert shown(MOMENT, how) == text
    assert shown(MOMENT.astimezone(TOKYO), how) == text
    assert shown(None, how) == ""


def test_for_people_times_are_shown_in_no_other_way():
    pages = [
        path.read_text() for path in TEMPLATES.rglob("*.*") if path.suffix in {".html", ".txt"}
    ]
    assert len(pages) > 100
    # What is left is for machines: ISO 8601, and a number that changes with the time.
    formats = {
        found for page in pages for found in re.findall(r"""\|(?:date|time):["'](.*?)["']""", page)
    }
    assert formats == {"c", "U"}
