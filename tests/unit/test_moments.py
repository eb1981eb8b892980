"""How times are shown."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from django.template import Context, engines

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
