"""`lanyard cohorts …`: make one, put people in it, see how far they are, end it."""

from __future__ import annotations

from .test_people import learner_at
from .test_stacks import STACKS


def test_a_cohort_is_made_filled_shown_and_ended(academy):
    (academy.folder / "stacks.yaml").write_text(STACKS)
    academy.good("catalog", "import", academy.folder / "stacks.yaml")
    academy.good("issue", "st-anna", "bls", "ana@x.example")
    learner = learner_at("ana@x.example")

    made = academy.good(
        "cohorts",
        "make",
        "st-anna",
        "Leads 2027",
        "--role",
        "role-lead",
        "--sponsor",
        "Riverside",
        "--by",
        "2099-01-01",
    ).strip()
    added = [academy.good("cohorts", "add", "st-anna", made, learner) for _ in range(2)]

    assert added == ["1 of 1 are new in it.\n", "0 of 1 are new in it.\n"]
    assert f"{made}\tLeads 2027\trole role-lead\tRiverside\t2099-01-01\topen" in academy.good(
        "cohorts", "list", "st-anna"
    )
    assert f"{learner}\t0\t1\t" in academy.good("cohorts", "show", "st-anna", made)
    academy.good("cohorts", "end", "st-anna", made)
    assert "ended" in academy.good("cohorts", "list", "st-anna")
    assert "has ended" in academy.refused("cohorts", "add", "st-anna", made, learner)
    assert "not both" in academy.refused("cohorts", "make", "st-anna", "x")
