"""One delivery: what came, what came of each item and why, and what one can do: replay it, say who it is, map it."""

from __future__ import annotations

import json
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import Response
from sqlalchemy.orm import Session

from app.errors import KeyUnavailable, NotFound, ServiceError
from app.issuing import explaining, identification, inbox, learners, sources
from app.issuing.completions import Completion
from app.issuing.explaining import Explanation
from app.issuing.identification import Via
from app.issuing.inbox import Delivery
from app.issuing.learners import Learner
from app.issuing.rules import listing
from app.service import Service
from app.web.api.fields import Id
from app.web.deps import TheService
from app.web.forms import Sent
from app.web.inside import Refusal, go, refusal
from app.web.languages import gettext as _
from app.web.signed_in import Connector, PeopleKeeper, Reader, Staff
from app.web.staff import inbox_words
from app.web.staff.sources_times import at_work_there
from app.web.told import told

router = APIRouter(prefix="/staff/{slug}/sources/inbox/{delivery_id}", tags=["staff"], include_in_schema=False)

ITEMS_SHOWN = 50
LONGEST_BODY_SHOWN = 20_000
_TELLING = ("auth", "cookie", "secret", "token", "key", "signature", "password")
_NOT_TELLING = frozenset({"idempotency-key"})
MASKED = "••••••"


@dataclass(frozen=True, slots=True)
class Body:
    """What came, as it can be shown. `text` None = it is no text, or is kept no more."""

    text: str | None
    size_bytes: int
    is_cut: bool
    why_not: str = ""


@dataclass(frozen=True, slots=True)
class Item:
    """What came of one item, with the fact and the person behind it, where there are any."""

    index: int
    outcome: str
    detail: str
    reason: str
    completion: Completion | None
    learner: Learner | None
    awards: list[dict[str, Any]]
    is_repeated: bool


@router.get("")
def show_delivery(delivery_id: Id, request: Request, staff: Reader, service: TheService, start: str = "0") -> Response:
    """The delivery with its items, some at a time."""
    with service.database.read() as session:
        delivery = _mine(session, staff, delivery_id)
        source = sources.by_id(session, delivery.source_id)
        told = inbox.items_of(session, delivery)
        first = min(int(start), len(told)) if start.isdecimal() and len(start) < 7 else 0  # noqa: PLR2004 - of 5,000
        items = _items(session, told[first : first + ITEMS_SHOWN])
        names = {each.id: each.name for each in listing.achievements_of(session, staff.issuer_id)}
        body = _body(session, service, delivery)
    return at_work_there(
        request,
        "staff/inbox/delivery.html",
        staff,
        delivery=delivery,
        source=source,
        items=items,
        total=len(told),
        first=first,
        following=first + ITEMS_SHOWN if first + ITEMS_SHOWN < len(told) else None,
        names=names,
        headers=_masked(delivery.headers),
        body=body,
        standing=inbox_words.of_standing(delivery.standing),
        outcome_of=inbox_words.of_outcome,
    )


@router.get("/raw")
def download_raw(delivery_id: Id, staff: Reader, service: TheService) -> Response:
    """The bytes as they came, to be kept as a file. 410 when they are no longer here."""
    with service.database.read() as session:
        delivery = _mine(session, staff, delivery_id)
        content = inbox.read_raw(session, service.office, delivery.id).body
    headers = {"Content-Disposition": f'attachment; filename="{delivery_id}.bin"', "Cache-Control": "no-store"}
    return Response(content, media_type="application/octet-stream", headers=headers)


@router.post("/replay")
def replay(delivery_id: Id, form: Sent, staff: Connector, service: TheService) -> Response:
    """Work through it once more: what was parked is decided anew, what was decided stays."""
    del form
    with service.database.write() as session:
        delivery = _mine(session, staff, delivery_id)
        answer = inbox.replay(session, service.office, delivery, actor=staff.actor)
        standing = delivery.standing
    if answer["status"] == inbox.QUEUED:
        said = _("It is large: the worker goes through it. Look again in a moment.")
    else:
        said = _("It was gone through once more: %(word)s.", word=inbox_words.of_standing(standing).word)
    return go(f"{staff.root}/sources/inbox/{delivery_id}", said)


@router.get("/{completion_id}")
def show_item(delivery_id: Id, completion_id: Id, request: Request, staff: Reader, service: TheService) -> Response:
    """One item: the fact, the person, and what every rule says of it, clause by clause."""
    return _item_page(request, staff, service, delivery_id, completion_id)


@router.post("/{completion_id}/person")
def say_who_it_is(
    *, delivery_id: Id, completion_id: Id, request: Request, form: Sent, staff: PeopleKeeper, service: TheService
) -> Response:
    """Give somebody whom the source only named an address; what waited for that is decided."""
    try:
        with service.database.write() as session:
            _delivery, completion = _completion(session, staff, delivery_id, completion_id)
            if completion.learner_id is None:
                raise NotFound(_("The source named nobody whom one could give an address"))
            identification.give_address(
                session,
                service.office,
                learners.by_id(session, staff.issuer(session), completion.learner_id),
                form.text("email", most=320),
                via=Via.STAFF,
                actor=staff.actor,
                display_name=form.optional("name", most=200),
            )
    except ServiceError as error:
        return _item_page(request, staff, service, delivery_id, completion_id, refused=refusal(error))
    path = f"{staff.root}/sources/inbox/{delivery_id}/{completion_id}"
    return go(path, _("The person is known now, and what waited for that was decided."))


def _item_page(
    request: Request,
    staff: Staff,
    service: Service,
    delivery_id: str,
    completion_id: str,
    *,
    refused: Refusal | None = None,
) -> Response:
    with service.database.read() as session:
        delivery, completion = _completion(session, staff, delivery_id, completion_id)
        source = sources.by_id(session, completion.source_id)
        learner = None if completion.learner_id is None else session.get(Learner, completion.learner_id)
        why: list[Explanation] = explaining.of_completion(session, completion)
        known = listing.achievements_of(session, staff.issuer_id)
    return at_work_there(
        request,
        "staff/inbox/item.html",
        staff,
        refused=refused,
        delivery=delivery,
        source=source,
        completion=completion,
        learner=learner,
        is_pending=learner is not None and learners.is_pending(learner),
        why=why,
        names={each.id: each.name for each in known},
        open_ones=[each for each in known if not each.is_archived],
        outcome_of=inbox_words.of_outcome,
    )


def _mine(session: Session, staff: Staff, delivery_id: str) -> Delivery:
    return inbox.by_id(session, delivery_id, issuer=staff.issuer(session))


def _completion(session: Session, staff: Staff, delivery_id: str, completion_id: str) -> tuple[Delivery, Completion]:
    """A fact, looked at by way of a delivery that brought it. Raises NotFound for another issuer's."""
    delivery = _mine(session, staff, delivery_id)
    completion = session.get(Completion, completion_id)
    if completion is None or completion.issuer_id != staff.issuer_id:
        raise NotFound(_("There is no such item"))
    return delivery, completion


def _items(session: Session, told: list[dict[str, Any]]) -> list[Item]:
    found = []
    for each in told:
        completion = session.get(Completion, str(each.get("completion", "")))
        learner_id = None if completion is None else completion.learner_id
        found.append(
            Item(
                index=int(each.get("index", 0)),
                outcome=str(each.get("outcome", "")),
                detail=str(each.get("detail", "")),
                reason=str(each.get("reason", "")),
                completion=completion,
                learner=None if learner_id is None else session.get(Learner, learner_id),
                awards=list(each.get("awards", [])),
                is_repeated=bool(each.get("repeated")),
            )
        )
    return found


def _masked(headers: dict[str, Any]) -> dict[str, str]:
    """The headers that were kept; the value of one that could hold a secret is covered."""
    return {
        name: MASKED if name not in _NOT_TELLING and any(part in name for part in _TELLING) else str(value)
        for name, value in sorted(headers.items())
    }


def _body(session: Session, service: Service, delivery: Delivery) -> Body:
    if delivery.raw_forgotten_at is not None:
        return Body(None, 0, is_cut=False, why_not=_("What came is no longer kept."))
    try:
        payload = inbox.read_raw(session, service.office, delivery.id).payload
    except KeyUnavailable as error:
        return Body(None, 0, is_cut=False, why_not=told(error.detail))
    try:
        text = payload.decode()
    except UnicodeDecodeError:
        return Body(None, len(payload), is_cut=False, why_not=_("It is no text, such as a workbook."))
    if len(text) <= LONGEST_BODY_SHOWN:
        with suppress(ValueError, RecursionError):  # laid out to be read; the file holds it exactly as it came
            text = json.dumps(json.loads(text), ensure_ascii=False, indent=2)
    return Body(text[:LONGEST_BODY_SHOWN], len(payload), is_cut=len(text) > LONGEST_BODY_SHOWN)
