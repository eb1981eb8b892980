"""Templates in which what depends on the language alone is rendered once.

Around what a page is about there is much that is the same each time: texts, addresses of static
files, parts that take nothing. In place of a run of such nodes stands one that keeps what they
rendered, for each language.
"""

from collections.abc import Iterable
from itertools import groupby
from typing import Any

from django.template import Context, Origin, Template, TemplateDoesNotExist
from django.template.base import FilterExpression, Node, NodeList, TextNode, TokenType
from django.template.defaulttags import CommentNode, IfNode, LoadNode
from django.template.loader_tags import IncludeNode
from django.template.loaders import base, cached
from django.templatetags.i18n import BlockTranslateNode, TranslateNode
from django.templatetags.static import StaticNode
from django.utils.translation import get_language


class _Folding(base.Loader):
    def get_template(self, template_name: str, skip: "list[Origin] | None" = None) -> Template:
        template = super().get_template(template_name, skip)
        _fold(template.nodelist, template)
        return template


class Loader(cached.Loader, _Folding):
    """Reads each template once, and folds it before anybody renders it."""


class Steady(Node):
    """Nodes that render the same for everybody who reads the same language."""

    child_nodelists = ()

    def __init__(self, nodes: Iterable[Node]) -> None:
        self.nodes = NodeList(nodes)
        self.rendered: dict[tuple[str | None, bool], str] = {}

    def render(self, context: Context) -> str:
        """Return what the nodes rendered first in this language."""
        key = get_language(), context.autoescape
        if (done := self.rendered.get(key)) is None:
            done = self.rendered[key] = self.nodes.render(context)
        return done


def _fold(nodes: NodeList, template: Template) -> None:
    for node in nodes:
        for inner in _lists_in(node):
            _fold(inner, template)
    folded: list[Node] = []
    for is_steady, run in groupby(nodes, lambda node: _is_steady(node, template)):
        found = list(run)
        is_worth_it = is_steady and not all(isinstance(node, TextNode) for node in found)
        folded += [Steady(found)] if is_worth_it else found
    nodes[:] = folded


def _lists_in(node: Node) -> list[NodeList]:
    if isinstance(node, IfNode):
        return [nodes for _, nodes in node.conditions_nodelists]
    found = [getattr(node, name, None) for name in node.child_nodelists]
    return [nodes for nodes in found if isinstance(nodes, NodeList)]


def _is_steady(node: Any, template: Template) -> bool:
    """Return whether a node is of a kind that is known to look at nothing but the language."""
    kind = type(node)
    if kind in {TextNode, LoadNode, CommentNode, Steady}:
        return True
    if kind is TranslateNode:
        return not (node.asvar or node.message_context) and _is_literal(node.filter_expression)
    if kind is BlockTranslateNode:
        is_named = node.asvar or node.message_context or node.counter or node.extra_context
        return not is_named and all(each.token_type == TokenType.TEXT for each in node.singular)
    if kind is StaticNode:
        return node.varname is None and _is_literal(node.path)
    if kind is IncludeNode and node.isolated_context and not node.extra_context:
        return _is_literal(node.template) and _holds_nothing_else(node.template.var, template)
    return False


def _is_literal(expression: FilterExpression) -> bool:
    text = getattr(expression.var, "literal", expression.var)
    return isinstance(text, str) and not expression.filters


def _holds_nothing_else(name: str, template: Template) -> bool:
    """Return whether a template that takes nothing is steady itself."""
    try:
        included = template.engine.get_template(name)
    except TemplateDoesNotExist:
        return False
    return all(_is_steady(node, included) for node in included.nodelist)
