"""Finding people with a Builder ID, and making one."""

from datetime import timedelta

from django.db import IntegrityError, transaction
from django.db.models import CharField, QuerySet

from accounts import passwords
from accounts.models import Principal
from accounts.models.principals import fold
from builderid.errors import BuilderIdTaken
from builderid.models import Profile
from signin.kernel import clock
from signin.kernel.prepared import Prepared

SIGNED_IN_FOR = timedelta(hours=8)

_ONE = Prepared(
    lambda folded: Principal.objects.select_related("builder_id_profile").filter(
        kind=Principal.Kind.BUILDER_ID, realm="", folded=folded
    ),
    folded=CharField(),
)


def find(email: str) -> Principal | None:
    """Return whose Builder ID has this e-mail, with the profile."""
    return _ONE.find(folded=fold(email))


def everybody() -> QuerySet[Principal]:
    """Return all who have a Builder ID, with their profiles."""
    wanted = Principal.objects.filter(kind=Principal.Kind.BUILDER_ID)
    return wanted.select_related("builder_id_profile").order_by("folded")


def profile_of(person: Principal) -> Profile:
    """Return what is known of somebody with a Builder ID."""
    return Profile.objects.get(pk=person.pk)


def new(email: str) -> Principal:
    """Return a Builder ID that isn't stored yet; it has no password."""
    person = Principal(kind=Principal.Kind.BUILDER_ID, username=email)
    person.set_unusable_password()
    return person


def create(email: str, name: str, *, nickname: str = "", password: str) -> Principal:
    """Make a Builder ID without any mail, or raise BuilderIdTaken or PasswordRefused.

    The address counts as confirmed.
    """
    person = new(email)
    return store(person, passwords.first(person, password), name=name, nickname=nickname)


def store(person: Principal, encoded: str, *, name: str, nickname: str = "") -> Principal:
    """Store a Builder ID whose address is known to be theirs, or raise BuilderIdTaken.

    ``encoded`` is the hash of the first password. Of two people with one e-mail the database lets
    one in.
    """
    now = clock.now()
    person.password, person.password_changed_at = encoded, now
    profile = Profile(principal=person, name=name, nickname=nickname, email_verified_at=now)
    try:
        with transaction.atomic():
            person.save(force_insert=True)
            profile.save(force_insert=True)
    except IntegrityError as error:
        raise BuilderIdTaken from error
    return person
