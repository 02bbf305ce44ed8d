"""A catalogue file becomes a plan: everything that is to be there, problems by line, and what is left out."""

from __future__ import annotations

from datetime import date

from app.errors import InvalidInput
from app.issuing.catalog.lines import Entry, Problem, load
from app.issuing.catalog.plan import Plan
from app.issuing.catalog.reading import (
    careers,
    checking,
    credentials,
    endorsements,
    organizations,
    pathways,
    people,
    programmes,
    skills,
)
from app.issuing.catalog.reading.checking import Everything
from app.issuing.catalog.reading.file import CatalogFile

__all__ = ["read"]


def read(text: str, *, people_too: bool = True) -> Plan:
    """Read a catalogue. Problems are found all at once, each with its line; what is no YAML has one.

    Without `people_too` the demo learners are looked at and left out.
    """
    try:
        document = load(text)
    except InvalidInput as error:
        return Plan(problems=(Problem(error.facts.get("line", 1), error.detail),))
    file = CatalogFile(document)
    file.open()
    return _plan(file, people_too=people_too)


def _plan(file: CatalogFile, *, people_too: bool) -> Plan:
    organizations.check(file)
    home = organizations.home(file)
    slug = None if home is None else organizations.slug_of(home)
    defined = skills.read(file)
    own, recognised = credentials.read(file)
    defined += [*recognised, *programmes.read(file), *careers.read(file)]
    planned_pathways = pathways.read(file)
    learners = people.read(file, home)
    reference_date = _reference_date(file)  # before the problems are counted
    awarding = {each.issuer_slug for each in own} | {each.issuer_slug for each in planned_pathways}
    if slug is not None and (defined or learners):
        awarding.add(slug)
    said = endorsements.read(file, own, awarding)
    for owner in sorted(awarding):
        checking.check(
            file,
            Everything(
                owner,
                [each for each in own if each.issuer_slug == owner],
                defined if owner == slug else [],
                [each for each in planned_pathways if each.issuer_slug == owner],
            ),
        )
    if learners and not people_too:
        file.skipped.append(f"demo_learners: {len(learners)} people are left out, as was asked")
        learners = []
    signing = {each.endorser for each in said} | ({slug} if slug is not None and learners else set())
    return Plan(
        issuers=organizations.issuers(file, awarding | signing, signing),
        achievements=tuple(own),
        definitions=tuple(defined),
        pathways=tuple(planned_pathways),
        endorsements=tuple(said),
        learners=tuple(learners),
        problems=tuple(sorted(dict.fromkeys(file.problems), key=lambda problem: problem.line)),
        skipped=tuple(dict.fromkeys(file.skipped)),
        home=slug,
        reference_date=reference_date,
    )


def _reference_date(file: CatalogFile) -> date | None:
    """The day as of which the people of the file are, if it names one."""
    if file.about("reference_date") is None:
        return None
    return file.day(Entry(file.document["catalog"]), "reference_date")
