"""Endorsements of a file: what one organisation says of another, or of a credential of another."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from app.issuing.catalog.lines import Entry
from app.issuing.catalog.plan import PlannedAchievement, PlannedEndorsement
from app.issuing.catalog.reading import organizations
from app.issuing.catalog.reading.file import CatalogFile


def read(file: CatalogFile, own: Iterable[PlannedAchievement], issuers: Collection[str]) -> list[PlannedEndorsement]:
    """What is to be signed. `issuers`: the short names of those that are issuers here whether they endorse or not."""
    awarded = {each.slug: each.issuer_slug for each in own}
    found = [_endorsement(file, entry, awarded, issuers) for entry in file.tables["endorsements"].values()]
    return [each for each in found if each is not None]


def _endorsement(
    file: CatalogFile, entry: Entry, awarded: dict[str, str], issuers: Collection[str]
) -> PlannedEndorsement | None:
    before, name, target = len(file.problems), entry.get("id"), str(entry.get("target"))
    endorser = file.refer(entry, "endorser", "organizations", name=str(entry.get("endorser")))
    comment = entry.get("comment")
    if not isinstance(comment, str) or not comment.strip():
        file.note(entry.line_of("comment"), f"{name}: comment is what the endorser says")
    issued, until = file.day(entry, "issued", needed=True), file.day(entry, "valid_until")
    if issued is not None and until is not None and until < issued:
        file.note(entry.line_of("valid_until"), f"{name}: it ends before it begins")
    is_credential = target in file.tables["credentials"]
    if not is_credential and target not in file.tables["organizations"]:
        file.note(entry.line_of("target"), f"{name}: there is no credential or organization {target}")
    if len(file.problems) > before or endorser is None or issued is None:
        return None
    about = awarded.get(target) if is_credential else organizations.slug_of(target)
    if about is None or about not in issuers:
        if not is_credential or file.tables["credentials"][target].get("kind") in ("external", "partner"):
            file.skipped.append(f"{name}: {target} is of nobody who is an issuer here, so there is nothing to sign")
        return None
    if about == organizations.slug_of(endorser):
        file.note(entry.line_of("endorser"), f"{name}: an organisation cannot endorse what is its own")
        return None
    return PlannedEndorsement(
        id=str(name),
        endorser=organizations.slug_of(endorser),
        issuer_slug=about,
        achievement=target if is_credential else None,
        comment=str(comment),
        issued=issued,
        valid_until=until,
        line=entry.line,
    )
