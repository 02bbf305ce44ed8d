"""Demo learners of a plan: people with their history, and the pathways they are on as of the reference date."""

from __future__ import annotations

from datetime import UTC, date, datetime, time

from sqlalchemy import select

from app.errors import LearnerErased, NotFound
from app.issuing import achievements, award_status, awards, definitions, issuers, learners, pathways
from app.issuing.awards import Award, AwardState, Earned
from app.issuing.catalog.importing.changes import Import, What, about
from app.issuing.catalog.plan import Plan, PlannedAward, PlannedLearner
from app.issuing.definitions import Kind
from app.issuing.issuers import Issuer
from app.issuing.learners import Learner
from app.issuing.pathways import PathwayState
from app.issuing.stacks import careers, enrolling, recognitions
from app.issuing.stacks.tables import Recognition, RecognitionState

NAMESPACE = "catalog"  # of the identities by which they are known
VERIFIED_BY = "catalog"
REASON = "Revoked in the catalogue"


def carry_out(done: Import, plan: Plan) -> None:
    """See that they are there with everything that the file says of them. Who was erased here is left alone."""
    if not plan.learners or plan.reference_date is None:
        return
    issuer = done.issuers[plan.home or ""]
    issuers.take_turn(done.session, issuer.id)
    for planned in plan.learners:
        with about(planned.line, planned.id):
            learner = _learner(done, issuer, planned)
            if learner is not None:
                _career(done, issuer, learner, planned, plan.reference_date)
                for award in planned.awards:
                    _award(done, issuer, learner, award)
                for pathway in planned.pathways:
                    _enrolment(done, issuer, learner, pathway, plan.reference_date)


def noon(day: date) -> datetime:
    """The moment that stands for a day of the file."""
    return datetime.combine(day, time(12), UTC)


def _learner(done: Import, issuer: Issuer, planned: PlannedLearner) -> Learner | None:
    session = done.session
    known = learners.find_by_identity(session, issuer, NAMESPACE, planned.id)
    before = known.display_name if known is not None else None
    try:
        learner = learners.resolve(
            session,
            issuer,
            namespace=NAMESPACE,
            source_id=planned.id,
            email=None,
            display_name=planned.name,
            sealer=done.office.sealer,
        )
    except LearnerErased:
        done.note("learner", planned.id, "left alone")
        return None
    assert learner is not None  # noqa: S101 - an identity is whole
    if known is None:
        learners.become_known(session, learner)  # nobody else is meant, although no mail reaches them
    session.flush()
    what: What = "made" if known is None else "unchanged" if learner.display_name == before else "changed"
    done.note("learner", planned.id, what)
    return learner


def _career(done: Import, issuer: Issuer, learner: Learner, planned: PlannedLearner, on: date) -> None:
    session, actor = done.session, done.actor
    named = {"unit": planned.unit, "role": planned.role, "target_role": planned.target_role}
    if stated := {name: slug for name, slug in named.items() if slug is not None}:
        before = careers.names_of(session, learner.id)
        careers.put(session, issuer, learner, actor=actor, **stated)
        is_as_before = careers.names_of(session, learner.id) == before
        is_new = before == careers.Names()
        done.note("career", planned.id, "unchanged" if is_as_before else "made" if is_new else "changed")
    within = careers.programmes_of(session, learner.id)
    for programme in planned.programmes:
        careers.enrol_in_programme(session, issuer, learner, programme, on=on, actor=actor)
        what: What = "unchanged" if programme in within else "made"
        done.note("programme enrolment", f"{planned.id}/{programme}", what)


def _award(done: Import, issuer: Issuer, learner: Learner, planned: PlannedAward) -> None:
    with about(planned.line, planned.credential):
        if planned.is_recognised:
            done.note("recognition", planned.credential, _recognise(done, issuer, learner, planned))
        else:
            done.note("award", planned.credential, _record(done, issuer, learner, planned))


def _record(done: Import, issuer: Issuer, learner: Learner, planned: PlannedAward) -> What:
    """Record an award as history. One that the learner holds already, of that moment or still good then, is it."""
    session, office, actor = done.session, done.office, done.actor
    achievement = achievements.by_slug(session, issuer, planned.credential)
    query = select(Award).where(
        Award.learner_id == learner.id,
        Award.achievement_id == achievement.id,
        Award.awarded_at == noon(planned.issued),
    )
    found = session.scalars(query.order_by(Award.created_at.desc())).first()
    made = False
    if found is None:
        earned = Earned(achievement=achievement, learner=learner, awarded_at=noon(planned.issued))
        outcome = awards.award(session, office, earned, actor=actor)
        found, made = outcome.award, outcome.created
        if not made:
            return "left alone"
    if planned.is_revoked and found.state in (AwardState.ISSUED, AwardState.SUSPENDED):
        award_status.revoke(session, office, found, reason=REASON, actor=actor)
        return "made" if made else "changed"
    return "made" if made else "unchanged"


def _recognise(done: Import, issuer: Issuer, learner: Learner, planned: PlannedAward) -> What:
    session, office, actor = done.session, done.office, done.actor
    definition = definitions.by_slug(session, issuer, Kind.RECOGNISED, planned.credential)
    query = select(Recognition).where(
        Recognition.learner_id == learner.id,
        Recognition.definition_id == definition.id,
        Recognition.issued_on == planned.issued,
    )
    found = session.scalars(query).one_or_none()
    what: What = "unchanged"
    if found is None:
        stated = recognitions.Stated(issued_on=planned.issued, verified_how="Stated in the catalogue that was imported")
        found = recognitions.record(session, office, learner, definition, stated, actor=actor)
        found.verified_by, what = VERIFIED_BY, "made"
    if planned.is_revoked and found.state == RecognitionState.ACTIVE:
        recognitions.revoke(session, office, found, reason=REASON, actor=actor)
        what = "made" if what == "made" else "changed"
    return what


def _enrolment(done: Import, issuer: Issuer, learner: Learner, slug: str, on: date) -> None:
    """Put the learner on a pathway as of the reference date. Whoever was on it already, or has left it, stays so."""
    row = pathways.by_slug(done.session, issuer, slug)
    name = f"{learner.id}/{slug}"
    try:
        found = enrolling.one(done.session, learner, row)
    except NotFound:
        if row.state != PathwayState.PUBLISHED:
            done.note("enrolment", name, "left alone")
            return
        enrolling.enrol(done.session, done.office, learner, row, actor=done.actor, at=noon(on), despite_entry=True)
        done.note("enrolment", name, "made")
        return
    done.note("enrolment", name, "unchanged" if found.ended_at is None else "left alone")
