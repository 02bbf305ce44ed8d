"""One row into a completion. What it cannot be understood by is named with its row and its column."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from app.credentials.identity import normalise_email
from app.credentials.model import Evidence
from app.days import day_in, end_of_day
from app.errors import InvalidInput
from app.lms import scores
from app.lms.base import (
    ActivityFacts,
    Completion,
    CompletionKind,
    Item,
    LearnerFacts,
    MomentSource,
    Score,
    ScoreUnit,
    TestPing,
)
from app.lms.csv.cells import Cell, Formula, Share, is_empty, text_of
from app.lms.csv.columns import Columns
from app.lms.csv.settings import CsvSettings
from app.lms.csv.table import Row
from app.lms.evidence import MAX_NARRATIVE_CHARACTERS, read_evidence
from app.lms.moments import Calendar, Moment
from app.lms.reading import Fields, clean, email, hashed_key, unreadable, wrong

LONGEST_SPONSOR = 200
_WIDEST_SHARE = Decimal(2)
_TEST_MARK = "[test]"
_NO_END = datetime(9990, 1, 1, tzinfo=UTC)
_STATUSES: Mapping[str, CompletionKind] = {
    word: kind
    for kind, words in {
        CompletionKind.COMPLETED: "completed|complete|done|finished|yes|abgeschlossen|teilgenommen|terminé|completado",
        CompletionKind.PASSED: "passed|pass|successful|success|bestanden|réussi|aprobado",
        CompletionKind.FAILED: "failed|fail|not passed|unsuccessful|nicht bestanden|échoué|suspendido",
        CompletionKind.PROGRESS: "in progress|in_progress|incomplete|not completed|started|enrolled|registered"
        "|not started|progress|begonnen|angemeldet",
        CompletionKind.REVOKED: "revoked|withdrawn",
        CompletionKind.EXPIRED: "expired|abgelaufen",
        CompletionKind.VOIDED: "voided",
    }.items()
    for word in words.split("|")
}
_TRUTHS = {
    **dict.fromkeys(("yes", "y", "true", "1", "x", "ja", "oui", "sí", "si", "pass", "passed", "bestanden"), True),
    **dict.fromkeys(("no", "n", "false", "0", "nein", "non", "fail", "failed", "nicht bestanden"), False),
}


def read_row(row: Row, columns: Columns, settings: CsvSettings, *, received_at: datetime) -> Item:
    """The row as what it is; whatever it holds, this raises nothing. Its `index` is the number of the row.

    The `pointer` of an Unreadable is `/ROW/COLUMN`, by our name of the column.
    """
    try:
        return _Reading(row, columns, settings, received_at).item()
    except InvalidInput as error:
        return unreadable(error, row.number)


def column_of(pointer: str) -> str | None:
    """The column that the `pointer` of an Unreadable names; None where the row as a whole is at fault."""
    return pointer.split("/", 2)[2] if pointer.count("/") > 1 else None


@dataclass(frozen=True, slots=True)
class _Reading:
    row: Row
    columns: Columns
    settings: CsvSettings
    received_at: datetime

    def item(self) -> Item:
        """The completion, or the test that it is. Raises InvalidInput."""
        self._refuse_a_torn_row()
        if any(self._text(name).casefold().startswith(_TEST_MARK) for name in ("email", "name")):
            return TestPing("The row is marked as a test", self.row.number)
        learner, notes = self._learner()
        activity_id = self._text("course_id") or self.settings.course_id
        if not activity_id:
            raise self._wrong("course_id", "The row names no course", "missing")
        kind, completed, passed = self._outcome()
        occurred = self._occurred()
        score = self._score()
        attempt = self._identifier("attempt")
        evidence, evidence_notes = read_evidence(Fields({"evidence": self._evidence()}, f"/{self.row.number}"))
        activity = ActivityFacts(
            namespace=str(self.settings.namespace),
            source_id=self._printable(activity_id, "course_id"),
            name=clean(self._text("course_name")) or None,
        )
        return Completion(
            kind=kind,
            learning_kind=self.settings.learning_kind,
            dedupe_key=_row_key(learner, activity, attempt, occurred, kind=kind, score=score),
            learner=learner,
            activity=activity,
            attempt_id=attempt,
            completed=completed,
            passed=passed,
            score=score,
            occurred_at=occurred.at,
            occurred_at_source=occurred.source,
            evidence=evidence,
            comment=clean(self._text("comment"), MAX_NARRATIVE_CHARACTERS) or None,
            notes=(*notes, *occurred.notes, *evidence_notes),
            valid_until=self._valid_until(),
            sponsor=self._sponsor(),
            funding=clean(self._text("funding"), MAX_NARRATIVE_CHARACTERS) or None,
            index=self.row.number,
        )

    def _refuse_a_torn_row(self) -> None:
        if any(not is_empty(cell) for cell in self.row.cells[self.columns.width :]):
            raise wrong(
                "The row has more cells than there are headings; a name with a comma must be in quotation marks",
                code="too-many-cells",
                pointer=f"/{self.row.number}",
            )

    def _learner(self) -> tuple[LearnerFacts, tuple[str, ...]]:
        source_id = self._identifier("external_id")
        address, notes = email(Fields({"email": self._text("email")}), "email")
        if self._text("email") and address is None and "placeholder" not in " ".join(notes):
            raise self._wrong("email", "This is no e-mail address that mail can be sent to", "no-email")
        if source_id is None and address is None:
            name = "email" if self.columns.has("email") else "external_id"
            raise self._wrong(name, "The row has neither an e-mail address nor an id of the person", "no-learner")
        facts = LearnerFacts(
            namespace=str(self.settings.namespace),
            source_id=source_id,
            email=address,
            username=self._identifier("username"),
            display_name=self._display_name(),
            given_name=clean(self._text("given_name")) or None,
            family_name=clean(self._text("family_name")) or None,
        )
        return facts, notes

    def _display_name(self) -> str | None:
        parts = [self._text("name")] if self._text("name") else [self._text("given_name"), self._text("family_name")]
        return clean(" ".join(part for part in parts if part)) or None

    def _outcome(self) -> tuple[CompletionKind, bool | None, bool | None]:
        """Kind, completed and passed. Without a column that says otherwise, a row is a completion."""
        kind = self._status()
        passed = self._truth("passed")
        if kind is CompletionKind.FAILED and passed:
            raise self._wrong("passed", "The status says failed, and this column says passed", "contradiction")
        if passed is False and kind in {CompletionKind.COMPLETED, CompletionKind.PASSED}:
            return CompletionKind.FAILED, kind is CompletionKind.COMPLETED or None, False
        if passed is True and kind is CompletionKind.COMPLETED:
            kind = CompletionKind.PASSED
        completed = True if kind in {CompletionKind.COMPLETED, CompletionKind.PASSED} else None
        return kind, completed, {CompletionKind.PASSED: True, CompletionKind.FAILED: False}.get(kind, passed)

    def _status(self) -> CompletionKind:
        if not self.columns.has("status"):
            return CompletionKind.COMPLETED
        word = self._text("status").casefold()
        if not word:
            raise self._wrong("status", "The status is empty: nothing says that it was completed", "missing")
        kind = self.settings.statuses.get(word) or _STATUSES.get(word)
        if kind is None:
            raise self._wrong(
                "status", f"What does the status “{word[:60]}” mean? Add it to `statuses`", "unknown-status"
            )
        return kind

    def _truth(self, name: str) -> bool | None:
        word = self._text(name).casefold()
        if not word:
            return None
        if word not in _TRUTHS:
            raise self._wrong(name, "Yes or no is expected here", "ill-typed")
        return _TRUTHS[word]

    def _occurred(self) -> Moment:
        if is_empty(self._cell("completed_at")):
            note = "The row has no date; the time of the upload was taken"
            return Moment(self.received_at.replace(microsecond=0), MomentSource.RECEIVED, (note,))
        return self._moment("completed_at")

    def _valid_until(self) -> datetime | None:
        if is_empty(self._cell("valid_until")):
            return None
        moment = self._moment("valid_until", before=_NO_END)  # a day to come is no mistake here
        zone = self.settings.time_zone
        return end_of_day(day_in(moment.at, zone), zone) if moment.is_day and zone is not None else moment.at

    def _sponsor(self) -> str | None:
        text = self._text("sponsor")
        if len(text) > LONGEST_SPONSOR or clean(text) != text:
            raise self._wrong(
                "sponsor", f"One line of at most {LONGEST_SPONSOR} characters is expected here", "ill-typed"
            )
        return text or None

    def _moment(self, name: str, before: datetime | None = None) -> Moment:
        cell = self._cell(name)
        pattern = None if isinstance(cell, datetime) else self.settings.date_format
        if isinstance(cell, Decimal | Share | bool):
            raise self._wrong(name, "A number is no date; give the column the form of a date", "not-a-moment")
        calendar = Calendar(self.settings.time_zone, None, pattern)
        try:
            return calendar.read(text_of(cell), pointer=self._at(name), received_at=before or self.received_at)
        except InvalidInput as error:
            if error.facts.get("code") == "no-epoch-unit":
                raise self._wrong(name, "A number is no date; choose `date_format`", "not-a-moment") from error
            raise

    def _score(self) -> Score | None:
        raw, is_share = self._number("score")
        unit = self.settings.score_unit
        if raw is None:
            return None
        if unit is None:
            raise self._wrong("score", "The score has no unit; choose `score_unit`", "no-score-unit")
        if unit is ScoreUnit.POINTS:
            if is_share:
                raise self._wrong("score", "This is a percentage, and the scores are said to be points", "unit")
            maximum, _ = self._number("score_max")
            if maximum is None:
                raise self._wrong("score_max", "Points mean nothing without their maximum", "missing")
            return scores.points(raw, maximum=maximum)
        if unit is ScoreUnit.PERCENT:
            score = scores.percent(raw)
        elif is_share:
            score = scores.fraction(raw / 100)
        else:
            score = scores.fraction(raw)
        if score.scaled is not None and abs(score.scaled) > _WIDEST_SHARE:
            raise self._wrong(
                "score", f"This is more than twice the whole as a {unit}: is that its unit?", "out-of-range"
            )
        return score

    def _number(self, name: str) -> tuple[Decimal | None, bool]:
        """The number, and whether it is said to be a percentage: 93 % is (93, true)."""
        cell = self._cell(name)
        if is_empty(cell):
            return None, False
        if isinstance(cell, Share):
            return cell.value * 100, True
        text = text_of(cell)
        is_share = text.endswith("%")
        text = text.removesuffix("%").strip()
        if isinstance(cell, str) and self.settings.decimal_sign == ",":
            if "." in text:
                raise self._wrong(name, "The decimal sign is said to be a comma, and this has a point", "not-a-number")
            text = text.replace(",", ".")
        try:
            return Fields({name: text}).number(name), is_share
        except InvalidInput as error:
            raise self._wrong(name, error.detail, error.facts["code"]) from error

    def _evidence(self) -> list[str] | None:
        address = self._text("evidence_url")
        if not address:
            return None
        kept, _ = read_evidence(Fields({"evidence": [address]}))
        if kept == () or kept[0] == Evidence():
            raise self._wrong("evidence_url", "This is no address that begins with http:// or https://", "no-address")
        return [address]

    def _identifier(self, name: str) -> str | None:
        text = self._text(name)
        return self._printable(text, name) if text else None

    def _printable(self, text: str, name: str) -> str:
        if len(text) > 255 or not text.isprintable():  # noqa: PLR2004 - the width of such columns
            raise self._wrong(name, "At most 255 printable characters are expected here", "ill-typed")
        return text

    def _text(self, name: str) -> str:
        return text_of(self._cell(name))

    def _cell(self, name: str) -> Cell:
        place = self.columns.places.get(name)
        cell = None if place is None else self.row.cell(place)
        if isinstance(cell, Formula):
            raise self._wrong(name, "The cell holds a formula or an error; put its value there", "formula")
        return cell

    def _at(self, name: str) -> str:
        return f"/{self.row.number}/{name}"

    def _wrong(self, name: str, detail: str, code: str) -> InvalidInput:
        return wrong(detail, code=code, pointer=self._at(name))


def _row_key(
    learner: LearnerFacts,
    activity: ActivityFacts,
    attempt: str | None,
    occurred: Moment,
    *,
    kind: CompletionKind,
    score: Score | None,
) -> str:
    """The same for the same row, wherever it stands and in whichever file; another for one that was corrected."""
    stated = None if occurred.stated_at is None else occurred.stated_at.isoformat()
    address = None if learner.source_id or learner.email is None else normalise_email(learner.email)
    who: tuple[Any, ...] = (learner.namespace, learner.source_id, address)
    return hashed_key("csv", *who, activity.source_id, attempt, stated, kind.value, scores.key_of(score))
