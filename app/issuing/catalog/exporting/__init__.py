"""What an issuer offers, written as a catalogue file that an import reads back to the same."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.issuing import accreditations, achievement_facts, achievements, definitions, pathways
from app.issuing.achievement_facts import AchievementFacts
from app.issuing.achievements import Achievement, AchievementState
from app.issuing.catalog.exporting.credentials import Credentials, currency_of
from app.issuing.catalog.exporting.entries import SECTIONS, entry
from app.issuing.catalog.exporting.names import Ids, Organizations
from app.issuing.catalog.exporting.writing import dump
from app.issuing.definitions import Kind
from app.issuing.definitions.kinds import RecognisedFacts
from app.issuing.issuers import Issuer
from app.issuing.pathways import PathwayRow

__all__ = ["Exported", "export"]


@dataclass(frozen=True, slots=True)
class Exported:
    """The file, and a sentence for everything that it does not have."""

    text: str
    left_out: tuple[str, ...]


def export(session: Session, issuer: Issuer) -> Exported:
    """What the issuer has in use now, in its newest published versions: achievements, definitions, pathways.

    People, endorsements, uploaded images and what was archived are no part of it.
    """
    return _Export(session, issuer).whole()


class _Export:
    def __init__(self, session: Session, issuer: Issuer) -> None:
        self._session, self._issuer = session, issuer
        self._left_out: list[str] = []
        self._ids = Ids()
        self._organizations = Organizations(self._ids, issuer)
        if issuer.parent_name and not issuer.parent_url:
            self._left_out.append(f"{issuer.parent_name}: an organisation above another has an address in a file")
        self._organizations.accredit(accreditations.of_issuer(session, issuer.id))
        self._own = self._achievements()
        self._defined: dict[Kind, dict[str, Any]] = {kind: {} for kind in Kind}
        for each in definitions.all_of(session, issuer.id):
            if self._take(each.slug, each.kind):
                self._defined[Kind(each.kind)][each.slug] = definitions.facts_of(each)

    def whole(self) -> Exported:
        """The file."""
        currency = currency_of(self._own.values())
        frameworks = self._defined[Kind.FRAMEWORK]
        pathway_entries = [self._pathway(row) for row in self._pathway_rows()]
        credentials = Credentials(
            self._ids,
            self._organizations,
            skills=self._defined[Kind.SKILL],
            frameworks=frameworks,
            units=self._defined[Kind.CE_UNIT],
            currency=currency,
        )
        for slug, facts in self._own.items():
            credentials.add(slug, facts)
        for slug, recognised in self._defined[Kind.RECOGNISED].items():
            assert isinstance(recognised, RecognisedFacts)  # noqa: S101 - of its kind
            credentials.recognise(slug, recognised)
        sections = {
            section: [
                entry(slug, facts, self._organizations, frameworks) for slug, facts in self._defined[kind].items()
            ]
            for kind, section in SECTIONS.items()
        }
        document = {
            "catalog": {"home": self._organizations.home} | ({"currency": currency} if currency else {}),
            "organizations": self._organizations.entries,
            **{name: sections[name] for name in ("frameworks", "skills", "ce_units")},
            "renewal_policies": credentials.policies.entries,
            "credentials": credentials.entries,
            "result_descriptions": credentials.results,
            "programs": sections["programs"],
            "pathways": pathway_entries,
            **{name: sections[name] for name in ("equivalences", "credit_transfers", "roles", "units")},
        }
        return Exported(dump(document), tuple(self._left_out))

    def _achievements(self) -> dict[str, AchievementFacts]:
        found = {}
        query = select(Achievement).where(Achievement.issuer_id == self._issuer.id).order_by(Achievement.slug)
        for each in self._session.scalars(query):
            if each.state != AchievementState.PUBLISHED:
                self._left_out.append(f"{each.slug}: it is {each.state} and not published")
                continue
            if each.draft is not None:
                self._left_out.append(f"{each.slug}: what was changed since it was published")
            if each.draft_image_sha256 is not None:
                self._left_out.append(f"{each.slug}: its image, which was uploaded")
            if self._take(each.slug, "achievement"):
                found[each.slug] = achievement_facts.parse(achievements.current(self._session, each).facts)
        return found

    def _pathway_rows(self) -> list[PathwayRow]:
        rows = pathways.all_of(self._session, self._issuer.id, archived=True)
        for row in rows:
            if row.state == pathways.PathwayState.ARCHIVED:
                self._left_out.append(f"{row.slug}: it is archived")
        return [row for row in rows if row.state != pathways.PathwayState.ARCHIVED and self._take(row.slug, "pathway")]

    def _pathway(self, row: PathwayRow) -> dict[str, Any]:
        if row.current_version is None:
            facts, number, status = pathways.current_facts(self._session, row), 1, "draft"
        else:
            facts = pathways.parse(pathways.newest(self._session, row).facts)
            number, status = row.current_version, "published"
            if row.draft is not None:
                self._left_out.append(f"{row.slug}: what was changed since it was published")
        stated = {"id": row.slug, "version": number, "status": status, "owner": self._organizations.home}
        return stated | facts.to_json()

    def _take(self, slug: str, what: str) -> bool:
        if self._ids.take(slug):
            return True
        self._left_out.append(f"{slug}: a {what} with the name of something else; an id is used once in a file")
        return False
