"""One person: what is known of them, what they earned and did, and what can be done about it."""

from __future__ import annotations

import json
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import Response
from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from app import clock
from app.issuing import award_search, claim_links, groups, identification, learners, people_search, stored_facts
from app.issuing.award_search import AwardsWanted
from app.issuing.awards import Award
from app.issuing.completions import Completion
from app.issuing.holding import NameState, names
from app.issuing.learners import Learner, LearnerMerge, LearnerState
from app.issuing.sources import Source
from app.service import Service
from app.web.deps import TheService
from app.web.inside import Refusal, at_work
from app.web.signed_in import PeopleKeeper, Reader, Staff
from app.web.staff.awards import words as award_words
from app.web.staff.local import Local
from app.web.staff.people import stacks_shown, words

router = APIRouter(prefix="/staff/{slug}/people/{learner_id}", tags=["staff"], include_in_schema=False)

MOST_AWARDS = 100
MOST_COMPLETIONS = 50
_LIVING = (LearnerState.KNOWN, LearnerState.PENDING)


@router.get("")
def show_person(request: Request, staff: Reader, service: TheService, learner_id: str) -> Response:
    """Everything about them on one page."""
    return page(request, staff, service, learner_id)


@router.get("/stored.json")
def download_stored(staff: PeopleKeeper, service: TheService, learner_id: str) -> Response:
    """Everything that is stored of them, for whoever asks what that is."""
    with service.database.read() as session:
        learner = learners.by_id(session, staff.issuer(session), learner_id)
        found = stored_facts.of_learner(session, service.office, learner)
    headers = {"Content-Disposition": 'attachment; filename="stored.json"', "Cache-Control": "no-store"}
    text = json.dumps(found, ensure_ascii=False, indent=2)
    return Response(text.encode("utf-8", "replace"), media_type="application/json", headers=headers)


def page(
    request: Request,
    staff: Staff,
    service: Service,
    learner_id: str,
    *,
    refused: Refusal | None = None,
    typed: dict[str, str] | None = None,
    claim_url: str | None = None,
) -> Response:
    """The page; `refused` and `typed` are of a form of it that was not taken, `claim_url` a link that was just made."""
    with service.database.read() as session:
        learner = learners.by_id(session, staff.issuer(session), learner_id)
        (line,) = people_search.lines(session, [learner])
        shown = _shown(session, staff, learner)
    return at_work(
        request,
        "staff/people/one.html",
        staff,
        refused=refused,
        typed={"name": learner.display_name or "", "email": "", "group": "", "days": str(claim_links.DAYS)}
        | (typed or {}),
        line=line,
        learner=learner,
        name=words.name_of(line),
        pill=words.pill(learner),
        is_living=learner.state in _LIVING,
        claim_url=claim_url,
        most_days=claim_links.MOST_DAYS,
        local=Local(staff.timezone),
        moved=words.MOVED,
        **shown,
    )


def _shown(session: Session, staff: Staff, learner: Learner) -> dict[str, Any]:
    now = clock.now()
    query = award_search.query(staff.issuer_id, AwardsWanted(learner_id=learner.id), now=now)
    rows = session.scalars(query.order_by(Award.awarded_at.desc(), Award.id).limit(MOST_AWARDS)).all()
    return {
        "awards": [(each, award_words.pill(each.award, now=now)) for each in award_search.lines(session, rows)],
        "completions": _completions(session, learner),
        "merges": _merges(session, learner),
        "waiting": identification.waiting_for(session, [learner.id]).get(learner.id, 0),
        "known_groups": [name for name, _count in groups.counts(session, staff.issuer_id)],
        "into": learner.merged_into_id,
        **stacks_shown.of_person(session, staff, learner),
        "wishes": [each for each in names.of_learner(session, learner) if each.state == NameState.WAITING],
    }


def _completions(session: Session, learner: Learner) -> list[tuple[Completion, str]]:
    query = select(Completion, Source.name).join(Source, Source.id == Completion.source_id)
    query = query.where(Completion.learner_id == learner.id)
    found = session.execute(query.order_by(Completion.occurred_at.desc(), Completion.id).limit(MOST_COMPLETIONS))
    return [(completion, source) for completion, source in found]


def _merges(session: Session, learner: Learner) -> list[tuple[LearnerMerge, str, bool]]:
    """Each merge with the name of the other one, and whether this person is the one who stayed."""
    mine = or_(LearnerMerge.kept_id == learner.id, LearnerMerge.gone_id == learner.id)
    found = session.scalars(select(LearnerMerge).where(mine).order_by(LearnerMerge.created_at.desc()).limit(50)).all()
    others = {each.gone_id if each.kept_id == learner.id else each.kept_id for each in found}
    people = session.scalars(select(Learner).where(Learner.id.in_(others))).all()
    names = {line.learner.id: words.name_of(line) for line in people_search.lines(session, people)}
    return [
        (each, names[each.gone_id if each.kept_id == learner.id else each.kept_id], each.kept_id == learner.id)
        for each in found
    ]
