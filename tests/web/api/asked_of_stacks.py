"""Sample requests of stacks, for the tests that try every route, and the things that they are about."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

Facts = dict[str, Any]
SKILL = {"name": "Basic life support"}
PROGRAMME = {"name": "Nursing", "provider": "A college", "award": "Diploma", "total_credits": 60}
RECOGNISED = {"name": "Outside certificate", "abbreviation": "OUT", "issued_by": "A college", "evidence": "none"}
ROLE = {"name": "Aide", "requires": [{"skill": "sk-bls", "level": 2}]}
FRAMEWORK_FILE = {
    "content": b"conceptType,conceptUri,preferredLabel\nSkillGroup,http://esco.example/S1,Care\n",
    "headers": {"Content-Type": "text/csv"},
}
NAMES = {
    "kind": "skill",
    "definition": "sk-bls",
    "programme": "prog-rn",
    "recognised": "ext-out",
    "role": "role-aide",
    "unit": "unit-ward",
}

SAMPLES: dict[tuple[str, str], Callable[[Facts], Facts]] = {
    ("GET", "/definitions/{kind}"): lambda _: {},
    ("GET", "/definitions/{kind}/{slug}"): lambda _: {},
    ("PUT", "/definitions/{kind}/{slug}"): lambda facts: {"json": {"name": f"Basic life support {facts['number']}"}},
    ("DELETE", "/definitions/{kind}/{slug}"): lambda _: {},
    ("POST", "/frameworks/{framework}/imports"): lambda _: FRAMEWORK_FILE,
    ("GET", "/frameworks/{framework}/entries"): lambda _: {},
    ("PUT", "/frameworks/entries/{item_id}/skill"): lambda facts: {"json": {"skill": f"sk-{facts['number']}"}},
    ("GET", "/pathways"): lambda _: {},
    ("POST", "/pathways"): lambda facts: {"json": {"slug": f"pw-{facts['number']}", "facts": pathway("phlb")}},
    ("GET", "/pathways/{pathway_id}"): lambda _: {},
    ("PUT", "/pathways/{pathway_id}"): lambda facts: {"json": pathway("phlb", name=f"Way {facts['number']}")},
    ("GET", "/pathways/{pathway_id}/foresight"): lambda _: {},
    ("GET", "/pathways/{pathway_id}/ctdl"): lambda _: {},
    ("POST", "/pathways/{pathway_id}/publish"): lambda _: {},
    ("POST", "/pathways/{pathway_id}/archive"): lambda _: {},
    ("GET", "/pathways/{pathway_id}/versions/{number}"): lambda _: {},
    ("GET", "/pathways/{pathway_id}/enrolments"): lambda _: {},
    ("POST", "/pathways/{pathway_id}/enrolments"): lambda facts: {"json": {"learner": facts["learner_id"]}},
    ("DELETE", "/enrolments/{enrolment_id}"): lambda _: {},
    ("POST", "/pathways/{pathway_id}/mass-enrolments"): lambda facts: {"json": {"learners": [facts["learner_id"]]}},
    ("GET", "/mass-enrolments/{run_id}"): lambda _: {},
    ("POST", "/mass-enrolments/{run_id}/stop"): lambda _: {},
    ("POST", "/enrolments/{enrolment_id}/move"): lambda _: {},
    ("GET", "/learners/{learner_id}/pathways"): lambda _: {},
    ("POST", "/learners/{learner_id}/settle"): lambda _: {},
    ("GET", "/stack-jobs"): lambda _: {},
    ("GET", "/recognitions"): lambda _: {},
    ("POST", "/learners/{learner_id}/recognitions"): lambda _: {"json": recognition()},
    ("POST", "/recognitions/{recognition_id}/decide"): lambda _: {"json": {"accepted": True}},
    ("POST", "/recognitions/{recognition_id}/revoke"): lambda _: {"json": {"reason": "Recorded in error"}},
    ("GET", "/learners/{learner_id}/career"): lambda _: {},
    ("PUT", "/learners/{learner_id}/career"): lambda _: {"json": {"unit": None}},
    ("PUT", "/learners/{learner_id}/programmes/{slug}"): lambda _: {},
    ("DELETE", "/learners/{learner_id}/programmes/{slug}"): lambda _: {},
    ("GET", "/learners/{learner_id}/ratings"): lambda _: {},
    ("GET", "/learners/{learner_id}/skills"): lambda _: {},
    ("GET", "/learners/{learner_id}/gap"): lambda _: {"params": {"role": NAMES["role"]}},
    ("GET", "/learners/{learner_id}/plan"): lambda _: {"params": {"role": NAMES["role"]}},
    ("GET", "/learners/{learner_id}/credits"): lambda _: {},
    ("GET", "/learners/{learner_id}/moves"): lambda _: {},
    ("GET", "/learners/{learner_id}/plans"): lambda _: {},
    ("POST", "/learners/{learner_id}/plans"): lambda _: {"json": {"role": NAMES["role"]}},
    ("GET", "/plans/{plan_id}"): lambda _: {},
    ("POST", "/plans/{plan_id}/refresh"): lambda _: {},
    ("DELETE", "/plans/{plan_id}"): lambda _: {},
    ("GET", "/cohorts"): lambda _: {},
    ("POST", "/cohorts"): lambda facts: {"json": cohort(facts["number"])},
    ("GET", "/cohorts/{cohort_id}"): lambda _: {},
    ("POST", "/cohorts/{cohort_id}/members"): lambda facts: {"json": {"learners": [facts["learner_id"]]}},
    ("DELETE", "/cohorts/{cohort_id}"): lambda _: {},
    ("POST", "/guide"): lambda _: {"json": {"wants": "up"}},
    ("GET", "/units/compliance"): lambda _: {},
    ("GET", "/units/expiring"): lambda _: {},
    ("GET", "/units/skills"): lambda _: {},
    ("GET", "/units/{slug}/readiness"): lambda _: {},
    ("GET", "/units/{slug}/packet"): lambda _: {},
    ("POST", "/units/{slug}/packets"): lambda _: {"json": {}},
    ("GET", "/workforce/people"): lambda _: {"params": {"skill": NAMES["definition"]}},
    ("GET", "/workforce/supply"): lambda _: {},
    ("PUT", "/learners/{learner_id}/ratings"): lambda _: {"json": {"skill": "sk-bls", "level": 2, "rater": "manager"}},
}


def pathway(credential: str, **changes: Any) -> Facts:
    """The facts of a pathway with one step that needs a badge."""
    step = {"id": "first", "name": "First step", "condition": {"credential": credential}}
    return {"name": "A way", "stack_type": "horizontal", "completion": "first", "nodes": [step], **changes}


def cohort(number: int = 1) -> Facts:
    """The body that makes a cohort without members."""
    return {"name": f"Cohort {number}", "role": NAMES["role"]}


def recognition(day: str = "2026-01-15") -> Facts:
    """The body that records somebody else's credential."""
    return {"credential": NAMES["recognised"], "issued_on": day, "verified_how": "Seen at the registry"}


def slug_in(path: str) -> str:
    """The short name that a path of stacks asks for."""
    if path.startswith("/units/"):
        return NAMES["unit"]
    return NAMES["programme"] if "/programmes/" in path else NAMES["definition"]


def fill(put: Callable[[str, Facts], Any]) -> None:
    """Define what the samples name. `put` sends a PUT to a path below the API."""
    put(f"/definitions/skill/{NAMES['definition']}", SKILL)
    put(f"/definitions/programme/{NAMES['programme']}", PROGRAMME)
    put(f"/definitions/recognised-credential/{NAMES['recognised']}", RECOGNISED)
    put(f"/definitions/role/{NAMES['role']}", ROLE)
    put(f"/definitions/unit/{NAMES['unit']}", {"name": "Ward 3"})
