"""`lanyard renewals …` and `lanyard ce …`."""

from __future__ import annotations

import pytest
import time_machine

from tests.cli.conftest import CATALOG

POLICY = "{id: rp, cycle_months: 24, grace_days: 30, reminder_days: [60], method: ce, ce: {unit: hour, amount: 2}}"


@pytest.fixture
def award(academy) -> str:
    """A badge of 30 May 2024 that is renewed by two hours."""
    text = CATALOG.replace(
        "credentials:\n",
        f"ce_units:\n  - {{id: hour, name: Hour, contact_hours: 1}}\nrenewal_policies:\n  - {POLICY}\ncredentials:\n",
    )
    (academy.folder / "renewable.yaml").write_text(
        text.replace("    assessment: observed", "    assessment: observed\n    renewal: rp")
    )
    academy.good("catalog", "import", "renewable.yaml")
    with time_machine.travel("2024-05-30T09:00:00Z", tick=False):
        address = academy.good("issue", "st-anna", "bls", "ana@x.example", "--name", "Ana Ortiz")
    return address.strip().rpartition("/")[2]


def test_a_badge_is_due_reminded_of_counted_for_renewed_and_drawn(academy, award):
    with time_machine.travel("2026-04-10T09:00:00Z", tick=False):
        assert academy.good("renewals", "due", "st-anna").split("\t")[:4] == [
            "expiring",
            "2026-05-30",
            "BLS",
            "Ana Ortiz",
        ]
        assert academy.good("renewals", "due", "st-anna", "--state", "expired").strip() == ""
        assert academy.good("renewals", "remind", "st-anna") == "1 told.\n"
        assert academy.good("renewals", "remind", "st-anna") == "0 told.\n"
        assert "missing: 2.00 hour" in academy.refused("renewals", "renew", award)

        academy.good("ce", "add", "st-anna", "ana@x.example", "A course", "2", "hour", "--day", "2026-01-02")
        assert academy.good("renewals", "renew", award).startswith("http://badges.test/b/")
        listed = academy.good("ce", "list", "st-anna", "ana@x.example").split("\t")
        assert (listed[0], listed[1], listed[4]) == ("2026-01-02", "2 hour", award)

        drawn = academy.good("renewals", "sample", "st-anna", "5", "--seed", "2026")
        assert "seed 2026: 1 of 1" in drawn
        assert award in drawn
        number = drawn.partition("Sample ")[2].partition(",")[0]
        judged = academy.good("renewals", "judge", "st-anna", number, award, "passed", "--note", "All there")
        assert "Judged: passed. The badge: keep." in judged


@pytest.mark.parametrize(
    ("amount", "day", "said"),
    [("many", "2026-01-02", "An amount is a number"), ("NaN", "2026-01-02", "above 0"), ("1", "soon", "as 2026-03-01")],
)
def test_what_is_no_entry_is_said_in_a_sentence(academy, award, amount, day, said):
    del award
    assert said in academy.refused("ce", "add", "st-anna", "ana@x.example", "x", amount, "hour", "--day", day)
