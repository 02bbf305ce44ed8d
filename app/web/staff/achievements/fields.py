"""The form of an achievement: what was typed, what it says as facts, and what is wrong with it, field by field."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from pydantic import ValidationError

from app.issuing.achievement_facts import MOST_TRANSLATIONS, AchievementFacts, Format, SkillFacts
from app.stacking import conditions
from app.stacking.condition_text import Names, Reading, write
from app.stacking.renewal import ValidityKind
from app.web.forms import Form
from app.web.staff import condition_notes
from app.web.staff.achievements import renewal_fields, translation_fields
from app.web.staff.achievements.mistakes import field_of, sentence_of

SCALARS = (
    "slug", "name", "abbreviation", "description", "language", "achievement_type", "criteria_narrative",
    "criteria_url", "assessment_method", "hours", "academic_credits", "tags", "education_type", "formal_relation",
    "validity_kind", "validity_amount", "validity_until", "price_amount", "price_currency", "shape", "fill", "accent",
    "level", "icon", "image_alt", "prerequisites", "preview_in", *renewal_fields.SCALARS,
)  # fmt: skip
_FORMATS = {f"format_{each.value}": each.value for each in Format}
_GROUPS = ("group_participation", "group_evaluation")
BOXES = ("validity_end_of_month", "has_accent", "open_badges_2", "is_stack", *_GROUPS, *_FORMATS, *renewal_fields.BOXES)
ROWS: dict[str, tuple[str, ...]] = {
    "skill": ("name", "url", "level", "code", "framework", "target_type"),
    "credit": ("amount", "unit"),
    "result": ("id", "name", "result_type", "allowed_values", "required_value", "value_min", "value_max"),
    translation_fields.KIND: ("tag", *translation_fields.TEXTS),
}
MOST_ROWS = {"skill": 50, "credit": 20, "result": 50, translation_fields.KIND: MOST_TRANSLATIONS}
_ON_DEMAND = ("result", translation_fields.KIND)  # kinds of which no empty row is shown
# What a row says even if nobody typed anything into it.
_GIVEN = {"skill": {"level": "3"}, "credit": {}, "result": {"result_type": "Percent", "id": ""},
          translation_fields.KIND: {}}  # fmt: skip
_LISTS = {"skill": "skills", "credit": "continuing_education", "result": "result_descriptions"}
_SAME_NAME = ("name", "abbreviation", "description", "language", "achievement_type", "criteria_narrative",
              "criteria_url", "assessment_method", "hours", "academic_credits", "education_type", "formal_relation",
              "image_alt")  # fmt: skip
_IN_FORM = frozenset(
    {
        *_SAME_NAME,
        *_LISTS.values(),
        "tags",
        "translations",
        "validity",
        "price",
        "drawing",
        "is_stack",
        *_GROUPS,
        "prerequisites",
        "formats",
        "renewal",
    }
)
_NUMBERED = re.compile(r"([a-z]+)-(\d{1,3})-([a-z_]+)")
_LONGEST = 200_000
_PLACEHOLDER = "…"
_MOST_TRIES = 30
_UNSAID = Reading(None)

Row = dict[str, str]


@dataclass(frozen=True)
class Typed:
    """What stands in the form, as text; `prerequisites` is what the text of that name says."""

    values: dict[str, str]
    ticked: frozenset[str] = frozenset()
    rows: dict[str, tuple[Row, ...]] = field(default_factory=dict)
    prerequisites: Reading = _UNSAID

    def shown_rows(self, kind: str) -> tuple[Row, ...]:
        """The rows with an empty one where there is none, so that there is something to type into."""
        return self.rows.get(kind) or (empty_row(kind),)


def empty_row(kind: str) -> Row:
    """A row in which nothing was typed."""
    return dict.fromkeys(ROWS[kind], "") | _GIVEN[kind]


def nothing() -> Typed:
    """A form for a new achievement."""
    facts = {"language": "en", "achievement_type": "MicroCredential", "validity_kind": "none", "shape": "hexagon"}
    facts |= {"fill": "#0b4f6c", "accent": "#e0a02b"}
    return Typed(dict.fromkeys(SCALARS, "") | facts)


def of_form(form: Form, *, without: tuple[str, int] | None = None) -> Typed:
    """What was sent, without rows in which nothing was typed, and without the row that is to go.

    Raises InvalidInput for what no field can hold.
    """
    values = {name: form.text(name, most=_LONGEST) for name in SCALARS}
    ticked = frozenset(name for name in BOXES if form.is_ticked(name))
    found: dict[str, dict[int, Row]] = {kind: {} for kind in ROWS}
    for name in form.fields:
        match = _NUMBERED.fullmatch(name)
        if match and match[3] in ROWS.get(match[1], ()) and without != (match[1], int(match[2])):
            found[match[1]].setdefault(int(match[2]), empty_row(match[1]))[match[3]] = form.text(name, most=_LONGEST)
    rows = {kind: tuple(each[number] for number in sorted(each)) for kind, each in found.items()}
    return Typed(values, ticked, {kind: tuple(row for row in each if not _is_blank(kind, row)) for kind, each in
                                  rows.items()})  # fmt: skip


def of_facts(
    facts: AchievementFacts, *, slug: str, open_badges_2: bool, labels: Mapping[str, str] | None = None
) -> Typed:
    """The form of what is there; conditions call credentials by their `labels`."""
    document = facts.to_json()
    validity, drawing = document["validity"], document["drawing"]
    values = dict.fromkeys(SCALARS, "") | {name: _text(document.get(name)) for name in _SAME_NAME}
    values |= {"slug": slug, "tags": ", ".join(facts.tags), "validity_kind": validity["kind"]}
    values |= {f"validity_{name}": _text(validity.get(name)) for name in ("amount", "until")}
    values |= {f"price_{name}": _text(document.get("price", {}).get(name)) for name in ("amount", "currency")}
    values |= {name: _text(drawing.get(name)) for name in ("shape", "fill", "accent", "level", "icon")}
    values["accent"] = values["accent"] or "#e0a02b"
    condition = None if facts.prerequisites is None else conditions.read(facts.prerequisites)
    values["prerequisites"] = "" if condition is None else write(condition, labels)
    renewal, renewal_ticked = renewal_fields.shown(facts.renewal)
    values |= renewal
    ticked = {
        "validity_end_of_month": validity["end_of_month"],
        "has_accent": "accent" in drawing,
        "open_badges_2": open_badges_2,
        "is_stack": facts.is_stack,
        "group_participation": facts.group_participation,
        "group_evaluation": facts.group_evaluation,
    } | {box: any(each.value == form for each in facts.formats) for box, form in _FORMATS.items()}
    rows = {kind: tuple(_row(kind, each) for each in document.get(name, [])) for kind, name in _LISTS.items()}
    rows[translation_fields.KIND] = translation_fields.shown(facts)
    return Typed(
        values, frozenset(renewal_ticked | {name for name, is_on in ticked.items() if is_on}), rows, Reading(condition)
    )


def understood(typed: Typed, names: Names) -> Typed:
    """The form with what its condition says."""
    return replace(typed, prerequisites=condition_notes.read(typed.values["prerequisites"], names))


def with_row(typed: Typed, kind: str) -> Typed:
    """The form with one more row, to be filled."""
    before = typed.rows.get(kind, ()) if kind in _ON_DEMAND else typed.shown_rows(kind)
    rows = (*before, empty_row(kind))[: MOST_ROWS[kind]]
    return replace(typed, rows=typed.rows | {kind: rows})


def completed(typed: Typed, known: Sequence[SkillFacts]) -> Typed:
    """The form in which a skill without an address has that of a known one of the same name."""
    by_name = {skill.name.casefold(): skill for skill in known}

    def filled(row: Row) -> Row:
        skill = by_name.get(row["name"].casefold())
        if skill is None or row["url"]:
            return row
        found = {"url": skill.url, "code": skill.code or "", "framework": skill.framework or ""}
        return row | {name: row[name] or value for name, value in found.items()}

    return replace(typed, rows=typed.rows | {"skill": tuple(filled(row) for row in typed.rows.get("skill", ()))})


def stated(typed: Typed, before: AchievementFacts | None = None) -> dict[str, Any]:
    """What the form says, as `achievement_facts.parse` takes it; nothing is checked yet."""
    values = typed.values
    document: dict[str, Any] = {name: values[name] for name in _SAME_NAME if values[name]}
    for name in ("hours", "academic_credits"):
        if name in document:
            document[name] = _number(document[name])
    document["tags"] = _listed(values["tags"])
    for box in ("is_stack", *_GROUPS):
        document[box] = box in typed.ticked
    document["formats"] = [form for box, form in _FORMATS.items() if box in typed.ticked]
    if typed.prerequisites.condition is not None:
        document["prerequisites"] = conditions.write(typed.prerequisites.condition)
    document["validity"] = _validity(typed)
    if renewal := renewal_fields.stated(values, typed.ticked, None if before is None else before.renewal):
        document["renewal"] = renewal
    if price := _present({"amount": _number(values["price_amount"]), "currency": values["price_currency"].upper()}):
        document["price"] = price
    document["drawing"] = {name: values[name] for name in ("shape", "fill", "level", "icon") if values[name]}
    if "has_accent" in typed.ticked:
        document["drawing"]["accent"] = values["accent"]
    document["skills"] = [_present(row) for row in typed.rows.get("skill", ())]
    document["continuing_education"] = [
        _present(row | {"amount": _number(row["amount"])}) for row in typed.rows.get("credit", ())
    ]
    document["translations"] = translation_fields.stated(typed.rows.get(translation_fields.KIND, ()))
    document["result_descriptions"] = _results(typed.rows.get("result", ()))
    return document


def checked(typed: Typed, before: AchievementFacts | None) -> tuple[AchievementFacts | None, dict[str, str]]:
    """The facts, and a sentence for each field that is wrong; no facts if there is one.

    What was said before and has no field in the form stays: the API may say more than people do here.
    """
    document = stated(typed, before)
    kept = {} if before is None else before.to_json()
    unknown = {name: value for name, value in kept.items() if name not in document and name not in _IN_FORM}
    read = typed.prerequisites  # a name that is not there yet keeps nobody from saving
    translations = typed.rows.get(translation_fields.KIND, ())
    wrong = translation_fields.twice(translations)
    wrong |= {"prerequisites": read.problems[-1].sentence} if read.problems and read.condition is None else {}
    try:
        facts = AchievementFacts.model_validate(unknown | document)
    except ValidationError as error:
        for each in error.errors(include_url=False, include_input=False):
            name = field_of(each["loc"], validity_kind=typed.values["validity_kind"], translations=translations)
            wrong.setdefault(name, sentence_of(name, each["type"], each.get("ctx", {})))
        return None, wrong
    return (None if wrong else facts), wrong


def as_far_as_possible(typed: Typed) -> AchievementFacts:
    """The facts without what is wrong, so that a preview shows all that can be shown."""
    document = stated(typed)
    for _ in range(_MOST_TRIES):
        try:
            return AchievementFacts.model_validate(document)
        except ValidationError as error:
            for each in reversed(error.errors(include_url=False, include_input=False, include_context=False)):
                _leave_out(document, each["loc"])
    return AchievementFacts(name=_PLACEHOLDER, abbreviation=_PLACEHOLDER, description=_PLACEHOLDER)


def slug_of(text: str) -> str:
    """A short name that a text suggests; "" if it suggests none."""
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:80].strip("-")


def _leave_out(document: dict[str, Any], place: tuple[int | str, ...]) -> None:
    top, *below = place
    if top in {"name", "abbreviation", "description"}:
        document[str(top)] = _PLACEHOLDER
    elif top in {"skills", "continuing_education", "result_descriptions", "tags"} and below:
        rows = document.get(str(top), [])
        if isinstance(below[0], int) and below[0] < len(rows):
            del rows[below[0]]
    elif top == "translations" and below:
        document["translations"].pop(below[0], None)
    elif top == "drawing" and below:
        document["drawing"].pop(below[0], None)
    else:
        document.pop(str(top), None)


def _validity(typed: Typed) -> dict[str, Any]:
    kind = typed.values["validity_kind"] or ValidityKind.NONE
    found: dict[str, Any] = {"kind": kind}
    if kind in {ValidityKind.DAYS, ValidityKind.MONTHS}:
        found |= _present({"amount": typed.values["validity_amount"]})
        found["end_of_month"] = "validity_end_of_month" in typed.ticked
    if kind == ValidityKind.FIXED_DATE:
        found |= _present({"until": typed.values["validity_until"]})
    return found


def _results(rows: tuple[Row, ...]) -> list[dict[str, Any]]:
    """Each with an id that stays: badges point to it. A new one is named after the result."""
    found: list[dict[str, Any]] = []
    taken = {row["id"] for row in rows}
    for row in rows:
        result: dict[str, Any] = _present(row)
        if not row["id"]:
            result["id"] = _free(slug_of(row["name"])[:70] or "result", taken)
            taken.add(result["id"])
        result["allowed_values"] = _listed(row["allowed_values"])
        found.append(result)
    return found


def _free(name: str, taken: set[str]) -> str:
    candidates = (name if number == 1 else f"{name}-{number}" for number in range(1, len(taken) + 3))
    return next(each for each in candidates if each not in taken)


def _row(kind: str, entry: dict[str, Any]) -> Row:
    return {name: _text(entry.get(name)) for name in ROWS[kind]}


def _text(value: Any) -> str:
    if value is None:
        return ""
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)


def _is_blank(kind: str, row: Row) -> bool:
    given = _GIVEN[kind]
    return not any(value for name, value in row.items() if name not in given or (name == "id" and value))


def _present(row: dict[str, str]) -> dict[str, Any]:
    return {name: value for name, value in row.items() if value}


def _listed(text: str) -> list[str]:
    return [each for each in (part.strip() for part in re.split(r"[,\n;،、]", text)) if each]


def _number(text: str) -> str:
    """`1,5` as half of Europe writes it; anything else as it is."""
    return text.replace(",", ".") if re.fullmatch(r"\d+,\d{1,2}", text) else text
