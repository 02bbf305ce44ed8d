"""Demo learners of a file: where they work, what they hold, what they are on."""

from __future__ import annotations

from collections.abc import Mapping

from app.issuing.catalog.lines import Entry
from app.issuing.catalog.plan import PlannedAward, PlannedLearner
from app.issuing.catalog.reading.file import CatalogFile

AWARD_KEYS = frozenset({"credential", "issued", "status"})
STATES = ("active", "revoked")


def read(file: CatalogFile, home: str | None) -> list[PlannedLearner]:
    """Every learner. `home`: the id of the organisation whose learners they are."""
    if file.tables["demo_learners"] and file.about("reference_date") is None:
        sentence = 'demo_learners: say as of when, as catalog: {reference_date: "2026-07-01"}'
        file.note(file.line_of_section("demo_learners"), sentence)
    return [_learner(file, entry, home) for entry in file.tables["demo_learners"].values()]


def _learner(file: CatalogFile, entry: Entry, home: str | None) -> PlannedLearner:
    file.check_texts(entry, "display_name")
    for name in (on := file.refer_many(entry, "pathways", "pathways")):
        pathway = file.tables["pathways"][name]
        if home is not None and pathway.get("owner") != home:
            file.note(entry.line_of("pathways"), f"{entry.get('id')}: {name} is not a pathway of {home}")
        elif pathway.get("status", "published") != "published":
            file.note(entry.line_of("pathways"), f"{entry.get('id')}: {name} is a draft, and nobody can be on it")
    awards, seen = [], set[tuple[str, object]]()
    for item in file.maps(entry, "awards"):
        if (award := _award(file, entry, item, home)) is None:
            continue
        if (award.credential, award.issued) in seen:
            file.note(item.line, f"{entry.get('id')}: {award.credential} stands here twice with the same day")
        seen.add((award.credential, award.issued))
        awards.append(award)
    return PlannedLearner(
        id=str(entry.get("id")),
        name=str(entry.get("display_name")),
        unit=file.refer(entry, "unit", "units"),
        role=file.refer(entry, "current_role", "roles"),
        target_role=file.refer(entry, "target_role", "roles"),
        programmes=file.refer_many(entry, "enrolled", "programs"),
        pathways=on,
        awards=tuple(awards),
        line=entry.line,
    )


def _award(file: CatalogFile, entry: Entry, item: Entry, home: str | None) -> PlannedAward | None:
    who = entry.get("id")
    file.check_keys(item, AWARD_KEYS, about=f"{who}: awards")
    name = file.refer(entry, "awards", "credentials", name=str(item.get("credential")), at=item.line)
    status = item.get("status", STATES[0])
    if status not in STATES:
        file.note(item.line, f"{who}: the status of an award is one of {', '.join(STATES)}")
    stated: Mapping[str, object] = item.values
    issued = None
    if stated.get("issued") is None:
        file.note(item.line, f"{who}: an award has the day on which it was issued")
    else:
        issued = file.day(item, "issued")
    if name is None or issued is None or status not in STATES:
        return None
    credential = file.tables["credentials"][name]
    kind = credential.get("kind")
    if kind == "stack":
        file.note(item.line, f"{who}: {name} is awarded by a pathway, and never by hand")
    elif kind not in ("external", "partner") and home is not None and credential.get("issuer") != home:
        file.note(item.line, f"{who}: {name} is awarded by somebody else, and not recognised here")
    return PlannedAward(
        credential=name,
        issued=issued,
        is_revoked=status == "revoked",
        is_recognised=kind in ("external", "partner"),
        line=item.line,
    )
