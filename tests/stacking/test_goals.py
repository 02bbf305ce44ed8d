"""Goals with a horizon, two skills every two years, and a guided start."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from app.stacking.gaps import gap
from app.stacking.lattice import (
    Aim,
    Answers,
    Do,
    Goal,
    NextAction,
    Reason,
    Template,
    Wants,
    Why,
    guided_start,
    two_by_two,
)
from app.stacking.plans import Wishes, plan
from app.stacking.world import Kind, Role
from tests.stacking.tiny import TODAY, badge, everything, held, pathway, role, world

TAUGHT = world(
    badge("a", {"care": 3}, hours=14),
    badge("a2", {"care": 4}),
    badge("b", {"forms": 2}),
    badge("b2", {"forms": 3}),
    priorities={"care": 5, "forms": 2, "talk": 3},
)
WARD = role({"care": 3, "forms": 2, "talk": 2}, name="ward")


@pytest.mark.parametrize(
    ("horizon", "is_in_time"), [(date(2026, 7, 14), True), (date(2026, 7, 13), False), (None, None)]
)
def test_a_goal_is_in_time_if_the_plan_ends_by_its_horizon(horizon: date | None, *, is_in_time: bool | None):
    target = role({"care": 3})
    paced = plan(TAUGHT, target, [], TODAY, Wishes(hours_per_week=Decimal(7), excluded=frozenset({"a2"})))

    assert Goal(target, horizon).is_in_time(paced) == is_in_time


def test_without_a_pace_nobody_knows_whether_it_is_in_time_unless_it_is_reached():
    target = role({"care": 3})

    assert Goal(target, TODAY).is_in_time(plan(TAUGHT, target, [], TODAY)) is None
    assert Goal(target, TODAY).is_in_time(plan(TAUGHT, target, [held("a", care=3)], TODAY)) is True


def chosen(role_: Role, **skills: int) -> tuple[Aim | None, Aim | None]:
    holdings = [held("x", **skills)] if skills else []
    found = two_by_two(TAUGHT, gap(TAUGHT, role_, holdings, TODAY), holdings, TODAY)
    assert found.until == date(2028, 7, 1)
    return found.strong, found.weak


def test_the_weak_skill_is_the_gap_that_weighs_most_and_the_strong_one_the_highest_that_can_be_raised():
    assert chosen(WARD, forms=2, talk=2, care=2) == (
        Aim("forms", 2, 3, Why.RAISE),
        Aim("care", 2, 3, Why.CLOSE),
    )
    assert chosen(WARD, care=2, talk=2) == (Aim("talk", 2, 2, Why.KEEP), Aim("care", 2, 3, Why.CLOSE))  # 5 x 1, 2 x 2


def test_a_strong_skill_of_the_role_comes_before_a_stronger_one_of_none():
    strong, _weak = chosen(role({"forms": 2, "talk": 1}), forms=2, care=3)

    assert strong == Aim("forms", 2, 3, Why.RAISE)


def test_what_nothing_raises_is_kept():
    assert chosen(role({"talk": 2}), talk=4) == (Aim("talk", 4, 4, Why.KEEP), None)


def test_without_gaps_the_lowest_skill_is_raised():
    assert chosen(role({"care": 3, "forms": 2}), care=3, forms=2) == (
        Aim("care", 3, 4, Why.RAISE),
        Aim("forms", 2, 3, Why.RAISE),
    )


def test_who_has_nothing_has_only_a_weak_skill():
    assert chosen(WARD) == (None, Aim("care", 0, 3, Why.CLOSE))


def test_two_by_two_makes_goals_that_can_be_planned():
    holdings = [held("x", care=3, talk=2)]
    found = two_by_two(TAUGHT, gap(TAUGHT, WARD, holdings, TODAY), holdings, TODAY)

    assert [each.template for each in found.goals] == [Template.TWO_BY_TWO] * 2
    assert [plan(TAUGHT, each.target, holdings, TODAY).ids for each in found.goals] == [("a2",), ("b",)]


# -- the guided start -------------------------------------------------------------------------------------

CLINIC = world(
    badge("basics", {"care": 1}, hours=4),
    badge("ward", {"care": 3}, hours=20, needs="basics"),
    badge("forms", {"forms": 2}, hours=6),
    badge("lonely", {"forms": 1}, hours=1),
    badge("licence", kind=Kind.EXTERNAL),
    categories={"care": "patient-care", "forms": "information"},
    roles=[
        role({"care": 3}, name="nurse"),
        role({"forms": 2}, name="clerk"),
        role({"care": 1, "forms": 2, "other": 1}, name="all"),
        role({"care": 1}, "licence", name="driver"),
    ],
)


def test_the_nearest_role_comes_first_where_nothing_else_was_said():
    found = guided_start(CLINIC, Answers(hours_per_week=Decimal(4)), TODAY)

    assert [each.role.id for each in found.roles] == ["clerk", "nurse", "driver", "all"]
    assert (found.roles[0].reasons, found.roles[0].weeks) == ((Reason.NEAREST,), 2)
    assert found.next_action == NextAction(Do.TAKE, "forms", "clerk")


def test_interests_choose_the_roles_and_the_badges():
    found = guided_start(CLINIC, Answers(frozenset({"patient-care"})), TODAY)

    assert [each.role.id for each in found.roles] == ["nurse", "driver", "all"]
    assert [(each.credential, each.roles) for each in found.badges] == [
        ("basics", ("nurse", "driver", "all")),
        ("forms", ("all",)),
    ]
    assert found.badges[0].reasons == (Reason.ON_THE_WAY, Reason.INTEREST, Reason.START_HERE)
    assert found.next_action == NextAction(Do.TAKE, "basics", "nurse")


def test_a_badge_that_cannot_be_begun_today_is_not_suggested():
    before = guided_start(CLINIC, Answers(frozenset({"patient-care"})), TODAY)
    after = guided_start(CLINIC, Answers(frozenset({"patient-care"}), has=("basics",)), TODAY)

    assert "ward" not in [each.credential for each in before.badges]
    assert [each.credential for each in after.badges] == ["ward", "forms"]


def test_a_badge_of_interest_that_leads_nowhere_is_not_suggested():
    found = guided_start(CLINIC, Answers(frozenset({"information"})), TODAY)

    assert [each.credential for each in found.badges] == ["forms", "basics"]


def test_the_wanted_direction_comes_before_nearness():
    up, across = (
        guided_start(CLINIC, Answers(wants=each, current_role="clerk"), TODAY) for each in (Wants.UP, Wants.ACROSS)
    )

    assert [each.role.id for each in up.roles] == ["nurse", "all", "clerk", "driver"]
    assert [each.role.id for each in across.roles] == ["clerk", "driver", "nurse", "all"]
    assert up.roles[0].reasons == (Reason.DIRECTION,)


def test_a_role_that_is_mostly_of_interest_comes_before_a_nearer_one_that_is_less():
    some, most = role({"care": 1, "forms": 1, "talk": 1}, name="some"), role({"care": 3}, name="most")
    badges = badge("a", {"care": 3}, hours=9), badge("b", {"care": 1, "forms": 1, "talk": 1}, hours=1)
    both = world(*badges, categories={"care": "patient-care"}, roles=[some, most])

    found = guided_start(both, Answers(frozenset({"patient-care"})), TODAY)

    assert [(each.role.id, each.reasons) for each in found.roles] == [
        ("most", (Reason.INTEREST,)),
        ("some", (Reason.SOME_INTEREST, Reason.NEAREST)),
    ]


def test_what_is_left_to_do_elsewhere_or_to_join_is_the_next_action():
    stacked = pathway(("only", everything("a"), "st"))
    nearly = world(badge("a"), pathways=[stacked], roles=[role({}, "st", name="member")])
    licensed = world(badge("licence", kind=Kind.EXTERNAL), roles=[role({}, "licence", name="driver")])

    assert guided_start(nearly, Answers(has=("a",)), TODAY).next_action == NextAction(Do.JOIN, "pw", "member")
    assert guided_start(licensed, Answers(), TODAY).next_action == NextAction(Do.OUTSIDE, "licence", "driver")


def test_who_matches_everything_is_told_to_apply_and_an_empty_catalogue_to_look_around():
    only_one = world(badge("a", {"care": 1}), roles=[role({"care": 1}, name="aide")])

    assert guided_start(only_one, Answers(has=("a",)), TODAY).next_action == NextAction(Do.APPLY, role="aide")
    assert guided_start(world(), Answers(), TODAY).next_action == NextAction(Do.BROWSE)
