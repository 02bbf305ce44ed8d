"""The setting `mapping`: where another system's body says what ours says, field by field, each by an expression.

Units, formats and zones are declared, never guessed from how large a number is. Every complaint names the setting by
its JSON Pointer. `mapped.py` applies what is read here.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from functools import partial
from typing import Any, TypeVar

from app.errors import InvalidInput
from app.lms.date_patterns import DatePattern
from app.lms.facts import ActivityType, CompletionKind, ScoreUnit
from app.lms.generic.expressions import Expression, compile_expression
from app.lms.moments import Calendar, EpochUnit
from app.lms.reading import clean
from app.lms.source_settings import SettingsReader

IGNORED = "ignored"
ROOT = "/mapping"
PLAIN_FIELDS = ("event_id", "dedupe_key", "attempt", "sequence")
LEARNER_FIELDS = ("id", "namespace", "email", "name", "given_name", "family_name", "username", "sis_id")
ACTIVITY_FIELDS = ("id", "namespace", "name", "code", "type")
_KINDS = tuple(kind.value for kind in CompletionKind if kind is not CompletionKind.UNKNOWN)
_MOST_VALUES = 200
_T = TypeVar("_T")


class TimeFormat(StrEnum):
    """How `occurred_at` is written, where it is not a pattern."""

    ISO = "iso"
    EPOCH_SECONDS = "epoch_seconds"
    EPOCH_MILLISECONDS = "epoch_milliseconds"
    EPOCH_MICROSECONDS = "epoch_microseconds"


_EPOCHS = {
    TimeFormat.EPOCH_SECONDS: EpochUnit.SECONDS,
    TimeFormat.EPOCH_MILLISECONDS: EpochUnit.MILLISECONDS,
    TimeFormat.EPOCH_MICROSECONDS: EpochUnit.MICROSECONDS,
}


@dataclass(frozen=True, slots=True)
class Rule:
    """Where a field is found. `of_document` = in the whole body and not in the item.

    `values` turns what is found into what it means, by its text in lower case; None = it is taken as it is.
    """

    expression: Expression
    of_document: bool = False
    values: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class ScoreRule:
    """Where the score is found, and what its numbers are. `maximum` is a number or where it is found."""

    value: Rule
    unit: ScoreUnit
    maximum: Rule | Decimal | None = None
    minimum: Rule | Decimal | None = None
    letter: Rule | None = None
    decimal_comma: bool = False


@dataclass(frozen=True, slots=True)
class TimeRule:
    """Where the time is found, and how it is written."""

    value: Rule
    calendar: Calendar
    is_counted: bool = False


@dataclass(frozen=True, slots=True)
class FieldMapping:
    """Everything that the setting says. `fields` is by the names of our own body, as `learner.email`."""

    items: Expression | None
    kind: Rule | str
    fields: Mapping[str, Rule] = field(default_factory=dict)
    score: ScoreRule | None = None
    occurred_at: TimeRule | None = None
    evidence: Rule | None = None

    @classmethod
    def read(cls, value: Any, problems: list[str]) -> FieldMapping | None:
        """The mapping, or None where it cannot be used; every complaint is added to `problems`."""
        before = len(problems)
        mapping = _Reader(problems).mapping(value)
        return mapping if len(problems) == before else None


@dataclass(frozen=True, slots=True)
class _Reader:
    problems: list[str]

    def mapping(self, value: Any) -> FieldMapping | None:
        known = ("items", "kind", "learner", "activity", "completed", "passed", "score", "occurred_at", "evidence")
        if not self._is_object(value, ROOT, (*known, *PLAIN_FIELDS)):
            return None
        fields = self._rules(value, ROOT, PLAIN_FIELDS)
        for group, names in (("learner", LEARNER_FIELDS), ("activity", ACTIVITY_FIELDS)):
            if value.get(group) is not None and self._is_object(value[group], f"{ROOT}/{group}", names):
                found = self._rules(value[group], f"{ROOT}/{group}", names, {"type": self._activity_type})
                fields |= {f"{group}.{name}": rule for name, rule in found.items()}
        fields |= self._rules(
            value, ROOT, ("completed", "passed"), dict.fromkeys(("completed", "passed"), self._boolean)
        )
        self._require(value)
        items = value.get("items")
        return FieldMapping(
            items=None if items is None else self._try(lambda: compile_expression(items, f"{ROOT}/items")),
            kind=self._kind(value.get("kind")),
            fields=fields,
            score=None if value.get("score") is None else self._score(value["score"]),
            occurred_at=None if value.get("occurred_at") is None else self._time(value["occurred_at"]),
            evidence=None if value.get("evidence") is None else self._rule(value["evidence"], f"{ROOT}/evidence"),
        )

    def _require(self, value: Mapping[str, Any]) -> None:
        learner, activity = value.get("learner") or {}, value.get("activity") or {}
        if isinstance(learner, dict) and not {"id", "email"} & set(learner):
            self._complain(f"{ROOT}/learner", "must say where the `id` or the `email` of the learner is")
        if isinstance(activity, dict) and "id" not in activity:
            self._complain(
                f"{ROOT}/activity", "must say where the `id` of the activity is; a fixed one is written 'so'"
            )
        if value.get("kind") is None:
            self._complain(f"{ROOT}/kind", 'is missing: say what happened by its values, or {"always": "completed"}')

    def _rules(
        self,
        value: Mapping[str, Any],
        setting: str,
        names: tuple[str, ...],
        meanings: Mapping[str, Callable[[Any, str], Any]] | None = None,
    ) -> dict[str, Rule]:
        found = {}
        for name in names:
            if value.get(name) is not None:
                rule = self._rule(value[name], f"{setting}/{name}", (meanings or {}).get(name))
                if rule is not None:
                    found[name] = rule
        return found

    def _rule(
        self,
        value: Any,
        setting: str,
        meaning: Callable[[Any, str], Any] | None = None,
        extra: tuple[str, ...] = (),
    ) -> Rule | None:
        """An expression, or an object with one; `meaning` reads each of the values that it may lead to."""
        if not isinstance(value, dict):
            expression = self._try(lambda: compile_expression(value, setting))
            return None if expression is None else Rule(expression)
        if not self._is_object(value, setting, ("expression", "of", *(("values",) if meaning else ()), *extra)):
            return None
        if value.get("of", "item") not in {"item", "document"}:
            self._complain(f"{setting}/of", "must be item or document")
        expression = self._try(lambda: compile_expression(value.get("expression"), f"{setting}/expression"))
        values = None
        if meaning is not None and value.get("values") is not None:
            values = self._values(value["values"], f"{setting}/values", meaning)
        return None if expression is None else Rule(expression, value.get("of") == "document", values)

    def _values(self, value: Any, setting: str, meaning: Callable[[Any, str], Any]) -> Mapping[str, Any]:
        if not isinstance(value, dict) or not 0 < len(value) <= _MOST_VALUES:
            self._complain(setting, f"must be an object of 1 to {_MOST_VALUES} values and what each means")
            return {}
        found = {}
        for name, means in value.items():
            place = f"{setting}/{_escaped(name)}"
            found[name.strip().casefold()] = self._try(partial(meaning, means, place))
        return found

    def _kind(self, value: Any) -> Rule | str:
        setting = f"{ROOT}/kind"
        if isinstance(value, dict) and "always" in value:
            self._is_object(value, setting, ("always",))
            return str(self._try(lambda: self._completion_kind(value["always"], f"{setting}/always")) or IGNORED)
        rule = None if value is None else self._rule(value, setting, self._completion_kind)
        return rule or IGNORED

    def _score(self, value: Any) -> ScoreRule | None:
        setting = f"{ROOT}/score"
        if not isinstance(value, dict):
            self._complain(setting, "must be an object with `expression` and `unit`: a unit is never guessed")
            return None
        rule = self._rule(value, setting, extra=("unit", "maximum", "minimum", "letter", "decimal_sign"))
        unit = self._choice(value, "unit", ScoreUnit, setting)
        if value.get("decimal_sign", ".") not in {".", ","}:
            self._complain(f"{setting}/decimal_sign", "must be . or ,")
        if unit is ScoreUnit.POINTS and value.get("maximum") is None:
            self._complain(f"{setting}/maximum", "is missing: points mean nothing without their maximum")
        if unit is not ScoreUnit.POINTS and value.get("maximum") is not None:
            self._complain(f"{setting}/maximum", "belongs to points; a fraction and a percentage have their own")
        bounds = {name: self._bound(value.get(name), f"{setting}/{name}") for name in ("maximum", "minimum")}
        letter = None if value.get("letter") is None else self._rule(value["letter"], f"{setting}/letter")
        if rule is None or unit is None:
            return None
        return ScoreRule(rule, unit, **bounds, letter=letter, decimal_comma=value.get("decimal_sign") == ",")

    def _bound(self, value: Any, setting: str) -> Rule | Decimal | None:
        if value is None:
            return None
        if isinstance(value, int | float | Decimal) and not isinstance(value, bool):
            return Decimal(str(value))
        return self._rule(value, setting)

    def _time(self, value: Any) -> TimeRule | None:
        setting = f"{ROOT}/occurred_at"
        if not isinstance(value, dict):
            self._complain(setting, "must be an object with `expression` and `format`: a format is never guessed")
            return None
        rule = self._rule(value, setting, extra=("format", "time_zone"))
        found: list[str] = []
        zone = SettingsReader(value, found).time_zone()
        if found:
            self._complain(f"{setting}/time_zone", "must be an IANA name such as Europe/Vienna")
        stated = value.get("format")
        if stated in list(TimeFormat):
            epoch = _EPOCHS.get(TimeFormat(stated))
            return None if rule is None else TimeRule(rule, Calendar(zone, epoch), is_counted=epoch is not None)
        if not isinstance(stated, str) or not any(letter in stated for letter in "%Y"):
            self._complain(f"{setting}/format", f"must be one of {', '.join(TimeFormat)} or a pattern such as %d.%m.%Y")
            return None
        pattern = self._try(lambda: DatePattern.read(stated), f"{setting}/format")
        return None if rule is None or pattern is None else TimeRule(rule, Calendar(zone, None, pattern))

    def _completion_kind(self, value: Any, setting: str) -> str:
        if value not in {*_KINDS, IGNORED}:
            raise InvalidInput(f"must be one of {', '.join((*_KINDS, IGNORED))}", pointer=setting)
        return str(value)

    def _activity_type(self, value: Any, setting: str) -> str:
        if value not in list(ActivityType):
            raise InvalidInput(f"must be one of {', '.join(ActivityType)}", pointer=setting)
        return str(value)

    def _boolean(self, value: Any, setting: str) -> bool:
        if not isinstance(value, bool):
            raise InvalidInput("must be true or false", pointer=setting)
        return value

    def _choice(self, value: Mapping[str, Any], name: str, kind: type[ScoreUnit], setting: str) -> ScoreUnit | None:
        if value.get(name) in list(kind):
            return kind(value[name])
        self._complain(f"{setting}/{name}", f"must be one of {', '.join(kind)}")
        return None

    def _is_object(self, value: Any, setting: str, known: tuple[str, ...]) -> bool:
        if not isinstance(value, dict):
            self._complain(setting, "must be an object")
            return False
        for name in value:
            if name not in known:
                self._complain(f"{setting}/{_escaped(name)}", f"has no meaning here; known are {', '.join(known)}")
        return True

    def _try(self, read: Callable[[], _T], setting: str = ROOT) -> _T | None:
        try:
            return read()
        except InvalidInput as error:
            self._complain(error.facts.get("pointer", setting), error.detail)
            return None

    def _complain(self, setting: str, what: str) -> None:
        self.problems.append(f"`{setting}` {what}.")


def _escaped(name: str) -> str:
    return clean(name, 100).replace("~", "~0").replace("/", "~1")
