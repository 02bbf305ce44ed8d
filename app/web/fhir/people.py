"""Reading and searching what is told of people, with a line in the audit log before anything is answered."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import Response
from sqlalchemy.orm import Session

from app import clock
from app.errors import Gone, NotFound
from app.issuing.health_records import PeopleWanted, finding, reading, telling
from app.issuing.health_records.telling import Teller
from app.issuing.learners.sharing import SharedRecord
from app.projections import fhir
from app.projections.fhir import QualificationStatus, own_id
from app.projections.fhir.definitions import TYPES
from app.projections.fhir.statements import PARAMETERS
from app.service import Service
from app.web.deps import RawBody, TheService
from app.web.fhir import parameters, searching
from app.web.fhir.answering import PRIVATE, media_type, respond
from app.web.fhir.authentication import READ, SEARCH, Reader, TheReader

router = APIRouter(prefix="/fhir/{slug}", tags=["integrator"], include_in_schema=False)

NOTHING_HERE = "There is no such resource"
NOT_SHOWN = "This person is not shown any more"
EVERY_STATUS = frozenset(QualificationStatus)
Ids = list[tuple[str, str]]


@router.get("/Practitioner/{practitioner_id}/$badge-bundle")
def badge_bundle(slug: str, practitioner_id: str, request: Request, reader: TheReader, service: TheService) -> Response:
    """Somebody with everything that is told of them, as far as the reader may read it."""
    del slug
    reader.demand("Practitioner", READ)
    media_type(request)
    with service.database.read() as session:
        teller = _teller(session, service, reader)
        learner_id = _shown(session, teller, practitioner_id)
        resources, ids = _everything(teller, reader, learner_id)
        document = fhir.bundles.collection(teller.home, resources, now=teller.now)
    _note(service, reader, "badge-bundle", ids)
    return respond(request, document)


def _search(resource_type: str) -> Callable[..., Response]:
    def search(slug: str, request: Request, reader: TheReader, body: RawBody, service: TheService) -> Response:
        """One page of what is wanted."""
        del slug
        reader.demand(resource_type, SEARCH)
        media_type(request)
        pairs = parameters.stated(request, body)
        includes = searching.INCLUDES[resource_type]
        asked = parameters.understand(request, pairs, PARAMETERS[resource_type], includes)
        with service.database.read() as session:
            statuses = searching.statuses_of(reader, asked)
            teller = _teller(session, service, reader, statuses)
            found = searching.SEARCHES[resource_type](teller, reader, asked)
        base = f"{teller.home.base}/{resource_type}"
        document = fhir.bundles.searchset(
            teller.home,
            found.written,
            itself=asked.address(base),
            following=None if found.following is None else asked.address(base, after=found.following),
            total=found.total,
            now=teller.now,
        )
        _note(service, reader, f"search {resource_type}", found.ids)
        return respond(request, document)

    return search


def _read(resource_type: str) -> Callable[..., Response]:
    def read(slug: str, resource_id: str, request: Request, reader: TheReader, service: TheService) -> Response:
        """One resource, as it is at this moment."""
        del slug
        reader.demand(resource_type, READ)
        media_type(request)
        with service.database.read() as session:
            document, own = _READS[resource_type](_teller(session, service, reader), resource_id)
        _note(service, reader, f"read {resource_type}", [(resource_type, own)])
        return respond(request, document, caching=PRIVATE)

    return read


for _type in TYPES:
    router.add_api_route(f"/{_type}", _search(_type), methods=["GET"], name=f"search_{_type}")
    router.add_api_route(f"/{_type}/_search", _search(_type), methods=["POST"], name=f"search_{_type}_by_form")
    router.add_api_route(f"/{_type}/{{resource_id}}", _read(_type), methods=["GET"], name=f"read_{_type}")


def _teller(
    session: Session, service: Service, reader: Reader, statuses: frozenset[QualificationStatus] | None = None
) -> Teller:
    told = searching.statuses_of(reader) if statuses is None else statuses
    return Teller(session, service.office, reader.issuer(session), reader.view, clock.now(), told)


def _shown(session: Session, teller: Teller, wire: str) -> str:
    """The learner's id, if they are shown. Raises Gone for who was shown once, NotFound for anybody else."""
    learner_id = own_id(wire)
    wanted = PeopleWanted(learner_ids=frozenset({learner_id} if learner_id else ()))
    found = finding.page(session, finding.people(teller.issuer, wanted, now=teller.now), after=None, limit=1)
    if found:
        return found[0]
    record = session.get(SharedRecord, learner_id) if learner_id else None
    if record is not None and record.issuer_id == teller.issuer.id:
        raise Gone(NOT_SHOWN)
    raise NotFound(NOTHING_HERE)


def _read_practitioner(teller: Teller, wire: str) -> tuple[dict[str, Any], str]:
    learner_id = _shown(teller.session, teller, wire)
    (person,) = teller.people([learner_id])
    return fhir.resources.practitioner(teller.home, searching.issuer_of(teller), person), learner_id


def _read_role(teller: Teller, wire: str) -> tuple[dict[str, Any], str]:
    everybody = finding.people(teller.issuer, PeopleWanted(), now=teller.now)
    query = finding.roles(everybody, ids=_only(wire))
    for each in finding.role_page(teller.session, query, after=None, limit=1):
        return fhir.resources.practitioner_role(teller.home, teller.roles([each])[0]), each.id
    raise NotFound(NOTHING_HERE)


def _read_organization(teller: Teller, wire: str) -> tuple[dict[str, Any], str]:
    for each in telling.organizations(teller.session, teller.office, teller.issuer):
        if each.id == wire:
            return fhir.resources.organization(each), own_id(wire) or ""
    raise NotFound(NOTHING_HERE)


def _read_result(teller: Teller, wire: str) -> tuple[dict[str, Any], str]:
    """Whatever became of it: who reads it by its id is told that it was taken back."""
    everybody = finding.people(teller.issuer, PeopleWanted(), now=teller.now)
    query = finding.held(teller.issuer, everybody, EVERY_STATUS, ids=_only(wire), now=teller.now)
    of_all = Teller(teller.session, teller.office, teller.issuer, teller.view, teller.now, EVERY_STATUS)
    pairs = finding.held_page(teller.session, query, after=None, limit=1)
    for each in searching.results_of(of_all, pairs):
        return dict(each.resource), pairs[0][1]
    raise NotFound(NOTHING_HERE)


_READS: dict[str, Callable[[Teller, str], tuple[dict[str, Any], str]]] = {
    "Practitioner": _read_practitioner,
    "PractitionerRole": _read_role,
    "Organization": _read_organization,
    "VerificationResult": _read_result,
}


def _everything(teller: Teller, reader: Reader, learner_id: str) -> tuple[list[dict[str, Any]], Ids]:
    issuer = searching.issuer_of(teller)
    (person,) = teller.people([learner_id])
    resources = [fhir.resources.practitioner(teller.home, issuer, person)]
    ids: Ids = [("Practitioner", learner_id)]
    only_this = finding.people(teller.issuer, PeopleWanted(learner_ids=frozenset({learner_id})), now=teller.now)
    careers = finding.role_page(teller.session, finding.roles(only_this), after=None, limit=1)
    roles = teller.roles(careers)
    if reader.may("PractitionerRole", READ):
        resources += [fhir.resources.practitioner_role(teller.home, each) for each in roles]
        ids += [("PractitionerRole", each.id) for each in careers]
    if reader.may("VerificationResult", READ):
        held = person.qualifications
        resources += [fhir.resources.verification_result(teller.home, issuer, person, each) for each in held]
        ids += [("VerificationResult", own_id(each.id) or "") for each in held]
    if reader.may("Organization", READ):
        units = {each.organization_id for each in roles if reader.may("PractitionerRole", READ)} | {issuer.id}
        for each in telling.organizations(teller.session, teller.office, teller.issuer):
            if each.id in units:
                resources.append(fhir.resources.organization(each))
                ids.append(("Organization", own_id(each.id) or ""))
    return resources, ids


def _only(wire: str) -> frozenset[str]:
    own = own_id(wire)
    return frozenset({own} if own is not None else ())


def _note(service: Service, reader: Reader, interaction: str, found: Iterable[tuple[str, str]]) -> None:
    """Before the answer goes out: what cannot be written down is not told."""
    with service.database.write() as session:
        reading.note(
            session,
            reader.issuer_id,
            actor=reader.actor,
            reader_id=reader.reader_id,
            interaction=interaction,
            found=found,
        )
