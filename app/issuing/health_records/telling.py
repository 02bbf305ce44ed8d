"""What is told of people: a whole page at once, with the same few queries however many they are."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.issuing import definitions
from app.issuing.achievements import Achievement, AchievementVersion
from app.issuing.audit import AuditEntry
from app.issuing.awards import Award, AwardState
from app.issuing.definitions import Definition, Kind
from app.issuing.health_records import finding
from app.issuing.issuers import Issuer
from app.issuing.learners import EMAIL_NAMESPACE, Learner, LearnerEmail, LearnerIdentity
from app.issuing.learners.sharing import SharedRecord
from app.issuing.office import Office
from app.issuing.stacks.tables import Career
from app.projections.fhir import (
    Home,
    OrganizationFacts,
    PersonFacts,
    Qualification,
    QualificationStatus,
    RoleFacts,
    wire_id,
)
from app.projections.fhir.resources import URI


class View(StrEnum):
    """`full` has addresses and identifiers; `patient` has names and what is good now, for patients to see."""

    FULL = "full"
    PATIENT = "patient"


@dataclass(frozen=True, slots=True)
class Teller:
    """Tells of one issuer's people, in one transaction, at one moment. `statuses` are those that are told of."""

    session: Session
    office: Office
    issuer: Issuer
    view: View
    now: datetime
    statuses: frozenset[QualificationStatus] = field(default=finding.BY_DEFAULT)

    @property
    def home(self) -> Home:
        """The base of the issuer."""
        return home_of(self.office, self.issuer)

    def people(self, learner_ids: Sequence[str]) -> list[PersonFacts]:
        """These learners, in this order. Five queries, however many they are."""
        awards = self._awards(learner_ids)
        changes = _changes(self.session, [*learner_ids, *(award.id for award, _ in awards)])
        held: dict[str, list[Qualification]] = defaultdict(list)
        for award, version in awards:
            held[award.learner_id].append(self._qualification(award, version, changes))
        query = select(Learner.id, Learner.display_name, SharedRecord.changed_at).join(
            SharedRecord, SharedRecord.learner_id == Learner.id
        )
        rows = {row[0]: row for row in self.session.execute(query.where(Learner.id.in_(learner_ids)))}
        emails, identifiers = self._ways_to_know(learner_ids)
        return [
            PersonFacts(
                id=wire_id(each),
                name=rows[each][1],
                qualifications=tuple(held[each]),
                changed_at=max(
                    [rows[each][2], *filter(None, [changes.get(each)]), *(one.changed_at for one in held[each])]
                ),
                identifiers=tuple(identifiers.get(each, ())),
                emails=tuple(emails.get(each, ())),
            )
            for each in learner_ids
        ]

    def roles(self, careers: Sequence[Career]) -> list[RoleFacts]:
        """Where these people work, in this order."""
        named = {each for career in careers for each in (career.unit_id, career.role_id) if each is not None}
        in_use = Definition.id.in_(sorted(named)), Definition.archived_at.is_(None)
        query = select(Definition.id, Definition.slug, Definition.facts).where(*in_use)
        known = {id_: (slug, str(facts["name"])) for id_, slug, facts in self.session.execute(query)}
        people = [career.learner_id for career in careers]
        names_of = select(Learner.id, Learner.display_name).where(Learner.id.in_(people))
        names = {row[0]: row[1] for row in self.session.execute(names_of)}
        told = []
        for career in careers:
            unit = known.get(career.unit_id or "")
            code, job = known.get(career.role_id or "", (None, None))
            told.append(
                RoleFacts(
                    id=wire_id(career.id),
                    person_id=wire_id(career.learner_id),
                    person_name=names.get(career.learner_id),
                    organization_id=wire_id(career.unit_id if unit and career.unit_id else self.issuer.id),
                    organization_name=unit[1] if unit else self.issuer.name,
                    code=code,
                    job=job,
                    changed_at=career.changed_at,
                )
            )
        return told

    def _awards(self, learner_ids: Collection[str]) -> list[tuple[Award, Any]]:
        version = (
            AchievementVersion.number,
            AchievementVersion.era,
            AchievementVersion.facts["name"].as_string().label("name"),
            AchievementVersion.facts["abbreviation"].as_string().label("abbreviation"),
        )
        query = (
            select(Award, *version)
            .join(AchievementVersion, AchievementVersion.id == Award.version_id)
            .where(Award.learner_id.in_(learner_ids), finding.visible(), finding.standing(self.statuses, self.now))
            .order_by(Award.awarded_at, Award.id)
        )
        return [(row[0], row) for row in self.session.execute(query)]

    def _qualification(self, award: Award, version: Any, changes: Mapping[str, datetime]) -> Qualification:
        status = self._status(award)
        moments = [award.created_at, *filter(None, [changes.get(award.id)])]
        if status is QualificationStatus.INACTIVE and award.valid_until is not None:
            moments.append(award.valid_until)
        badge = self.office.at(award.era).addresses.badge(award.id)
        of_version = self.office.at(version.era).addresses
        return Qualification(
            id=wire_id(award.id),
            badge_url=badge,
            achievement_url=of_version.achievement_version(award.achievement_id, version.number),
            verify_url=self.office.addresses.check(badge),
            name=version.name,
            abbreviation=version.abbreviation,
            begins=award.awarded_at,
            ends=award.valid_until,
            status=status,
            changed_at=max(moments),
        )

    def _status(self, award: Award) -> QualificationStatus:
        if award.state == AwardState.REVOKED:
            return QualificationStatus.REVOKED
        if award.state == AwardState.SUSPENDED:
            return QualificationStatus.SUSPENDED
        is_over = award.valid_until is not None and award.valid_until <= self.now
        return QualificationStatus.INACTIVE if is_over else QualificationStatus.ACTIVE

    def _ways_to_know(
        self, learner_ids: Collection[str]
    ) -> tuple[Mapping[str, list[str]], Mapping[str, list[tuple[str, str]]]]:
        """Addresses and identifiers; neither in the view for patients."""
        emails: dict[str, list[str]] = defaultdict(list)
        identifiers: dict[str, list[tuple[str, str]]] = {}
        if self.view is View.PATIENT:
            return emails, identifiers
        home = self.home
        identifiers = {each: [(home.people, wire_id(each))] for each in learner_ids}
        addresses = select(LearnerEmail.learner_id, LearnerEmail.written).order_by(LearnerEmail.id)
        for learner_id, written in self.session.execute(addresses.where(LearnerEmail.learner_id.in_(learner_ids))):
            emails[learner_id].append(written)
        named = (
            select(LearnerIdentity)
            .where(LearnerIdentity.learner_id.in_(learner_ids), LearnerIdentity.namespace != EMAIL_NAMESPACE)
            .order_by(LearnerIdentity.id)
        )
        for each in self.session.scalars(named):
            identifiers[each.learner_id].append((home.system_of(each.namespace), each.source_id))
        return emails, identifiers


def home_of(office: Office, issuer: Issuer) -> Home:
    """The base of an issuer."""
    return Home(office.addresses.fhir(issuer.slug))


def issuer_facts(session: Session, office: Office, issuer: Issuer) -> OrganizationFacts:
    """The issuer as an organisation."""
    return OrganizationFacts(
        id=wire_id(issuer.id),
        name=issuer.name,
        changed_at=_changes(session, [issuer.id]).get(issuer.id, issuer.created_at),
        identifiers=((URI, office.addresses.did(issuer.slug)),),
        url=issuer.url,
    )


def organizations(session: Session, office: Office, issuer: Issuer) -> list[OrganizationFacts]:
    """The issuer and its units, by id; the issuer is the one that is part of nothing."""
    itself = issuer_facts(session, office, issuer)
    home = home_of(office, issuer)
    units = [
        OrganizationFacts(
            id=wire_id(each.id),
            name=str(each.facts["name"]),
            changed_at=each.changed_at,
            identifiers=((f"{home.base}/units", each.slug),),
            part_of=itself.id,
        )
        for each in definitions.all_of(session, issuer.id, Kind.UNIT)
    ]
    return sorted([itself, *units], key=lambda each: each.id)


def concepts(session: Session, issuer: Issuer) -> list[tuple[str, str]]:
    """Code and name of everything that was ever published; of several under one code, the newest."""
    facts = AchievementVersion.facts
    query = (
        select(facts["abbreviation"].as_string(), facts["name"].as_string())
        .join(Achievement, Achievement.id == AchievementVersion.achievement_id)
        .where(Achievement.issuer_id == issuer.id)
        .order_by(AchievementVersion.published_at, AchievementVersion.id)
    )
    named = {" ".join(code.split()): name for code, name in session.execute(query)}
    return sorted(named.items())


def jobs(session: Session, issuer: Issuer) -> list[tuple[str, str]]:
    """Code and name of every role, also of those that are out of use."""
    roles = definitions.all_of(session, issuer.id, Kind.ROLE, archived=True)
    return sorted((each.slug, str(each.facts["name"])) for each in roles)


def _changes(session: Session, object_ids: Iterable[str]) -> dict[str, datetime]:
    """When each of these was changed last, as the audit log has it."""
    query = (
        select(AuditEntry.object_id, func.max(AuditEntry.at))
        .where(AuditEntry.object_id.in_(list(object_ids)))
        .group_by(AuditEntry.object_id)
    )
    return {row[0]: row[1] for row in session.execute(query)}
