"""What the public page of a pathway shows, of one published version, gathered once."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from markupsafe import Markup
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.issuing import achievement_facts, issuers, pathways
from app.issuing.achievement_facts import PriceFacts
from app.issuing.achievements import Achievement, AchievementVersion
from app.issuing.issuers import Issuer
from app.issuing.office import Office
from app.issuing.pathways import PathwayRow, PathwayState, PathwayVersion, worlds
from app.issuing.pathways.worlds import Known
from app.stacking import plans
from app.stacking.conditions import credentials_in
from app.stacking.plans import Plan
from app.stacking.world import Mode, OnLoss, OnNewVersion, Pathway, StackType
from app.web import condition_words, words
from app.web.issuer_view import IssuerView, issuer_view
from app.web.languages import gettext as _
from app.web.languages import ngettext
from app.web.leads_view import Link, link_to
from app.web.pathway_drawing import drawn

EXACT_UP_TO = 10  # candidates of which every choice is looked at; a page may not take longer
MOST_VERSIONS = 20  # that the page links to
MOST_PLANS = 512  # that are kept
MOST_CARDS = 24


@dataclass(frozen=True, slots=True)
class StepView:
    """A step: what it needs in words, what those words name, and the stack that it awards, if any."""

    id: str
    name: str
    level: int
    description: str | None
    needs: str
    named: tuple[Link, ...]
    awards: Link | None
    is_last: bool


@dataclass(frozen=True, slots=True)
class Route:
    """The cheapest way from nothing: its badges in their order, and what it takes; None = not known."""

    badges: tuple[Link, ...]
    hours: str | None
    price: str | None
    elsewhere: tuple[str, ...]  # what is to be had from others as well


@dataclass(frozen=True, slots=True)
class PathwayView:
    """Everything on the page."""

    id: str
    drawing: Markup  # the list of steps beside it says the same
    url: str
    file_path: str
    name: str
    description: str | None
    issuer: IssuerView
    number: int
    newest: int
    published_at: datetime
    is_archived: bool
    details: tuple[tuple[str, str], ...]
    entry: str | None  # a sentence
    entry_named: tuple[Link, ...]
    steps: tuple[StepView, ...]
    route: Route | None
    equivalences: tuple[str, ...]
    credit: tuple[str, ...]
    rules: tuple[str, ...]  # what becomes of stacks, and of people when there is a new version
    tags: tuple[str, ...]

    @property
    def others(self) -> tuple[int, ...]:
        """The numbers of the newest other versions, newest first."""
        return tuple(each for each in range(self.newest, 0, -1) if each != self.number)[:MOST_VERSIONS]


@dataclass(frozen=True, slots=True)
class PathwayCard:
    """A pathway in a list."""

    name: str
    path: str
    details: str


_plans: OrderedDict[tuple[str, str, int, date], Plan] = OrderedDict()


def pathway_view(
    session: Session, office: Office, row: PathwayRow, version: PathwayVersion, *, today: date
) -> PathwayView:
    """The page of one published version; what its conditions name is shown as it is now."""
    facts = pathways.parse(version.facts)
    known = worlds.of(session, row.issuer_id)
    pathway = worlds.version(session, row.slug, version.number, version.id)
    url = office.addresses.pathway_version(row.id, version.number)
    described = {node.id: node.description for node in facts.nodes}
    route = _route(session, known, pathway, today)
    return PathwayView(
        id=row.id,
        drawing=drawn(known.world, pathway).svg,
        url=url,
        file_path=f"/pathways/{row.id}/v{version.number}.jsonld",
        name=facts.name,
        description=facts.description,
        issuer=issuer_view(office, issuers.by_id(session, row.issuer_id)),
        number=version.number,
        newest=row.current_version or version.number,
        published_at=version.published_at,
        is_archived=row.state == PathwayState.ARCHIVED,
        details=tuple((label, value) for label, value in _details(pathway, route) if value),
        entry=_sentence(known, pathway) if pathway.entry else None,
        entry_named=_named(known, pathway.entry) if pathway.entry else (),
        steps=tuple(_steps(known, pathway, described)),
        route=route,
        equivalences=_equivalences(known, pathway, today),
        credit=_credit(known, pathway, today),
        rules=tuple(_rules(pathway)),
        tags=facts.tags,
    )


def cards_of(session: Session, issuer: Issuer) -> tuple[PathwayCard, ...]:
    """The issuer's published pathways by name, for lists."""
    known = worlds.of(session, issuer.id)
    found = sorted(known.world.pathways.values(), key=lambda each: (each.name, each.id))
    return tuple(
        PathwayCard(each.name, f"/pathways/{known.pathway_ids[each.id]}", " · ".join(_card_details(known, each)))
        for each in found
    )


def newest_cards(session: Session) -> tuple[PathwayCard, ...]:
    """The pathways of all issuers that were published last, for the catalogue."""
    query = (
        select(PathwayRow.id, PathwayVersion.facts, Issuer.name)
        .join(Issuer, Issuer.id == PathwayRow.issuer_id)
        .join(PathwayVersion, PathwayVersion.pathway_id == PathwayRow.id)
        .where(PathwayRow.state == PathwayState.PUBLISHED, PathwayVersion.number == PathwayRow.current_version)
        .order_by(PathwayVersion.published_at.desc(), PathwayRow.id)
        .limit(MOST_CARDS)
    )
    return tuple(PathwayCard(facts["name"], f"/pathways/{id_}", name) for id_, facts, name in session.execute(query))


def _card_details(known: Known, pathway: Pathway) -> list[str]:
    stacks = [known.world.label(node.awards) for node in pathway.nodes if node.awards]
    steps = ngettext("%(num)s step", "%(num)s steps", len(pathway.nodes))
    return [steps, *([_("awards %(stacks)s", stacks=", ".join(stacks))] if stacks else [])]


def _steps(known: Known, pathway: Pathway, described: dict[str, str | None]) -> list[StepView]:
    """By level, and within one as the pathway has them; its last step at the end."""
    ordered = sorted(pathway.nodes, key=lambda node: (node.id == pathway.completion, node.level))
    return [
        StepView(
            id=node.id,
            name=node.name,
            level=node.level,
            description=described.get(node.id),
            needs=condition_words.sentence(condition_words.said(known.world, node.condition, pathway)),
            named=tuple(link_to(known, each) for each in condition_words.names_in(node.condition)),
            awards=link_to(known, node.awards) if node.awards else None,
            is_last=node.id == pathway.completion,
        )
        for node in ordered
    ]


def _named(known: Known, condition: object) -> tuple[Link, ...]:
    return tuple(link_to(known, each) for each in condition_words.names_in(condition))  # type: ignore[arg-type]


def _sentence(known: Known, pathway: Pathway) -> str:
    assert pathway.entry is not None  # noqa: S101 - asked for by who calls
    return condition_words.sentence(condition_words.said(known.world, pathway.entry, pathway))


def _details(pathway: Pathway, route: Route | None) -> list[tuple[str, str]]:
    return [
        (_("Kind"), _KINDS[pathway.stack_type]()),
        (_("Order"), _("one after the other") if pathway.mode is Mode.PROGRESSIVE else _("as you like")),
        (_("Steps"), words.amount(Decimal(len(pathway.nodes)))),
        (_("Length"), route.hours or "" if route else ""),
        (_("Cost"), route.price or "" if route else ""),
    ]


def _route(session: Session, known: Known, pathway: Pathway, today: date) -> Route | None:
    found = _plan(known, pathway, today)
    if found.outcome not in {plans.Outcome.PLANNED, plans.Outcome.PARTLY} or not found.steps:
        return None
    elsewhere = tuple(known.world.label(each.name) for each in found.outside if each.is_needed and each.level is None)
    return Route(
        badges=tuple(link_to(known, each) for each in found.ids),
        hours=words.hours(found.hours) if found.hours else None,
        price=_price(session, known, found),
        elsewhere=elsewhere,
    )


def _plan(known: Known, pathway: Pathway, today: date) -> Plan:
    """Found once for each version, day, and state of the issuer's definitions."""
    key = (known.mark, pathway.id, pathway.number, today)
    found = _plans.get(key)
    if found is None:
        found = _plans[key] = plans.plan(known.world, pathway, (), today, exact_up_to=EXACT_UP_TO)
        while len(_plans) > MOST_PLANS:
            _plans.popitem(last=False)
    return found


def _price(session: Session, known: Known, found: Plan) -> str | None:
    """The sum, where every badge states a price, and all in one currency."""
    ids = [known.ids[each] for each in found.ids]
    query = (
        select(AchievementVersion.facts)
        .join(Achievement, Achievement.id == AchievementVersion.achievement_id)
        .where(Achievement.id.in_(ids), AchievementVersion.number == Achievement.current_version)
    )
    prices = [achievement_facts.parse(stated).price for stated in session.scalars(query)]
    currencies = {each.currency if each else None for each in prices}
    if len(currencies) != 1 or None in currencies:
        return None
    return words.price(PriceFacts(amount=found.price, currency=str(currencies.pop())))


def _equivalences(known: Known, pathway: Pathway, today: date) -> tuple[str, ...]:
    """What counts as something that the pathway names."""
    asked = [node.condition for node in pathway.nodes] + ([pathway.entry] if pathway.entry else [])
    named = frozenset[str]().union(*map(credentials_in, asked))
    return tuple(
        condition_words.equivalence(known.world, each)
        for each in known.world.equivalences
        if (each.pathways is None or pathway.id in each.pathways)
        and {target for _source, target in each.directions} & named
        and (each.valid_until is None or today <= each.valid_until)
    )


def _credit(known: Known, pathway: Pathway, today: date) -> tuple[str, ...]:
    """The credit that the pathway's stacks are worth, or count toward."""
    stacks = {node.awards for node in pathway.nodes if node.awards}
    return tuple(
        condition_words.transfer(known.world, each)
        for each in known.world.transfers
        if stacks & credentials_in(each.source) and (each.agreement_until is None or today <= each.agreement_until)
    )


def _rules(pathway: Pathway) -> list[str]:
    loss = {
        OnLoss.KEEP: _("A stack stays when a badge that it was built on is withdrawn."),
        OnLoss.SUSPEND: _("A stack is paused when a badge that it was built on is withdrawn and nothing replaces it."),
        OnLoss.REVOKE: _("A stack is withdrawn when a badge that it was built on is, and nothing replaces it."),
    }
    found = [loss[pathway.on_component_loss]]
    if pathway.on_new_version is OnNewVersion.MIGRATE or not pathway.grandfather_months:
        found.append(_("When there is a new version, everybody on the way goes on under it. Nobody loses a stack."))
    else:
        months = ngettext("%(num)s month", "%(num)s months", pathway.grandfather_months)
        found.append(
            _("When there is a new version, whoever is on the way may finish this one for %(length)s.", length=months)
        )
    return found


def _vertical() -> str:
    return _("a ladder: each step builds on the one before")


def _horizontal() -> str:
    return _("side by side: badges of one kind, to choose from")


def _value_added() -> str:
    return _("a specialism on top of what you have")


_KINDS = {
    StackType.VERTICAL: _vertical,
    StackType.HORIZONTAL: _horizontal,
    StackType.VALUE_ADDED: _value_added,
}
