"""A mapping applied to a body: another system's items in the shape of ours, each with a trace for people.

The items are then read by `item.py` like those that came in our own shape, so that both mean the same.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from typing import Any

from app.errors import InvalidInput, TooLarge
from app.lms.base import Completion, Ignored, Item, MomentSource, TestPing, Unreadable
from app.lms.facts import ScoreUnit
from app.lms.generic.expressions import Evaluation, Expression
from app.lms.generic.item import Envelope, read_item
from app.lms.generic.mapping import IGNORED, ROOT, FieldMapping, Rule, ScoreRule
from app.lms.generic.settings import GenericSettings, event_kind
from app.lms.reading import bounded_key, clean, unreadable, wrong
from app.lms.trial import FieldTrace

MOST_EVIDENCE = 50
_SETTINGS = {"completed_at": "occurred_at", "id": "event_id", "event": "kind"}  # where our body names it otherwise


@dataclass(frozen=True, slots=True)
class MappedItem:
    """One item: where it was, what each field was found to be, and what was understood."""

    pointer: str
    fields: tuple[FieldTrace, ...]
    item: Item


def read_mapped(
    document: Any, mapping: FieldMapping, settings: GenericSettings, received_at: datetime
) -> list[MappedItem]:
    """Every item of a body, in order; one bad item does not spoil the others.

    Raises InvalidInput or TooLarge when the body has no items where the mapping looks for them, or too many.
    """
    evaluation = Evaluation()
    entries = _entries(document, mapping.items, evaluation)
    if len(entries) > settings.max_items:
        raise TooLarge("The batch has more items than are accepted at once", limit_items=settings.max_items)
    if mapping.occurred_at is not None:
        settings = replace(settings, calendar=mapping.occurred_at.calendar)
    found = []
    for index, (pointer, value) in enumerate(entries):
        one = _OneItem(value, document, pointer, evaluation)
        item = one.read(mapping, settings, index, received_at)
        found.append(MappedItem(pointer, tuple(one.traces), item))
    return found


def _entries(document: Any, items: Expression | None, evaluation: Evaluation) -> list[tuple[str, Any]]:
    """The items with the JSON Pointer of each, as far as the expression is one that has places."""
    if items is None:
        found, places = document, _numbered("", document)
    else:
        found = evaluation.value(items, document, pointer="")
        places = _places(items, found, document, evaluation)
    if found is None:
        detail = f"`{ROOT}/items` finds nothing in this body: is it of the kind that the mapping was made for?"
        raise InvalidInput(detail, code="no-items", pointer="")
    return list(zip(places, found, strict=True)) if isinstance(found, list) else [(places[0], found)]


def _numbered(pointer: str, found: Any) -> list[str]:
    return [f"{pointer}/{index}" for index in range(len(found))] if isinstance(found, list) else [pointer]


def _places(items: Expression, found: Any, document: Any, evaluation: Evaluation) -> list[str]:
    if items.path is not None:
        return _numbered(_pointer("", items.path), found)
    listed = items.projection
    if listed is not None and isinstance(found, list):
        base, rest = listed
        whole = evaluation.value(base, document, pointer="")
        if isinstance(whole, list) and not any(isinstance(each, list) for each in whole):
            kept = [n for n, each in enumerate(whole) if evaluation.value(rest, each, pointer="") is not None]
            if len(kept) == len(found):
                return [_pointer("", (*(base.path or ()), n, *(rest.path or ()))) for n in kept]
    return [""] * (len(found) if isinstance(found, list) else 1)


def _pointer(start: str, path: tuple[str | int, ...]) -> str:
    return start + "".join("/" + str(step).replace("~", "~0").replace("/", "~1") for step in path)


class _OneItem:
    """The reading of one item. Complaints gather in the traces, and the first is what makes it unreadable."""

    def __init__(self, value: Any, document: Any, pointer: str, evaluation: Evaluation) -> None:
        self.traces: list[FieldTrace] = []
        self._value = value
        self._document = document
        self._pointer = pointer
        self._evaluation = evaluation
        self._complaints: list[InvalidInput] = []
        self._places: dict[str, str] = {}

    def read(self, mapping: FieldMapping, settings: GenericSettings, index: int, received_at: datetime) -> Item:
        kind = self._kind(mapping.kind, settings)
        if kind == "test":
            return TestPing("The mapping's `kind` says that this is a test", index)
        if kind == IGNORED and not self._complaints:
            return Ignored("ignored-by-mapping", "The mapping's `kind` says that this is to be ignored", IGNORED, index)
        shape = self._shape(mapping, kind)
        if self._complaints:
            return unreadable(self._complaints[0], index)
        key = shape.pop("dedupe_key", None)
        sequence = shape.pop("sequence", None)
        plain = replace(settings, event_names={})  # what the kind means is decided by now
        item = read_item(shape, "", index, envelope=Envelope(), settings=plain, received_at=received_at)
        if isinstance(item, Completion):
            self._understood(item)
            key = item.dedupe_key if key is None else bounded_key(str(key))
            return replace(item, dedupe_key=key, sequence=None if sequence is None else bounded_key(str(sequence)))
        return self._placed(item) if isinstance(item, Unreadable) else item

    def _shape(self, mapping: FieldMapping, kind: str) -> dict[str, Any]:
        """The item as it would be in our own shape; what is wrong is among the complaints."""
        shape: dict[str, Any] = {"learner": {}, "activity": {}, "event": kind}
        for name, rule in mapping.fields.items():
            group, _, member = name.rpartition(".")
            found = self._scalar(name.replace(".", "/"), rule)
            if found is not None:
                (shape[group] if group else shape)["id" if name == "event_id" else member] = found
        if mapping.score is not None and (score := self._score(mapping.score)) is not None:
            shape["score"] = score
        if mapping.occurred_at is not None:
            at = self._scalar("occurred_at", mapping.occurred_at.value)
            if at is not None and mapping.occurred_at.is_counted and not _is_count(at):
                self._complain(
                    "occurred_at", "a number is expected here, by the format that is declared", "not-a-moment"
                )
            shape["completed_at"] = at
        if mapping.evidence is not None:
            shape["evidence"] = self._evidence(mapping.evidence)
        return shape

    def _kind(self, kind: Rule | str, settings: GenericSettings) -> str:
        if isinstance(kind, str):
            self._trace("kind", None, kind)
            return kind
        found = self._found("kind", kind)
        text = _text(found)
        if text is None:
            if not self._complaints:
                self._complain("kind", "nothing is found that says what happened", "missing")
            return IGNORED
        if kind.values is not None:
            means = kind.values.get(text.casefold())
        else:
            ours = event_kind(text, settings)
            means = None if ours is None else ours.value
        self._trace("kind", kind, found, means or IGNORED)
        return str(means or IGNORED)

    def _scalar(self, name: str, rule: Rule) -> Any:
        """One value, by its meaning where values are declared; "" is nothing."""
        found = self._found(name, rule)
        if isinstance(found, list | dict):
            self._complain(name, "one value is expected, and the expression finds several or an object", "ill-typed")
            return None
        found = None if found == "" else found
        if rule.values is None or found is None:
            self._trace(name, rule, found, found)
            return found
        means = rule.values.get((_text(found) or "").casefold())
        if means is None:
            self._complain(name, f"“{clean(str(found), 60)}” is none of the declared `values`", "not-a-choice")
        self._trace(name, rule, found, means)
        return means

    def _score(self, rule: ScoreRule) -> dict[str, Any] | None:
        value = self._number("score", rule.value, rule)
        letter = None if rule.letter is None else self._scalar("score/letter", rule.letter)
        if value is None and letter is None:
            return None
        score: dict[str, Any] = {"value": value, "unit": rule.unit.value, "letter": letter}
        for name, bound in (("maximum", rule.maximum), ("minimum", rule.minimum)):
            score[name] = self._number(f"score/{name}", bound, rule) if isinstance(bound, Rule) else bound
        if rule.unit is ScoreUnit.POINTS and value is not None and score["maximum"] is None:
            self._complain("score/maximum", "points were sent without their maximum", "missing")
        return score

    def _number(self, name: str, rule: Rule, score: ScoreRule) -> Any:
        found = self._scalar(name, rule)
        if not isinstance(found, str) or not score.decimal_comma:
            return found
        if "." in found:
            self._complain(name, "the decimal sign is declared to be a comma, and this has a point", "not-a-number")
        return found.replace(",", ".")

    def _evidence(self, rule: Rule) -> list[str] | None:
        found = self._found("evidence", rule)
        values = found if isinstance(found, list) else [found]
        if any(not isinstance(each, str | None) for each in values):
            self._complain("evidence", "an address or a list of addresses is expected", "ill-typed")
            return None
        kept = [each for each in values[:MOST_EVIDENCE] if each]
        self._trace("evidence", rule, found, kept)
        return kept or None

    def _found(self, name: str, rule: Rule) -> Any:
        path = rule.expression.path
        start = "" if rule.of_document else self._pointer
        place = start if path is None else _pointer(start, path)
        self._places[name] = place
        try:
            return self._evaluation.value(
                rule.expression, self._document if rule.of_document else self._value, pointer=place
            )
        except InvalidInput as error:
            self._complaints.append(error)
            self.traces.append(FieldTrace(name, rule.expression.text, None, None, error.detail))
            return None

    def _complain(self, name: str, what: str, code: str) -> None:
        detail = f"`{ROOT}/{name}`: {what}"
        self._complaints.append(wrong(detail, code=code, pointer=self._places.get(name, self._pointer)))
        self._note(name, detail)

    def _trace(self, name: str, rule: Rule | None, value: Any, understood: Any = None) -> None:
        if any(trace.field == name for trace in self.traces):
            return
        self.traces.append(FieldTrace(name, None if rule is None else rule.expression.text, value, understood))

    def _note(self, name: str, detail: str) -> None:
        for index, trace in enumerate(self.traces):
            if trace.field == name:
                self.traces[index] = replace(trace, problem=trace.problem or detail)
                return
        self.traces.append(FieldTrace(name, None, None, None, detail))

    def _placed(self, item: Unreadable) -> Unreadable:
        """The complaint of our own shape, with the setting's name and the place in what was sent."""
        name = _setting_of(item.pointer)
        detail = f"`{ROOT}/{name}`: {item.detail}"
        self._note(name, detail)
        return replace(item, detail=detail, pointer=self._places.get(name, self._pointer))

    def _understood(self, item: Completion) -> None:
        """What was made of the fields that are more than their text."""
        score = None if item.score is None else item.score.scaled
        known: Mapping[str, Any] = {
            "occurred_at": None if item.occurred_at_source is MomentSource.RECEIVED else item.occurred_at.isoformat(),
            "score": None if score is None else f"{score} of 1",
            "kind": item.kind.value,
        }
        for index, trace in enumerate(self.traces):
            if trace.field in known:
                self.traces[index] = replace(trace, understood=known[trace.field])


def _setting_of(pointer: str) -> str:
    """The setting behind a place in our own shape: `/score/value` -> `score`, `/learner/id` -> `learner/id`."""
    first, _, rest = pointer.strip("/").partition("/")
    if first in {"learner", "activity"}:
        return f"{first}/{rest}" if rest else first
    if first == "score" and rest in {"maximum", "minimum", "letter"}:
        return f"score/{rest}"
    return _SETTINGS.get(first, first)


def _text(value: Any) -> str | None:
    """The value as a setting would name it; None for what has no short text."""
    if value is None or isinstance(value, list | dict):
        return None
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value).strip() or None


def _is_count(value: Any) -> bool:
    if isinstance(value, str):
        return value.strip().replace(".", "", 1).isdigit() and value.isascii()
    return isinstance(value, int | Decimal) and not isinstance(value, bool)
