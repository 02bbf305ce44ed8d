"""Stamps: what of a badge's or a status list's row decides how its public address answers, in one indexed read."""

from __future__ import annotations

from typing import Any

from sqlalchemy import bindparam, select

from app.db import Database, Glance
from app.issuing.awards import Award
from app.issuing.learners import Learner
from app.issuing.status_lists import StatusList

_AWARD = (
    select(
        Award.state,
        Award.visibility,
        Award.revision,
        Award.revoked_at,
        Award.suspended_at,
        Award.erased_at,
        Award.reason,
        Award.superseded_by_id,
        Award.page_revision,
        Learner.name_shown,
    )
    .join(Learner, Learner.id == Award.learner_id)
    .where(Award.id == bindparam("id"))
)
_STATUS_LIST = select(StatusList.revision, StatusList.published_at).where(StatusList.id == bindparam("id"))


class Reader:
    """Reads stamps. `is_instant` = a read never waits, so the event loop may do it."""

    def __init__(self, database: Database) -> None:
        self._award, self._status_list = Glance(database, _AWARD), Glance(database, _STATUS_LIST)
        self.is_instant = database.is_sqlite

    def of_award(self, award_id: str) -> tuple[Any, ...] | None:
        """The stamp of a badge; None when there is none. Raises Busy."""
        return self._award.row(award_id)

    def of_status_list(self, list_id: str) -> tuple[Any, ...] | None:
        """The stamp of a status list; None when there is none. Raises Busy."""
        return self._status_list.row(list_id)
