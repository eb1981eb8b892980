"""Templates with what is the same each time rendered once say what they said before."""

from datetime import UTC, datetime

import pytest
from django.template import Context, Engine, TemplateDoesNotExist, TemplateSyntaxError
from django.template.loader_tags import BlockNode, ExtendsNode
from django.utils import translation
from django.utils.safestring import mark_safe
from django.utils.translation import gettext_lazy

from signin.folding import Steady

LOADERS = [
    "django.template.loaders.filesystem.Loader",
    "django.template.loaders.app_directories.Loader",
]
I18N = "{% load i18n static %}"


def engines(**templates):
    """Return an engine that folds templates, and one that doesn't."""
    plain = ("django.template.loaders.locmem.Loader", templates)
    libraries = {"i18n": "django.templatetags.i18n", "static": "django.templatetags.static"}
    return [
        Engine(loaders=[loaders], libraries=libraries)
        for loaders in (("signin.folding.Loader", [plain]), plain)
    ]


def nodes(text, **others):
    """Return the nodes that a template has when it is folded."""
    folding, _plain = engines(page=text, **others)
    return list(folding.get_template("page").nodelist)


@pytest.mark.parametrize(
    "text",
    [
        "<p>{% translate 'Sign in' %}</p>{# nothing #}<a>",
        "{% blocktranslate trimmed %}Sign in{% endblocktranslate %}",
        "{% translate 'Sign in' noop %}",
        "{% include 'part' only %}",
        "<img src=\"{% static 'img/mark.svg' %}\">",
    ],
)
def test_what_depends_on_the_language_alone_becomes_one_node(text):
    found = nodes(I18N + text, part=I18N + "<b>{% translate 'Sign in' %}</b>")
    assert [type(node) for node in found] == [Steady]


@pytest.mark.parametrize(
    "text",
    [
        "{{ name }}",
        "{% translate name %}",
        "{% translate 'Sign in' as text %}",
        "{% translate 'Sign in'|upper %}",
        "{% translate 'Sign in' context name %}",
        "{% blocktranslate %}Sign in, {{ name }}{% endblocktranslate %}",
        "{% blocktranslate with x=name %}Sign in{% endblocktranslate %}",
        "{% blocktranslate asvar text %}Sign in{% endblocktranslate %}",
        "{% include 'part' %}",
        "{% include 'part' with name=name only %}",
        "{% include 'other' only %}",
        "{% include which only %}",
        "{% static name %}",
        "{% static 'img/mark.svg' as text %}",
        "{% csrf_token %}",
    ],
)
def test_what_depends_on_more_stays_as_it_is(text):
    found = nodes(I18N + text, part="x", other="{{ name }}")
    assert not any(isinstance(node, Steady) for node in found[1:])


@pytest.mark.parametrize("language", ["en", "ja"])
def test_nobody_sees_a_difference(language):
    texts = {
        "base": I18N + "<h1>{% translate 'Sign in' %}</h1>{% block a %}{% translate 'Name' %}"
        "{% endblock %}|{% block b %}{% endblock %}",
        "page": "{% extends 'base' %}"
        + I18N
        + "{% block a %}{{ block.super }}{% if name %}{% translate 'Password' %} 100%"
        "{% else %}{% translate 'Account' %}{% endif %}{% endblock %}"
        "{% block b %}{% for each in names %}<i>{% translate 'Next' %}{{ each }}</i>"
        "{% empty %}{% translate 'Nothing' %}{% endfor %}{% with x=1 %}{% translate 'Next' %}"
        "{% endwith %}{% autoescape off %}{% translate '<&>' %}{% endautoescape %}"
        "{% translate '<&>' %}{% endblock %}",
    }
    folding, plain = engines(**texts)
    with translation.override(language):
        for context in ({}, {"name": "<n>", "names": ["<1>", "2"]}):
            expected = plain.get_template("page").render(Context(context))
            for _ in range(2):
                assert folding.get_template("page").render(Context(context)) == expected


SHOWN = [
    "<b>&\"'",
    mark_safe("<b>"),
    gettext_lazy("Sign in"),
    1234567.5,
    None,
    True,
    datetime(2031, 1, 2, 3, 4, tzinfo=UTC),
    ["<1>"],
    lambda: "<called>",
]


@pytest.mark.parametrize("value", SHOWN, ids=lambda value: type(value).__name__)
@pytest.mark.parametrize(
    "text",
    [
        "{{ value }}",
        "{{ value|default:'<none>' }}",
        "{% autoescape off %}{{ value }}{% endautoescape %}",
        "{{ nothing }}{{ value.nothing }}",
    ],
)
def test_a_variable_is_shown_as_django_shows_it(text, value):
    folding, plain = engines(page=text)
    shown, expected = (
        engine.get_template("page").render(Context({"value": value})) for engine in (folding, plain)
    )
    assert shown == expected


def test_a_template_that_changes_the_language_in_itself_is_rendered_in_both():
    texts = "{% translate 'Sign in' %}{% include 'part' only %}"
    folding, plain = engines(
        page=I18N + texts + "{% language 'ja' %}" + texts + "{% endlanguage %}" + texts,
        part=I18N + "<i>{% translate 'Password' %}</i>",
    )
    expected = plain.get_template("page").render(Context())
    assert len(set(expected.split("<i>"))) > 2
    for _ in range(2):
        assert folding.get_template("page").render(Context()) == expected


INHERITANCE = {
    "base": "{% block a %}a{% block b %}b{% endblock %}{% endblock %}|"
    "{% if yes %}{% block c %}c{{ name }}{% endblock %}{% else %}{% block d %}{% endblock %}"
    "{% endif %}|{% for each in names %}{% block e %}{{ each }}{% endblock %}{% endfor %}",
    "outer": "{% extends 'base' %}ignored{% block a %}<{{ block.super }}>{% endblock %}"
    "{% block e %}{{ block.super }}{{ block.super }}{% endblock %}{% block lost %}x{% endblock %}",
    "inner": "{% extends 'outer' %}{% block b %}B{{ block.super }}{% endblock %}"
    "{% block a %}[{{ block.super }}]{% endblock %}{% block c %}{{ block.super }}!{% endblock %}",
    "nested": "{% extends 'base' %}{% block a %}{% block f %}{% if yes %}f{% endif %}{% endblock %}"
    "{% block b %}{{ block.super }}{% endblock %}{% endblock %}",
    "deeper": "{% extends 'nested' %}{% block f %}F{{ block.super }}{% endblock %}",
    "chosen": "{% extends layout %}{% block a %}chosen{{ block.super }}{% endblock %}",
    "below": "{% extends 'chosen' %}{% block c %}below{{ block.super }}{% endblock %}"
    "{% block a %}({{ block.super }}){% endblock %}",
    "filtered": "{% extends yes|yesno:'outer,base' %}{% block d %}{{ name }}{% endblock %}",
    "names": "{% extends 'base' %}{% block a %}{% cycle 'x' 'y' as name %}{{ name }}{% endblock %}",
}


@pytest.mark.parametrize("layout", ["base", "outer", "inner"])
@pytest.mark.parametrize("yes", [True, False])
@pytest.mark.parametrize("page", INHERITANCE)
def test_a_template_and_those_that_it_extends_are_one(page, yes, layout):
    folding, plain = engines(**INHERITANCE)
    values = {"yes": yes, "layout": layout, "name": "<n>", "names": ["1", "2"]}
    expected = plain.get_template(page).render(Context(values))
    for _ in range(2):
        assert folding.get_template(page).render(Context(values)) == expected
        assert folding.get_template("base").render(Context(values)) == plain.get_template(
            "base"
        ).render(Context(values))


def test_nothing_looks_for_a_parent_any_more():
    folding, _plain = engines(**INHERITANCE)
    assert not folding.get_template("inner").nodelist.get_nodes_by_type((BlockNode, ExtendsNode))


def test_a_parent_from_another_loader_is_extended_too():
    """Threads that ask first at once make a loader each; the engine keeps that of the last."""
    folding, plain = engines(**INHERITANCE)
    [first] = folding.template_loaders
    del folding.template_loaders
    page = first.get_template("inner")
    assert page.render(Context()) == plain.get_template("inner").render(Context())
    assert folding.template_loaders != [first]


def test_a_template_that_extends_itself_is_found_out():
    folding, _plain = engines(page="{% extends 'other' %}", other="{% extends 'page' %}")
    with pytest.raises(TemplateDoesNotExist):
        folding.get_template("page")


def test_a_parent_that_is_named_while_it_is_rendered_can_not_name_its_own_then():
    folding, _plain = engines(page="{% extends layout %}", other="{% extends layout %}")
    with pytest.raises(TemplateSyntaxError, match="too late"):
        folding.get_template("page").render(Context({"layout": "other"}))


def test_what_is_forgotten_is_read_again():
    templates = {"base": "{% block a %}{% endblock %}", "page": "{% extends 'base' %}"}
    plain = ("django.template.loaders.locmem.Loader", templates)
    engine = Engine(loaders=[("signin.folding.Loader", [plain])])
    assert engine.get_template("page").render(Context()) == ""
    templates["base"] = "new"
    engine.template_loaders[0].reset()
    assert engine.get_template("page").render(Context()) == "new"


def test_each_language_has_its_own():
    folding, _plain = engines(page=I18N + "{% translate 'Password' %}")
    template = folding.get_template("page")
    said = {}
    for language in ("en", "ja", "en", "ja"):
        with translation.override(language):
            said.setdefault(language, set()).add(template.render(Context()))
    assert said["en"] == {"Password"}
    assert len(said["ja"]) == 1
    assert said["ja"] != said["en"]


def test_the_project_s_templates_are_loaded_so(settings):
    [options] = settings.TEMPLATES
    assert options["OPTIONS"]["loaders"] == [("signin.folding.Loader", LOADERS)]
