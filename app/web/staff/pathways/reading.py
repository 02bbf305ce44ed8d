"""What the form of a pathway says: its conditions read, its facts checked, and what is wrong field by field."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError

from app.issuing.pathways import PathwayFacts
from app.stacking import conditions, publishing
from app.stacking.condition_text import Reading, names_of
from app.stacking.conditions import AllOf
from app.stacking.publishing import Problem, Verdict
from app.stacking.world import Mode, Node, Pathway, StackType, World
from app.web.languages import gettext as _
from app.web.staff import condition_notes
from app.web.staff.achievements.fields import slug_of
from app.web.staff.achievements.mistakes import sentence_of
from app.web.staff.condition_notes import Note
from app.web.staff.pathways.fields import NodeRow, Typed

_UNREADABLE = AllOf(())  # stands in the drawing for a condition that cannot be read
_MOST_LEVEL = 20


@dataclass(frozen=True, slots=True)
class Understood:
    """`facts` None = it cannot be saved so, and `wrong` says why; `verdict` None = nothing can be checked yet.

    `pathway` is it as far as it can be read, for the drawing; `fields` are the names of the fields of each step.
    """

    facts: PathwayFacts | None
    wrong: dict[str, str]
    notes: dict[str, Note]
    pathway: Pathway
    verdict: Verdict | None
    fields: dict[str, str]

    def place_of(self, problem: Problem) -> str:
        """The field that a problem is about; "" = the form as a whole."""
        return self.fields.get(problem.node, "")


def understand(typed: Typed, world: World, slug: str) -> Understood:
    """Read the form. `slug` is the pathway's short name; "" = it has none yet."""
    ids = _ids(typed.nodes)
    names = names_of(world, [(ids[row.number], row.values["name"] or ids[row.number]) for row in typed.nodes])
    readings = {row.field("condition"): condition_notes.read(row.values["condition"], names) for row in typed.nodes}
    readings["entry"] = condition_notes.read(typed.values["entry"], names)
    pathway = _as_far_as_possible(typed, slug, ids, readings)
    texts = {row.field("condition"): row.values["condition"] for row in typed.nodes} | {"entry": typed.values["entry"]}
    notes = {name: condition_notes.note(world, texts[name], each, pathway) for name, each in readings.items()}
    facts, wrong = _checked(typed, ids, readings)
    verdict = publishing.check(world, facts.pathway(slug or "-", 1)) if facts else None
    fields = {ids[row.number]: row.field("condition") for row in typed.nodes}
    return Understood(facts, wrong, notes, pathway, verdict, fields)


def _ids(rows: tuple[NodeRow, ...]) -> dict[int, str]:
    """The id of each row: as it was typed, else the first free one that its name suggests."""
    taken = {row.values["id"] for row in rows if row.values["id"]}
    found: dict[int, str] = {}
    for row in rows:
        wanted = row.values["id"]
        if not wanted:
            suggested = slug_of(row.values["name"])[:70] or f"step-{row.number + 1}"
            wanted = suggested
            number = 2
            while wanted in taken:
                wanted, number = f"{suggested}-{number}", number + 1
            taken.add(wanted)
        found[row.number] = wanted
    return found


def _checked(
    typed: Typed, ids: dict[int, str], readings: dict[str, Reading]
) -> tuple[PathwayFacts | None, dict[str, str]]:
    wrong: dict[str, str] = {}
    for name, reading in readings.items():
        if reading.condition is None and reading.problems:
            wrong[name] = reading.problems[-1].sentence
    for row in typed.nodes:
        if not row.values["condition"]:
            wrong[row.field("condition")] = _("Say what it takes, such as: BLSS and 2 of (SPMO, ECGR, VBCO).")
    wrong |= _same_twice(typed.nodes)
    if not typed.nodes:
        wrong["node-0-name"] = _("A pathway has at least one step.")
    elif typed.completion is None:
        wrong["completion"] = _("Say which step completes the pathway.")
    try:
        facts = PathwayFacts.model_validate(_document(typed, ids, readings))
    except ValidationError as error:
        for each in error.errors(include_url=False, include_input=False):
            if not each["loc"]:  # two steps of one id, which is told beside the second of them
                continue
            name = _field_of(each["loc"], typed)
            wrong.setdefault(name, sentence_of(name.rpartition("-")[2], each["type"], each.get("ctx", {})))
        facts = None
    return (None if wrong else facts), wrong


def _document(typed: Typed, ids: dict[int, str], readings: dict[str, Reading]) -> dict[str, Any]:
    values = typed.values
    entry = readings["entry"].condition
    document: dict[str, Any] = {
        name: values[name]
        for name in (
            "name", "description", "stack_type", "mode", "on_component_loss", "on_new_version", "grandfather_months",
            "open_to_learners",
        )
        if values[name]
    }  # fmt: skip
    document["open_to_learners"] = bool(values["open_to_learners"])
    document["entry"] = None if entry is None else conditions.write(entry)
    document["tags"] = [each.strip() for each in values["tags"].split(",") if each.strip()]
    document["completion"] = ids.get(-1 if typed.completion is None else typed.completion, "none")
    document["nodes"] = [_node(row, ids[row.number], readings[row.field("condition")]) for row in typed.nodes]
    return document


def _node(row: NodeRow, id_: str, reading: Reading) -> dict[str, Any]:
    found: dict[str, Any] = {name: row.values[name] for name in ("name", "level", "awards", "description")}
    found = {name: value for name, value in found.items() if value}
    condition = conditions.write(reading.condition or _UNREADABLE)
    return found | {"id": id_, "required": row.is_required, "condition": condition}


def _same_twice(rows: tuple[NodeRow, ...]) -> dict[str, str]:
    seen: set[str] = set()
    wrong: dict[str, str] = {}
    for row in rows:
        if (id_ := row.values["id"]) and id_ in seen:
            wrong[row.field("id")] = _("Another step has this short name already.")
        seen.add(id_)
    return wrong


def _field_of(place: tuple[int | str, ...], typed: Typed) -> str:
    """The name of the field that a place in the facts comes from."""
    if place[0] != "nodes" or len(place) == 1:
        return str(place[0])
    row = typed.nodes[int(place[1])]
    return row.field(str(place[2]) if len(place) > 2 else "name")  # noqa: PLR2004 - nodes, number, name


def _as_far_as_possible(typed: Typed, slug: str, ids: dict[int, str], readings: dict[str, Reading]) -> Pathway:
    values = typed.values
    nodes = tuple(
        Node(
            id=ids[row.number],
            name=row.values["name"] or "…",
            condition=readings[row.field("condition")].condition or _UNREADABLE,
            level=_level(row.values["level"]),
            required=row.is_required,
            awards=row.values["awards"] or None,
        )
        for row in typed.nodes
    )
    stack_type = StackType(values["stack_type"]) if values["stack_type"] in set(StackType) else StackType.VERTICAL
    mode = Mode(values["mode"]) if values["mode"] in set(Mode) else Mode.INDEPENDENT
    completion = ids.get(-1 if typed.completion is None else typed.completion, "")
    return Pathway(slug or "-", 1, values["name"] or "…", stack_type, mode, nodes, completion)


def _level(text: str) -> int:
    return min(max(int(text), 1), _MOST_LEVEL) if text.isascii() and text.isdecimal() and len(text) < 3 else 1  # noqa: PLR2004 - digits
