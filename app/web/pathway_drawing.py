"""A pathway as a drawing, with the same as a list, for the pages of everybody."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from markupsafe import Markup

from app.projections import pathway_graph
from app.projections.pathway_graph import Box, Graph, State, Step
from app.stacking.conditions import HasNode, credentials_in, leaves
from app.stacking.evaluate import Evaluation, Finding
from app.stacking.world import Node, Pathway, World
from app.web import condition_words
from app.web.languages import gettext as _
from app.web.languages import ngettext


@dataclass(frozen=True, slots=True)
class Drawn:
    """The drawing, and the steps of the list beside it, each with what it asks for."""

    svg: Markup
    steps: tuple[tuple[Step, str], ...]


def drawn(world: World, pathway: Pathway, evaluation: Evaluation | None = None, *, id_: str = "graph") -> Drawn:
    """Draw a pathway; with an evaluation, as one learner stands in it."""
    graph = graph_of(world, pathway, evaluation)
    svg = Markup(pathway_graph.svg(graph, id_=id_))  # noqa: S704 - everything that people wrote is escaped in it
    asks = {node.id: condition_words.said(world, node.condition, pathway) for node in pathway.nodes}
    return Drawn(svg, tuple((step, asks[step.box.id]) for step in pathway_graph.steps(graph)))


def graph_of(world: World, pathway: Pathway, evaluation: Evaluation | None = None) -> Graph:
    """What is drawn of a pathway. Of two steps with one id, which a draft may have, the last."""
    boxes = {node.id: _box(world, pathway, node, evaluation) for node in pathway.nodes}
    count = ngettext("%(num)s step.", "%(num)s steps.", len(boxes))
    complete, beside = "", _("The list beside it says the same in words.")
    if evaluation is not None:
        complete = ngettext("%(num)s is complete.", "%(num)s are complete.", len(evaluation.complete))
    return Graph(
        title=pathway.name,
        boxes=tuple(boxes.values()),
        lines=tuple(lines_of(pathway)),
        description=" ".join(each for each in (count, complete, beside) if each),
        level=_("Level"),
    )


def lines_of(pathway: Pathway) -> Iterator[tuple[str, str]]:
    """From which step to which a line leads: one needs the other, or the stack that the other awards."""
    for node in pathway.nodes:
        for leaf in leaves(node.condition):
            if isinstance(leaf, HasNode):
                yield leaf.node, node.id
        for credential in sorted(credentials_in(node.condition)):
            if (awarding := pathway.awarded_by.get(credential)) is not None:
                yield awarding, node.id


def _box(world: World, pathway: Pathway, node: Node, evaluation: Evaluation | None) -> Box:
    finding = evaluation.nodes.get(node.id) if evaluation else None
    return Box(
        id=node.id,
        name=node.name,
        level=node.level,
        awards=_("awards %(stack)s", stack=world.label(node.awards)) if node.awards else "",
        note=_note(finding) if finding else ("" if node.required else _("if one likes")),
        state=_state(finding) if finding else None,
        is_goal=node.id == pathway.completion,
    )


def _state(finding: Finding) -> State:
    if finding.is_met:
        return State.COMPLETE
    return State.BEGUN if finding.progress else State.OPEN


def _note(finding: Finding) -> str:
    if finding.is_met:
        return _("complete")
    return f"{int(finding.progress * 100)} %" if finding.progress else _("not yet")
