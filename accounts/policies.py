"""What a password must be like.

The symbols are those that AWS counts. Other characters are welcome in a password, but count for
their length only.
"""

import re
import string
from collections.abc import Iterable
from dataclasses import dataclass, fields, replace
from functools import cache
from itertools import chain

from django.contrib.auth.password_validation import CommonPasswordValidator
from django.utils.functional import Promise
from django.utils.module_loading import import_string
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from accounts.models import Account, PasswordPolicy, Principal

IAM_SYMBOLS = "!@#$%^&*()_+-=[]{}|'"
ROOT_SYMBOLS = IAM_SYMBOLS + "<>"
DIRECTORY_SYMBOLS = "~!@#$%^&*_-+=`|\\(){}[]:;\"'<>,.?/"
SHORTEST_NAME = 4  # a shorter one is part of too many words
OUR_WORDS = re.compile(r"amazon|(?<![a-z])aws(?![a-z])", re.IGNORECASE)


@dataclass(frozen=True)
class Problem:
    """Something that a password lacks: which rule says so, and the rule as people read it."""

    rule: str
    text: str | Promise


@dataclass(frozen=True)
class Rules:
    """What is asked of the passwords of one principal.

    ``classes`` is how many of the four classes of characters are needed, whichever they are.
    ``names`` is whether they have to leave out the names of user and account, and AWS's own.
    ``reuse`` is how many passwords can't come back; 0 for somebody who has had none.
    """

    min_length: int = 8
    max_length: int = 128
    classes: int = 0
    uppercase: bool = False
    lowercase: bool = False
    digits: bool = False
    symbols: bool = False
    symbol_set: str = IAM_SYMBOLS
    names: bool = True
    reuse: int = 1
    max_age: int | None = None  # days
    hard_expiry: bool = False

    def alphabets(self) -> dict[str, str]:
        """Return the characters of each class, by the name of the field that asks for it."""
        return {
            "uppercase": string.ascii_uppercase,
            "lowercase": string.ascii_lowercase,
            "digits": string.digits,
            "symbols": self.symbol_set,
        }

    def listed(self) -> list[Problem]:
        """Return all rules in the order in which people read them."""
        asked = [name for name in self.alphabets() if getattr(self, name)]
        classes = ["classes"] if self.classes else []
        named = ["names"] if self.names else []
        reused = ["reused"] if self.reuse else []
        rules = ["length", *asked, *classes, *named, "leaked", *reused]
        return [self.problem(rule) for rule in rules]

    def problem(self, rule: str) -> Problem:
        """Return a rule with its text."""
        values = {field.name: getattr(self, field.name) for field in fields(self)}
        text = _REUSED_ONE if rule == "reused" and self.reuse == 1 else _TEXTS[rule]
        return Problem(rule, format_lazy(text, **values))


DEFAULT = Rules(classes=3)
ROOT = Rules(classes=3, symbol_set=ROOT_SYMBOLS)
ROOT_AT_FIRST = replace(ROOT, reuse=0)
# Of Identity Center and of Builder IDs; AWS asks for no more, so names may be in it (R-122 ff.).
DIRECTORY = Rules(
    max_length=64,
    uppercase=True,
    lowercase=True,
    digits=True,
    symbols=True,
    symbol_set=DIRECTORY_SYMBOLS,
    names=False,
    reuse=3,
)
DIRECTORY_AT_FIRST = replace(DIRECTORY, reuse=0)

OF_DIRECTORIES = frozenset({Principal.Kind.DIRECTORY_USER, Principal.Kind.BUILDER_ID})

_TEXTS = {
    "length": _("Use {min_length} to {max_length} characters."),
    "uppercase": _("Use an upper-case letter, A to Z."),
    "lowercase": _("Use a lower-case letter, a to z."),
    "digits": _("Use a digit, 0 to 9."),
    "symbols": _("Use a symbol, one of {symbol_set}"),
    "classes": _(
        "Use {classes} of these four: upper-case letters, lower-case letters, digits, symbols. "
        "Symbols are {symbol_set}"
    ),
    "names": _("Leave out the names of user and account, and those of Amazon and AWS."),
    "leaked": _("Use none that is known from leaks, and no single word."),
    "reused": _("Use none of your last {reuse} passwords."),
}
_REUSED_ONE = _("Use another one than the password that you have.")


def rules_for(principal: Principal) -> Rules:
    """Return the rules for a principal's passwords: an account's own bind its IAM users only."""
    if principal.is_root:
        return ROOT
    if principal.kind in OF_DIRECTORIES:
        return DIRECTORY
    policy = policy_of(principal.account)
    if policy is None:
        return DEFAULT
    return Rules(
        min_length=policy.minimum_length,
        uppercase=policy.require_uppercase,
        lowercase=policy.require_lowercase,
        digits=policy.require_numbers,
        symbols=policy.require_symbols,
        reuse=policy.reuse_prevention or 1,
        max_age=policy.max_age_days,
        hard_expiry=policy.hard_expiry,
    )


def rules_at_first(principal: Principal) -> Rules:
    """Return the rules for the first password of somebody who chooses it before they are there."""
    return ROOT_AT_FIRST if principal.is_root else DIRECTORY_AT_FIRST


def policy_of(account: Account | None) -> PasswordPolicy | None:
    """Return an account's own policy, if it has one."""
    return getattr(account, "password_policy", None)


def may_change(principal: Principal) -> bool:
    """Return whether a principal may choose a password: as their own permission says, if any.

    Without an own policy the account lets everybody. Who is in no account always may, and so does
    a root user.
    """
    if principal.is_root or principal.kind in OF_DIRECTORIES:
        return True
    if principal.may_change_password is not None:
        return principal.may_change_password
    policy = policy_of(principal.account)
    return policy is None or policy.users_may_change


def problems(password: str, principal: Principal, rules: Rules) -> list[Problem]:
    """Return the rules that a password breaks; whether it was used before, nobody tells here."""
    alphabets = rules.alphabets()
    there = {name for name, alphabet in alphabets.items() if set(password) & set(alphabet)}
    kept = {
        "length": rules.min_length <= len(password) <= rules.max_length,
        **{name: name in there for name in alphabets},
        "classes": len(there) >= rules.classes,
        "names": not _has_name(password, principal),
        "leaked": password.lower() not in _leaked(),
    }
    return [each for each in rules.listed() if not kept.get(each.rule, True)]


def _has_name(password: str, principal: Principal) -> bool:
    folded = password.casefold()
    names = (name.casefold() for name in _names(principal) if len(name) >= SHORTEST_NAME)
    return bool(OUR_WORDS.search(password)) or any(name in folded for name in names)


def _names(principal: Principal) -> Iterable[str]:
    yield principal.username
    yield principal.username.partition("@")[0]
    if principal.account:
        yield principal.account.name
        yield principal.account.alias or ""


@cache
def _leaked() -> frozenset[str]:
    # Loaded when the first password is chosen: a server that only signs people in needs none.
    words = chain.from_iterable(import_string("zxcvbn.frequency_lists.FREQUENCY_LISTS").values())
    return frozenset(words) | frozenset(CommonPasswordValidator().passwords)
