"""The list of what can be earned now: one row for each published achievement, in columns that can be searched.

Written where an achievement is published, taken away where it is archived; the facts themselves stay in its versions.
"""

from __future__ import annotations

from sqlalchemy import Double, ForeignKey, Index, String, Text, delete
from sqlalchemy.orm import Mapped, Session, mapped_column

from app.db import Base
from app.issuing.achievement_facts import AchievementFacts
from app.issuing.folding import fold

LONGEST_NAME = 200
ACADEMIC = "academic credit"  # the unit of academic credits; any other is what `fold` makes of its name
# The order of code points, the same on both databases, so that a place in the list is the same place next time.
_Folded = String(LONGEST_NAME).with_variant(String(LONGEST_NAME, collation="C"), "postgresql")


class ListedAchievement(Base):
    """An achievement that can be earned now, as its newest version has it.

    `sort_name` is the beginning of its folded name, `search_text` its folded abbreviation and names in every language,
    `kind` the type that Open Badges 3.0 names. `hours` None: not stated.
    """

    __tablename__ = "listed_achievements"
    __table_args__ = (
        Index("ix_listed_achievements_sort_name", "sort_name", "achievement_id"),
        Index("ix_listed_achievements_issuer_id", "issuer_id", "sort_name", "achievement_id"),
    )

    achievement_id: Mapped[str] = mapped_column(ForeignKey("achievements.id"), primary_key=True)
    issuer_id: Mapped[str] = mapped_column(ForeignKey("issuers.id"))
    version_id: Mapped[str] = mapped_column(ForeignKey("achievement_versions.id"))
    sort_name: Mapped[str] = mapped_column(_Folded)
    search_text: Mapped[str] = mapped_column(Text)
    kind: Mapped[str] = mapped_column(String(80))
    hours: Mapped[float | None] = mapped_column(Double)


class ListedSkill(Base):
    """A skill of a listed achievement, the `number`th that it states; `search_name` is the folded name."""

    __tablename__ = "listed_skills"

    achievement_id: Mapped[str] = mapped_column(ForeignKey("achievements.id"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    name: Mapped[str] = mapped_column(String(200))
    search_name: Mapped[str] = mapped_column(Text)
    level: Mapped[int]


class ListedCredit(Base):
    """That a listed achievement gives credit of one unit: `unit` folded, `name` as it is written."""

    __tablename__ = "listed_credits"

    achievement_id: Mapped[str] = mapped_column(ForeignKey("achievements.id"), primary_key=True)
    unit: Mapped[str] = mapped_column(String(80), primary_key=True)
    name: Mapped[str] = mapped_column(String(80))


def put(session: Session, *, issuer_id: str, achievement_id: str, version_id: str, facts: AchievementFacts) -> None:
    """List the achievement as this version says, in the place of what was listed before."""
    remove(session, achievement_id)
    session.add(
        ListedAchievement(
            achievement_id=achievement_id,
            issuer_id=issuer_id,
            version_id=version_id,
            sort_name=fold(facts.name)[:LONGEST_NAME].rstrip(),
            search_text=" ".join(fold(each) for each in (facts.name, facts.abbreviation, *_other_names(facts))),
            kind=facts.achievement_type,
            hours=None if facts.hours is None else float(facts.hours),
        )
    )
    for number, skill in enumerate(facts.skills):
        named = {"name": skill.name, "search_name": fold(skill.name), "level": skill.level}
        session.add(ListedSkill(achievement_id=achievement_id, number=number, **named))
    for unit, name in _units(facts).items():
        session.add(ListedCredit(achievement_id=achievement_id, unit=unit, name=name))
    session.flush()


def remove(session: Session, achievement_id: str) -> None:
    """List it no more."""
    for table in (ListedSkill, ListedCredit, ListedAchievement):
        session.execute(delete(table).where(table.achievement_id == achievement_id))


def _other_names(facts: AchievementFacts) -> list[str]:
    """What it is called in other languages, by their tags."""
    return [facts.translations[tag].name for tag in sorted(facts.translations)]


def _units(facts: AchievementFacts) -> dict[str, str]:
    """The units in which it gives credit, each once, by what they are searched as."""
    found = {fold(each.unit)[:80].rstrip(): each.unit for each in facts.continuing_education if each.amount}
    return found | ({ACADEMIC: ACADEMIC} if facts.academic_credits else {})
