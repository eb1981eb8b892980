"""The catalogue of translations: complete, and that of the sources."""

import os
import shutil
import subprocess
import sys
from collections import Counter

import pytest
from babel.messages.mofile import read_mo
from django.conf import settings

from tests.catalogue import (
    CATALOGUE,
    PLACEHOLDER,
    TAG,
    by_text,
    in_english,
    in_japanese,
    read_catalogue,
    texts,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("demo")]

SOURCES = ["signin", "accounts", "mfa", "builderid", "templates", "manage.py"]


def test_every_text_has_a_translation():
    catalogue = read_catalogue()
    assert len(texts(catalogue)) > 300
    assert not [each.id for each in texts(catalogue) if not all(in_japanese(each))]
    assert not [each.id for each in catalogue if each.fuzzy]
    assert not catalogue.obsolete


def test_translations_keep_the_placeholders_and_the_markup():
    for message in texts(read_catalogue()):
        english = in_english(message)[-1]
        for japanese in in_japanese(message):
            for mark in (PLACEHOLDER, TAG):
                assert Counter(mark.findall(japanese)) == Counter(mark.findall(english)), english


def test_the_compiled_catalogue_is_that_of_the_texts():
    with CATALOGUE.with_suffix(".mo").open("rb") as file:
        assert by_text(read_mo(file)) == by_text(read_catalogue())


def test_no_text_of_the_sources_is_missing_from_the_catalogue(tmp_path):
    if not shutil.which("xgettext"):
        assert not os.environ.get("CI"), "xgettext is missing: apt install gettext"
        pytest.skip("xgettext is missing: apt install gettext")
    for name in SOURCES:
        source, copy = settings.BASE_DIR / name, tmp_path / name
        if source.is_dir():
            shutil.copytree(source, copy, ignore=shutil.ignore_patterns("__pycache__", "locale"))
        else:
            shutil.copy(source, copy)
    data = {"SIGNIN_DATA_DIR": str(tmp_path / "data"), "DJANGO_SETTINGS_MODULE": "signin.settings"}
    subprocess.run(
        [sys.executable, "manage.py", "makemessages", "--locale=ja", "--no-location"],
        cwd=tmp_path,
        env=os.environ | data,
        capture_output=True,
        check=True,
    )
    collected = read_catalogue(tmp_path / CATALOGUE.relative_to(settings.BASE_DIR))
    assert set(by_text(collected)) == set(by_text(read_catalogue())), "run `make translations`"
