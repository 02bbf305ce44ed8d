"""The form of a definition: what was typed, what it says as facts, and what is wrong with it, field by field."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from pydantic import ValidationError

from app.issuing.definitions import SHAPES as MODELS
from app.issuing.definitions import Kind
from app.issuing.definitions.kinds import AnyFacts
from app.stacking import conditions
from app.stacking.condition_text import Names, Reading, write
from app.web.forms import Form
from app.web.languages import gettext as _
from app.web.languages import marked
from app.web.staff import condition_notes
from app.web.staff.achievements.mistakes import sentence_of
from app.web.staff.definitions.shapes import SHAPES, Fact, Source, Widget

MOST_ROWS = 100
LONGEST = 20_000
_ROW_ACT = re.compile(r"(add|remove)-([a-z_]+)(?:-(\d{1,3}))?")
_LISTED = (Widget.REFERENCES, Widget.TAGS)

# What a model says of its facts together -> beside which of them it is said, and how.
_TOGETHER = {
    "an equivalence leads from one credential to another": (
        "target",
        marked("Choose another credential than the first one."),
    ),
    "it ends before it begins": ("valid_until", marked("It ends before it begins.")),
    "a validity in days or months needs an amount": (
        "validity-amount",
        marked("Say for how many days or months it is good."),
    ),
    "a validity to a fixed date needs the date, as until": (
        "validity-until",
        marked("Say until which date it is good."),
    ),
}

Row = dict[str, str]


@dataclass(frozen=True, slots=True)
class Typed:
    """What stands in the form, as text, by the names of its fields; rows by the numbers of theirs."""

    values: dict[str, str]
    rows: dict[str, dict[int, Row]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Read:
    """What a form says: the facts, or a sentence for each field that is wrong; and its conditions."""

    facts: AnyFacts | None
    wrong: dict[str, str]
    readings: dict[str, Reading]


def nothing(kind: Kind) -> Typed:
    """A form in which only that stands which a fact says if nobody says anything."""
    given = {"target_percent": "100"}
    defaults = {name: info.default for name, info in MODELS[kind].model_fields.items() if not info.is_required()}
    values: dict[str, str] = {}
    for fact in SHAPES[kind].facts:
        if fact.widget is Widget.GROUP:
            values |= _of_group(fact, None)
        elif fact.widget is not Widget.ROWS:
            values[fact.name] = given.get(fact.name, _text(fact, defaults.get(fact.name)))
    return Typed(values)


def of_facts(
    kind: Kind, document: Mapping[str, Any], names: Names, labels: Mapping[Source, Mapping[str, str]]
) -> Typed:
    """The form of what is there. `labels` are what people call the things that are referred to in lists."""
    values: dict[str, str] = {}
    rows: dict[str, dict[int, Row]] = {}
    for fact in SHAPES[kind].facts:
        value = document.get(fact.name)
        match fact.widget:
            case Widget.ROWS:
                rows[fact.name] = {
                    number: {part.name: _text(part, each.get(part.name)) for part in fact.parts}
                    for number, each in enumerate(value or [])
                }
            case Widget.GROUP:
                values |= _of_group(fact, value)
            case Widget.CONDITION:
                values[fact.name] = "" if value is None else write(conditions.read(value), names.labels)
            case Widget.REFERENCES:
                called = labels.get(fact.source, {})
                values[fact.name] = ", ".join(called.get(each, each) for each in value or [])
            case _:
                values[fact.name] = _text(fact, value)
    return Typed(values, rows)


def of_form(kind: Kind, form: Form) -> Typed:
    """What was sent, without rows in which nothing was typed. Raises InvalidInput for what no field can hold."""
    values: dict[str, str] = {}
    rows: dict[str, dict[int, Row]] = {}
    for fact in SHAPES[kind].facts:
        if fact.widget is Widget.ROWS:
            rows[fact.name] = dict(_rows_of(fact, form))
            continue
        for name in _fields_of(fact):
            values[name] = form.text(name, most=LONGEST)
    return Typed(values, rows)


def after(kind: Kind, typed: Typed, act: str) -> Typed | None:
    """The form after a button about rows; None when the button is about something else."""
    match = _ROW_ACT.fullmatch(act)
    fact = next((each for each in SHAPES[kind].facts if match and each.name == match[2]), None)
    if match is None or fact is None or fact.widget is not Widget.ROWS:
        return None
    rows = dict(typed.rows.get(fact.name, {}))
    if match[1] == "add" and len(rows) < MOST_ROWS:
        rows[max(rows, default=-1) + 1] = empty_row(fact)
    elif match[1] == "remove":
        rows.pop(int(match[3] or -1), None)
    return replace(typed, rows=typed.rows | {fact.name: rows})


def empty_row(fact: Fact) -> Row:
    """A row in which nothing was typed."""
    given = {"level": "3", "target_percent": "100"}
    return {part.name: given.get(part.name, "") for part in fact.parts}


def read(kind: Kind, typed: Typed, names: Names, known: Mapping[Source, Mapping[str, str]]) -> Read:
    """What the form says. `known` has, for what lists may name, what it may be called -> its short name."""
    reader = _Reader(typed, names, known)
    document = {fact.name: reader.value(fact) for fact in SHAPES[kind].facts}
    stated = {name: value for name, value in document.items() if value not in ("", [], {}, None)}
    facts = _checked(kind, typed, stated, reader.wrong)
    return Read(None if reader.wrong else facts, reader.wrong, reader.readings)


@dataclass(frozen=True, slots=True)
class _Reader:
    """What fields say, one after the other; what cannot be read is noted."""

    typed: Typed
    names: Names
    known: Mapping[Source, Mapping[str, str]]
    wrong: dict[str, str] = field(default_factory=dict)
    readings: dict[str, Reading] = field(default_factory=dict)

    def value(self, fact: Fact) -> Any:
        """As the model takes it."""
        values = self.typed.values
        match fact.widget:
            case Widget.ROWS:
                return [_present(row) for _number, row in sorted(self.typed.rows.get(fact.name, {}).items())]
            case Widget.GROUP:
                return _present({part.name: values.get(f"{fact.name}-{part.name}", "") for part in fact.parts})
            case Widget.CONDITION:
                return self._condition(fact)
            case Widget.REFERENCES:
                return self._named(fact)
            case Widget.TAGS:
                return _listed(values[fact.name])
            case _:
                return values[fact.name]

    def _condition(self, fact: Fact) -> dict[str, Any] | None:
        self.readings[fact.name] = reading = condition_notes.read(self.typed.values[fact.name], self.names)
        if reading.problems:
            self.wrong[fact.name] = reading.problems[-1].sentence
        return None if reading.condition is None else conditions.write(reading.condition)

    def _named(self, fact: Fact) -> list[str]:
        """Short names of what a list names, each once."""
        known, found = self.known.get(fact.source, {}), dict[str, None]()
        for each in _listed(self.typed.values[fact.name]):
            slug = known.get(each) or known.get(each.casefold())
            if slug is None:
                self.wrong[fact.name] = _("There is nothing called %(name)s.", name=each)
            else:
                found[slug] = None
        return list(found)


def _checked(kind: Kind, typed: Typed, document: dict[str, Any], wrong: dict[str, str]) -> AnyFacts | None:
    """The facts; what is wrong is noted, unless something was noted of the field before."""
    try:
        return MODELS[kind].model_validate(document)
    except ValidationError as error:
        for each in error.errors(include_url=False, include_input=False):
            together = _TOGETHER.get(each["msg"].removeprefix("Value error, "))
            if together is not None:
                wrong.setdefault(together[0], _(together[1]))
                continue
            name = _field_of(kind, each["loc"], typed)
            wrong.setdefault(name, sentence_of(name.rpartition("-")[2], each["type"], each.get("ctx", {})))
        return None


def _field_of(kind: Kind, place: tuple[int | str, ...], typed: Typed) -> str:
    """The name of the field that a place in the facts comes from."""
    fact = next((each for each in SHAPES[kind].facts if place and each.name == place[0]), SHAPES[kind].facts[0])
    if fact.widget is Widget.GROUP:
        return f"{fact.name}-{place[1] if len(place) > 1 else fact.parts[0].name}"
    if fact.widget is Widget.ROWS and len(place) > 1:
        numbers = sorted(typed.rows.get(fact.name, {}))
        return f"{fact.name}-{numbers[int(place[1])]}-{place[2] if len(place) > 2 else fact.parts[0].name}"  # noqa: PLR2004 - rows, number, name
    return fact.name


def _of_group(fact: Fact, value: Mapping[str, Any] | None) -> dict[str, str]:
    stated = value or {}
    first = {"kind": "none"} if value is None and any(part.name == "kind" for part in fact.parts) else {}
    return {f"{fact.name}-{part.name}": _text(part, stated.get(part.name, first.get(part.name))) for part in fact.parts}


def _fields_of(fact: Fact) -> Iterator[str]:
    if fact.widget is Widget.GROUP:
        yield from (f"{fact.name}-{part.name}" for part in fact.parts)
    else:
        yield fact.name


def _rows_of(fact: Fact, form: Form) -> Iterator[tuple[int, Row]]:
    numbers = {
        int(match[1]) for name in form.fields if (match := re.fullmatch(rf"{fact.name}-(\d{{1,3}})-[a-z_]+", name))
    }
    given = empty_row(fact)
    for number in sorted(numbers)[: MOST_ROWS + 1]:
        row = {part.name: form.text(f"{fact.name}-{number}-{part.name}", most=LONGEST) for part in fact.parts}
        if any(value for name, value in row.items() if not given[name]):
            yield number, row


def _listed(text: str) -> list[str]:
    return [each for each in (part.strip() for part in re.split(r"[,\n;]", text)) if each]


def _present(row: Mapping[str, str]) -> dict[str, str]:
    return {name: value for name, value in row.items() if value}


def _text(fact: Fact, value: Any) -> str:
    if value is None or value is False or value == ():
        return ""
    if fact.widget in _LISTED:
        return ", ".join(map(str, value))
    return "yes" if value is True else str(getattr(value, "value", value))
