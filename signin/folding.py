"""Templates in which what depends on the language alone is rendered once.

Around what a page is about there is much that is the same each time: texts, addresses of static
files, parts that take nothing. In place of a run of such nodes stands one that keeps what they
rendered, for each language. In place of a variable stands one that knows texts when it sees them.
"""

import threading
from collections.abc import Iterable, Sequence
from functools import reduce
from html import escape
from itertools import groupby
from typing import Any

from django.template import (
    Context,
    Origin,
    Template,
    TemplateDoesNotExist,
    TemplateSyntaxError,
)
from django.template.base import (
    FilterExpression,
    Node,
    NodeList,
    TextNode,
    TokenType,
    VariableNode,
    render_value_in_context,
)
from django.template.defaulttags import CommentNode, LoadNode
from django.template.loader_tags import BlockNode, ExtendsNode, IncludeNode
from django.template.loaders import base, cached
from django.templatetags.i18n import BlockTranslateNode, LanguageNode, TranslateNode
from django.templatetags.static import StaticNode
from django.utils.translation import get_language

from signin.joining import extends_of, joined, lists_in, without_blocks

# Templates share nodes with those that they extend: folding them is for one thread at a time.
_folding = threading.RLock()


class Closed(NodeList):
    """The nodes of a template that are rendered, beside those with blocks, which others extend.

    A template brings both with it. Threads whose first pages come at once may each make loaders of
    their own, of which Django keeps one: what a loader noted, another one would look for in vain.
    """

    def __init__(self, open_nodes: NodeList) -> None:
        super().__init__(without_blocks(open_nodes))
        self.open = open_nodes


class _Folding(base.Loader):
    def get_template(self, template_name: str, skip: "list[Origin] | None" = None) -> Template:
        with _folding:
            return self._joined(super().get_template(template_name, skip), skip)

    def _joined(self, template: Template, skip: "list[Origin] | None") -> Template:
        nodes = template.nodelist
        if extends := extends_of(nodes):
            said: Any = extends.parent_name
            if not _is_literal(said):
                template.nodelist = NodeList([Extending(extends, [extends.blocks])])
                return template
            history = [*(skip or ()), template.origin]
            parent = self.engine.find_template(said.var, skip=history)[0]
            if extending := _extending(parent):
                template.nodelist = NodeList([extending.extended_by(extends.blocks)])
                return template
            nodes = joined(_open_nodes(parent), extends.blocks)
        template.nodelist = _closed(nodes, template)
        return template


class Loader(cached.Loader, _Folding):
    """Reads each template once, joins it with what it extends, and folds it."""


class Extending(Node):
    """Stands in a template whose parent is named when it is rendered."""

    child_nodelists = ()

    def __init__(self, extends: ExtendsNode, blocks: Sequence[dict[str, BlockNode]]) -> None:
        self.extends = extends
        self.blocks = blocks  # the template's, and those of the templates that extend it
        self.closed: dict[Template, NodeList] = {}

    def extended_by(self, blocks: dict[str, BlockNode]) -> "Extending":
        """Return what stands in a template that extends this one."""
        return Extending(self.extends, [*self.blocks, blocks])

    def render(self, context: Context) -> str:
        """Return what parent and template render together."""
        parent = self.extends.get_parent(context)
        if (nodes := self.closed.get(parent)) is None:
            with _folding:
                found = reduce(joined, self.blocks, _open_nodes(parent))
                nodes = self.closed[parent] = _closed(found, parent)
        return nodes.render(context)


def _open_nodes(template: Template) -> NodeList:
    """Return the nodes of a template with its blocks; raise TemplateSyntaxError."""
    if _extending(template):
        raise TemplateSyntaxError(f"{template.name} names its parent too late to be one.")
    nodes = template.nodelist
    return nodes.open if isinstance(nodes, Closed) else nodes


def _closed(nodes: NodeList, template: Template) -> Closed:
    """Return the nodes that are rendered where no other template extends them."""
    found = Closed(nodes)
    _fold(found, template)
    return found


def _extending(template: Template) -> Extending | None:
    first = next(iter(template.nodelist), None)
    return first if isinstance(first, Extending) else None


class Steady(Node):
    """Nodes that render the same for everybody who reads the same language."""

    child_nodelists = ()

    def __init__(self, nodes: Iterable[Node]) -> None:
        self.nodes = NodeList(nodes)
        self.rendered: dict[tuple[str | None, bool], str] = {}

    def render(self, context: Context) -> str:
        """Return what the nodes rendered first in this language."""
        state: Any = context.render_context  # of this template; in it the language stays
        if (language := state.get(Steady)) is None:
            language = state[Steady] = get_language()
        key = language, context.autoescape
        if (done := self.rendered.get(key)) is None:
            done = self.rendered[key] = self.nodes.render(context)
        return done


class Shown(VariableNode):
    """A variable; a plain text is escaped, and not looked at as a number or a time before."""

    def render(self, context: Context) -> str:
        """Return what Django shows of the variable."""
        value = self.filter_expression.resolve(context)
        if type(value) is not str:
            return render_value_in_context(value, context)
        return escape(value) if context.autoescape else value


def _fold(nodes: NodeList, template: Template) -> None:
    for node in nodes:
        for inner in () if isinstance(node, LanguageNode) else lists_in(node):
            _fold(inner, template)
    folded: list[Node] = []
    for is_steady, run in groupby(nodes, lambda node: _is_steady(node, template)):
        found = list(run)
        if is_steady and not all(isinstance(node, TextNode) for node in found):
            found = found if len(found) == 1 and isinstance(found[0], Steady) else [Steady(found)]
        folded += [_shown(node) if type(node) is VariableNode else node for node in found]
    nodes[:] = folded


def _shown(node: VariableNode) -> Shown:
    made = Shown(node.filter_expression)
    vars(made).update(vars(node))  # where it stands, which errors tell
    return made


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
