"""What somebody has of what a role needs, and why not: by the day, by the award, apart from what anybody thinks."""

from __future__ import annotations

from datetime import date, timedelta
from fractions import Fraction

import pytest

from app.stacking.gaps import Lack, Member, RatedBy, Rating, gap, group_gap
from app.stacking.holdings import Holding, Proof
from app.stacking.world import Kind
from tests.stacking.tiny import TODAY, badge, held, role, same, world

ONE_SKILL = world(badge("cpr", {"sk": 3}), badge("course", {"sk": 2}, kind=Kind.PARTNER), fading={"sk": 24})


@pytest.mark.parametrize(
    ("proved", "months", "as_of", "have"),
    [
        (date(2024, 7, 1), 24, date(2026, 7, 1), 3),  # the last day counts
        (date(2024, 7, 1), 24, date(2026, 7, 2), 0),
        (date(2024, 2, 29), 12, date(2025, 2, 28), 3),  # clamped to the month's length
        (date(2024, 2, 29), 12, date(2025, 3, 1), 0),
        (date(2025, 8, 31), 6, date(2026, 2, 28), 3),
        (date(2025, 8, 31), 6, date(2026, 3, 1), 0),
        (date(2025, 2, 28), 12, date(2026, 2, 28), 3),  # and never moved to its end
        (date(2023, 2, 28), 12, date(2024, 2, 29), 0),
        (date(2026, 7, 1), 24, date(2026, 7, 1), 3),  # from its first day on
        (date(2026, 7, 2), 24, date(2026, 7, 1), 0),
        (date(1990, 1, 1), None, date(2026, 7, 1), 3),  # what does not fade
    ],
)
def test_a_skill_fades_after_its_months(proved: date, months: int | None, as_of: date, have: int):
    fading = {"sk": months} if months else None

    found = gap(world(badge("cpr", {"sk": 3}), fading=fading), role({"sk": 3}), [held("cpr", proved, sk=3)], as_of)

    assert [each.have for each in found.skills] == [have]


@pytest.mark.parametrize(
    ("holdings", "have", "lack", "proved"),
    [
        ([], 0, Lack.MISSING, None),
        ([held("course", sk=2)], 2, Lack.TOO_LOW, TODAY),
        ([held("cpr", date(2024, 6, 30), sk=3)], 0, Lack.FADED, date(2024, 6, 30)),
        ([held("cpr", date(2025, 6, 30), until=date(2026, 6, 30), sk=3)], 0, Lack.LAPSED, date(2025, 6, 30)),
        # the level that was there once says more than a lower one that is current
        ([held("course", sk=2), held("cpr", date(2024, 6, 30), sk=3)], 2, Lack.FADED, date(2024, 6, 30)),
        # but what was never high enough only says that something was there
        ([held("course", date(2024, 6, 30), sk=2)], 0, Lack.FADED, date(2024, 6, 30)),
        ([held("course", date(2024, 6, 30), sk=2), held("course", sk=1)], 1, Lack.TOO_LOW, TODAY),
        ([held("cpr", sk=3)], 3, None, TODAY),
        ([held("cpr", date(2026, 7, 2), sk=3)], 0, Lack.MISSING, None),  # only tomorrow
    ],
)
def test_each_gap_says_why_and_when_it_was_proved(holdings: list, have: int, lack: Lack | None, proved: date | None):
    [found] = gap(ONE_SKILL, role({"sk": 3}), holdings, TODAY).skills

    assert (found.have, found.lack, found.proof and found.proof.on) == (have, lack, proved)


def test_what_an_award_of_tomorrow_was_built_on_proves_nothing_today():
    tomorrow = Holding("st", "st", TODAY + timedelta(days=1), proofs=(Proof("sk", 3, date(2026, 1, 1)),))

    [found] = gap(ONE_SKILL, role({"sk": 3}), [tomorrow], TODAY).skills

    assert found.lack is Lack.MISSING


def test_a_newer_lower_award_does_not_refresh_a_higher_level():
    holdings = [held("cpr", date(2024, 6, 30), sk=3), held("course", date(2026, 6, 1), sk=2)]

    [found] = gap(ONE_SKILL, role({"sk": 3}), holdings, TODAY).skills

    assert (found.have, found.until) == (2, date(2026, 6, 30))


def test_a_current_skill_says_until_when():
    [found] = gap(ONE_SKILL, role({"sk": 2}), [held("cpr", date(2025, 1, 15), sk=3)], TODAY).skills

    assert (found.missing, found.until) == (0, date(2027, 1, 15))


def test_coverage_counts_no_level_beyond_what_is_needed():
    found = gap(world(), role({"a": 1, "b": 3}), [held("x", a=5, b=1)], TODAY)

    assert found.coverage == Fraction(1 + 1, 1 + 3)


def test_a_role_without_skills_is_covered():
    assert gap(world(), role(), [], TODAY).coverage == 1


def test_an_equivalent_counts_where_it_holds_everywhere_and_nowhere_else():
    everywhere = world(badge("cpr", {"sk": 3}), equivalences=[same("course", "cpr")])
    in_one_pathway = world(badge("cpr", {"sk": 3}), equivalences=[same("course", "cpr", pathways=frozenset({"pw"}))])

    wide = gap(everywhere, role({"sk": 3}, "cpr"), [held("course")], TODAY)
    narrow = gap(in_one_pathway, role({"sk": 3}, "cpr"), [held("course")], TODAY)

    assert wide.is_closed
    assert narrow.missing_credentials == ("cpr",)
    assert [each.skill for each in narrow.gaps] == ["sk"]


def test_ratings_stand_beside_what_is_verified_and_change_nothing():
    ratings = [
        Rating("sk", 4, RatedBy.SELF, TODAY - timedelta(days=9)),
        Rating("sk", 3, RatedBy.SELF, TODAY),
        Rating("sk", 2, RatedBy.MANAGER, TODAY),
        Rating("sk", 5, RatedBy.MANAGER, TODAY + timedelta(days=1)),
    ]

    rated, plain = (gap(ONE_SKILL, role({"sk": 3}), [], TODAY, ratings=each) for each in (ratings, []))

    assert {who: each.level for who, each in (rated.skills[0].ratings or {}).items()} == {
        RatedBy.SELF: 3,
        RatedBy.MANAGER: 2,
    }
    assert rated.skills[0].is_claimed
    assert (rated.coverage, rated.skills[0].have, rated.skills[0].lack) == (plain.coverage, 0, Lack.MISSING)


# -- many people ------------------------------------------------------------------------------------------

SAFE = world(priorities={"safety": 5, "forms": 1})
NURSE, CLERK = role({"safety": 3, "forms": 2}, name="nurse"), role({"forms": 2}, name="clerk")
MEMBERS = [
    Member("ann", "ward", NURSE, (held("x", safety=3, forms=1),)),
    Member("bob", "ward", NURSE, (held("x", safety=1),)),
    Member("cid", "ward", CLERK, (held("x", forms=2),)),
    Member("dee", "office", CLERK, ()),
]


def test_the_gap_of_a_group_weighs_missing_levels_by_priority():
    found = group_gap(SAFE, MEMBERS, TODAY)

    assert found.weighted_of("ward") == 5 * 2 + 1 * (1 + 2)
    assert found.weighted_of("office") == 1 * 2
    assert found.weighted == 10 + 3 + 2
    assert [each.skill for each in found.worst] == ["safety", "forms"]


def test_the_heat_map_has_the_share_at_the_level_that_each_needs():
    found = group_gap(SAFE, MEMBERS, TODAY)

    assert {(each.unit, each.skill): each.share for each in found.units} == {
        ("office", "forms"): 0,
        ("ward", "forms"): Fraction(1, 3),
        ("ward", "safety"): Fraction(1, 2),
    }
    assert {each.skill: each.share for each in found.whole} == {"forms": Fraction(1, 4), "safety": Fraction(1, 2)}


def test_a_single_point_of_failure_is_exactly_one_person_at_the_needed_level():
    found = group_gap(SAFE, MEMBERS, TODAY)
    two = group_gap(SAFE, [*MEMBERS, Member("eve", "ward", NURSE, (held("x", safety=4, forms=2),))], TODAY)

    assert [(each.unit, each.skill, each.rests_on) for each in found.single_points] == [
        ("ward", "forms", "cid"),
        ("ward", "safety", "ann"),
    ]
    assert two.single_points == ()


def test_a_group_is_the_same_in_any_order():
    assert group_gap(SAFE, reversed(MEMBERS), TODAY) == group_gap(SAFE, MEMBERS, TODAY)


def test_nobody_has_no_gap():
    assert group_gap(SAFE, [], TODAY).weighted == 0
