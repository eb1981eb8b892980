"""How form fields look, everywhere: one template, chosen here."""

from typing import Any

from django import forms
from django.forms.renderers import TemplatesSetting


class Renderer(TemplatesSetting):
    """Renders a field, its hint and its errors by the project's own template."""

    field_template_name = "components/field.html"


class OneTimeInput(forms.TextInput):
    """A text field that never shows again what was typed: it was good once, or wrong."""

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        return super().get_context(name, None, attrs)


class StrippedCodeField(forms.RegexField):
    """Six ASCII digits, as a person types them: blanks between them do no harm."""

    def __init__(self, **options: Any) -> None:
        super().__init__(regex=r"\A[0-9]{6}\Z", **options)

    def to_python(self, value: object) -> str:
        return "".join(str(value or "").split())
