"""The fixtures that several modules of flows share."""

import json

import pytest
from django.test import Client

from signin.control import operators
from tests.flows.admin_walks import ADMIN, log_in


@pytest.fixture
def operator(new_browser):
    """Return a browser in which the operator is logged in."""
    browser = new_browser()
    log_in(browser, operators.NAME, operators.create())
    assert browser.url == ADMIN
    return browser


@pytest.fixture
def japanese(new_browser):
    """Return a browser of somebody who prefers Japanese."""
    return new_browser(language="ja-JP,ja;q=0.9,en;q=0.5")


@pytest.fixture
def control():
    """Return what calls the control API and returns status and JSON."""

    def call(method, path, body=None):
        answer = Client().generic(
            method,
            f"/control/v1{path}",
            json.dumps(body) if body is not None else "",
            content_type="application/json",
            headers={"host": "localhost:8000"},
        )
        return answer.status_code, json.loads(answer.content or "null")

    return call
