"""`lanyard pathways …` and `lanyard stacks …`: publish a pathway, put people on it, and see how they stand."""

from __future__ import annotations

import pytest

from .conftest import CATALOG
from .test_people import learner_at

STACKS = """\
catalog: {home: org-st-anna, currency: EUR}
""" + CATALOG.replace(
    "pathways: []\n",
    """\
  - id: als
    kind: micro
    name: Advanced Life Support
    abbreviation: ALS
    issuer: org-st-anna
    description: Leads a team.
    criteria: Pass the practical examination.
    skills: [{skill: sk-lead, level: 3}]
    assessment: observed
    hours: 16
    price: 120
roles:
  - {id: role-lead, name: Team lead, requires: [{skill: sk-cpr, level: 3}, {skill: sk-lead, level: 3}]}
pathways:
  - id: pw-life
    version: 1
    status: draft
    name: Life support
    stack_type: horizontal
    mode: independent
    owner: org-st-anna
    open_to_learners: true
    completion: all
    nodes:
      - {id: all, name: Both, condition: {all_of: [{credential: bls}, {credential: als}]}}
""",
).replace(
    "  - {id: sk-cpr, name: Basic life support}\n",
    "  - {id: sk-cpr, name: Basic life support}\n  - {id: sk-lead, name: Leading}\n",
)


@pytest.fixture
def learner(academy) -> str:
    """Ana, who holds the first of two badges; the catalogue has a role, and a pathway that is drafted."""
    (academy.folder / "stacks.yaml").write_text(STACKS)
    academy.good("catalog", "import", academy.folder / "stacks.yaml")
    academy.good("issue", "st-anna", "bls", "ana@x.example")
    return learner_at("ana@x.example")


def test_a_pathway_is_foreseen_published_and_people_come_onto_it(academy, learner):
    assert "pw-life\tdraft\t\tdraft\tLife support" in academy.good("pathways", "list", "st-anna")
    assert "0 learners are on it" in academy.good("pathways", "foresee", "st-anna", "pw-life")
    assert academy.good("pathways", "publish", "st-anna", "pw-life") == "Version 1 is published.\n"

    assert "1 of 1 are new on it" in academy.good("pathways", "enrol", "st-anna", "pw-life", learner)
    assert "0 of 1 are new on it" in academy.good("pathways", "enrol", "st-anna", "pw-life", learner)

    shown = academy.good("stacks", "show", "st-anna", learner)
    assert "pw-life\tBoth\t50 %\tALS is missing" in shown
    assert "sk-cpr\t3\t" in shown


def test_a_gap_and_a_plan_are_printed_and_nothing_is_kept(academy, learner):
    gap = academy("stacks", "gap", "st-anna", learner, "--role", "role-lead")
    plan = academy.good("stacks", "plan", "st-anna", learner, "--role", "role-lead", "--hours", "4")

    assert "sk-lead\t0\t3\tmissing" in gap.out
    assert "50 % of the levels that Team lead needs." in gap.err
    assert plan.startswith("als\t16\t120\t")
    assert "sk-lead 0 to 3" in plan
    assert plan.endswith("planned: 16 hours, 120.\n")


def test_what_is_not_there_is_said(academy, learner):
    assert "Name a role" in academy.refused("stacks", "gap", "st-anna", learner)
    assert "There is no role of this name" in academy.refused("stacks", "gap", "st-anna", learner, "--role", "x")
    assert "There is no pathway" in academy.refused("stacks", "plan", "st-anna", learner, "--pathway", "x")
