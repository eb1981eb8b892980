"""The link and the calls for a lost device under parallel requests: of many, one wins."""

import pytest

from accounts import lockout
from accounts.errors import LinkOver
from accounts.models import Principal
from mfa import lost
from mfa.errors import TooManyCalls
from mfa.models import LostDeviceLink
from signin.flow.models import Attempt
from signin.http import Browser
from signin.mailbox.models import Message
from signin.phones.models import Call
from tests.unit.test_parallel import at_once

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("demo")]


@pytest.fixture
def root_user():
    return Principal.objects.select_related("account").get(username="sandbox@example.com")


@pytest.fixture
def attempt(root_user):
    attempt = Attempt.begin(flow="root-user", flow_key="key", facts={"principal_id": root_user.pk})
    attempt.browser = Browser(
        ip="127.0.0.1", user_agent="", host="signin", region=None, device_key=""
    )
    return attempt


def tokens():
    return [mail.link.partition("token=")[2] for mail in Message.objects.all()]


@pytest.mark.requirement("S-025", "S-047")
def test_a_link_is_confirmed_once(attempt, root_user):
    lost.send_link(attempt, root_user)
    attempt.keep()
    [token] = tokens()
    results = at_once(lambda: lost.confirm(token))
    assert results.count(attempt) == 1
    assert sum(isinstance(each, LinkOver) for each in results) == len(results) - 1
    assert lost.is_confirmed(attempt)


@pytest.mark.requirement("S-026", "S-047")
def test_of_links_that_are_asked_for_at_once_one_lives(attempt, root_user):
    at_once(lambda: lost.send_link(attempt, root_user), 6)
    assert len(tokens()) == 6
    assert len([token for token in tokens() if lost.find(token)]) == 1
    assert LostDeviceLink.objects.count() == 1


@pytest.mark.requirement("S-047", "S-070")
def test_parallel_calls_don_t_exceed_five(attempt, root_user):
    results = at_once(lambda: lost.call(attempt, root_user), 12)
    assert results.count(None) == lockout.CALLS_TO_ONE.failures
    assert sum(isinstance(each, TooManyCalls) for each in results) == 12 - results.count(None)
    assert Call.objects.count() == 1


@pytest.mark.requirement("S-025")
def test_a_refused_link_is_left_as_it_was(attempt, root_user):
    lost.send_link(attempt, root_user)
    attempt.close()
    with pytest.raises(LinkOver):
        lost.confirm(tokens()[0])
    assert LostDeviceLink.objects.get().consumed_at is None
