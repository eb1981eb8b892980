"""What the tests of a directory's administration share."""

import re

from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts import sessions
from accounts.models import (
    Session,
)
from signin.events.models import Event
from tests.directories import DESK_BROWSER
from tests.flows.admin_walks import page

OTHER = "d-1111111111"


def connect(directory):
    directory.identity_source, directory.domain = "ad-connector", "corp.example.com"
    directory.save()


def sign_in(user, *, role=None):
    opened = sessions.open_for(
        user,
        browser=DESK_BROWSER,
        factors=["password"],
        host="the.host",
        challenge=sessions.challenge_of("v"),
        door=sessions.CONSOLE if role else sessions.PORTAL,
        role=role,
    )
    sessions.accept(opened.code, host="the.host", verifier="v")
    return Session.objects.get(principal=user, role=role, parent__isnull=False)


def names_of_events():
    return list(Event.objects.order_by("id").values_list("name", flat=True))


def confirm(operator):
    """Say yes at Django's page that asks before it deletes."""
    fields = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', operator.text))
    return operator.post(operator.url, fields)


def queries_of(operator, path):
    with CaptureQueriesContext(connection) as captured:
        operator.visit(page(path))
    return len(captured)
