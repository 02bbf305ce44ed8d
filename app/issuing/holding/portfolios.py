"""Portfolios: pages with badges that their holder chose, in the order that the holder wants.

A page shows no more than its badges allow: private ones appear to nobody else, and a page that everybody can find
shows only badges that everybody may see.
"""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import delete, func, insert, or_, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app import clock
from app.errors import AlreadyExists, InvalidInput, NotFound
from app.issuing.awards import Award, AwardState, Visibility
from app.issuing.holding import shelf
from app.issuing.holding.shelf import Held
from app.issuing.holding.tables import Portfolio, PortfolioBadge, PortfolioKeptBadge
from app.issuing.kept_badges import KeptBadge
from app.issuing.office import Office
from app.issuing.slugs import check_slug

MOST = 20  # of one account
MOST_BADGES = 100  # on one page
LONGEST_INTRODUCTION = 10_000
NOTHING_HERE = "There is nothing at this address"


@dataclass(frozen=True, slots=True)
class Said:
    """What a holder says about a portfolio. `slug` None = it has no short name."""

    title: str
    introduction: str | None
    visibility: Visibility
    slug: str | None


def create(session: Session, account_id: str, *, title: str) -> Portfolio:
    """A new, private and empty page. Raises InvalidInput without a title, and above the number of pages."""
    if not title:
        raise InvalidInput("Give the page a title", pointer="/title")
    if (session.scalar(select(func.count()).where(Portfolio.account_id == account_id)) or 0) >= MOST:
        raise InvalidInput(f"There are at most {MOST} portfolios; delete one first")
    made = Portfolio(
        id=clock.new_id(),
        account_id=account_id,
        token=clock.new_id(),
        title=title,
        visibility=Visibility.PRIVATE,
        created_at=clock.now(),
    )
    session.add(made)
    session.flush()
    return made


def of_account(session: Session, account_id: str) -> list[tuple[Portfolio, int]]:
    """An account's pages, the newest first, with the number of badges on each."""
    on_it = select(func.count()).where(PortfolioBadge.portfolio_id == Portfolio.id).scalar_subquery()
    query = select(Portfolio, on_it).where(Portfolio.account_id == account_id)
    found = session.execute(query.order_by(Portfolio.created_at.desc(), Portfolio.id))
    return [(portfolio, number) for portfolio, number in found]


def mine(session: Session, account_id: str, portfolio_id: str) -> Portfolio:
    """The account's page with this id. Raises NotFound, also for another account's."""
    found = session.get(Portfolio, portfolio_id)
    if found is None or found.account_id != account_id:
        raise NotFound(NOTHING_HERE)
    return found


def by_name(session: Session, name: str, *, account_id: str | None) -> Portfolio:
    """The page at this address, if whoever asks may see it. Raises the same NotFound in every other case.

    A short name leads nowhere unless the page is public; a private one is there for its own account only.
    """
    found = session.scalars(select(Portfolio).where(or_(Portfolio.token == name, Portfolio.slug == name))).all()
    for portfolio in found:
        if portfolio.account_id == account_id:
            return portfolio
        is_open = portfolio.visibility == Visibility.PUBLIC
        if is_open or (portfolio.token == name and portfolio.visibility == Visibility.UNLISTED):
            return portfolio
    raise NotFound(NOTHING_HERE)


def change(session: Session, portfolio: Portfolio, said: Said) -> None:
    """Say something else about a page. Raises InvalidInput, and AlreadyExists for somebody else's short name."""
    if not said.title:
        raise InvalidInput("Give the page a title", pointer="/title")
    if said.slug is not None:
        check_slug(said.slug)
    portfolio.title, portfolio.introduction = said.title, said.introduction
    portfolio.visibility, portfolio.slug = said.visibility, said.slug
    try:
        with session.begin_nested():
            session.flush()
    except IntegrityError as error:
        raise AlreadyExists("This short name is taken; choose another one", slug=said.slug) from error


def remove(session: Session, portfolio: Portfolio) -> None:
    """Delete a page; its badges stay as they are."""
    for model in (PortfolioBadge, PortfolioKeptBadge):
        session.execute(delete(model).where(model.portfolio_id == portfolio.id))
    session.delete(portfolio)
    session.flush()


def badges_of(session: Session, portfolio: Portfolio) -> list[Held]:
    """The badges that the holder chose, in order, without what is not the holder's any more."""
    wanted = _ids(session, portfolio)
    own = {held.award.id: held for held in shelf.of_account(session, portfolio.account_id)}
    return [own[each] for each in wanted if each in own]


def is_seen(portfolio: Portfolio, award: Award) -> bool:
    """Whether others see this badge on this page."""
    if award.state == AwardState.PENDING or award.declined_at is not None:
        return False
    if portfolio.visibility == Visibility.PUBLIC:
        return award.visibility == Visibility.PUBLIC
    return award.visibility != Visibility.PRIVATE


def put(session: Session, portfolio: Portfolio, award_ids: list[str]) -> None:
    """Add badges at the end, those of the account that are not there yet. Raises InvalidInput above the number."""
    there = _ids(session, portfolio)
    own = {held.award.id for held in shelf.of_account(session, portfolio.account_id)}
    _write(session, portfolio, [*there, *(each for each in award_ids if each in own and each not in there)])


def kept_on(session: Session, portfolio: Portfolio) -> list[KeptBadge]:
    """The badges from elsewhere that the holder chose, in the order in which they were added."""
    query = (
        select(KeptBadge)
        .join(PortfolioKeptBadge, PortfolioKeptBadge.kept_id == KeptBadge.id)
        .where(PortfolioKeptBadge.portfolio_id == portfolio.id, KeptBadge.account_id == portfolio.account_id)
    )
    return list(session.scalars(query.order_by(PortfolioKeptBadge.added_at, KeptBadge.id)))


def put_kept(session: Session, portfolio: Portfolio, kept_ids: list[str]) -> None:
    """Add badges from elsewhere, those of the account that are not there yet. Raises InvalidInput above the number."""
    session.refresh(portfolio, with_for_update=True)
    there = {badge.id for badge in kept_on(session, portfolio)}
    own = session.scalars(select(KeptBadge.id).where(KeptBadge.account_id == portfolio.account_id))
    wanted = [each for each in own if each in kept_ids and each not in there]
    if len(there) + len(wanted) > MOST_BADGES:
        raise InvalidInput(f"A portfolio shows at most {MOST_BADGES} badges from elsewhere")
    now = clock.now()
    rows = [{"portfolio_id": portfolio.id, "kept_id": each, "added_at": now} for each in wanted]
    if rows:
        session.execute(insert(PortfolioKeptBadge), rows)


def take_kept_off(session: Session, portfolio: Portfolio, kept_id: str) -> None:
    """Take a badge from elsewhere off the page."""
    which = (PortfolioKeptBadge.portfolio_id == portfolio.id, PortfolioKeptBadge.kept_id == kept_id)
    session.execute(delete(PortfolioKeptBadge).where(*which))


def take_off(session: Session, portfolio: Portfolio, award_id: str) -> None:
    """Take a badge off the page."""
    _write(session, portfolio, [each for each in _ids(session, portfolio) if each != award_id])


def move(session: Session, portfolio: Portfolio, award_id: str, *, by: int) -> None:
    """Move a badge up (below 0) or down the page; at an end it stays where it is."""
    order = _ids(session, portfolio)
    if award_id not in order:
        return
    place = order.index(award_id)
    order.insert(max(0, min(len(order) - 1, place + by)), order.pop(place))
    _write(session, portfolio, order)


def address_of(office: Office, portfolio: Portfolio) -> str:
    """Where the page is: by its short name while that works, else by its token."""
    is_named = portfolio.slug is not None and portfolio.visibility == Visibility.PUBLIC
    return office.addresses.portfolio(str(portfolio.slug) if is_named else portfolio.token)


def _ids(session: Session, portfolio: Portfolio) -> list[str]:
    query = select(PortfolioBadge.award_id).where(PortfolioBadge.portfolio_id == portfolio.id)
    return list(session.scalars(query.order_by(PortfolioBadge.position, PortfolioBadge.award_id)))


def _write(session: Session, portfolio: Portfolio, award_ids: list[str]) -> None:
    """The whole order anew. The page is locked first, so that two windows cannot mix two orders."""
    if len(dict.fromkeys(award_ids)) > MOST_BADGES:
        raise InvalidInput(f"A portfolio shows at most {MOST_BADGES} badges")
    session.refresh(portfolio, with_for_update=True)
    session.execute(delete(PortfolioBadge).where(PortfolioBadge.portfolio_id == portfolio.id))
    rows = [
        {"portfolio_id": portfolio.id, "award_id": award_id, "position": position}
        for position, award_id in enumerate(dict.fromkeys(award_ids))
    ]
    if rows:
        session.execute(insert(PortfolioBadge), rows)
