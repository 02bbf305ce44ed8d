"""What a source of files has declared, and what one import may say otherwise. What could be wrong is not guessed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from zoneinfo import ZoneInfo

from app.errors import InvalidInput
from app.lms import auth
from app.lms.csv.cells import tidy
from app.lms.csv.columns import FIELDS, Contents
from app.lms.date_patterns import DatePattern
from app.lms.facts import CompletionKind, LearningKind, ScoreUnit
from app.lms.source_settings import SettingsReader

SCHEMES = ("bearer", *(name for name in auth.MENU if name not in {"bearer", "form_fields", "body_token"}))
ENCODINGS = ("utf-8", "utf-16", "cp1252", "iso-8859-1", "iso-8859-15", "cp1250", "gb18030", "shift_jis")
DELIMITERS = {"comma": ",", "semicolon": ";", "tab": "\t", "pipe": "|"}
OPTIONS = (
    *("encoding", "delimiter", "sheet", "columns", "date_format", "time_zone", "decimal_sign", "score_unit"),
    *("statuses", "course_id", "learning_kind"),
)
"""The settings that one import may replace."""
OF_AWARDS = ("issued_by", "issued_by_us")
"""The settings of one import of awards that were issued elsewhere; no source has them."""

_MOST_STATUSES = 200


@dataclass(frozen=True, slots=True)
class CsvSettings:
    """The settings of a source of files; `None` = not declared.

    `columns` leads a field to a heading or to a column's number (1 is the first); None = no column has it.
    """

    namespace: str | None = None
    time_zone: ZoneInfo | None = None
    learning_kind: LearningKind = LearningKind.COURSE
    encoding: str | None = None
    delimiter: str | None = None
    sheet: str | None = None
    columns: Mapping[str, str | int | None] = field(default_factory=dict)
    date_format: DatePattern | None = None
    decimal_sign: str | None = None
    score_unit: ScoreUnit | None = None
    statuses: Mapping[str, CompletionKind] = field(default_factory=dict)
    course_id: str | None = None
    issued_by: str | None = None  # who issued the awards of this file elsewhere; None = it is a file of completions
    issued_by_us: bool = False  # whether that is the same organisation as the issuer here
    by_hand: bool = False  # whether each row is a person's word that one achievement was earned

    @property
    def contents(self) -> Contents:
        """What the rows of a file with these settings are."""
        if self.issued_by is not None:
            return Contents.ELSEWHERE
        return Contents.BY_HAND if self.by_hand else Contents.COMPLETIONS

    @classmethod
    def read(cls, settings: Mapping[str, Any], problems: list[str]) -> CsvSettings:
        """The settings with safe defaults; every complaint is added to `problems`."""
        reader = SettingsReader(settings, problems)
        reader.known_names("auth", auth.OPTIONS, "namespace", *OPTIONS, *OF_AWARDS)
        problems.extend(auth.settings_problems(settings, SCHEMES))
        if settings.get("namespace") is None:
            problems.append("`namespace` must name the system whose ids are in the files, for example lms.example.org.")
        zone = reader.time_zone()
        if settings.get("time_zone") is None:
            problems.append("`time_zone` must say where the dates in the files are meant, for example Europe/Vienna.")
        return cls(
            namespace=reader.text("namespace"),
            time_zone=zone,
            learning_kind=reader.learning_kind(),
            encoding=_one_of(settings, "encoding", ENCODINGS, problems),
            delimiter=DELIMITERS.get(_one_of(settings, "delimiter", tuple(DELIMITERS), problems) or ""),
            sheet=reader.text("sheet"),
            columns=_columns(settings.get("columns"), problems),
            date_format=_date_format(settings.get("date_format"), problems),
            decimal_sign=_one_of(settings, "decimal_sign", (".", ","), problems),
            score_unit=reader.choice("score_unit", ScoreUnit),
            statuses=_statuses(settings.get("statuses"), problems),
            course_id=reader.text("course_id"),
            issued_by=reader.text("issued_by"),
            issued_by_us=settings.get("issued_by_us") is True,
        )


def _one_of(settings: Mapping[str, Any], name: str, known: tuple[str, ...], problems: list[str]) -> str | None:
    value = settings.get(name)
    if value is None or value in known:
        return value
    problems.append(f"`{name}` must be one of {', '.join(known)}.")
    return None


def _date_format(value: Any, problems: list[str]) -> DatePattern | None:
    if value is None:
        return None
    try:
        return DatePattern.read(value)
    except InvalidInput as error:
        problems.append(f"`date_format` {error.detail}.")
        return None


def _columns(value: Any, problems: list[str]) -> Mapping[str, str | int | None]:
    if value is None:
        return {}
    if not isinstance(value, dict):
        problems.append("`columns` must be an object from our names to the file's headings.")
        return {}
    found: dict[str, str | int | None] = {}
    for name, heading in value.items():
        if name not in FIELDS:
            problems.append(f"`columns`: there is no field “{name[:100]}”; known are {', '.join(FIELDS)}.")
        elif heading is None or heading == "":
            found[name] = None
        elif isinstance(heading, bool) or not isinstance(heading, str | int):
            problems.append(f"`columns/{name}` must be a heading, the number of a column, or null for none.")
        else:
            found[name] = heading
    return found


def _statuses(value: Any, problems: list[str]) -> Mapping[str, CompletionKind]:
    if value is None:
        return {}
    if not isinstance(value, dict) or len(value) > _MOST_STATUSES:
        problems.append(
            f"`statuses` must be an object of at most {_MOST_STATUSES} words of the file and what each means."
        )
        return {}
    meanings = {
        kind.value: kind for kind in CompletionKind if kind not in {CompletionKind.TEST, CompletionKind.UNKNOWN}
    }
    found = {}
    for word, meaning in value.items():
        if isinstance(meaning, str) and meaning in meanings:
            found[tidy(word).casefold()] = meanings[meaning]
        else:
            problems.append(f"`statuses`: “{word[:100]}” must lead to one of {', '.join(meanings)}.")
    return found
