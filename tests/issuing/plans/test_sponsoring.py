"""Who pays for an award: as it was said with it, else as the learner's plans and pathways say (SEED-64)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import select

from app import clock
from app.errors import Gone
from app.issuing import award_status, awards, erasure, plans, scheduled_awards, stacks
from app.issuing.audit import AuditEntry
from app.issuing.awards import Award, Earned
from app.issuing.by_hand import Stated as ByHand
from app.issuing.learners import Learner
from app.issuing.office import Sponsorship
from app.issuing.plans import KeptPlan
from tests.issuing.plans.conftest import ACTOR, LADDER
from tests.issuing.stacks.conftest import EMAIL, Academy

GRANT = Sponsorship("Riverside", "State grant")


def paid(award: Award) -> tuple[str | None, str | None]:
    return award.sponsor, award.funding


@pytest.fixture
def planned(make: Callable[..., KeptPlan]) -> KeptPlan:
    return make(sponsor="Riverside", funding="State grant")


@pytest.mark.usefixtures("planned")
def test_a_badge_that_a_sponsored_plan_asks_for_is_paid_as_the_plan_is(roles: Academy):
    assert paid(roles.award("bls")) == ("Riverside", "State grant")
    assert paid(roles.award("vit")) == (None, None)  # no step of it


def test_nothing_is_paid_that_was_earned_before_the_plan_or_after_its_end(roles: Academy, planned: KeptPlan):
    before = roles.award("bls", at=clock.now() - timedelta(days=2))
    with roles.desk.write() as session:
        plans.end(session, session.get_one(KeptPlan, planned.id), actor=ACTOR)

    assert paid(before) == (None, None)
    assert paid(roles.award("ecg")) == (None, None)


def test_the_sponsor_of_a_pathway_pays_for_its_badges_and_for_the_stack_that_they_make(roles: Academy):
    roles.pathway()
    roles.enrol(sponsor="City hospital")
    component = roles.award("bls")
    roles.award("ipc")

    assert paid(component) == ("City hospital", None)
    assert paid(roles.stack("st-base")) == ("City hospital", None)


def test_a_plan_to_a_pathway_pays_for_the_stacks_on_it(roles: Academy, make: Callable[..., KeptPlan]):
    roles.pathway()
    roles.enrol()
    make(LADDER, sponsor="Riverside")
    roles.award("bls")
    roles.award("ipc")

    assert paid(roles.stack("st-base")) == ("Riverside", None)


def test_who_left_a_pathway_is_paid_for_no_more(roles: Academy):
    roles.pathway()
    enrolment = roles.enrol(sponsor="City hospital")
    with roles.desk.write() as session:
        stacks.enrolling.leave(session, session.get_one(stacks.Enrolment, enrolment.id), actor=ACTOR)

    assert paid(roles.award("bls")) == (None, None)


@pytest.mark.usefixtures("planned")
def test_what_was_said_with_the_award_counts_and_a_successor_keeps_it(roles: Academy):
    learner, bls = roles.desk.learner(EMAIL), roles.achievements["bls"]
    with roles.desk.write() as session:
        stated = Earned(bls, learner, clock.now(), sponsorship=Sponsorship("Own pocket"))
        first = awards.award(session, roles.desk.office, stated, actor=ACTOR).award
        again = Earned(bls, learner, clock.now())
        second = award_status.supersede(session, roles.desk.office, first, again, actor=ACTOR)

    assert (paid(first), paid(second)) == (("Own pocket", None), ("Own pocket", None))


@pytest.mark.usefixtures("planned")
def test_it_is_in_no_signed_form_and_the_audit_log_holds_no_words(roles: Academy):
    award = roles.award("bls")
    with roles.desk.write() as session:
        found = awards.by_id(session, award.id)
        award_status.note_sponsorship(session, found, Sponsorship("Nobody Knows Ltd"), actor=ACTOR)
        award_status.note_sponsorship(session, found, Sponsorship("Nobody Knows Ltd"), actor=ACTOR)
        signed = awards.credential_of(session, found)
        query = select(AuditEntry).where(AuditEntry.action == "award.sponsorship-noted")
        noted = session.scalars(query).all()

    assert paid(found) == ("Nobody Knows Ltd", None)
    assert found.revision == 1
    assert b"Riverside" not in signed.json
    assert len(noted) == 1
    assert "Nobody Knows" not in str(noted[0].facts)


def test_an_award_for_later_keeps_what_was_said_until_it_is_made(roles: Academy):
    stated = ByHand(achievement_id=roles.achievements["bls"].id, awarded_at=clock.now(), email=EMAIL, sponsorship=GRANT)
    with roles.desk.write() as session:
        due = clock.now() + timedelta(seconds=1)
        later = scheduled_awards.schedule(
            session, roles.desk.office, roles.desk.issuer, stated, due_at=due, actor=ACTOR
        )
        later.due_at = clock.now() - timedelta(seconds=1)
        session.flush()
        scheduled_awards.make(session, roles.desk.office, later.id)
        made = awards.by_id(session, str(later.award_id))

    assert paid(made) == ("Riverside", "State grant")
    assert (later.sponsor, later.funding) == (None, None)


@pytest.mark.usefixtures("planned")
def test_erasing_the_holder_empties_it(roles: Academy):
    award = roles.award("bls")
    with roles.desk.write() as session:
        learner = session.get_one(Learner, award.learner_id)
        erasure.erase(session, roles.desk.office, learner, actor=ACTOR)
        found = session.get_one(Award, award.id)
        with pytest.raises(Gone):
            award_status.note_sponsorship(session, found, GRANT, actor=ACTOR)

    assert paid(found) == (None, None)
