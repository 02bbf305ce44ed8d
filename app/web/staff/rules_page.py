"""What every page of one achievement's rules needs: the achievement by name, its rule, and who may cause it."""

from __future__ import annotations

from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from fastapi import Request
from fastapi.responses import Response
from sqlalchemy.orm import Session

from app.issuing import achievements, sources
from app.issuing.achievements import Achievement
from app.issuing.rules import switches, versions
from app.issuing.rules.switches import RuleSwitch
from app.issuing.rules.versions import RuleVersion
from app.web.api.achievements import of_issuer
from app.web.inside import Refusal
from app.web.signed_in import Staff
from app.web.staff.sources_times import at_work_there


@dataclass(frozen=True, slots=True)
class Subject:
    """An achievement whose rules are looked at. `switch` None = nothing was ever set."""

    achievement: Achievement
    name: str
    switch: RuleSwitch | None
    newest: RuleVersion | None
    has_rule: bool

    @property
    def is_off(self) -> bool:
        """Whether its rules are switched off."""
        return self.switch is not None and self.switch.off_since is not None


def subject(session: Session, staff: Staff, achievement_id: str) -> Subject:
    """The achievement with this id or short name. Raises NotFound for another issuer's."""
    found = of_issuer(session, staff.issuer(session), achievement_id)
    every = versions.of_achievement(session, found)
    name = achievements.current_facts(session, found).name
    has_rule = bool(every) or bool(versions.mappings_of(session, found))
    return Subject(found, name, switches.of(session, found.id), every[0] if every else None, has_rule)


def source_names(session: Session, staff: Staff) -> dict[str, str]:
    """The names of the issuer's sources by their ids."""
    return {source.id: source.name for source in sources.of_issuer(session, staff.issuer(session))}


def at_rules(
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
    """A page of one achievement's rules; `tab` is which of its tabs it is."""
    root = f"{staff.root}/achievements/{about.achievement.id}/rules"
    return at_work_there(
        request,
        f"staff/rules/{template}",
        staff,
        refused=refused,
        status=status,
        about=about,
        tab=tab,
        here_root=root,
        has_rule=about.has_rule,
        **shown,
    )
