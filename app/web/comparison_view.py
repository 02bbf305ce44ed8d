"""Two to five achievements side by side: the same lines for each, and which of them differ (SEED-46)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from sqlalchemy.orm import Session

from app.issuing import achievement_facts, achievements, finding, issuers
from app.issuing.achievement_facts import AchievementFacts, SkillFacts
from app.issuing.achievements import Achievement, AchievementState
from app.issuing.finding import Wanted
from app.issuing.office import Office
from app.web import tongues, words
from app.web.achievement_view import holders_of
from app.web.catalogue_view import Card, card
from app.web.endorsement_view import endorsements_of
from app.web.issuer_view import IssuerView, issuer_view
from app.web.languages import gettext as _

PATH = "/compare"
FEWEST, MOST = 2, 5
MOST_OFFERED = 8
MOST_NAMES = 12  # of one address that are looked up at all


@dataclass(frozen=True, slots=True)
class Column:
    """One achievement of a comparison. `without` is the address of the comparison without it."""

    id: str
    path: str
    name: str
    abbreviation: str
    description: str
    language: str  # of the name
    description_language: str
    image_path: str
    issuer: IssuerView
    is_archived: bool
    without: str


@dataclass(frozen=True, slots=True)
class Line:
    """One fact of each, in the order of the columns; "" = not stated."""

    label: str
    values: tuple[str, ...]

    @property
    def differs(self) -> bool:
        """Whether they are not all the same."""
        return len(set(self.values)) > 1


@dataclass(frozen=True, slots=True)
class SkillLine:
    """One skill and the level at which each shows it, 0 where it does not."""

    name: str
    url: str
    levels: tuple[int, ...]

    @property
    def differs(self) -> bool:
        """Whether the levels are not all the same."""
        return len(set(self.levels)) > 1


@dataclass(frozen=True, slots=True)
class Offer:
    """An achievement that could be added, or is meant by a name that several have."""

    card: Card
    address: str


@dataclass(frozen=True, slots=True)
class ComparisonView:
    """The whole comparison. `notes` are sentences about what could not be shown."""

    columns: tuple[Column, ...]
    lines: tuple[Line, ...]
    skills: tuple[SkillLine, ...]
    notes: tuple[str, ...]
    q: str
    offers: tuple[Offer, ...] | None  # None = nobody asked for any

    @property
    def is_full(self) -> bool:
        """Whether no other fits."""
        return len(self.columns) >= MOST

    @property
    def differing(self) -> int:
        """How many lines differ."""
        return sum(line.differs for line in self.lines) + sum(line.differs for line in self.skills)


def comparison_view(session: Session, office: Office, names: Sequence[str], *, q: str) -> ComparisonView:
    """The achievements that an address names, each by id, slug or `issuer/slug`; `q` looks for others to add."""
    found, notes = _named(session, names)
    if len(found) > MOST:
        left_out = ", ".join(tongues.told(_facts(session, each)).name for each in found[MOST:])
        notes.append(_("At most five fit side by side. Left out: %(names)s.", names=left_out))
    shown = found[:MOST]
    ids = [each.id for each in shown]
    facts = [_facts(session, each) for each in shown]
    return ComparisonView(
        columns=tuple(_column(session, office, each, ids) for each in shown),
        lines=_lines(session, office, shown, facts) if shown else (),
        skills=_skills(facts),
        notes=tuple(notes),
        q=q,
        offers=_offers(session, q, ids) if q and len(shown) < MOST else None,
    )


def address(ids: Sequence[str]) -> str:
    """The address of a comparison."""
    return f"{PATH}?{urlencode([('a', each) for each in ids])}" if ids else PATH


def _named(session: Session, names: Sequence[str]) -> tuple[list[Achievement], list[str]]:
    found: dict[str, Achievement] = {}
    notes = []
    for name in list(dict.fromkeys(names))[:MOST_NAMES]:
        meant = finding.named(session, name) if name.isprintable() else []
        if len(meant) > 1:
            whose = ", ".join(f"{issuers.by_id(session, each.issuer_id).slug}/{name}" for each in meant)
            notes.append(
                _("Several achievements are called “%(name)s”; name one of: %(names)s.", name=name, names=whose)
            )
        elif meant:
            found[meant[0].id] = meant[0]
        else:
            notes.append(_("There is no achievement “%(name)s” here.", name=name))
    return list(found.values()), notes


def _facts(session: Session, achievement: Achievement) -> AchievementFacts:
    return achievement_facts.parse(achievements.current(session, achievement).facts)


def _column(session: Session, office: Office, achievement: Achievement, ids: Sequence[str]) -> Column:
    version = achievements.current(session, achievement)
    facts = achievement_facts.parse(version.facts)
    told = tongues.told(facts)
    return Column(
        id=achievement.id,
        path=f"/achievements/{achievement.id}",
        name=told.name,
        abbreviation=facts.abbreviation,
        description=told.description,
        language=told.language,
        description_language=told.description_language,
        image_path=f"/images/{version.image_sha256}.png",
        issuer=issuer_view(office, issuers.by_id(session, achievement.issuer_id)),
        is_archived=achievement.state == AchievementState.ARCHIVED,
        without=address([each for each in ids if each != achievement.id]),
    )


def _lines(
    session: Session, office: Office, shown: Sequence[Achievement], facts: Sequence[AchievementFacts]
) -> tuple[Line, ...]:
    """Each fact that at least one of them states."""
    stated = [
        (_("Kind"), [words.kind(each.achievement_type) for each in facts]),
        (_("Length"), [words.hours(each.hours) if each.hours else "" for each in facts]),
        (_("Cost"), [words.price(each.price) if each.price else "" for each in facts]),
        (_("Credits"), ["; ".join(words.credits(each)) for each in facts]),
        (_("Assessed by"), [words.assessment(each.assessment_method) or "" for each in facts]),
        (_("Stays good"), [words.validity(each.validity) for each in facts]),
        (_("Kind of learning"), [". ".join(words.education(each)) for each in facts]),
        (_("Language"), [words.language_name(each.language) for each in facts]),
        (_("Endorsed by"), [_endorsers(session, office, each) for each in shown]),
        (_("Held by"), [holders_of(session, each.id) for each in shown]),
    ]
    return tuple(Line(label, tuple(values)) for label, values in stated if any(values))


def _endorsers(session: Session, office: Office, achievement: Achievement) -> str:
    url = office.addresses.achievement_version(achievement.id, achievement.current_version or 0)
    return ", ".join(dict.fromkeys(said.by for said in endorsements_of(session, office, url)))


def _skills(facts: Sequence[AchievementFacts]) -> tuple[SkillLine, ...]:
    """Each skill once, by its address, the ones that most of them show first."""
    known: dict[str, SkillFacts] = {}
    for each in facts:
        for skill in each.skills:
            known.setdefault(skill.url, skill)
    lines = [SkillLine(skill.name, url, tuple(_level(each, url) for each in facts)) for url, skill in known.items()]
    return tuple(sorted(lines, key=lambda line: -sum(level > 0 for level in line.levels)))


def _level(facts: AchievementFacts, url: str) -> int:
    return max((skill.level for skill in facts.skills if skill.url == url), default=0)


def _offers(session: Session, q: str, ids: Sequence[str]) -> tuple[Offer, ...]:
    """What is found by name and is not in the comparison already."""
    hits = finding.find(session, Wanted(words=finding.words_of(q)), limit=MOST_OFFERED + len(ids)).hits
    cards = [card(hit) for hit in hits if hit.version.achievement_id not in ids]
    return tuple(Offer(each, address([*ids, each.id])) for each in cards[:MOST_OFFERED])
