"""A plan is kept as it was made; what was done of it is read off the badges, and a new one from today keeps that."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal

import pytest

from app import clock
from app.errors import InvalidInput, NotAllowed, NotFound, WrongState
from app.issuing import definitions, erasure, plans, stored_about
from app.issuing.accounts import people
from app.issuing.definitions import Kind
from app.issuing.learners import Learner
from app.issuing.plans import Aim, Aims, Intent, KeptPlan, MadeBy, Pace, Progress
from app.issuing.stacks import standing
from app.stacking.plans import Outcome, Plan, Wishes
from tests.issuing.plans.conftest import ACTOR, LADDER, NURSE
from tests.issuing.stacks.conftest import EMAIL, Academy

Make = Callable[..., KeptPlan]
TODAY = clock.now().date()
SOON = TODAY + timedelta(days=400)


def seen(academy: Academy, kept: KeptPlan, as_of: date = TODAY) -> tuple[Plan, Progress]:
    with academy.desk.read() as session:
        found = session.get_one(KeptPlan, kept.id)
        stood = standing.of_learner(session, found.issuer_id, found.learner_id, as_of)
        return plans.plan_of(stood, found), plans.progress_of(stood, found, as_of)


def refresh(academy: Academy, kept: KeptPlan, as_of: date = TODAY) -> None:
    with academy.desk.write() as session:
        plans.refresh(session, session.get_one(KeptPlan, kept.id), actor=ACTOR, as_of=as_of)


def test_a_plan_is_read_back_as_it_was_made_with_wishes_sponsor_and_horizon(roles: Academy, make: Make):
    wishes = Wishes(hours_per_week=Decimal(4), budget=Decimal(500), formats=frozenset({"workshop"}))

    kept = make(wishes=wishes, intent=Intent.RE_SKILL, horizon=SOON, sponsor="Riverside", funding="Grant 7")
    plan, progress = seen(roles, kept)

    assert (plan.outcome, plan.ids, plan.as_of) == (Outcome.PLANNED, ("bls", "ecg"), TODAY)
    assert [each.closes[0].skill for each in plan.steps] == ["sk-bls", "sk-ecg"]
    assert plans.wishes_of(kept) == wishes
    assert (kept.intent, kept.horizon, kept.sponsor, kept.funding) == ("re-skill", SOON, "Riverside", "Grant 7")
    assert (progress.done, progress.pace) == (0, Pace.ON_TIME)


def test_a_step_is_done_while_its_badge_is_held_and_not_any_more_when_it_is_taken_back(roles: Academy, make: Make):
    kept = make()
    badge = roles.award("bls")
    done = seen(roles, kept)[1]
    roles.revoke(badge)

    assert [each.is_done for each in done.steps] == [True, False]
    assert done.next is not None
    assert done.next.step.credential == "ecg"
    assert seen(roles, kept)[1].done == 0


def test_a_new_plan_from_today_keeps_what_was_done_and_drops_what_is_not_needed(roles: Academy, make: Make):
    kept = make()
    roles.award("ecg")
    roles.define(Kind.ROLE, "role-nurse", name="Nurse", requires=[{"skill": "sk-vit", "level": 3}])

    refresh(roles, kept, TODAY + timedelta(days=30))
    plan, progress = seen(roles, kept, TODAY + timedelta(days=30))

    assert plan.ids == ("ecg", "vit")
    assert [each.is_done for each in progress.steps] == [True, False]
    assert plan.as_of == TODAY + timedelta(days=30)


def test_doing_it_again_the_same_day_changes_no_step(roles: Academy, make: Make):
    kept = make()
    roles.award("bls")

    refresh(roles, kept)
    once = seen(roles, kept)[0]
    refresh(roles, kept)

    assert seen(roles, kept)[0] == once
    assert once.ids == ("bls", "ecg")


def test_a_plan_to_the_end_of_a_pathway_follows_the_learner_s_own_version(roles: Academy, make: Make):
    roles.pathway()
    roles.enrol()

    plan, _progress = seen(roles, make(LADDER, intent=Intent.STACK))

    assert set(plan.ids) >= {"bls", "ipc"}
    assert plan.outcome is Outcome.PLANNED


@pytest.mark.parametrize(("later", "pace"), [(0, Pace.ON_TIME), (200, Pace.LATE)])
def test_a_plan_is_late_when_a_step_is_over_by_its_date_and_not_done(
    roles: Academy, make: Make, later: int, pace: Pace
):
    achievement = roles.desk.achievement("long", hours="10", skills=[
        {"name": "x", "url": "https://skills.example/x", "level": 3, "code": "sk-x"}
    ])  # fmt: skip
    roles.define(Kind.SKILL, "sk-x", name="x")
    del achievement
    kept = make(Aim(Aims.SKILL, "sk-x", 3), wishes=Wishes(hours_per_week=Decimal(2)))

    assert seen(roles, kept, TODAY + timedelta(days=later))[1].pace is pace


def test_a_plan_that_does_not_end_by_its_horizon_is_late(roles: Academy, make: Make):
    kept = make(horizon=TODAY + timedelta(days=1))

    assert seen(roles, kept, TODAY + timedelta(days=2))[1].pace is Pace.LATE


def test_two_skills_for_two_years_are_two_plans_one_strong_and_one_weak(roles: Academy):
    roles.award("bls")
    learner = roles.desk.learner()
    stronger = [{"name": "bls", "url": "https://skills.example/bls", "level": 5, "code": "sk-bls"}]
    roles.desk.achievement("als", name="ALS", abbreviation="ALS", skills=stronger)

    with roles.desk.write() as session:
        found = session.get_one(Learner, learner.id)
        made = plans.make_two_by_two(session, found, "role-nurse", made_by=MadeBy.LEARNER, actor=ACTOR)

    assert [(each.target, each.level, each.template) for each in made] == [
        ("sk-bls", 5, "two_by_two"),
        ("sk-ecg", 3, "two_by_two"),
    ]
    assert all(each.horizon.year == TODAY.year + 2 for each in made if each.horizon)


def test_a_target_that_is_not_there_and_a_horizon_that_has_passed_are_refused(make: Make):
    with pytest.raises(NotFound):
        make(Aim(Aims.ROLE, "role-astronaut"))
    with pytest.raises(InvalidInput):
        make(horizon=TODAY - timedelta(days=1))
    with pytest.raises(InvalidInput):
        make(Aim(Aims.SKILL, "sk-bls", 6))


def test_a_plan_of_a_target_that_was_archived_is_still_read_and_is_not_made_anew(roles: Academy, make: Make):
    kept = make()
    with roles.desk.write() as session:
        definitions.archive(
            session, definitions.by_slug(session, roles.desk.issuer, Kind.ROLE, "role-nurse"), actor=ACTOR
        )

    assert seen(roles, kept)[0].ids == ("bls", "ecg")
    with pytest.raises(NotFound):
        refresh(roles, kept)


def test_learners_end_their_own_plans_and_not_those_of_staff(roles: Academy, make: Make):
    own, given = make(), make(made_by=MadeBy.STAFF)
    with roles.desk.write() as session:
        plans.end_own(session, session.get_one(KeptPlan, own.id), actor=ACTOR)
    with roles.desk.write() as session, pytest.raises(NotAllowed):
        plans.end_own(session, session.get_one(KeptPlan, given.id), actor=ACTOR)

    with pytest.raises(WrongState):
        refresh(roles, own)
    with roles.desk.read() as session:
        assert [each.state for each in plans.of_learner(session, own.learner_id)] == ["open", "ended"]


def test_each_change_of_a_plan_has_one_entry_in_the_audit_log(roles: Academy, make: Make):
    kept = make()
    refresh(roles, kept)
    for _ in range(2):
        with roles.desk.write() as session:
            plans.end(session, session.get_one(KeptPlan, kept.id), actor=ACTOR)

    entries = [each.action for each in roles.desk.audit_log() if each.object_id == kept.id]
    assert sorted(entries) == ["plan.ended", "plan.made", "plan.refreshed"]


def test_erasing_a_person_takes_their_plans_and_before_that_they_are_told_of_them(roles: Academy, make: Make):
    kept = make(NURSE, sponsor="Riverside")
    with roles.desk.write() as session:
        account = people.of_confirmed_address(session, EMAIL)
        told = stored_about.of_account(session, roles.desk.office, account)
    assert [each["sponsor"] for each in told["issuers"][0]["plans"]] == ["Riverside"]

    with roles.desk.write() as session:
        erasure.erase(session, roles.desk.office, session.get_one(Learner, kept.learner_id), actor=ACTOR)

    with roles.desk.read() as session:
        assert plans.of_learner(session, kept.learner_id) == []
