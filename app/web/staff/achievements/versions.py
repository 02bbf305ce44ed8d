"""The versions of an achievement: when and by whom, what differs between any two, and what holders keep."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response
from pydantic import BaseModel
from sqlalchemy.orm import Session

from app.issuing import achievement_facts, achievement_lists, achievements
from app.issuing.achievement_facts import AchievementFacts
from app.issuing.achievements import Achievement, AchievementVersion
from app.web.deps import TheService
from app.web.inside import at_work
from app.web.languages import gettext as _
from app.web.signed_in import Reader, Staff
from app.web.staff.achievements import comparing, wording
from app.web.staff.achievements.acts import glance
from app.web.staff.achievements.comparing import Edition
from app.web.staff.achievements.preview import picture_path

router = APIRouter()

DRAFT = "draft"


class Two(BaseModel):
    """Which two editions are compared, as an address states it; what is not there is as if it were not stated."""

    old: str = ""
    new: str = ""


@dataclass(frozen=True, slots=True)
class VersionRow:
    """One published version. `living` badges carry it."""

    number: int
    published_at: datetime
    by: str
    living: int
    picture: str


@router.get("/{achievement_id}/versions")
def listed(
    staff: Reader, request: Request, achievement_id: str, asked: Annotated[Two, Query()], service: TheService
) -> Response:
    """The versions, newest first, and the difference between two of them."""
    with service.database.read() as session:
        found, facts, shown = glance(session, staff, achievement_id)
        published = achievement_lists.versions(session, found)
        rows = _rows(session, found, published)
    editions = _editions(staff, found, facts, published)
    before, after = _chosen(list(editions), asked.old, asked.new)
    differences = comparing.differences(editions[before], editions[after]) if before and after else None
    return at_work(
        request,
        "staff/achievement_versions.html",
        staff,
        achievement=shown,
        rows=rows,
        newest_url=achievements.id_of(service.office, published[0]) if published else "",
        choices=[(key, edition.name) for key, edition in editions.items()],
        before=editions.get(before),
        after=editions.get(after),
        old=before,
        new=after,
        differences=differences,
    )


def _rows(session: Session, found: Achievement, published: list[AchievementVersion]) -> list[VersionRow]:
    counts = achievement_lists.living_by_version(session, found)
    actors = achievement_lists.publishers(session, found)
    return [
        VersionRow(
            number=each.number,
            published_at=each.published_at,
            by=wording.who(session, actors.get(each.number)),
            living=counts.get(each.id, 0),
            picture=f"/images/{each.image_sha256}.png",
        )
        for each in published
    ]


def _editions(
    staff: Staff, found: Achievement, facts: AchievementFacts, published: list[AchievementVersion]
) -> dict[str, Edition]:
    """What can be compared: the draft, then the versions, newest first."""
    editions = {}
    if found.draft is not None:
        picture = picture_path(staff.root, found, facts, None)
        editions[DRAFT] = Edition(_("Draft"), facts, picture, is_drawn=found.draft_image_sha256 is None)
    for each in published:
        name = _("Version %(number)s", number=each.number)
        stated, path = achievement_facts.parse(each.facts), f"/images/{each.image_sha256}.png"
        editions[str(each.number)] = Edition(name, stated, path)
    return editions


def _chosen(keys: list[str], old: str, new: str) -> tuple[str, str]:
    """Which two are compared: as asked for, else the newest with the one before it; "" when there is no such."""
    after = new if new in keys else (keys[0] if keys else "")
    behind = keys[keys.index(after) + 1 :] if after else []
    before = old if old in keys else (behind[0] if behind else "")
    return (before, after) if before != after else ("", after)
