"""What follows from a rule: approval, validity, repeat, un-completion, better scores and evidence."""

from __future__ import annotations

import re
from collections.abc import Mapping
from enum import StrEnum

from app.stacking.renewal import Validity, ValidityKind
from app.stacking.rules.document import (
    Approval,
    ApprovalKind,
    EvidencePart,
    OnBetterScore,
    OnUnearn,
    Repeat,
    RepeatKind,
    Stack,
    UnearnKind,
    ValidityPolicy,
)
from app.stacking.rules.durations import Duration
from app.stacking.rules.reading.places import Place

DEFAULT_OPENING = Duration(days=90)
MOST_REMINDERS = 12
MOST_BANDS = 20
_UNITS = {"days": 36_500, "months": 1_200, "years": 100}  # the unit and the most of it: a hundred years
_SAMPLE = re.compile(r"sample\(\s*(\d{1,3}(?:\.\d{1,6})?)\s*%\s*\)", re.ASCII)
_OPENING = re.compile(r"(\S+) before expiry", re.ASCII)


class _Anchor(StrEnum):
    COMPLETED_AT = "completed_at"
    END_OF_MONTH = "end_of_month"
    END_OF_YEAR = "end_of_year"
    FIXED = "fixed"


def approval(place: Place) -> Approval:
    """`none`, `always`, `sample(10%)` or `{when: {score_lt: 0.9}}`."""
    value = place.value
    if isinstance(value, str) and value in {ApprovalKind.NONE, ApprovalKind.ALWAYS}:
        return Approval(ApprovalKind(value))
    if isinstance(value, str) and (spelled := _SAMPLE.fullmatch(value.strip())):
        return Approval(ApprovalKind.SAMPLE, percent=Place(spelled[1], place.pointer, place.problems).percentage())
    found = place.members("sample", "when") if isinstance(value, Mapping) else None
    if found is None or len(found) != 1:
        place.wrong("This is none, always, sample(10%) or {when: {score_lt: 0.9}}")
        return Approval()
    if "sample" in found:
        return Approval(ApprovalKind.SAMPLE, percent=found["sample"].percentage())
    when = found["when"].members("score_lt") or {}
    if "score_lt" not in when:
        found["when"].wrong("A condition is missing: {score_lt: 0.9}")
        return Approval()
    return Approval(ApprovalKind.WHEN, score_lt=when["score_lt"].fraction())


def validity(place: Place) -> ValidityPolicy:
    """`none` (never ends), or months, days, years or a fixed date with an anchor, and grace and reminders."""
    if place.value == "none":
        return ValidityPolicy(Validity())
    found = place.members("days", "months", "years", "anchor", "until", "grace", "remind")
    if found is None:
        return ValidityPolicy()
    anchor = found["anchor"].choice(_Anchor) if "anchor" in found else None
    own = _own_validity(place, found, anchor or (_Anchor.FIXED if "until" in found else _Anchor.COMPLETED_AT))
    return ValidityPolicy(
        own,
        end_of_year=anchor is _Anchor.END_OF_YEAR,
        grace=found["grace"].duration() if "grace" in found else None,
        remind=_reminders(found["remind"]) if "remind" in found else (),
    )


def _own_validity(place: Place, found: dict[str, Place], anchor: _Anchor) -> Validity | None:
    amounts = [name for name in _UNITS if name in found]
    if "until" in found or anchor is _Anchor.FIXED:
        if amounts or anchor is not _Anchor.FIXED or "until" not in found:
            place.wrong("A fixed end is written {anchor: fixed, until: 2026-12-31}, without an amount")
            return None
        return Validity(ValidityKind.FIXED_DATE, until=found["until"].day())
    if not amounts and anchor is _Anchor.END_OF_YEAR:
        return Validity(ValidityKind.DAYS, amount=0)
    if len(amounts) != 1:
        if amounts or "anchor" in found:
            place.wrong("A validity is one of days, months and years")
        return None
    return _counted(found[amounts[0]], amounts[0], end_of_month=anchor is _Anchor.END_OF_MONTH)


def _counted(place: Place, unit: str, *, end_of_month: bool) -> Validity | None:
    amount = place.whole(1, _UNITS[unit])
    if amount is None:
        return None
    if unit == "days":
        return Validity(ValidityKind.DAYS, amount=amount, end_of_month=end_of_month)
    months = 12 * amount if unit == "years" else amount
    return Validity(ValidityKind.MONTHS, amount=months, end_of_month=end_of_month)


def _reminders(place: Place) -> tuple[Duration, ...]:
    if place.value == []:
        return ()
    items = place.items(most=MOST_REMINDERS) or []
    found = [duration for item in items if (duration := item.duration()) is not None]
    if len(set(found)) != len(found):
        place.wrong("The same reminder stands here twice")
    return tuple(found)


def repeat(place: Place) -> Repeat:
    """`once`, `per_attempt`, `renewal` or `{renewal: {open: P90D, stack: extend_from_old_expiry}}`."""
    value = place.value
    if isinstance(value, str):
        kind = place.choice(RepeatKind) or RepeatKind.ONCE
        return Repeat(kind, DEFAULT_OPENING if kind is RepeatKind.RENEWAL else None)
    found = place.members("renewal") if isinstance(value, Mapping) else None
    if found is None or "renewal" not in found:
        place.wrong("This is once, per_attempt or {renewal: {open: P90D, stack: extend_from_old_expiry}}")
        return Repeat()
    renewal = found["renewal"].members("open", "stack")
    if renewal is None:
        return Repeat()
    opening = _opening(renewal["open"]) if "open" in renewal else DEFAULT_OPENING
    stack = renewal["stack"].choice(Stack) if "stack" in renewal else None
    return Repeat(RepeatKind.RENEWAL, opening, stack or Stack.EXTEND)


def _opening(place: Place) -> Duration | None:
    spelled = _OPENING.fullmatch(place.value.strip()) if isinstance(place.value, str) else None
    return Place(spelled[1], place.pointer, place.problems).duration() if spelled else place.duration()


def on_unearn(place: Place) -> OnUnearn:
    """`ignore`, `review`, `revoke` or `{revoke_after: P14D}`."""
    value = place.value
    if isinstance(value, str) and value != UnearnKind.REVOKE_AFTER:
        return OnUnearn(place.choice(UnearnKind) or UnearnKind.REVIEW)
    found = place.members("revoke_after") if isinstance(value, Mapping) else None
    if found is None or "revoke_after" not in found:
        place.wrong("This is ignore, review, revoke or {revoke_after: P14D}")
        return OnUnearn()
    grace = found["revoke_after"]
    if isinstance(grace.value, Mapping):
        inner = grace.members("grace") or {}
        if "grace" not in inner:
            grace.wrong("A revocation after a grace says how long: {revoke_after: P14D}")
            return OnUnearn()
        grace = inner["grace"]
    return OnUnearn(UnearnKind.REVOKE_AFTER, grace.duration())


def on_better_score(place: Place) -> OnBetterScore:
    """`keep`, `supersede`, `{supersede: {bands: [0.8, 0.9]}}` or `{supersede: {difference: 0.05}}`."""
    value = place.value
    if isinstance(value, str) and value in {"keep", "supersede"}:
        return OnBetterScore(supersede=value == "supersede")
    found = place.members("supersede") if isinstance(value, Mapping) else None
    inner = found["supersede"].members("bands", "difference") if found and "supersede" in found else None
    if inner is None or len(inner) != 1:
        place.wrong("This is keep, supersede, {supersede: {bands: [0.8, 0.9]}} or {supersede: {difference: 0.05}}")
        return OnBetterScore()
    if "difference" in inner:
        difference = inner["difference"].fraction()
        if difference == 0:
            inner["difference"].wrong("A difference is more than nothing")
        return OnBetterScore(supersede=True, difference=difference)
    items = inner["bands"].items(most=MOST_BANDS) or []
    bands = tuple(band for item in items if (band := item.fraction()) is not None)
    if list(bands) != sorted(set(bands)):
        inner["bands"].wrong("Bands are lower limits in rising order, each once")
    return OnBetterScore(supersede=True, bands=bands)


def evidence(place: Place) -> tuple[EvidencePart, ...]:
    """`{include: [links, score]}`; `transcript_url` is another name for links."""
    found = place.members("include")
    if found is None or "include" not in found:
        if found is not None:
            place.wrong("This is {include: [links, score, completed_at, activity]}")
        return ()
    if found["include"].value == []:
        return ()
    items = found["include"].items(most=len(EvidencePart) + 1) or []
    parts = [EvidencePart.LINKS if item.value == "transcript_url" else item.choice(EvidencePart) for item in items]
    return tuple(dict.fromkeys(part for part in parts if part is not None))
