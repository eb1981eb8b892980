"""Templates joined with what they extend, when they are loaded.

Django looks for the parent, and for the block that counts, each time that a page is rendered. Here
a template's own blocks stand in its parent's place for them from the beginning.
"""

from collections.abc import Callable, Iterable
from copy import copy
from typing import Any

from django.template.base import Node, NodeList, TextNode, Variable, VariableNode
from django.template.defaulttags import IfNode
from django.template.loader_tags import BlockNode, ExtendsNode

Replace = Callable[[Node], "Iterable[Node] | None"]

# The attributes in which nodes have the name of the variable that they set for those after them.
NAMES_SET = ("asvar", "target_var", "var_name", "variable", "variable_name", "varname")


def extends_of(nodes: NodeList) -> ExtendsNode | None:
    """Return what says that a template extends another one; only text may stand before it."""
    first = next((node for node in nodes if not isinstance(node, TextNode)), None)
    return first if isinstance(first, ExtendsNode) else None


def joined(parent: NodeList, blocks: dict[str, BlockNode]) -> NodeList:
    """Return the nodes of a parent with these blocks in place of its own.

    ``{{ block.super }}`` becomes what the parent has there.
    """
    replaced = {each.name: each for each in _all_in(parent) if isinstance(each, BlockNode)}

    def own(block: BlockNode) -> BlockNode:
        def fill(node: Node) -> Iterable[Node] | None:
            if _is_super(node):
                before = replaced.get(block.name)
                return _changed(before.nodelist, replace) if before else ()
            return [own(node)] if isinstance(node, BlockNode) else None

        return BlockNode(block.name, _changed(block.nodelist, fill))

    def replace(node: Node) -> Iterable[Node] | None:
        if isinstance(node, BlockNode) and node.name in blocks:
            return [own(blocks[node.name])]
        return None

    return _changed(parent, replace)


def without_blocks(nodes: NodeList) -> NodeList:
    """Return nodes with what stands in blocks instead of the blocks, as nothing replaces it now.

    A block that sets a variable stays: the variable is for its own nodes only.
    """

    def replace(node: Node) -> Iterable[Node] | None:
        if isinstance(node, BlockNode) and not any(map(_sets_a_name, _all_in(node.nodelist))):
            return _changed(node.nodelist, replace)
        return None

    return _changed(nodes, replace)


def lists_in(node: Node) -> list[NodeList]:
    """Return the lists of nodes that a node renders."""
    if isinstance(node, IfNode):
        return [nodes for _, nodes in node.conditions_nodelists]
    return [getattr(node, name) for name in _names_of_lists(node)]


def _names_of_lists(node: Node) -> list[str]:
    return [
        name for name in node.child_nodelists if isinstance(getattr(node, name, None), NodeList)
    ]


def _changed(nodes: NodeList, replace: Replace) -> NodeList:
    """Return nodes of which some are replaced, at any depth; those around them are copies."""
    found = NodeList()
    for node in nodes:
        instead = replace(node)
        found.extend([_changed_in(node, replace)] if instead is None else instead)
    return found


def _changed_in(node: Any, replace: Replace) -> Node:
    before = lists_in(node)
    after = [_changed(nodes, replace) for nodes in before]
    if after == before:
        return node  # type: ignore[no-any-return]
    made = copy(node)
    if isinstance(node, IfNode):
        conditions = [condition for condition, _ in node.conditions_nodelists]
        made.conditions_nodelists = list(zip(conditions, after, strict=True))
    else:
        for name, nodes in zip(_names_of_lists(node), after, strict=True):
            setattr(made, name, nodes)
    return made  # type: ignore[no-any-return]


def _all_in(nodes: NodeList) -> Iterable[Node]:
    for node in nodes:
        yield node
        for inner in lists_in(node):
            yield from _all_in(inner)


def _is_super(node: Node) -> bool:
    if not isinstance(node, VariableNode):
        return False
    said = node.filter_expression.var
    return isinstance(said, Variable) and said.var == "block.super"


def _sets_a_name(node: Node) -> bool:
    return any(getattr(node, name, None) for name in NAMES_SET)
