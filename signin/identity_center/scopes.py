"""What programs may do that people let in, in words."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

IN_WORDS: dict[str, str | Promise] = {
    "sso:account:access": _("See your accounts and roles, and get access keys of them"),
    "sso-portal:*": _("See your accounts and roles, and get access keys of them"),
    "codewhisperer:completions": _("Complete code for you"),
    "codewhisperer:analysis": _("Look through your code"),
    "codewhisperer:conversations": _("Talk about code with you"),
    "codewhisperer:taskassist": _("Work on tasks with you"),
    "codewhisperer:transformations": _("Rewrite your code"),
    "codecatalyst:read_write": _("Read and change your projects in CodeCatalyst"),
}
WITHOUT_SCOPES = ("sso:account:access",)  # what clients may that registered with none


def in_words(scopes: list[str]) -> list[dict[str, str | Promise]]:
    """Return scopes with what they mean; those that nobody knows have their name alone."""
    return [
        {"scope": scope, "words": IN_WORDS.get(scope, "")} for scope in scopes or WITHOUT_SCOPES
    ]
