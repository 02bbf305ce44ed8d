"""What is stored of a person, for the person: account, addresses, and what each issuer has, wishes and words included.

Everything that a right of access covers (GDPR, Article 15), as plain data. What only proves who somebody is (digests
of passwords, of cookies and of links) is named, and never told.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.issuing import (
    applications,
    badge_connect,
    employments,
    holding,
    hosts,
    issuers,
    kept_badges,
    plans,
    renewals,
    wallets,
)
from app.issuing.accounts import Account, CalendarFeed, people, sessions
from app.issuing.applications import Application
from app.issuing.approvals import Approval
from app.issuing.audit import AuditEntry
from app.issuing.awards import Award
from app.issuing.badge_connect.grants import LetIn
from app.issuing.completion_records import Completion
from app.issuing.holding import Portfolio, mail_choices, portfolios
from app.issuing.hosts import Connected
from app.issuing.kept_badges import KeptBadge
from app.issuing.learners import Learner, LearnerEmail, LearnerGroup, LearnerIdentity
from app.issuing.learners.sharing import SharedRecord
from app.issuing.office import Office
from app.issuing.past_awards import PastAward
from app.issuing.plans import KeptPlan
from app.issuing.renewals import CEEntry, CEVerdict
from app.issuing.stacks.tables import (
    Career,
    Enrolment,
    MassEnrolmentPerson,
    ProgrammeEnrolment,
    Recognition,
    SkillRating,
)


def of_account(session: Session, office: Office, account: Account) -> dict[str, Any]:
    """The account, and the person at every issuer that the account joins."""
    return {
        "account": _account(session, account),
        "let_in": [_let_in(each) for each in badge_connect.grants.of_account(session, account.id)],
        "hosts": [_host(each) for each in hosts.connecting.of_account(session, account.id)],
        "badges_from_elsewhere": [_kept(each) for each in kept_badges.of_account(session, account.id)],
        "portfolios": [_portfolio(session, each) for each, _number in portfolios.of_account(session, account.id)],
        "issuers": [_at_issuer(session, office, each) for each in people.learners_of(session, account.id)],
    }


def _account(session: Session, account: Account) -> dict[str, Any]:
    return {
        **_plain(account, "id", "display_name", "language", "created_at", "password_changed_at", "totp_confirmed_at"),
        "has_password": account.password_hash is not None,
        "addresses": [
            _plain(each, "written", "confirmed_at", "added_at") for each in people.addresses_of(session, account.id)
        ],
        "calendars": [_plain(each, "scope", "created_at") for each in _calendars(session, account)],
        "browsers": [
            _plain(each, "strength", "created_at", "seen_at", "confirmed_at")
            for each in sessions.of_account(session, account.id)
        ],
    }


def _let_in(each: LetIn) -> dict[str, Any]:
    used = None if each.last_used_at is None else each.last_used_at.isoformat()
    return {"host": each.client.host, "scopes": each.scopes, "since": each.since.isoformat(), "last_used_at": used}


def _host(each: Connected) -> dict[str, Any]:
    return {"host": each.host.name, **_plain(each.connection, "connected_at")}


def _calendars(session: Session, account: Account) -> Iterable[CalendarFeed]:
    return session.scalars(select(CalendarFeed).where(CalendarFeed.account_id == account.id))


def _portfolio(session: Session, portfolio: Portfolio) -> dict[str, Any]:
    return {
        **_plain(portfolio, "id", "title", "introduction", "visibility", "slug", "token", "created_at"),
        "badges": [held.award.id for held in portfolios.badges_of(session, portfolio)],
        "badges_from_elsewhere": [each.id for each in portfolios.kept_on(session, portfolio)],
    }


def _kept(badge: KeptBadge) -> dict[str, Any]:
    members = (
        "id", "sha256", "media_type", "size_bytes", "origin", "source", "standard", "credential_id", "issuer_id",
        "issuer_name", "title", "description", "criteria_url", "valid_from", "valid_until", "awarded_at", "match",
        "verdict", "sentence", "checked_at", "told", "told_at", "received_at",
    )  # fmt: skip
    return _plain(badge, *members)


def _at_issuer(session: Session, office: Office, learner: Learner) -> dict[str, Any]:
    issuer = issuers.by_id(session, learner.issuer_id)
    awards = list(session.scalars(select(Award).where(Award.learner_id == learner.id).order_by(Award.awarded_at)))
    return {
        "issuer": {"name": issuer.name, "url": issuer.url, "address": office.addresses.issuer(issuer.slug)},
        "person": _person(session, office, learner),
        "completions": _completions(session, learner),
        "badges": [_badge(session, office, award) for award in awards],
        "requests_for_approval": [
            _plain(each, "id", "kind", "achievement_id", "state", "reason", "created_at", "decided_at")
            for each in _of(session, Approval, learner)
        ],
        "awarded_elsewhere_before": [
            _plain(each, "id", "issued_by", "issued_at", "valid_until", "is_withdrawn", "url", "award_id", "created_at")
            for each in _of(session, PastAward, learner)
        ],
        "applications": [_application(session, each) for each in _of(session, Application, learner)],
        **_stacks(session, learner),
        "employments": [
            _plain(
                each,
                "started_on",
                "left_on",
                "outcomes_agreed",
                "role_changed_on",
                "pay_band_first",
                "pay_band_after_year",
            )
            for each in employments.of_learner(session, office, learner)
        ],
        "audits": [_audit(each) for each in renewals.verdicts.of_awards(session, [each.id for each in awards])],
        "continuing_education": [_education(each) for each in renewals.ledger.of_learners(session, [learner.id])],
        "names_asked_for": [
            _plain(each, "name", "note", "state", "reason", "created_at", "decided_at")
            for each in holding.names.of_learner(session, learner)
        ],
        "log": _log(session, [learner.id, *(award.id for award in awards)]),
    }


def _stacks(session: Session, learner: Learner) -> dict[str, Any]:
    """Pathways, credentials of others, work, programmes, and what was said of skills."""
    return {
        "pathways": [
            _plain(each, "pathway_id", "version", "sponsor", "enrolled_at", "ended_at", "completed_at", "progress")
            for each in _of(session, Enrolment, learner)
        ],
        "credentials_of_others": [
            _plain(
                each,
                "id",
                "definition_id",
                "issued_on",
                "valid_until",
                "state",
                "evidence_url",
                "evidence_text",
                "verified_how",
                "verified_at",
                "reason",
                "created_at",
            )
            for each in _of(session, Recognition, learner)
        ],
        "work": [_plain(each, "unit_id", "role_id", "target_role_id") for each in _of(session, Career, learner)],
        "programmes": [
            _plain(each, "definition_id", "enrolled_on") for each in _of(session, ProgrammeEnrolment, learner)
        ],
        "skills_as_rated": [
            _plain(each, "skill", "rater", "level", "rated_at") for each in _of(session, SkillRating, learner)
        ],
        "pathways_that_many_were_put_on": [
            _plain(each, "run_id", "outcome", "detail") for each in _of(session, MassEnrolmentPerson, learner)
        ],
        "plans": [_plan(each) for each in plans.of_learner(session, learner.id)],
    }


def _person(session: Session, office: Office, learner: Learner) -> dict[str, Any]:
    return {
        **_plain(learner, "id", "display_name", "name_shown", "name_settled", "created_at"),
        "addresses": [each.written for each in _of(session, LearnerEmail, learner)],
        "identities": [_plain(each, "namespace", "source_id") for each in _of(session, LearnerIdentity, learner)],
        "groups": [_plain(each, "name", "added_at") for each in _of(session, LearnerGroup, learner)],
        "gets_mails_that_gather": mail_choices.wants_digests(session, office, learner),
        "shown_to_health_record_systems": [
            _plain(each, "shared_at", "withdrawn_at") for each in _of(session, SharedRecord, learner)
        ],
    }


def _completions(session: Session, learner: Learner) -> list[dict[str, Any]]:
    query = select(Completion).where(Completion.learner_id == learner.id).order_by(Completion.occurred_at)
    members = ("id", "source_id", "activity_id", "activity_name", "occurred_at", "state", "facts", "evidence")
    return [
        {**_plain(each, *members), "score": None if each.score is None else str(each.score)}
        for each in session.scalars(query)
    ]


def _badge(session: Session, office: Office, award: Award) -> dict[str, Any]:
    members = (
        "id", "achievement_id", "state", "visibility", "results_shown", "awarded_at", "valid_until", "claimed_at",
        "declined_at", "revoked_at", "suspended_at", "reason", "evidence", "narrative", "basis",
        "sponsor", "funding",
    )  # fmt: skip
    return {
        **_plain(award, *members),
        "address": office.at(award.era).addresses.badge(award.id),
        "links_that_live": [
            _plain(each, "label", "created_at", "expires_at") for each in holding.sharing.of_award(session, award)
        ],
        "evidence_of_mine": [
            _plain(each, "name", "url", "text", "is_shown", "state", "reason", "created_at")
            for each in holding.evidence.of_award(session, award.id)
        ],
        "in_wallets": [
            {**_plain(each, "format", "holder", "valid_from", "told"), "document": each.document.decode()}
            for each in wallets.of_award(session, award.id)
        ],
    }


def _plan(kept: KeptPlan) -> dict[str, Any]:
    members = (
        "id", "aims", "target", "level", "intent", "wishes", "planned", "planned_on", "horizon", "sponsor", "funding",
        "made_by", "state", "created_at", "ended_at",
    )  # fmt: skip
    return _plain(kept, *members)


def _audit(verdict: CEVerdict) -> dict[str, Any]:
    return _plain(verdict, "sample_number", "award_id", "result", "note", "consequence", "judged_at")


def _education(entry: CEEntry) -> dict[str, Any]:
    members = (
        "id", "title", "unit", "domain", "activity_type", "evidence_url", "evidence_text", "completion_id",
        "counted_for_id", "created_at", "voided_at", "void_reason",
    )  # fmt: skip
    said = {"amount": str(entry.amount), "activity_date": entry.activity_date.isoformat()}
    return {**_plain(entry, *members), **said}


def _application(session: Session, application: Application) -> dict[str, Any]:
    return {
        **_plain(application, "id", "achievement_id", "state", "kind", "statement", "created_at", "decided_at"),
        "evidence": [
            _plain(each, "name", "url", "text", "may_be_signed", "file_name", "media_type", "size_bytes", "added_at")
            for each in applications.papers.of(session, application)
        ],
        "history": [
            _plain(each, "at", "action", "is_by_applicant", "text")
            for each in applications.histories.of(session, application)
        ],
    }


def _log(session: Session, object_ids: list[str]) -> list[dict[str, Any]]:
    """What the audit log holds of the person and the badges; who of the staff acted is not the person's data."""
    query = select(AuditEntry).where(AuditEntry.object_id.in_(object_ids))
    return [_plain(each, "at", "action", "object_id") for each in session.scalars(query.order_by(AuditEntry.id))]


def _of(session: Session, model: type[Any], learner: Learner) -> list[Any]:
    return list(session.scalars(select(model).where(model.learner_id == learner.id)))


def _plain(row: object, *members: str) -> dict[str, Any]:
    return dict(_members(row, members))


def _members(row: object, members: Iterable[str]) -> Iterable[tuple[str, Any]]:
    for name in members:
        value = getattr(row, name)
        yield name, value.isoformat() if isinstance(value, date) else value
