"""One award: what it is, why it was made, what happened to it, and what can be done with it."""

from __future__ import annotations

from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import Response
from sqlalchemy.orm import Session

from app import clock
from app.errors import InvalidInput, NotFound
from app.issuing import achievements, actors, award_search, award_status, award_story, awards, explaining, wallets
from app.issuing.award_search import AwardLine
from app.issuing.awards import Award, AwardState
from app.issuing.explaining import Explanation
from app.issuing.learners import Learner
from app.issuing.office import Sponsorship
from app.issuing.stacks import prerequisites
from app.issuing.stacks.prerequisites import Lacking
from app.web.deps import TheService
from app.web.forms import Sent
from app.web.inside import Refusal, at_work, go, refusal
from app.web.languages import gettext as _
from app.web.negotiation import CREDENTIAL_JSON, CREDENTIAL_JWT
from app.web.signed_in import Awarder, Reader, Staff
from app.web.staff import who
from app.web.staff.awards import typed, words
from app.web.staff.awards.words import Told
from app.web.staff.local import Local

router = APIRouter(prefix="/staff/{slug}/awards/{award_id}", tags=["staff"], include_in_schema=False)

PAID = ("sponsor", "funding")
FILES = (".json", ".jwt", ".png", ".svg")


@dataclass(frozen=True, slots=True)
class Why:
    """Why it was made: by which version of a rule, by a mapping (`is_mapped`), or by whom."""

    version: int | None
    is_mapped: bool
    by: str
    explanations: list[Explanation]


@router.get("")
def show_award(request: Request, staff: Reader, service: TheService, award_id: str) -> Response:
    """Everything about it on one page."""
    return _page(request, staff, service, award_id)


def _page(
    request: Request,
    staff: Staff,
    service: TheService,
    award_id: str,
    *,
    refused: Refusal | None = None,
    given: dict[str, str] | None = None,
) -> Response:
    local, now = Local(staff.timezone), clock.now()
    with service.database.read() as session:
        award = awards.by_id(session, award_id, issuer=staff.issuer(session))
        (line,) = award_search.lines(session, [award])
        shown = _shown(session, award, line, local)
        others = award_search.lines(session, award_story.others_of(session, award))
        can_be = _can_be(award, is_in_wallet=wallets.holds_any(session, [award.id]))
    return at_work(
        request,
        "staff/awards/one.html",
        staff,
        refused=refused,
        given=given or {},
        award=award,
        line=line,
        local=local,
        pill=words.pill(award, now=now),
        visibility=words.visibility(award),
        url=service.office.at(award.era).addresses.badge(award.id),
        files=FILES,
        can_be=can_be,
        others=[(each, words.pill(each.award, now=now)) for each in others],
        **shown,
    )


@router.get("/credential.{form}")
def download_credential(staff: Reader, service: TheService, award_id: str, form: str) -> Response:
    """The signed credential, byte for byte, whoever else may see it. Raises NotFound for other forms."""
    forms = {"json": CREDENTIAL_JSON, "jwt": CREDENTIAL_JWT}
    if form not in forms:
        raise NotFound("There is nothing at this address")
    with service.database.read() as session:
        found = awards.credential_of(session, awards.by_id(session, award_id, issuer=staff.issuer(session)))
    headers = {"Content-Disposition": f'attachment; filename="badge.{form}"', "Cache-Control": "no-store"}
    content = found.json if form == "json" else found.jwt
    return Response(content, HTTPStatus.OK, headers, media_type=forms[form].media_types[0])


@router.post("/resend")
def resend_mail(form: Sent, staff: Awarder, service: TheService, award_id: str) -> Response:
    """Tell the holder once more by mail."""
    del form
    with service.database.write() as session:
        award = awards.by_id(session, award_id, issuer=staff.issuer(session))
        award_status.resend_mail(session, service.office, award, actor=staff.actor)
    return go(f"{staff.root}/awards/{award_id}", _("One more mail is on its way to the holder."))


@router.post("/sponsorship")
def note_sponsorship(request: Request, form: Sent, staff: Awarder, service: TheService, award_id: str) -> Response:
    """Say who paid for it and how; empty fields say that nobody did."""
    try:
        paid = Sponsorship(
            form.optional("sponsor", most=typed.LONGEST_NAME), form.optional("funding", most=typed.LONGEST_TEXT)
        )
        with service.database.write() as session:
            award = awards.by_id(session, award_id, issuer=staff.issuer(session))
            award_status.note_sponsorship(session, award, paid, actor=staff.actor)
    except InvalidInput as error:
        given = {name: form.text(name, most=typed.LONGEST_TEXT * 4)[: typed.LONGEST_TEXT] for name in PAID}
        return _page(request, staff, service, award_id, refused=refusal(error), given=given)
    return go(f"{staff.root}/awards/{award_id}#paid", _("Who paid for it is noted."))


def _shown(session: Session, award: Award, line: AwardLine, local: Local) -> dict[str, Any]:
    story = award_story.of_award(session, award)
    known = actors.named(session, {event.actor for event in story})
    told: list[Told] = [words.told(event, known, local) for event in story]
    return {
        "story": told,
        "why": _why(session, award, line),
        "version": awards.version_of(session, award).number,
        "lacking": words.lacking(_lacking(session, award)),
        "evidence": [_every_member(each) for each in award.evidence],
    }


def _lacking(session: Session, award: Award) -> Lacking | None:
    if award.erased_at is not None:
        return None
    learner = session.get_one(Learner, award.learner_id)
    return prerequisites.lacking(session, learner, award.achievement_id, award.awarded_at)


def _why(session: Session, award: Award, line: AwardLine) -> Why:
    rule = award_story.rule_of(session, award)
    known = actors.named(session, {line.issued_by})
    by = who.words(known.get(line.issued_by or ""))
    found: list[Explanation] = []
    if rule is not None and award.erased_at is None:
        achievement = achievements.by_id(session, award.achievement_id)
        explained = explaining.of_learner(session, award.learner_id, achievement)
        found = [each for each in explained if each.version_id == rule.id]
    is_mapped = rule is None and award.completion_id is not None
    return Why(None if rule is None else rule.number, is_mapped, by, found)


def _every_member(evidence: dict[str, Any]) -> dict[str, Any]:
    """Evidence for a template, which is strict about what is not there."""
    return {name: evidence.get(name) for name in ("id", "name", "narrative", "description", "genre")}


def _can_be(award: Award, *, is_in_wallet: bool) -> dict[str, bool]:
    """What can be done with it as it stands."""
    lives = award.state in {AwardState.ISSUED, AwardState.SUSPENDED}
    return {
        "revoked": lives,
        "suspended": award.state == AwardState.ISSUED,
        "reinstated": award.state == AwardState.SUSPENDED,
        "replaced": lives,
        "mailed": lives,
        "corrected": lives and award.claimed_at is None and not is_in_wallet,
    }
