"""The list of pathways: how each stands, who is on it, and how many completed it."""

from __future__ import annotations

from dataclasses import dataclass

from fastapi import APIRouter, Request
from fastapi.responses import Response

from app.issuing import pathways
from app.issuing.pathways import PathwayState
from app.issuing.stacks import lists
from app.issuing.stacks.lists import Counts
from app.web.deps import TheService
from app.web.inside import at_work
from app.web.signed_in import Reader
from app.web.staff.awards.words import Pill
from app.web.staff.local import Local
from app.web.staff.pathways import words

router = APIRouter()


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the list."""

    id: str
    name: str
    slug: str
    pill: Pill
    steps: int
    counts: Counts
    has_draft: bool


@router.get("")
def listed(staff: Reader, request: Request, service: TheService, archived: str = "") -> Response:
    """The issuer's pathways by name; also those that are archived, if they are asked for."""
    with service.database.read() as session:
        every = pathways.all_of(session, staff.issuer_id, archived=True)
        counts = lists.counts(session, staff.issuer_id)
        rows = []
        for each in every:
            if each.state == PathwayState.ARCHIVED and archived != "yes":
                continue
            facts = pathways.current_facts(session, each)
            number = counts.get(each.id, Counts())
            has_draft = each.draft is not None
            rows.append(Row(each.id, facts.name, each.slug, words.pill(each), len(facts.nodes), number, has_draft))
    return at_work(
        request,
        "staff/pathways/list.html",
        staff,
        rows=sorted(rows, key=lambda row: (row.name.casefold(), row.slug)),
        is_empty=not every,
        archived=archived == "yes",
        archived_count=sum(each.state == PathwayState.ARCHIVED for each in every),
        local=Local(staff.timezone),
    )
