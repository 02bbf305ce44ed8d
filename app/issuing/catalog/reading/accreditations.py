"""Accreditations of an organisation in a file: by which organisation, for what, and until when."""

from __future__ import annotations

from app.credentials.model import Accreditation
from app.issuing.catalog.lines import Entry
from app.issuing.catalog.reading.file import CatalogFile

KEYS = ("by", "contact_instructions", "scope", "area_served", "sector", "accredited_on", "ends_on")
LONGEST = {"contact_instructions": 2_000, "scope": 2_000, "area_served": 500, "sector": 200}


def read(file: CatalogFile, organization: Entry) -> tuple[Accreditation, ...]:
    """Those that an entry of `organizations` lists. What is wrong is noted."""
    found = [_accreditation(file, organization, each) for each in file.maps(organization, "accreditations")]
    return tuple(each for each in found if each is not None)


def _accreditation(file: CatalogFile, organization: Entry, entry: Entry) -> Accreditation | None:
    before, name = len(file.problems), organization.get("id")
    file.check_keys(entry, KEYS, about=f"{name}: accreditations")
    by = file.refer(entry, "by", "organizations")
    if by is None and len(file.problems) == before:
        file.note(entry.line, f"{name}: an accreditation says by which organization")
    accreditor = None if by is None else file.tables["organizations"][by]
    if accreditor is not None:
        file.check_texts(accreditor, "name", "url")
    for key, longest in LONGEST.items():
        value = entry.get(key)
        is_missing = value is None and key != "contact_instructions"
        if not is_missing and not (isinstance(value, str) and value.strip() and len(value) <= longest):
            file.note(entry.line_of(key), f"{name}: {key} is a text of 1 to {longest} characters")
    begin, end = file.day(entry, "accredited_on"), file.day(entry, "ends_on")
    if begin is not None and end is not None and end < begin:
        file.note(entry.line_of("ends_on"), f"{name}: the accreditation ends before it begins")
    if accreditor is None or len(file.problems) > before:
        return None
    return Accreditation(
        accreditor=str(accreditor.get("name")),
        url=str(accreditor.get("url")),
        accredited_on=begin,
        ends_on=end,
        contact_instructions=str(entry.get("contact_instructions")),
        **{key: str(entry.get(key)) for key in ("scope", "area_served", "sector") if entry.get(key) is not None},
    )
