"""My portfolios: pages with chosen badges in a chosen order, and how others see them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import Response
from sqlalchemy.orm import Session

from app import clock
from app.errors import InvalidInput, NotFound, ServiceError
from app.issuing import kept_badges
from app.issuing.awards import Visibility
from app.issuing.holding import Portfolio, portfolios, shelf
from app.issuing.holding.portfolios import Said
from app.service import Service
from app.web.deps import TheService
from app.web.forms import Form, Sent
from app.web.inside import go, inside, refusal
from app.web.languages import gettext as _
from app.web.learner import kept_view
from app.web.learner.shelf_view import card_of
from app.web.pages import page
from app.web.representations import is_id
from app.web.signed_in import Perhaps, Person, Visitor

router = APIRouter(prefix="/me/portfolios", tags=["learner"], include_in_schema=False)
open_to_others = APIRouter(prefix="/p", tags=["public"], include_in_schema=False)


@router.get("")
def my_portfolios(request: Request, person: Person, service: TheService) -> Response:
    """The portfolios of whoever is signed in."""
    return _list(request, person, service)


@router.post("")
def make(request: Request, form: Sent, person: Person, service: TheService) -> Response:
    """Begin a portfolio: private and empty."""
    try:
        with service.database.write() as session:
            made = portfolios.create(session, person.account_id, title=form.text("title", most=200))
    except InvalidInput as error:
        return _list(request, person, service, refused=error)
    return go(f"/me/portfolios/{made.id}", _("The portfolio is there. Choose its badges."))


@router.get("/{portfolio_id}")
def my_portfolio(portfolio_id: str, request: Request, person: Person, service: TheService) -> Response:
    """One portfolio: its words, who sees it, its badges in order, and those that may be added."""
    return _one(request, person, service, portfolio_id)


@router.post("/{portfolio_id}")
def change(portfolio_id: str, request: Request, form: Sent, person: Person, service: TheService) -> Response:
    """Say something else on it, or show it to others."""

    def act(session: Session, portfolio: Portfolio) -> str:
        try:
            visibility = Visibility(form.text("visibility"))
        except ValueError as error:
            raise InvalidInput("Choose who may see the page", pointer="/visibility") from error
        introduction = form.optional("introduction", most=portfolios.LONGEST_INTRODUCTION)
        slug = form.text("slug", most=80).lower() or None
        portfolios.change(session, portfolio, Said(form.text("title", most=200), introduction, visibility, slug))
        return _("The portfolio was saved.")

    return _do(request, person, service, portfolio_id, act, form=form)


@router.post("/{portfolio_id}/badges")
def arrange(portfolio_id: str, request: Request, form: Sent, person: Person, service: TheService) -> Response:
    """Add badges, move one up or down, or take one off."""

    def act(session: Session, portfolio: Portfolio) -> str:
        what, _colon, award_id = form.text("act").partition(":")
        match what:
            case "up":
                portfolios.move(session, portfolio, award_id, by=-1)
            case "down":
                portfolios.move(session, portfolio, award_id, by=1)
            case "off-elsewhere":
                portfolios.take_kept_off(session, portfolio, award_id)
                return _("The badge is not on the page any more.")
            case "off":
                portfolios.take_off(session, portfolio, award_id)
                return _("The badge is not on the page any more.")
            case _other:
                portfolios.put(session, portfolio, form.many("award"))
                portfolios.put_kept(session, portfolio, form.many("kept"))
        return ""

    return _do(request, person, service, portfolio_id, act, place="#badges")


@router.post("/{portfolio_id}/delete")
def delete(portfolio_id: str, request: Request, form: Sent, person: Person, service: TheService) -> Response:
    """Delete it; the badges stay."""
    del form, request
    with service.database.write() as session:
        portfolios.remove(session, _mine(session, person, portfolio_id))
    return go("/me/portfolios", _("The portfolio was deleted. Your badges stay as they are."))


@open_to_others.get("/{name}")
def portfolio_page(name: str, request: Request, perhaps: Perhaps, service: TheService) -> Response:
    """A portfolio as others see it. 404 for one that is private, as for none, except to its holder."""
    if not is_id(name):
        raise NotFound(portfolios.NOTHING_HERE)
    account_id = perhaps.account_id if perhaps is not None else None
    with service.database.read() as session:
        portfolio = portfolios.by_name(session, name, account_id=account_id)
        found = [held for held in portfolios.badges_of(session, portfolio) if portfolios.is_seen(portfolio, held.award)]
        kept = [each for each in portfolios.kept_on(session, portfolio) if kept_badges.is_shown(each)]
    now = clock.now()
    return page(
        request,
        "learner/portfolio_page.html",
        indexed=portfolio.visibility == Visibility.PUBLIC,
        caching="no-cache" if perhaps is None else "no-store",
        portfolio=portfolio,
        url=portfolios.address_of(service.office, portfolio),
        name=name,
        cards=[card_of(held, now=now) for held in found],
        kept=[kept_view.card_of(each, now=now) for each in kept],
        is_private=portfolio.visibility == Visibility.PRIVATE,
    )


@open_to_others.get("/{name}/elsewhere/{kept_id}")
def file_of_another(name: str, kept_id: str, perhaps: Perhaps, service: TheService) -> Response:
    """A badge from elsewhere on a portfolio, as it came, so that whoever sees the page can check it. 404 as above."""
    if not is_id(name):
        raise NotFound(portfolios.NOTHING_HERE)
    account_id = perhaps.account_id if perhaps is not None else None
    with service.database.read() as session:
        portfolio = portfolios.by_name(session, name, account_id=account_id)
        shown = {each.id for each in portfolios.kept_on(session, portfolio) if kept_badges.is_shown(each)}
        if kept_id not in shown:
            raise NotFound(portfolios.NOTHING_HERE)
        badge = kept_badges.by_id(session, kept_id)
    return kept_view.as_download(badge)


def _mine(session: Session, person: Visitor, portfolio_id: str) -> Portfolio:
    if not is_id(portfolio_id):
        raise NotFound(portfolios.NOTHING_HERE)
    return portfolios.mine(session, person.account_id, portfolio_id)


def _list(request: Request, person: Visitor, service: Service, *, refused: ServiceError | None = None) -> Response:
    with service.database.read() as session:
        found = portfolios.of_account(session, person.account_id)
    said = None if refused is None else refusal(refused)
    return inside(request, "learner/portfolios.html", person, refused=said, portfolios=found)


def _one(
    request: Request,
    person: Visitor,
    service: Service,
    portfolio_id: str,
    *,
    refused: ServiceError | None = None,
    form: Form | None = None,
) -> Response:
    with service.database.read() as session:
        portfolio = _mine(session, person, portfolio_id)
        chosen = portfolios.badges_of(session, portfolio)
        there = {held.award.id for held in chosen}
        others = [held for held in shelf.of_account(session, person.account_id) if held.award.id not in there]
        kept = portfolios.kept_on(session, portfolio)
        on_it = {badge.id for badge in kept}
        more_kept = [each for each in kept_badges.of_account(session, person.account_id) if each.id not in on_it]
    now = clock.now()
    given: dict[str, Any] = {
        "title": portfolio.title,
        "introduction": portfolio.introduction or "",
        "visibility": portfolio.visibility,
        "slug": portfolio.slug or "",
    }
    if form is not None:
        given |= {name: values[-1] for name, values in form.fields.items()}
    return inside(
        request,
        "learner/portfolio.html",
        person,
        refused=None if refused is None else refusal(refused),
        portfolio=portfolio,
        given=given,
        url=portfolios.address_of(service.office, portfolio),
        base=service.office.addresses.portfolio(""),
        chosen=[(card_of(held, now=now), portfolios.is_seen(portfolio, held.award)) for held in chosen],
        others=[card_of(held, now=now) for held in others],
        kept=[kept_view.card_of(each, now=now) for each in kept],
        more_kept=[kept_view.card_of(each, now=now) for each in more_kept if kept_badges.is_shown(each)],
    )


def _do(
    request: Request,
    person: Visitor,
    service: Service,
    portfolio_id: str,
    act: Callable[[Session, Portfolio], str],
    *,
    form: Form | None = None,
    place: str = "",
) -> Response:
    try:
        with service.database.write() as session:
            sentence = act(session, _mine(session, person, portfolio_id))
    except NotFound:
        raise
    except ServiceError as error:
        return _one(request, person, service, portfolio_id, refused=error, form=form)
    return go(f"/me/portfolios/{portfolio_id}{place}", sentence)
