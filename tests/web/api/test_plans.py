"""Plans and cohorts through the API, in every form, and the guided start."""

from __future__ import annotations

import io
from datetime import timedelta
from typing import Any

import icalendar
import pytest
from pypdf import PdfReader

from app import clock

TODAY = clock.now().date()
SKILL = {"name": "Teamwork", "url": "https://skills.example/team", "level": 3, "code": "sk-team"}


@pytest.fixture
def learner(api: Any) -> str:
    """Ana, who holds nothing that the role needs, at an issuer with a badge for it."""
    facts = {
        "name": "Teamwork", "abbreviation": "TEAM", "hours": "8", "skills": [SKILL], "assessment_method": "observed",
        "description": "Works with others.", "criteria_narrative": "Be seen to.",
    }  # fmt: skip
    made = api.post("/achievements", slug="team", facts=facts)
    api.post(f"/achievements/{made['id']}/publish")
    api.put("/definitions/skill/sk-team", name="Teamwork", category="People")
    api.put("/definitions/role/role-aide", name="Aide", requires=[{"skill": "sk-team", "level": 3}])
    award = api.post("/awards", achievement=api.publish("other")["id"], recipient={"email": "ana@hospital.example"})
    return str(award["learner"])


def make(api: Any, learner: str, **more: Any) -> dict[str, Any]:
    made = api.post(f"/learners/{learner}/plans", **{"role": "role-aide", **more})
    return dict(made["items"][0])


def earn(api: Any) -> None:
    api.post("/awards", achievement="team", recipient={"email": "ana@hospital.example"})


def test_a_plan_is_made_listed_followed_and_ended(api: Any, learner: str):
    wishes = {"hours_per_week": "4", "formats": ["workshop"]}
    made = make(api, learner, wishes=wishes, intent="re-skill", sponsor="Riverside", funding="Grant")
    earn(api)

    (listed,) = api.get(f"/learners/{learner}/plans")["items"]
    ended = api.send("DELETE", f"/plans/{made['id']}")

    assert (made["outcome"], made["done"], made["pace"], made["made_by"]) == ("planned", 0, "on_time", "staff")
    assert made["wishes"] == {"objective": "hours", "worth_of_hour": "0", **wishes}
    assert [(each["credential"], each["done"]) for each in listed["steps"]] == [("team", True)]
    assert (listed["pace"], listed["sponsor"], listed["intent"]) == ("done", "Riverside", "re-skill")
    assert ended.status_code == 204
    assert api.get(f"/plans/{made['id']}")["state"] == "ended"
    assert api.refused("POST", f"/plans/{made['id']}/refresh", {})[0] == 409


def test_a_plan_is_json_a_page_to_print_or_a_calendar_by_accept_and_by_suffix(api: Any, learner: str):
    path = f"/plans/{make(api, learner, wishes={'hours_per_week': '4'})['id']}"

    forms = {suffix: api.send("GET", path + suffix).headers["content-type"] for suffix in ("", ".json", ".pdf", ".ics")}
    by_accept = {
        kind: api.send("GET", path, headers={"Accept": kind}).headers["content-type"]
        for kind in ("application/pdf", "text/calendar", "*/*")
    }

    assert forms == {
        "": "application/json",
        ".json": "application/json",
        ".pdf": "application/pdf",
        ".ics": "text/calendar; charset=utf-8",
    }
    assert list(by_accept.values()) == ["application/pdf", "text/calendar; charset=utf-8", "application/json"]
    assert api.send("GET", f"{path}.exe").status_code == 404
    (page,) = PdfReader(io.BytesIO(api.send("GET", f"{path}.pdf?paper=letter").content)).pages
    assert "Aide" in page.extract_text()
    (event,) = icalendar.Calendar.from_ical(api.send("GET", f"{path}.ics").content).walk("VEVENT")
    assert str(event["summary"]) == "Teamwork (TEAM)"


def test_exactly_one_target_is_named(api: Any, learner: str):
    for body in ({}, {"role": "role-aide", "pathway": "pw"}, {"skill": "sk-team"}):
        status, problem = api.refused("POST", f"/learners/{learner}/plans", body)
        assert status == 422, problem
    assert api.refused("POST", f"/learners/{learner}/plans", {"role": "role-none"})[0] == 404


def test_two_skills_for_two_years_are_plans_by_a_template(api: Any, learner: str):
    (made,) = api.post(f"/learners/{learner}/plans", role="role-aide", template="two_by_two")["items"]

    assert (made["aims"], made["target"], made["level"], made["template"]) == ("skill", "sk-team", 3, "two_by_two")
    assert made["horizon"] == TODAY.replace(year=TODAY.year + 2).isoformat()


def test_a_cohort_shows_how_many_steps_are_done_and_who_is_late(api: Any, learner: str):
    award = api.post("/awards", achievement="other", recipient={"email": "bo@hospital.example"})
    day = (TODAY + timedelta(days=90)).isoformat()
    cohort = api.post(
        "/cohorts", name="Secretaries", role="role-aide", sponsor="Riverside", target_date=day, learners=[learner]
    )
    api.post(f"/cohorts/{cohort['id']}/members", learners=[award["learner"], learner])
    earn(api)

    now = api.get(f"/cohorts/{cohort['id']}")
    late = api.get(f"/cohorts/{cohort['id']}", as_of=(TODAY + timedelta(days=91)).isoformat())

    assert (now["done"], now["steps"], now["members_done"], now["members_late"]) == (1, 2, 1, 0)
    assert late["members_late"] == 1
    assert [each["name"] for each in api.get("/cohorts")["items"]] == ["Secretaries"]
    assert api.send("DELETE", f"/cohorts/{cohort['id']}").status_code == 204
    assert {each["state"] for each in api.get(f"/learners/{learner}/plans")["items"]} == {"ended"}


def test_a_cohort_takes_no_learner_of_another_issuer(learner: str, neighbour: Any):
    neighbour.put("/definitions/role/role-aide", name="Aide", requires=[])

    status, _problem = neighbour.refused("POST", "/cohorts", {"name": "x", "role": "role-aide", "learners": [learner]})

    assert status == 404


def test_the_guided_start_answers_with_reasons_and_counts_what_a_learner_holds(api: Any, learner: str):
    asked = {"interests": ["People"], "hours_per_week": "4", "wants": "up"}
    stranger = api.post("/guide", **asked)
    earn(api)
    ana = api.post("/guide", learner=learner, **asked)

    assert stranger["next_action"] == {"do": "take", "name": "team", "role": "role-aide"}
    assert (stranger["roles"][0]["weeks"], stranger["roles"][0]["reasons"]) == (2, ["interest", "direction", "nearest"])
    assert ana["next_action"]["do"] == "apply"


@pytest.mark.parametrize("day", ["9999-12-31", "0001-01-01", "yesterday"])
def test_a_day_that_no_badge_can_have_to_do_with_is_422(api: Any, day: str):
    nobody = f"/learners/{'A' * 22}"
    paths = [f"{nobody}/{what}?" for what in ("skills", "pathways", "credits", "moves", "gap?role=r&", "plan?role=r&")]

    asked = [f"{path.replace('&?', '&')}as_of={day}" for path in paths]
    assert [api.send("GET", path).status_code for path in asked] == [422] * len(asked)
