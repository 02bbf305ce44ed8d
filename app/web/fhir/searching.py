"""Searches by type: parameters to what is wanted, rows to one page of resources, and who got what for the audit log."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from sqlalchemy import Select

from app.errors import InvalidSearch, NotAllowed
from app.issuing.definitions import Kind, all_of
from app.issuing.folding import fold
from app.issuing.health_records import PeopleWanted, Token, View, finding, telling
from app.issuing.health_records.finding import ChangedWithin
from app.issuing.health_records.telling import Teller
from app.issuing.learners import sharing
from app.projections import fhir
from app.projections.fhir import QualificationStatus, Written, own_id, wire_id
from app.projections.fhir.definitions import CODE_PARAMETER, QUALIFICATION_STATUSES, STATUS_PARAMETER
from app.projections.fhir.facts import OrganizationFacts
from app.projections.fhir.resources import ACHIEVEMENTS, JOBS, VERIFICATION_STATUSES
from app.web.fhir import parameters
from app.web.fhir.authentication import SEARCH, Reader
from app.web.fhir.parameters import INCLUDE, REVERSE_INCLUDE, Asked

NAMES = {"name": sharing.ANY, "family": sharing.FAMILY, "given": sharing.GIVEN}
PATIENTS_SEE = frozenset({QualificationStatus.ACTIVE})
NOBODY = frozenset[str]()


@dataclass(frozen=True, slots=True)
class Found:
    """One page. `ids` are pairs of a type and our id; `following` None = the last page; `total` None = not counted."""

    written: Sequence[Written]
    ids: Sequence[tuple[str, str]] = field(default=())
    following: str | None = None
    total: int | None = None


def statuses_of(reader: Reader, asked: Asked | None = None) -> frozenset[QualificationStatus]:
    """Of which qualifications somebody is told: those that were not taken back, and what was asked for beside them.

    Raises NotAllowed where patients would learn what was taken back, and InvalidSearch for a status that is none.
    """
    seen = PATIENTS_SEE if reader.view is View.PATIENT else finding.BY_DEFAULT
    wanted = _statuses_asked(asked) if asked is not None else None
    if wanted is None:
        return seen
    if reader.view is View.PATIENT and not wanted <= seen:
        raise NotAllowed("This token or key shows what is good now, and nothing else")
    return seen | wanted


def practitioners(teller: Teller, reader: Reader, asked: Asked) -> Found:
    """People by name, identifier, what they hold and when something changed; on request with where they work."""
    if asked.includes:
        reader.demand("PractitionerRole", SEARCH)
    query = finding.people(teller.issuer, _wanted(teller, reader, asked, _own_ids(asked.any_of("_id"))), now=teller.now)
    ids = finding.page(teller.session, query, after=_after(asked), limit=asked.count + 1) if asked.count else []
    shown = ids[: asked.count]
    told = teller.people(shown)
    issuer = issuer_of(teller)
    written = [Written(fhir.resources.practitioner(teller.home, issuer, each)) for each in told]
    found = [("Practitioner", each) for each in shown]
    if asked.includes:
        query_of_these = finding.people(teller.issuer, PeopleWanted(learner_ids=frozenset(shown)), now=teller.now)
        careers = finding.role_page(teller.session, finding.roles(query_of_these), after=None, limit=len(shown))
        written += [Written(fhir.resources.practitioner_role(teller.home, each), "include")
                    for each in teller.roles(careers)]  # fmt: skip
        found += [("PractitionerRole", each.id) for each in careers]
    following = wire_id(shown[-1]) if len(ids) > asked.count > 0 else None
    return Found(written, found, following, _total(teller, asked, len(shown), following, query))


def practitioner_roles(teller: Teller, reader: Reader, asked: Asked) -> Found:
    """Where people work: by unit, person and job; on request with the people."""
    if asked.includes:
        reader.demand("Practitioner", SEARCH)
    people = _wanted(teller, reader, asked, _people_of(teller, asked, "practitioner"), is_changed_apart=True)
    query = finding.roles(
        finding.people(teller.issuer, people, now=teller.now),
        ids=_own_ids(asked.any_of("_id")),
        unit_ids=_units(teller, asked),
        role_ids=_jobs(teller, asked),
        changed=_changed(asked),
    )
    limit = asked.count + 1 if asked.count else 0
    found = finding.role_page(teller.session, query, after=_after(asked), limit=limit)
    shown = found[: asked.count]
    written = [Written(fhir.resources.practitioner_role(teller.home, each)) for each in teller.roles(shown)]
    ids = [("PractitionerRole", each.id) for each in shown]
    if asked.includes:
        people_ids = [each.learner_id for each in shown]
        issuer = issuer_of(teller)
        written += [Written(fhir.resources.practitioner(teller.home, issuer, each), "include")
                    for each in teller.people(people_ids)]  # fmt: skip
        ids += [("Practitioner", each) for each in people_ids]
    following = wire_id(shown[-1].learner_id) if len(found) > asked.count > 0 else None
    return Found(written, ids, following, _total(teller, asked, len(shown), following, query))


def organizations(teller: Teller, reader: Reader, asked: Asked) -> Found:
    """The issuer and its units: few, so that all of them are looked at."""
    del reader
    every = telling.organizations(teller.session, teller.office, teller.issuer)
    fitting = [each for each in every if _fits(teller, each, asked)]
    rest = [each for each in fitting if asked.after is None or each.id > asked.after]
    shown = rest[: asked.count]
    following = shown[-1].id if len(rest) > asked.count > 0 else None
    written = [Written(fhir.resources.organization(each)) for each in shown]
    return Found(written, [("Organization", own_id(each.id) or "") for each in shown], following, len(fitting))


def verification_results(teller: Teller, reader: Reader, asked: Asked) -> Found:
    """Who vouches for what: by the person and by how it stands."""
    people = _wanted(teller, reader, asked, _people_of(teller, asked, "target"), is_changed_apart=True)
    statuses = _verified_as(teller, asked)
    query = finding.held(
        teller.issuer,
        finding.people(teller.issuer, people, now=teller.now),
        statuses,
        ids=_own_ids(asked.any_of("_id")),
        changed=_changed(asked),
        now=teller.now,
    )
    limit = asked.count + 1 if asked.count else 0
    pairs = finding.held_page(teller.session, query, after=_after_pair(asked), limit=limit)
    shown = pairs[: asked.count]
    written = results_of(replace(teller, statuses=statuses), shown)
    following = ".".join(map(wire_id, shown[-1])) if len(pairs) > asked.count > 0 else None
    ids = [("VerificationResult", award_id) for _, award_id in shown]
    return Found(written, ids, following, _total(teller, asked, len(shown), following, query))


def results_of(teller: Teller, pairs: Iterable[tuple[str, str]]) -> list[Written]:
    """The results of pairs of a learner's and an award's id, in this order."""
    wanted = list(pairs)
    people = teller.people(list(dict.fromkeys(learner_id for learner_id, _ in wanted)))
    issuer = issuer_of(teller)
    known = {held.id: (person, held) for person in people for held in person.qualifications}
    found = (known[wire_id(award_id)] for _, award_id in wanted)
    return [Written(fhir.resources.verification_result(teller.home, issuer, *each)) for each in found]


SEARCHES: Mapping[str, Callable[[Teller, Reader, Asked], Found]] = {
    "Practitioner": practitioners,
    "PractitionerRole": practitioner_roles,
    "Organization": organizations,
    "VerificationResult": verification_results,
}
INCLUDES: Mapping[str, Mapping[str, str]] = {
    "Practitioner": {REVERSE_INCLUDE: fhir.statements.REVERSE_INCLUDES["Practitioner"]},
    "PractitionerRole": {INCLUDE: fhir.statements.INCLUDES["PractitionerRole"]},
    "Organization": {},
    "VerificationResult": {},
}


def issuer_of(teller: Teller) -> OrganizationFacts:
    """The issuer as an organisation."""
    return telling.issuer_facts(teller.session, teller.office, teller.issuer)


def _wanted(
    teller: Teller, reader: Reader, asked: Asked, ids: frozenset[str] | None, *, is_changed_apart: bool = False
) -> PeopleWanted:
    """Whom these parameters mean; `is_changed_apart`: what is asked for is not the person, and changes by itself."""
    # Whoever is here is active.
    is_nobody = any(not any(map(_is_true, group)) for group in asked.groups("active"))
    is_nobody |= bool(asked.groups("identifier")) and reader.view is View.PATIENT  # which has no identifiers
    statuses = _statuses_asked(asked)
    return PeopleWanted(
        learner_ids=NOBODY if is_nobody else ids,
        names=tuple(
            (kind, tuple(fold(each) for each in group)) for name, kind in NAMES.items() for group in asked.groups(name)
        ),
        identifiers=tuple(
            tuple(each for written in group for each in _identifier(teller, written))
            for group in asked.groups("identifier")
        ),
        codes=tuple(tuple(_code(teller, each) for each in group) for group in asked.groups(CODE_PARAMETER)),
        statuses=teller.statuses if statuses is None else statuses,
        by_status=statuses is not None,
        changed=() if is_changed_apart else _changed(asked),
    )


def _changed(asked: Asked) -> ChangedWithin:
    return [
        [each for written in group for each in parameters.moments("_lastUpdated", written)]
        for group in asked.groups("_lastUpdated")
    ]


def _verified_as(teller: Teller, asked: Asked) -> frozenset[QualificationStatus]:
    wanted = asked.any_of("status")
    if wanted is None:
        return teller.statuses
    stated = {parameters.token(each)[1] or "" for each in wanted}
    return frozenset[QualificationStatus]().union(*(VERIFICATION_STATUSES.get(each, ()) for each in stated))


def _statuses_asked(asked: Asked) -> frozenset[QualificationStatus] | None:
    wanted = asked.any_of(STATUS_PARAMETER)
    if wanted is None:
        return None
    found = set()
    for system, value in map(parameters.token, wanted):
        if value not in set(QualificationStatus) or system not in (None, QUALIFICATION_STATUSES):
            known = ", ".join(QualificationStatus)
            raise InvalidSearch(f"{STATUS_PARAMETER}: This is one of {known}", pointer=f"/{STATUS_PARAMETER}")
        found.add(QualificationStatus(str(value)))
    return frozenset(found)


def _identifier(teller: Teller, written: str) -> Iterable[Token]:
    system, value = parameters.token(written)
    own = None if value is None else own_id(value)
    if system in (None, teller.home.people) and (own is not None or value is None):
        yield Token(finding.OWN, own)
    if system is None:
        yield Token(None, value)
    elif system != teller.home.people and (namespace := teller.home.namespace_of(system)) is not None:
        yield Token(namespace, value)


def _code(teller: Teller, written: str) -> str | None:
    """The code that is meant; None = any; one that nothing has for another system's."""
    system, value = parameters.token(written)
    return value if system in (None, teller.home.codes(ACHIEVEMENTS)) else ""


def _people_of(teller: Teller, asked: Asked, name: str) -> frozenset[str] | None:
    wanted = asked.any_of(name)
    if wanted is None:
        return None
    stated = (parameters.reference(teller.home.base, "Practitioner", each) for each in wanted)
    return _own_ids([each for each in stated if each is not None])


def _own_ids(wire: Iterable[str] | None) -> frozenset[str] | None:
    return None if wire is None else frozenset(filter(None, map(own_id, wire)))


def _units(teller: Teller, asked: Asked) -> frozenset[str | None] | None:
    wanted = asked.any_of("organization")
    if wanted is None:
        return None
    stated = (parameters.reference(teller.home.base, "Organization", each) for each in wanted)
    ids = _own_ids([each for each in stated if each is not None]) or NOBODY
    return frozenset(None if each == teller.issuer.id else each for each in ids)


def _jobs(teller: Teller, asked: Asked) -> frozenset[str] | None:
    wanted = asked.any_of("role")
    if wanted is None:
        return None
    known = {each.slug: each.id for each in all_of(teller.session, teller.issuer.id, Kind.ROLE)}
    tokens = map(parameters.token, wanted)
    return frozenset(known[value] for system, value in tokens
                     if system in (None, teller.home.codes(JOBS)) and value in known)  # fmt: skip


def _fits(teller: Teller, facts: OrganizationFacts, asked: Asked) -> bool:
    """Whether an organisation is wanted."""
    tests: dict[str, Callable[[str], bool]] = {
        "_id": lambda written: written == facts.id,
        "name": lambda written: any(
            each.startswith(fold(written)) for each in fhir.names.beginnings(fold(facts.name)) or ("",)
        ),
        "active": _is_true,
        "partof": lambda written: (
            parameters.reference(teller.home.base, "Organization", written) == (facts.part_of or "-")
        ),
        "identifier": lambda written: any(_is_token(written, *each) for each in facts.identifiers),
        "_lastUpdated": lambda written: any(
            (when.since is None or facts.changed_at >= when.since)
            and (when.before is None or facts.changed_at < when.before)
            for when in parameters.moments("_lastUpdated", written)
        ),
    }
    return all(any(map(test, group)) for name, test in tests.items() for group in asked.groups(name))


def _is_true(written: str) -> bool:
    return parameters.token(written)[1] == "true"


def _is_token(written: str, system: str, value: str) -> bool:
    stated, code = parameters.token(written)
    return stated in (None, system) and code in (None, value)


def _after(asked: Asked) -> str | None:
    if asked.after is None:
        return None
    found = own_id(asked.after)
    if found is None:
        raise InvalidSearch("_after: This was not made here; begin with the first page", pointer="/_after")
    return found


def _after_pair(asked: Asked) -> tuple[str, str] | None:
    if asked.after is None:
        return None
    first, _, second = asked.after.partition(".")
    learner_id, award_id = own_id(first), own_id(second)
    if learner_id is None or award_id is None:
        raise InvalidSearch("_after: This was not made here; begin with the first page", pointer="/_after")
    return learner_id, award_id


def _total(teller: Teller, asked: Asked, shown: int, following: str | None, query: Select[Any]) -> int | None:
    """How many there are, where that is known or asked for: counting looks at every one of them."""
    if asked.is_total_wanted or not asked.count:
        return finding.count(teller.session, query)
    return shown if asked.after is None and following is None else None
