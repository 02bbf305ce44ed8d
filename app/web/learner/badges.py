"""My badges: the shelf across issuers, and each badge as its holder sees it, with its files, also while private."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from fastapi import APIRouter, Request
from fastapi.responses import Response
from sqlalchemy.orm import Session

from app import clock
from app.errors import NotFound, ServiceError
from app.issuing import holding, kept_badges, past_awards, wallets
from app.issuing.accounts import people
from app.issuing.awards import Award, AwardState, Visibility
from app.issuing.holding import HolderEvidence, ShareLink, evidence, sharing, shelf
from app.issuing.learners import Learner
from app.issuing.stacks import prerequisites
from app.issuing.wallets import WalletCredential
from app.service import Service
from app.web.deps import TheService
from app.web.inside import Refusal, inside, refusal
from app.web.languages import gettext as _
from app.web.learner import files, kept_view
from app.web.learner.shelf_view import TONES, BadgeCard, card_of
from app.web.learner.ways import leads, words
from app.web.representations import is_id
from app.web.signed_in import Person, Visitor

router = APIRouter(prefix="/me", tags=["learner"], include_in_schema=False)

ON_A_PAGE = 60


@dataclass(frozen=True, slots=True)
class MyBadge:
    """Everything on the holder's page of one badge."""

    card: BadgeCard
    url: str
    is_issued: bool
    is_living: bool
    is_claimed: bool
    is_declined: bool
    visibility: Visibility
    name: str | None  # as the issuer knows the holder
    name_shown: bool
    results_shown: bool
    sponsor: str | None  # who paid for it: the holder reads that, and nobody else
    funding: str | None
    evidence_names: tuple[str, ...]  # of what the issuer signed
    added: Sequence[HolderEvidence]
    links: Sequence[ShareLink]
    files: Sequence[tuple[str, str]]
    is_stack: bool  # so that there is a record of it with what it rests on
    is_for_wallets: bool  # it counts now, so that a wallet may have it
    in_wallets: Sequence[WalletCredential]  # what wallets took, the newest first
    lacking: Sequence[str]  # what comes before it, and is not held today
    leads: Sequence[tuple[str, str]]  # where it leads: a name, and where to see what is missing


@router.get("")
def my_badges(request: Request, person: Person, service: TheService, after: str = "") -> Response:
    """All badges of whoever is signed in, by state and issuer where they are many."""
    state, issuer = request.query_params.get("state", ""), request.query_params.get("issuer", "")
    with service.database.read() as session:
        found = shelf.of_account(session, person.account_id)
        kept = kept_badges.of_account(session, person.account_id, limit=ON_A_PAGE)
        before = past_awards.of_learners(session, [each.id for each in people.learners_of(session, person.account_id)])
    now = clock.now()
    cards = [card_of(held, now=now) for held in found]
    chosen = [card for card in cards if state in {"", card.state.tone} and issuer in {"", card.issuer_slug}]
    first = next((place + 1 for place, card in enumerate(chosen) if card.id == after), 0)
    shown = chosen[first : first + ON_A_PAGE]
    return inside(
        request,
        "learner/badges.html",
        person,
        cards=shown,
        count=len(cards),
        waiting=sum(1 for held in found if holding.choices.waits(held.award)),
        tones=[("", _("All")), *((str(tone), _(words)) for tone, words in TONES)],
        issuers=[("", _("All")), *sorted({(card.issuer_slug, card.issuer_name) for card in cards})],
        state=state,
        issuer=issuer,
        before=before[:ON_A_PAGE],
        kept=[kept_view.card_of(each, now=now) for each in kept],
        next_after=shown[-1].id if len(chosen) > first + ON_A_PAGE else "",
    )


@router.get("/badges/{name}")
def my_badge(name: str, request: Request, person: Person, service: TheService) -> Response:
    """One badge as its holder sees it; with a suffix the file, whoever else may see the badge."""
    award_id, dot, _suffix = name.partition(".")
    if dot:
        return files.answer(request, service, name, lambda session: mine(session, person, award_id))
    return show(request, person, service, award_id)


def show(
    request: Request,
    person: Visitor,
    service: Service,
    award_id: str,
    *,
    refused: ServiceError | None = None,
    about: str = "",
    new_link: str = "",
    given: dict[str, str] | None = None,
) -> Response:
    """The page of one badge. `about` names the form that was refused; `given` is what was typed into it."""
    with service.database.read() as session:
        award = mine(session, person, award_id)
        badge = _view(session, service, award)
    said: Refusal | None = None if refused is None else refusal(refused)
    return inside(
        request,
        "learner/badge.html",
        person,
        refused=said,
        badge=badge,
        about=about,
        new_link=new_link,
        given=given or {},
    )


def mine(session: Session, person: Visitor, award_id: str) -> Award:
    """The award of whoever is signed in. Raises the same NotFound for another's as for none at all (T29)."""
    if not is_id(award_id):
        raise NotFound(shelf.NO_SUCH_BADGE)
    return shelf.mine(session, person.account_id, award_id)


def _view(session: Session, service: Service, award: Award) -> MyBadge:
    held = shelf.of_ids(session, [award.id])[award.id]
    learner = session.get_one(Learner, award.learner_id)
    return MyBadge(
        card=card_of(held, now=clock.now()),
        url=service.office.addresses.badge(award.id),
        is_issued=award.state != AwardState.PENDING,
        is_living=holding.choices.is_living(award),
        is_claimed=award.claimed_at is not None,
        is_declined=award.declined_at is not None,
        visibility=Visibility(award.visibility),
        name=learner.display_name,
        name_shown=learner.name_shown,
        results_shown=award.results_shown,
        sponsor=award.sponsor,
        funding=award.funding,
        evidence_names=tuple(str(each.get("name") or each.get("id") or "") for each in award.evidence),
        added=evidence.of_award(session, award.id),
        links=sharing.of_award(session, award),
        files=files.of(f"/me/badges/{award.id}"),
        is_stack=held.facts.is_stack and award.state == AwardState.ISSUED,
        is_for_wallets=wallets.refusing.reason(award) is None,
        in_wallets=wallets.of_award(session, award.id),
        lacking=_lacking(session, learner, award),
        leads=leads.of(session, held.issuer, award),
    )


def _lacking(session: Session, learner: Learner, award: Award) -> list[str]:
    if not holding.choices.is_living(award):
        return []
    found = prerequisites.lacking(session, learner, award.achievement_id, clock.now())
    return [] if found is None else words.missing(found.world, found.finding)
