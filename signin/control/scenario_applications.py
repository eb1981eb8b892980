"""The applications of a scenario's document, those that believe the portal by SAML among them."""

from collections.abc import Mapping
from typing import Any

from accounts.models import Application, Directory
from signin.control import identifiers
from signin.control.documents import (
    Columns,
    check_row,
    read_choices,
    read_flag,
    read_number,
    read_object,
    read_text,
)

TEXTS = ("acs_url", "audience", "relay_state", "logout_url")
CHOICES: Columns = {
    "subject": ("subject", Application.Subject),
    "name_id_format": ("name_id_format", Application.NameIdFormat),
}
CALLED = {
    column: f"saml.{column}"
    for column in (*TEXTS, "subject", "name_id_format", "attributes", "session_minutes")
}


def read(fields: Mapping[str, Any], where: str, directory: Directory) -> Application:
    """Return the application of an entry, without its users, or raise ScenarioInvalid."""
    name = read_text(fields, "name", where)
    application = Application(
        directory=directory,
        name=name,
        description=read_text(fields, "description", where),
        is_enabled=read_flag(fields, "enabled", where) is not False,
        start_url=read_text(fields, "start_url", where),
        instance_id=f"ins-{identifiers.hexadecimal(directory.id, name)}",
    )
    if "saml" in fields:
        _take_saml(application, fields["saml"], f"{where}.saml")
    check_row(application, where, CALLED)
    return application


def _take_saml(application: Application, entry: object, where: str) -> None:
    saml = read_object(
        entry,
        where,
        required={"acs_url", "audience"},
        optional={
            "relay_state",
            "subject",
            "name_id_format",
            "attributes",
            "session_minutes",
            "logout_url",
        },
    )
    for column in TEXTS:
        setattr(application, column, read_text(saml, column, where))
    for column, value in read_choices(saml, where, CHOICES).items():
        setattr(application, column, value)
    application.attributes = saml.get("attributes", {})
    if (minutes := read_number(saml, "session_minutes", where)) is not None:
        application.session_minutes = minutes
