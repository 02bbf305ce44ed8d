"""What a plan takes into account, and what it says of itself."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from app.errors import InvalidInput
from app.stacking.conditions import HasSkill
from app.stacking.holdings import Standing
from app.stacking.plans import (
    AtNode,
    Closes,
    Ending,
    NeededFor,
    Objective,
    Outcome,
    Outside,
    Purpose,
    Swap,
    When,
    WhyOutside,
    Wishes,
    plan,
)
from app.stacking.renewal import Validity, ValidityKind
from app.stacking.world import Kind
from tests.stacking.tiny import TODAY, badge, condition, everything, held, pathway, role, same, world

SHORT_OR_CHEAP = world(badge("short", {"sk": 3}, hours=2, price=300), badge("cheap", {"sk": 3}, hours=30, price=10))
SKILLED = role({"sk": 3})


@pytest.mark.parametrize(
    ("wishes", "chosen"),
    [
        (Wishes(), "short"),
        (Wishes(objective=Objective.MONEY), "cheap"),
        (Wishes(objective=Objective.MIX, worth_of_hour=Decimal(10)), "cheap"),  # 310 against 320
        (Wishes(objective=Objective.MIX, worth_of_hour=Decimal(11)), "short"),  # 340 against 322
        (Wishes(budget=Decimal(299)), "cheap"),
        (Wishes(budget=Decimal(300)), "short"),
        (Wishes(excluded=frozenset({"short"})), "cheap"),
    ],
)
def test_wishes_choose_among_plans(wishes: Wishes, chosen: str):
    assert plan(SHORT_OR_CHEAP, SKILLED, [], TODAY, wishes).ids == (chosen,)


def test_a_budget_that_is_too_small_says_what_the_least_is():
    found = plan(SHORT_OR_CHEAP, SKILLED, [], TODAY, Wishes(budget=Decimal(9)))

    assert (found.outcome, found.steps, found.least_price) == (Outcome.OVER_BUDGET, (), 10)


def test_only_allowed_issuers_are_planned_with():
    both = world(badge("own", {"sk": 3}, hours=9, issuer="org-own"), badge("other", {"sk": 3}, hours=1, issuer="org-x"))

    assert plan(both, SKILLED, [], TODAY, Wishes(issuers=frozenset({"org-own"}))).ids == ("own",)
    none = plan(both, SKILLED, [], TODAY, Wishes(issuers=frozenset({"org-z"})))
    assert (none.outcome, none.steps) == (Outcome.NOT_WITHIN_WISHES, ())


FORMATS = world(
    badge("a-course", {"sk": 3}, formats=frozenset({"course"})),
    badge("b-workshop", {"sk": 3}, formats=frozenset({"workshop"})),
    badge("c-on-the-job", {"sk": 3}, hours=11, formats=frozenset({"on_the_job"})),
)


def test_a_preferred_format_decides_among_equals_only():
    assert plan(FORMATS, SKILLED, [], TODAY, Wishes(formats=frozenset({"workshop"}))).ids == ("b-workshop",)
    assert plan(FORMATS, SKILLED, [], TODAY, Wishes(formats=frozenset({"on_the_job"}))).ids == ("a-course",)


def test_a_badge_that_states_no_format_suits_every_wish():
    silent = world(badge("a", {"sk": 3}, formats=frozenset({"course"})), badge("b", {"sk": 3}))

    assert plan(silent, SKILLED, [], TODAY, Wishes(formats=frozenset({"workshop"}))).ids == ("b",)


def test_a_format_can_be_the_only_one():
    wishes = Wishes(formats=frozenset({"on_the_job"}), only_these_formats=True)

    assert plan(FORMATS, SKILLED, [], TODAY, wishes).ids == ("c-on-the-job",)


def test_of_equal_plans_the_one_with_fewer_steps_and_then_smaller_ids_is_taken():
    equal = world(
        badge("a", {"x": 1}, hours=5, price=50),
        badge("b", {"y": 1}, hours=5, price=50),
        badge("z", {"x": 1, "y": 1}, hours=10),
        badge("y", {"x": 1, "y": 1}, hours=10),
    )

    assert plan(equal, role({"x": 1, "y": 1}), [], TODAY).ids == ("y",)


@pytest.mark.parametrize("per_week", ["0", "-1"])
def test_no_hours_a_week_is_no_pace(per_week: str):
    with pytest.raises(InvalidInput):
        Wishes(hours_per_week=Decimal(per_week))


# -- steps ------------------------------------------------------------------------------------------------

LADDER = world(
    badge("base", {"care": 1}, hours=8),
    badge("ward", {"care": 3}, hours=4, needs="base"),
    badge("lab", {"lab": 2}, hours=14, needs="base"),
    badge("all-in-one", {"care": 3, "lab": 3}, hours=40, price=350),
)
WARD_AND_LAB = role({"care": 3, "lab": 2})


def test_a_step_says_what_it_closes_and_what_it_is_needed_for():
    base, lab, ward = plan(LADDER, WARD_AND_LAB, [held("x", care=1)], TODAY).steps

    assert [each.credential for each in (base, lab, ward)] == ["base", "lab", "ward"]
    assert base.closes == ()
    assert base.needed_for == (NeededFor(Purpose.STEP, "lab"), NeededFor(Purpose.STEP, "ward"))
    assert lab.closes == (Closes("lab", 0, 2),)
    assert ward.closes == (Closes("care", 1, 3),)
    assert ward.needed_for == (NeededFor(Purpose.SKILL, "care"),)


def test_a_step_names_the_next_best_plan_without_it_and_the_difference():
    base, lab, ward = plan(LADDER, WARD_AND_LAB, [], TODAY).steps

    assert base.swap == lab.swap == ward.swap == Swap(("all-in-one",), Decimal(14), Decimal(50))


def test_a_step_that_nothing_replaces_has_no_swap():
    [step] = plan(world(badge("only", {"sk": 3})), SKILLED, [], TODAY).steps

    assert step.swap is None


def test_a_swap_keeps_to_the_budget():
    [step] = plan(SHORT_OR_CHEAP, SKILLED, [], TODAY, Wishes(objective=Objective.MONEY, budget=Decimal(299))).steps

    assert (step.credential, step.swap) == ("cheap", None)


def test_a_step_closes_nothing_that_is_there_already():
    [step] = plan(LADDER, role({"care": 3, "lab": 3}), [held("x", care=3)], TODAY).steps

    assert step.closes == (Closes("lab", 0, 3),)


def test_a_badge_may_be_taken_after_another_one_than_at_first_sight():
    either = {"any_of": [{"credential": "a"}, {"credential": "d"}]}
    ways = world(badge("a", hours=50), badge("c", {"sk": 3}, needs=either), badge("d"), badge("e", {"sk": 3}, hours=90))

    assert plan(ways, SKILLED, [], TODAY).ids == ("d", "c")


def test_a_badge_whose_last_day_is_over_is_not_planned():
    over = Validity(ValidityKind.FIXED_DATE, until=date(2026, 6, 30))
    today = Validity(ValidityKind.FIXED_DATE, until=TODAY)
    both = world(
        replace(badge("old", {"sk": 3}, hours=1), validity=over), replace(badge("new", {"sk": 3}), validity=today)
    )

    assert plan(both, SKILLED, [], TODAY).ids == ("new",)


def test_at_a_pace_the_steps_follow_one_another_day_by_day():
    found = plan(LADDER, WARD_AND_LAB, [], TODAY, Wishes(hours_per_week=Decimal(7), start=date(2026, 9, 1)))

    assert [(each.credential, each.starts, each.ends) for each in found.steps] == [
        ("base", date(2026, 9, 1), date(2026, 9, 8)),
        ("lab", date(2026, 9, 9), date(2026, 9, 22)),
        ("ward", date(2026, 9, 23), date(2026, 9, 26)),
    ]
    assert found.ends == date(2026, 9, 26)


def test_a_day_can_be_shared_by_two_steps():
    halves = world(badge("a", {"x": 1}, hours=1.5), badge("b", {"y": 1}, hours=1.5))

    found = plan(halves, role({"x": 1, "y": 1}), [], TODAY, Wishes(hours_per_week=Decimal(7)))

    assert [(each.starts, each.ends) for each in found.steps] == [
        (date(2026, 7, 1), date(2026, 7, 2)),
        (date(2026, 7, 2), date(2026, 7, 3)),
    ]


def test_a_pace_of_more_than_a_hundred_years_has_no_dates():
    found = plan(LADDER, WARD_AND_LAB, [], TODAY, Wishes(hours_per_week=Decimal("0.001")))

    assert [each.ends for each in found.steps] == [None, None, None]


# -- what ends --------------------------------------------------------------------------------------------

RENEWED = world(
    badge("basics", {"basic": 1}, hours=7, months=12),
    badge("ward", {"care": 3}, hours=7, needs="basics"),
    badge("long", {"lab": 1}, hours=500),
    fading={"old": 24},
)


@pytest.mark.parametrize(
    ("until", "endings"),
    [
        (date(2026, 7, 1), [Ending("basics", date(2026, 7, 1), When.SOON)]),  # all is taken today: it still counts
        (date(2026, 9, 29), [Ending("basics", date(2026, 9, 29), When.SOON)]),
        (date(2026, 9, 30), []),
        (None, []),
    ],
)
def test_what_a_plan_rests_on_and_ends_within_90_days_is_named(until: date | None, endings: list[Ending]):
    found = plan(RENEWED, role({"care": 3}), [held("basics", until=until)], TODAY)

    assert list(found.warnings) == endings


@pytest.mark.parametrize(("until", "when"), [(date(2026, 7, 6), When.TOO_EARLY), (date(2026, 7, 7), When.SOON)])
def test_a_prerequisite_is_needed_until_its_step_ends(until: date, when: When):
    found = plan(RENEWED, role({"care": 3}), [held("basics", until=until)], TODAY, Wishes(hours_per_week=Decimal(7)))

    assert found.warnings == (Ending("basics", until, when),)


def test_a_badge_of_the_plan_that_ends_before_the_plan_does_is_named():
    found = plan(RENEWED, role({"basic": 1, "lab": 1}), [], TODAY, Wishes(hours_per_week=Decimal(7)))

    assert found.warnings == (Ending("basic", date(2027, 7, 7), When.TOO_EARLY),)


def test_a_prerequisite_may_end_once_its_step_has():
    both = world(
        badge("basics"), badge("ward", {"care": 3}, hours=7, needs="basics"), badge("x-long", {"lab": 1}, hours=70)
    )
    holdings = [held("basics", until=date(2026, 7, 10))]

    found = plan(both, role({"care": 3, "lab": 1}), holdings, TODAY, Wishes(hours_per_week=Decimal(7)))

    assert found.warnings == (Ending("basics", date(2026, 7, 10), When.SOON),)


def test_what_is_needed_to_the_end_and_for_a_step_is_too_early_if_it_ends_between():
    both = world(badge("ward", {"care": 3}, hours=7, needs="basics"), badge("x-long", {"lab": 1}, hours=70))
    holdings = [held("basics", until=date(2026, 7, 10))]

    found = plan(both, role({"care": 3, "lab": 1}, "basics"), holdings, TODAY, Wishes(hours_per_week=Decimal(7)))

    assert found.warnings == (Ending("basics", date(2026, 7, 10), When.TOO_EARLY),)


def test_a_skill_of_the_plan_that_fades_before_the_plan_ends_is_named():
    quick = world(
        badge("cpr", {"cpr": 1}, hours=7), badge("long", {"lab": 1}, hours=70, needs="cpr"), fading={"cpr": 1}
    )

    found = plan(quick, role({"cpr": 1, "lab": 1}), [], TODAY, Wishes(hours_per_week=Decimal(7)))

    assert found.warnings == (Ending("cpr", date(2026, 8, 7), When.TOO_EARLY),)


@pytest.mark.parametrize(
    "stated",
    [
        {"any_of": [{"credential": "soon"}, {"credential": "later"}]},
        {"n_of": {"n": 2, "of": [{"credential": "soon"}, {"credential": "later"}, {"credential": "never"}]}},
        {"min_sum": {"measure": "hours", "at_least": 20, "of": ["soon", "later", "never"]}},
    ],
)
def test_where_there_is_a_choice_what_lasts_longest_is_rested_on(stated: dict):
    chosen = world(badge("soon"), badge("later"), badge("never"))
    holdings = [held("soon", until=date(2026, 7, 9)), held("later", until=date(2027, 1, 1)), held("never")]

    assert plan(chosen, condition(stated), holdings, TODAY).warnings == ()


def test_who_is_there_already_is_told_what_fades():
    found = plan(RENEWED, role({"old": 2}), [held("x", date(2024, 7, 15), old=2)], TODAY)

    assert (found.outcome, found.steps) == (Outcome.MET, ())
    assert found.warnings == (Ending("old", date(2026, 7, 15), When.SOON),)


def test_an_agreement_that_ends_is_named_with_what_counts_through_it():
    agreed = world(badge("ward"), equivalences=[same("theirs", "ward", valid_until=date(2026, 8, 1))])
    young = world(badge("ward"), equivalences=[same("theirs", "ward", max_age_months=12)])

    ends, ages = (plan(each, role({}, "ward"), [held("theirs", date(2025, 8, 1))], TODAY) for each in (agreed, young))

    assert ends.warnings == ages.warnings == (Ending("theirs", date(2026, 8, 1), When.SOON),)


def test_of_two_that_would_do_the_one_that_lasts_is_looked_at():
    holdings = [held("x", date(2024, 7, 15), old=2), held("y", date(2026, 1, 1), old=3)]

    assert plan(RENEWED, role({"old": 2}), holdings, TODAY).warnings == ()


# -- what cannot be planned -------------------------------------------------------------------------------

LICENSED = world(
    badge("licence", {"care": 2}, kind=Kind.EXTERNAL),
    badge("theirs", {"lab": 1}, kind=Kind.PARTNER),
    badge("ours", {"lab": 1}),
    badge("ward", {"ward": 1}, needs="licence"),
)


def test_what_somebody_else_awards_is_never_a_step_and_stands_beside_the_plan():
    found = plan(LICENSED, role({"care": 2, "ward": 1, "lab": 1}), [], TODAY)

    assert (found.outcome, found.ids) == (Outcome.PARTLY, ("ours", "ward"))
    assert found.outside == (
        Outside("licence", WhyOutside.ELSEWHERE, is_needed=True),
        Outside("theirs", WhyOutside.ELSEWHERE, is_needed=False),
    )


def test_a_skill_that_nothing_teaches_is_told():
    found = plan(LICENSED, role({"lab": 1, "flying": 4}), [], TODAY)

    assert (found.outcome, found.ids) == (Outcome.PARTLY, ("ours",))
    assert found.outside[0] == Outside("flying", WhyOutside.UNTAUGHT, is_needed=True, level=4)


def test_a_stack_that_was_suspended_is_not_made_again_by_a_plan():
    suspended = replace(held("st-first"), standing=Standing.SUSPENDED)

    found = plan(IN_STACKS, role({}, "st-first"), [suspended], TODAY, pathways=[STACKED])

    assert (found.outcome, found.outside) == (
        Outcome.PARTLY,
        (Outside("st-first", WhyOutside.SUSPENDED, is_needed=True),),
    )


def test_what_waits_for_itself_is_impossible():
    circle = world(badge("egg", {"sk": 3}, needs="hen"), badge("hen", needs="egg"))

    assert plan(circle, SKILLED, [], TODAY).outcome is Outcome.IMPOSSIBLE


# -- pathways and stacks ----------------------------------------------------------------------------------

STACKED = pathway(
    ("first", everything("a", "b"), "st-first"),
    ("second", everything("st-first", "c"), "st-second"),
    entry=condition("door"),
)
IN_STACKS = world(
    badge("a"),
    badge("b"),
    badge("c"),
    badge("door", hours=1),
    badge("after", {"sk": 3}, needs="st-first"),
    pathways=[STACKED],
)


def test_a_stack_comes_by_itself_in_a_pathway_that_the_learner_is_in():
    found = plan(IN_STACKS, role({"sk": 3}, "st-first"), [], TODAY, pathways=[STACKED])

    assert (found.outcome, found.ids) == (Outcome.PLANNED, ("a", "b", "after"))


def test_a_stack_of_another_pathway_is_not_planned_with():
    found = plan(IN_STACKS, role({}, "st-first"), [], TODAY)

    assert (found.outcome, found.steps) == (Outcome.PARTLY, ())
    assert found.outside == (Outside("st-first", WhyOutside.OTHER_PATHWAY, is_needed=True),)


def test_if_joining_is_assumed_the_entry_is_met_too_and_the_plan_says_what_to_join():
    found = plan(IN_STACKS, role({}, "st-first"), [], TODAY, assuming=[STACKED])

    assert (found.ids, found.joins) == (("a", "b", "door"), ("pw",))


def test_a_pathway_that_is_not_joined_is_planned_from_its_entry_on():
    inside = plan(IN_STACKS, STACKED, [], TODAY, pathways=[STACKED])
    outside = plan(IN_STACKS, STACKED, [], TODAY)

    assert (inside.ids, inside.joins) == (("a", "b", "c"), ())
    assert (outside.ids, outside.joins) == (("a", "b", "c", "door"), ("pw",))


def test_a_step_of_a_pathway_is_needed_for_its_nodes():
    first, *_others = plan(IN_STACKS, STACKED, [], TODAY, pathways=[STACKED]).steps

    assert first.needed_for == (NeededFor(Purpose.NODE, "first"), NeededFor(Purpose.NODE, "second"))


def test_an_entry_may_be_open_to_what_was_held_once():
    gated = pathway(("only", everything("a"), None), entry=condition({"credential": "old", "validity": "ever"}))
    expired = [held("old", date(2020, 1, 1), until=date(2021, 1, 1))]

    assert plan(IN_STACKS, gated, expired, TODAY).outcome is Outcome.PLANNED
    assert plan(IN_STACKS, gated, [], TODAY).outcome is Outcome.PARTLY


def test_a_pathway_that_would_be_another_way_is_not_to_be_joined():
    ways = world(badge("a"), badge("b"), badge("x", hours=1), pathways=[STACKED], equivalences=[same("st-first", "x")])

    assert plan(ways, role({}, "x"), [], TODAY, assuming=[STACKED]).joins == ()


def test_skills_stated_of_a_stack_prove_nothing_by_themselves():
    stated = badge("st-first", {"sk": 3}, kind=Kind.STACK)

    found = plan(world(badge("a"), badge("b"), stated, pathways=[STACKED]), SKILLED, [], TODAY, pathways=[STACKED])

    assert found.steps == ()


def test_a_node_and_any_condition_can_be_planned_for():
    assert plan(IN_STACKS, AtNode(STACKED, "first"), [], TODAY, pathways=[STACKED]).ids == ("a", "b")
    assert plan(IN_STACKS, HasSkill("sk", 2), [held("st-first")], TODAY).ids == ("after",)


def test_the_version_that_the_learner_is_in_is_the_one_that_is_planned():
    older = pathway(("only", everything("c"), None))

    assert plan(IN_STACKS, older, [], TODAY, pathways=[older]).ids == ("c",)


def test_another_version_takes_the_place_of_the_one_that_the_learner_is_in():
    newer = pathway(("first", everything("c"), "st-first"), ("second", everything("st-first"), None))

    found = plan(IN_STACKS, newer, [], TODAY, pathways=[STACKED])

    assert (found.ids, found.joins) == (("c",), ())


def test_prerequisites_take_only_equivalents_that_hold_everywhere():
    narrow = world(
        badge("a"),
        badge("b", {"sk": 3}, needs="a"),
        equivalences=[same("theirs", "a", pathways=frozenset({"pw"}))],
        pathways=[STACKED],
    )

    assert plan(narrow, SKILLED, [held("theirs")], TODAY, pathways=[STACKED]).ids == ("a", "b")


def test_a_badge_that_is_held_is_taken_again_when_its_skill_has_faded():
    fading = world(badge("cpr", {"sk": 3}), fading={"sk": 24})

    found = plan(fading, SKILLED, [held("cpr", date(2024, 6, 30), sk=3)], TODAY)

    assert found.ids == ("cpr",)


def test_a_sum_counts_each_badge_once():
    summed = condition({"min_sum": {"measure": "hours", "at_least": 25, "of": ["a", "b", "c"]}})

    assert plan(IN_STACKS, summed, [held("a"), held("a", date(2026, 1, 1))], TODAY).ids == ("b", "c")
