"""The Builder IDs of a scenario's document."""

from dataclasses import dataclass

from accounts.models import Principal
from accounts.models.principals import builder_user_id, fold
from builderid import people
from builderid.models import Profile
from mfa.models import Device
from signin.control import identifiers
from signin.control.documents import check_row, read_object, read_text
from signin.control.scenario_directories import MOST_APPS
from signin.control.scenario_people import add_password, read_devices
from signin.kernel import clock


@dataclass(frozen=True)
class BuilderIdContent:
    """What a document says of one Builder ID, as rows that are not stored yet."""

    person: Principal
    profile: Profile
    devices: list[Device]


def read(entry: object, where: str) -> BuilderIdContent:
    """Return what an entry of ``builder_ids`` says, or raise ScenarioInvalid."""
    fields = read_object(
        entry,
        where,
        required={"email", "name"},
        optional={"nickname", "password", "password_set_days_ago", "devices"},
    )
    email = read_text(fields, "email", where)
    person = people.new(email)
    person.unique_id = builder_user_id(identifiers.hexadecimal("builder-id", fold(email)))
    add_password(person, fields, where)
    check_row(person, where, {"username": "email"})
    profile = Profile(
        principal=person,
        name=read_text(fields, "name", where),
        nickname=read_text(fields, "nickname", where),
        email_verified_at=clock.now(),
    )
    check_row(profile, where)
    own = read_devices(person, fields, where, kinds=(Device.Kind.TOTP,), most=MOST_APPS)
    return BuilderIdContent(person, profile, own)
