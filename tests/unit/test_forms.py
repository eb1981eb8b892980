"""Inputs look as Django's own templates have them."""

import pytest
from django import forms
from django.forms.renderers import DjangoTemplates

from signin.forms import Renderer

WIDGETS = [
    forms.TextInput,
    forms.PasswordInput,
    forms.EmailInput,
    forms.NumberInput,
    forms.HiddenInput,
]
ATTRIBUTES = {
    "id": "id_name",
    "class": 'a "b" <c>',
    "autofocus": True,
    "required": False,
    "maxlength": 20,
    "data-empty": "",
}


@pytest.mark.parametrize("kind", WIDGETS)
@pytest.mark.parametrize("value", [None, "", "plain", "a \"b\" <c> & 'd'", 1_234_567])
def test_an_input_is_written_as_django_writes_it(kind, value):
    widget = kind(attrs=ATTRIBUTES)
    ours, theirs = (
        widget.render("na<me", value, renderer=renderer)
        for renderer in (Renderer(), DjangoTemplates())
    )
    assert str(ours).split() == str(theirs).split()
    assert hasattr(ours, "__html__")
