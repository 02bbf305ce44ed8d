"""What every page of one pathway needs: the pathway, what it says now, and the world that it stands in."""

from __future__ import annotations

from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from fastapi import Request
from fastapi.responses import Response
from sqlalchemy.orm import Session

from app.issuing import pathways
from app.issuing.pathways import PathwayFacts, PathwayRow, PathwayState, worlds
from app.issuing.pathways.worlds import Known
from app.stacking.world import Pathway
from app.web.api.pathways import of_issuer
from app.web.inside import Refusal, at_work
from app.web.signed_in import Staff
from app.web.staff.local import Local
from app.web.staff.pathways import words


@dataclass(frozen=True, slots=True)
class Subject:
    """A pathway that is looked at; `facts` are its draft's where there is one, else those of the newest version."""

    row: PathwayRow
    facts: PathwayFacts
    known: Known

    @property
    def is_published(self) -> bool:
        """Whether people can come onto it."""
        return self.row.state == PathwayState.PUBLISHED

    @property
    def is_archived(self) -> bool:
        """Whether it takes nobody any more."""
        return self.row.state == PathwayState.ARCHIVED

    @property
    def drafted(self) -> Pathway:
        """As it would be published next, or as it was."""
        number = (self.row.current_version or 0) + (self.row.draft is not None)
        return self.facts.pathway(self.row.slug, number)


def subject(session: Session, staff: Staff, pathway_id: str) -> Subject:
    """The issuer's pathway with this id or short name. Raises NotFound."""
    row = of_issuer(session, staff.issuer(session), pathway_id)
    return Subject(row, pathways.current_facts(session, row), worlds.of(session, row.issuer_id))


def at_pathway(
    request: Request,
    template: str,
    staff: Staff,
    about: Subject,
    *,
    tab: str,
    refused: Refusal | None = None,
    status: int = HTTPStatus.OK,
    **shown: Any,
) -> Response:
    """A page of one pathway; `tab` is which of its tabs it is."""
    return at_work(
        request,
        f"staff/pathways/{template}",
        staff,
        refused=refused,
        status=status,
        about=about,
        pill=words.pill(about.row),
        tab=tab,
        root=f"{staff.root}/pathways/{about.row.id}",
        local=Local(staff.timezone),
        **shown,
    )
