"""Cohorts: one target, a plan for everybody, and how far they all are."""

from __future__ import annotations

from datetime import timedelta

import pytest

from app import clock
from app.errors import InvalidInput, NotFound, WrongState
from app.issuing.learners import Learner
from app.issuing.plans import Aim, Aims, Cohort, Intent, Pace, cohorts
from app.issuing.plans.cohorts import Described, Overview
from tests.issuing.plans.conftest import ACTOR, NURSE
from tests.issuing.stacks.conftest import Academy

TODAY = clock.now().date()
SECRETARIES = Described(
    "Unit secretaries 2026", NURSE, Intent.RE_SKILL, "Riverside", "State grant", TODAY + timedelta(days=365)
)
MIRA, JONAS = "mira@hospital.test", "jonas@hospital.test"


def make(academy: Academy, described: Described = SECRETARIES) -> Cohort:
    with academy.desk.write() as session:
        return cohorts.make(session, academy.desk.issuer, described, actor=ACTOR)


def add(academy: Academy, cohort: Cohort, *emails: str) -> int:
    people = [academy.desk.learner(each) for each in emails]
    with academy.desk.write() as session:
        found = [session.get_one(Learner, each.id) for each in people]
        return len(cohorts.add(session, session.get_one(Cohort, cohort.id), found, actor=ACTOR))


def overview(academy: Academy, cohort: Cohort, later: int = 0) -> Overview:
    with academy.desk.read() as session:
        return cohorts.overview(session, session.get_one(Cohort, cohort.id), TODAY + timedelta(days=later))


def test_everybody_gets_a_plan_at_once_and_once_only(roles: Academy):
    cohort = make(roles)

    assert add(roles, cohort, MIRA, JONAS) == 2
    assert add(roles, cohort, JONAS) == 0

    found = overview(roles, cohort)
    assert len(found.members) == 2
    assert {each.plan.sponsor for each in found.members} == {"Riverside"}
    assert {each.plan.made_by for each in found.members} == {"staff"}
    assert {each.plan.horizon for each in found.members} == {SECRETARIES.target_date}


def test_the_overview_counts_steps_and_says_who_is_late(roles: Academy):
    cohort = make(roles)
    add(roles, cohort, MIRA, JONAS)
    roles.award("bls", MIRA)
    roles.award("ecg", MIRA)
    roles.award("bls", JONAS)

    now, late = overview(roles, cohort), overview(roles, cohort, later=366)

    assert (now.done, now.steps) == (3, 4)
    assert (now.count(Pace.DONE), now.count(Pace.ON_TIME), now.count(Pace.LATE)) == (1, 1, 0)
    assert (late.count(Pace.DONE), late.count(Pace.LATE)) == (1, 1)


def test_ending_a_cohort_ends_its_plans_and_takes_nobody_more(roles: Academy):
    cohort = make(roles)
    add(roles, cohort, MIRA)
    with roles.desk.write() as session:
        cohorts.end(session, session.get_one(Cohort, cohort.id), actor=ACTOR)

    assert [each.plan.state for each in overview(roles, cohort).members] == ["ended"]
    with pytest.raises(WrongState):
        add(roles, cohort, JONAS)


def test_a_cohort_needs_a_role_or_a_pathway_that_is_there(roles: Academy):
    with pytest.raises(NotFound):
        make(roles, Described("x", Aim(Aims.PATHWAY, "pw-none")))
    with pytest.raises(InvalidInput):
        make(roles, Described("x", Aim(Aims.SKILL, "sk-bls", 3)))


def test_a_cohort_of_another_issuer_is_not_found(roles: Academy):
    cohort, other = make(roles), roles.desk.another_issuer()

    with other.read() as session, pytest.raises(NotFound):
        cohorts.by_id(session, cohort.id, issuer_id=other.issuer.id)
