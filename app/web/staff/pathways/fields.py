"""The form of a pathway: what was typed, rows that come, go and move, and the same of what is there."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from app.issuing.pathways import PathwayFacts
from app.stacking import conditions
from app.stacking.condition_text import Names, write
from app.stacking.publishing import MOST_NODES
from app.web.forms import Form

SCALARS = (
    "slug", "name", "description", "stack_type", "mode", "on_component_loss", "on_new_version", "grandfather_months",
    "entry", "tags", "open_to_learners",
)  # fmt: skip
OF_A_NODE = ("id", "name", "level", "awards", "condition", "description")
LONGEST = 20_000
_NUMBERED = re.compile(r"node-(\d{1,3})-([a-z]+)")
_ROW_ACT = re.compile(r"(add|remove|up|down)-node(?:-(\d{1,3}))?")


@dataclass(frozen=True, slots=True)
class NodeRow:
    """One row of steps; `number` is that of its fields."""

    number: int
    values: dict[str, str]
    is_required: bool = True

    @property
    def is_blank(self) -> bool:
        """Whether nobody typed anything into it."""
        return not any(value for name, value in self.values.items() if name != "level")

    def field(self, name: str) -> str:
        """The name of a field of it."""
        return f"node-{self.number}-{name}"


@dataclass(frozen=True, slots=True)
class Typed:
    """What stands in the form, as text; `completion` is the number of the row that completes the pathway."""

    values: dict[str, str]
    nodes: tuple[NodeRow, ...] = ()
    completion: int | None = None

    @property
    def shown_nodes(self) -> tuple[NodeRow, ...]:
        """The rows, with an empty one where there is none, so that there is something to type into."""
        return self.nodes or (empty_row(0),)


def empty_row(number: int) -> NodeRow:
    """A row in which nothing was typed."""
    return NodeRow(number, dict.fromkeys(OF_A_NODE, "") | {"level": "1"})


def nothing() -> Typed:
    """A form for a new pathway."""
    given = {"stack_type": "vertical", "mode": "progressive", "on_component_loss": "keep"}
    given |= {"on_new_version": "grandfather", "grandfather_months": "18"}
    return Typed(dict.fromkeys(SCALARS, "") | given, completion=0)


def of_form(form: Form) -> Typed:
    """What was sent, without rows in which nothing was typed. Raises InvalidInput for what no field can hold."""
    found: dict[int, dict[str, str]] = {}
    for name in form.fields:
        match = _NUMBERED.fullmatch(name)
        if match and match[2] in OF_A_NODE:
            values = found.setdefault(int(match[1]), dict.fromkeys(OF_A_NODE, ""))
            values[match[2]] = form.text(name, most=LONGEST)
    rows = [NodeRow(each, found[each], form.is_ticked(f"node-{each}-required")) for each in sorted(found)]
    kept = tuple(row for row in rows if not row.is_blank)[: MOST_NODES + 1]
    chosen = form.text("completion", most=10)
    completion = int(chosen) if chosen.isdecimal() and chosen.isascii() else None
    if len(kept) == 1:  # then nothing else can complete it
        completion = kept[0].number
    return Typed({name: form.text(name, most=LONGEST) for name in SCALARS}, kept, completion)


def of_facts(facts: PathwayFacts, slug: str, names: Names) -> Typed:
    """The form of what is there."""
    values = {
        "slug": slug,
        "name": facts.name,
        "description": facts.description or "",
        "stack_type": facts.stack_type.value,
        "mode": facts.mode.value,
        "on_component_loss": facts.on_component_loss.value,
        "on_new_version": facts.on_new_version.value,
        "grandfather_months": str(facts.grandfather_months),
        "entry": "" if facts.entry is None else write(conditions.read(facts.entry), names.labels),
        "tags": ", ".join(facts.tags),
        "open_to_learners": "yes" if facts.open_to_learners else "",
    }
    rows = tuple(
        NodeRow(
            number,
            {
                "id": node.id,
                "name": node.name,
                "level": str(node.level),
                "awards": node.awards or "",
                "condition": write(conditions.read(node.condition), names.labels),
                "description": node.description or "",
            },
            node.required,
        )
        for number, node in enumerate(facts.nodes)
    )
    completion = next((row.number for row in rows if row.values["id"] == facts.completion), None)
    return Typed(values, rows, completion)


def is_row_act(act: str) -> bool:
    """Whether a button is about rows, so that nothing is saved."""
    return _ROW_ACT.fullmatch(act) is not None


def after(typed: Typed, act: str) -> Typed:
    """The form after a button about rows: one more, one less, or one at another place."""
    match = _ROW_ACT.fullmatch(act)
    rows = list(typed.nodes)
    places = [row.number for row in rows]
    number = int(match[2]) if match and match[2] else -1
    if match and match[1] == "add":
        # One row is shown where there is none, so that there are two of them then.
        rows = [*typed.shown_nodes, empty_row(max(places, default=0) + 1)][:MOST_NODES]
    elif match and number in places:
        place = places.index(number)
        row = rows.pop(place)
        if match[1] != "remove":
            rows.insert(max(0, place + (1 if match[1] == "down" else -1)), row)
    return renumbered(replace(typed, nodes=tuple(rows)))


def renumbered(typed: Typed) -> Typed:
    """The rows with numbers from 0 on, as they are shown when the page is made anew."""
    numbers = {row.number: place for place, row in enumerate(typed.nodes)}
    rows = tuple(replace(row, number=place) for place, row in enumerate(typed.nodes))
    completion = typed.completion
    return replace(typed, nodes=rows, completion=numbers.get(completion) if completion is not None else None)
