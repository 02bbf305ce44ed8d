"""Who holds what is mandatory, and what of it ends soon."""

from __future__ import annotations

from datetime import date

import pytest

from app.stacking.compliance import compliance, expiring
from tests.stacking.tiny import TODAY, badge, held, same, world

PLAIN = world(badge("cpr"))


def test_current_holders_are_counted_against_the_target():
    staff = {"ann": [held("cpr")], "bob": [held("cpr", date(2025, 1, 1), until=date(2026, 6, 30))], "cid": []}

    found = compliance(PLAIN, staff, "cpr", 33, TODAY)

    assert (found.current, found.missing, found.people) == (("ann",), ("bob", "cid"), 3)
    assert found.is_target_met
    assert not compliance(PLAIN, staff, "cpr", 34, TODAY).is_target_met


def test_an_equivalent_counts_where_it_holds_everywhere():
    wide = world(badge("cpr"), equivalences=[same("theirs", "cpr")])
    narrow = world(badge("cpr"), equivalences=[same("theirs", "cpr", pathways=frozenset({"pw"}))])

    assert compliance(wide, {"ann": [held("theirs")]}, "cpr", 100, TODAY).is_target_met
    assert not compliance(narrow, {"ann": [held("theirs")]}, "cpr", 100, TODAY).is_target_met


def test_a_unit_without_people_lacks_nothing():
    assert compliance(PLAIN, {}, "cpr", 100, TODAY).percent == 100


@pytest.mark.parametrize(
    ("until", "is_told"),
    [
        (date(2026, 6, 30), False),  # it has ended already
        (date(2026, 7, 1), True),
        (date(2026, 7, 31), True),
        (date(2026, 8, 1), False),
        (None, False),
    ],
)
def test_what_ends_within_some_days_is_told(until: date | None, *, is_told: bool):
    found = expiring({"ann": [held("cpr", date(2026, 1, 1), until=until)]}, TODAY, within_days=30)

    assert bool(found) == is_told


def test_what_was_renewed_does_not_end():
    renewed = [held("cpr", date(2025, 7, 20), until=date(2026, 7, 20)), held("cpr", TODAY, until=date(2027, 7, 1))]

    assert expiring({"ann": renewed, "bob": reversed(renewed)}, TODAY) == ()
