"""What a directory asks after the password: every cell of the table."""

import pytest

from mfa.prompting import Outcome, decide

MODES = ("context-aware", "always-on", "never")
RULES = {
    "register": Outcome.REGISTER,
    "email-code": Outcome.EMAIL_CODE,
    "block": Outcome.BLOCK,
    "allow": Outcome.LET_IN,
}
LET_IN, CHALLENGE = Outcome.LET_IN, Outcome.CHALLENGE

pytestmark = pytest.mark.requirement("R-094")


@pytest.mark.parametrize("rule", RULES)
@pytest.mark.parametrize("is_trusted", [True, False])
@pytest.mark.parametrize("has_device", [True, False])
def test_never_lets_everybody_in_whatever_the_rule_without_a_device(has_device, is_trusted, rule):
    assert decide("never", rule, has_device=has_device, is_trusted=is_trusted) is LET_IN


@pytest.mark.parametrize("rule", RULES)
@pytest.mark.parametrize("is_trusted", [True, False])
def test_always_on_asks_for_the_device_in_a_trusted_browser_too(is_trusted, rule):
    assert decide("always-on", rule, has_device=True, is_trusted=is_trusted) is CHALLENGE


@pytest.mark.parametrize(("rule", "outcome"), RULES.items())
@pytest.mark.parametrize("is_trusted", [True, False])
def test_always_on_leaves_people_without_a_device_to_the_rule(is_trusted, rule, outcome):
    assert decide("always-on", rule, has_device=False, is_trusted=is_trusted) is outcome


@pytest.mark.parametrize("rule", RULES)
@pytest.mark.parametrize("has_device", [True, False])
def test_context_aware_lets_a_trusted_browser_in_even_where_the_rule_blocks(has_device, rule):
    assert decide("context-aware", rule, has_device=has_device, is_trusted=True) is LET_IN


@pytest.mark.parametrize("rule", RULES)
def test_context_aware_asks_for_the_device_when_the_context_is_new(rule):
    assert decide("context-aware", rule, has_device=True, is_trusted=False) is CHALLENGE


@pytest.mark.parametrize(("rule", "outcome"), RULES.items())
def test_context_aware_leaves_the_rest_without_a_device_to_the_rule(rule, outcome):
    assert decide("context-aware", rule, has_device=False, is_trusted=False) is outcome
