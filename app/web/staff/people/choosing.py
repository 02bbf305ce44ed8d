"""Choosing people on a form: those who were looked for and ticked, a whole group, a whole unit."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from app.issuing import definitions, groups, people_search
from app.issuing.definitions import Definition, Kind
from app.issuing.issuers import Issuer
from app.issuing.learners import Learner, LearnerGroup
from app.issuing.people_search import PeopleWanted, PersonLine
from app.issuing.stacks import Career, careers
from app.web.forms import Form
from app.web.languages import gettext as _
from app.web.staff.people import words

MOST_FOUND = 30  # people of a search
MOST_TICKED = 500


@dataclass(frozen=True, slots=True)
class Offered:
    """What the form offers: people that were found, each with their name; groups and units by name."""

    people: list[tuple[PersonLine, str]]
    is_more: bool
    groups: list[tuple[str, str]]
    units: list[tuple[str, str]]

    @property
    def is_any(self) -> bool:
        """Whether there is anything to choose."""
        return bool(self.people) or len(self.groups) > 1 or len(self.units) > 1


def offered(session: Session, issuer_id: str, text: str) -> Offered:
    """What to choose from, when `text` is looked for; "" = nobody is looked for."""
    rows = []
    if text:
        found = people_search.query(issuer_id, PeopleWanted(text=text))
        rows = list(session.scalars(found.order_by(Learner.display_name, Learner.id).limit(MOST_FOUND + 1)))
    units = definitions.all_of(session, issuer_id, Kind.UNIT)
    return Offered(
        [(each, words.name_of(each)) for each in people_search.lines(session, rows[:MOST_FOUND])],
        len(rows) > MOST_FOUND,
        [("", _("No group")), *((name, f"{name} ({count})") for name, count in groups.counts(session, issuer_id))],
        [("", _("No unit")), *((each.slug, f"{each.facts['name']} ({_count(session, each)})") for each in units)],
    )


def _count(session: Session, unit: Definition) -> int:
    return len(careers.members(session, unit.issuer_id, unit.id))


def queries(session: Session, issuer: Issuer, form: Form) -> list[Select[str]]:
    """Queries for the ids of everybody whom the form names. Raises NotFound for a unit that is not there."""
    living = people_search.query(issuer.id, PeopleWanted()).with_only_columns(Learner.id).order_by(Learner.id)
    found: list[Select[str]] = []
    if people := [each[:80].replace("\x00", "") for each in form.many("person")][:MOST_TICKED]:
        found.append(living.where(Learner.id.in_(people)))
    if group := form.text("group", most=groups.LONGEST):
        in_group = select(LearnerGroup.learner_id).where(
            LearnerGroup.issuer_id == issuer.id, LearnerGroup.name == group
        )
        found.append(living.where(Learner.id.in_(in_group)))
    if unit := form.text("unit", most=80):
        place = definitions.by_slug(session, issuer, Kind.UNIT, unit)
        found.append(living.where(Learner.id.in_(select(Career.learner_id).where(Career.unit_id == place.id))))
    return found
