"""`lanyard careers`, `recognitions`, `plans`, `units`, `stacks credits|moves`: what the API does, at a terminal."""

from __future__ import annotations

import pytest

from tests.endorsers import endorser

from .test_endorsements import ST_ANNA
from .test_people import learner_at
from .test_stacks import STACKS


@pytest.fixture
def learner(academy) -> str:
    """Ana, who holds the first of two badges, where there are a unit, a role, a programme and something recognised."""
    stacks = STACKS.replace(
        "roles:\n",
        """\
  - id: ext-rn
    kind: external
    name: Registered Nurse
    abbreviation: RN
    issuer: org-st-anna
    description: A licence of the board.
    criteria: As the board asks.
    skills: [{skill: sk-lead, level: 3}]
    assessment: observed
    evidence: required
units:
  - {id: unit-a, name: Ward A, headcount_target: 5, mandatory: [{credential: bls, target_percent: 90}]}
programs:
  - {id: prog-rn, name: Nursing, provider: org-st-anna, award: AssociateDegree, total_credits: 60}
credit_transfers:
  - {id: ct-1, from: {credential: bls}, program: prog-rn, credits: 6, max_age_months: 60, realised: on_enrolment}
roles:
""",
    )
    (academy.folder / "stacks.yaml").write_text(stacks)
    academy.good("catalog", "import", academy.folder / "stacks.yaml")
    academy.good("issue", "st-anna", "bls", "ana@x.example")
    return learner_at("ana@x.example")


def test_a_career_is_said_shown_and_taken_back(academy, learner):
    academy.good("careers", "put", "st-anna", learner, "--unit", "unit-a", "--target", "role-lead")
    academy.good("careers", "enter", "st-anna", learner, "prog-rn")
    academy.good("careers", "rate", "st-anna", learner, "sk-lead", "2", "--by", "manager")

    shown = academy.good("careers", "show", "st-anna", learner)
    assert "unit-a\t\trole-lead\tprog-rn\n" in shown
    assert "sk-lead\t2\tmanager\tcli\t" in shown

    academy.good("careers", "put", "st-anna", learner, "--unit", "-")
    academy.good("careers", "leave", "st-anna", learner, "prog-rn")
    assert "\t\trole-lead\t\n" in academy.good("careers", "show", "st-anna", learner)
    assert "Name a unit" in academy.refused("careers", "put", "st-anna", learner)
    assert "1 to 5" in academy.refused("careers", "rate", "st-anna", learner, "sk-lead", "9")


def test_units_show_who_holds_what_is_mandatory_and_the_skills_that_are_there(academy, learner):
    academy.good("careers", "put", "st-anna", learner, "--unit", "unit-a", "--role", "role-lead")

    assert "unit-a\tbls\t1 of 1\t100 %\t90 %\t\n" in academy.good("units", "compliance", "st-anna")
    assert f"unit-a\tsk-cpr\t1\t1\t0\t{learner}\n" in academy.good("units", "skills", "st-anna")
    assert academy.good("units", "expiring", "st-anna", "--within", "30") == ""


def test_credit_is_a_promise_until_the_learner_is_in_the_programme(academy, learner):
    promised = academy.good("stacks", "credits", "st-anna", learner)
    academy.good("careers", "enter", "st-anna", learner, "prog-rn")
    realised = academy.good("stacks", "credits", "st-anna", learner)

    assert "prog-rn\t6\tpotential\n" in promised
    assert "prog-rn\t6\trealised\n" in realised
    assert "10 % of prog-rn is there already." in realised


def test_moves_name_the_badges_on_the_way(academy, learner):
    moves = academy.good("stacks", "moves", "st-anna", learner)

    assert "Team lead\t" in moves
    assert "\tals\n" in moves


def test_a_plan_is_kept_shown_made_anew_and_ended(academy, learner):
    kept = academy.good("plans", "keep", "st-anna", learner, "--role", "role-lead", "--sponsor", "Riverside").strip()

    assert f"{kept}\topen\trole role-lead\t0 of 1\t" in academy.good("plans", "list", "st-anna", learner)
    academy.good("plans", "refresh", "st-anna", kept)
    assert academy.good("plans", "end", "st-anna", kept) == "The plan has ended.\n"
    assert f"{kept}\tended\t" in academy.good("plans", "list", "st-anna", learner)
    assert "Name one target" in academy.refused("plans", "keep", "st-anna", learner)
    assert "Name one target" in academy.refused("plans", "keep", "st-anna", learner, "--skill", "sk-lead")


def test_a_plan_is_written_as_a_sheet_and_as_a_calendar_file(academy, learner):
    kept = academy.good("plans", "keep", "st-anna", learner, "--role", "role-lead", "--hours", "4").strip()
    sheet, calendar = academy.folder / "plan.pdf", academy.folder / "plan.ics"

    assert academy.good("plans", "write", "st-anna", kept, sheet) == f"The plan is in {sheet}.\n"
    academy.good("plans", "write", "st-anna", kept, calendar)

    assert sheet.read_bytes().startswith(b"%PDF-")
    steps = calendar.read_text()
    assert steps.startswith("BEGIN:VCALENDAR")
    assert "SUMMARY:Advanced Life Support" in steps
    assert f"/me/plans/{kept}" in steps.replace("\r\n ", "").replace("\n ", "")


def test_a_plan_s_files_are_in_the_language_that_is_asked_for(academy, learner):
    words = ("plans", "keep", "st-anna", learner, "--role", "role-lead", "--by", "2127-01-31")
    kept = academy.good(*words).strip()
    spanish, english = academy.folder / "es.ics", academy.folder / "en.ics"
    academy.good("plans", "write", "st-anna", kept, spanish, "--language", "es")
    academy.good("plans", "write", "st-anna", kept, english)

    assert "Objetivo: Team lead" in spanish.read_text()
    assert "Goal: Team lead" in english.read_text()


@pytest.mark.parametrize(
    ("words", "sentence"),
    [(["plan.docx"], "as .pdf or as .ics"), (["plan.pdf", "--language", "xx"], "not in xx")],
    ids=["another form", "another language"],
)
def test_a_plan_that_cannot_be_written_so_is_refused_with_a_sentence(academy, learner, words, sentence):
    kept = academy.good("plans", "keep", "st-anna", learner, "--role", "role-lead").strip()

    assert sentence in academy.refused("plans", "write", "st-anna", kept, *words)


def test_another_issuer_s_plan_is_not_written(academy, learner):
    kept = academy.good("plans", "keep", "st-anna", learner, "--role", "role-lead").strip()
    academy.good("issuer", "create", "st-bruno", "--name", "St. Bruno", "--url", "https://bruno.example")

    assert academy.refused("plans", "write", "st-bruno", kept, academy.folder / "plan.pdf")
    assert not (academy.folder / "plan.pdf").exists()


def test_the_guided_start_names_roles_badges_and_the_next_action_and_counts_what_a_learner_holds(academy, learner):
    stranger = academy.good("guide", "st-anna", "--wants", "up", "--hours", "4")
    ana = academy.good("guide", "st-anna", "--wants", "up", "--hours", "4", "--learner", learner)

    assert "role\trole-lead\tTeam lead\tup\t" in stranger
    assert "badge\tbls\tBasic Life Support\t" in stranger
    assert "badge\tbls\t" not in ana
    assert "role\trole-lead\tTeam lead\tup\t16\t120\t4\tals\t" in ana
    assert ana.endswith("Take Advanced Life Support; it is on the way to Team lead.\n")


@pytest.mark.usefixtures("learner")
def test_the_guided_start_believes_what_somebody_says_they_hold(academy):
    told = academy.good("guide", "st-anna", "--has", "bls", "--has", "als")

    assert "badge\tbls\t" not in told
    assert "Apply for the role Team lead" in told
    assert "There is no such learner" in academy.refused("guide", "st-anna", "--learner", "nobody")


def test_a_recognised_credential_is_recorded_listed_and_revoked(academy, learner):
    words = (
        "recognitions",
        "record",
        "st-anna",
        learner,
        "ext-rn",
        "--issued",
        "2026-01-05",
        "--how",
        "asked the board",
    )
    made = academy.good(*words, "--url", "https://board.example/rn/1").strip()

    assert f"{made}\t{learner}\text-rn\t2026-01-05\t\tactive\n" in academy.good("recognitions", "list", "st-anna")
    assert "sk-lead\t3\t" in academy.good("stacks", "show", "st-anna", learner)
    academy.good("recognitions", "revoke", "st-anna", made, "--reason", "it was lent")
    assert academy.good("recognitions", "list", "st-anna", "--state", "active") == ""
    assert "decided" in academy.refused("recognitions", "decide", "st-anna", made, "--accept")


def test_an_endorsement_from_elsewhere_is_judged_and_kept_and_a_changed_one_is_not(academy, learner):
    assert learner
    did = ST_ANNA
    document = endorser().json(did)
    (academy.folder / "good.json").write_bytes(document)
    (academy.folder / "changed.json").write_bytes(document.replace(b"reliable", b"brilliant"))

    kept = academy.good("upload-endorsement", "st-anna", did, academy.folder / "good.json").strip()

    assert academy.good("accept-endorsement", "st-anna", kept) == "Done.\n"
    assert academy.refused("upload-endorsement", "st-anna", did, academy.folder / "changed.json")
