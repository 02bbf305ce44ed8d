"""Pathways, skills, gaps, plans, moves and credentials of others, as the learner meets them."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import icalendar
import pytest
import time_machine
from pypdf import PdfReader

from app import clock
from app.issuing import achievements, definitions, issuers, pathways, plans
from app.issuing.achievements import Achievement
from app.issuing.awards import Award
from app.issuing.definitions import Kind
from app.issuing.issuers import Issuer
from app.issuing.learners import Learner
from app.issuing.plans import Aim, Aims, MadeBy, Stated
from app.issuing.stacks import careers, enrolling, recognitions
from app.service import Service

ANA = "ana.ortiz@example.org"
ACTOR = "test"
Enter = Callable[..., Any]


def skill(name: str, level: int = 3) -> dict[str, Any]:
    return {"name": name, "url": f"https://skills.example/{name}", "level": level, "code": f"sk-{name}"}


def way(**changes: Any) -> dict[str, Any]:
    nodes = [
        {"id": "first", "name": "First step", "condition": {"credential": "team"}},
        {"id": "last", "name": "Last step", "condition": {"all_of": [{"node": "first"}, {"credential": "ecg"}]}},
    ]
    facts = {"name": "Monitor technician", "stack_type": "vertical", "completion": "last", "nodes": nodes}
    return facts | {"open_to_learners": True} | changes


@dataclass
class World:
    """Northfield with three badges, two roles and a pathway, and Ana, who holds one of the badges."""

    service: Service
    issuer: Issuer
    learner_id: str
    award_id: str

    def define(self, kind: Kind, slug: str, **facts: Any) -> None:
        with self.service.database.write() as session:
            definitions.put(session, self.issuer, kind, slug, definitions.parse(kind, facts), actor=ACTOR)

    def publish(self, **changes: Any) -> None:
        with self.service.database.write() as session:
            issuer = issuers.by_id(session, self.issuer.id)
            facts = pathways.parse(way(**changes))
            found = {each.slug: each for each in pathways.all_of(session, issuer.id)}
            if (row := found.get("pw-way")) is None:
                row = pathways.create(session, issuer, slug="pw-way", facts=facts, actor=ACTOR)
            else:
                pathways.change(session, row, facts=facts, actor=ACTOR)
            pathways.publish(session, row, actor=ACTOR)

    def enrol(self) -> None:
        with self.service.database.write() as session:
            learner = session.get_one(Learner, self.learner_id)
            row = pathways.by_slug(session, self.issuer, "pw-way")
            enrolling.enrol(session, self.service.office, learner, row, actor=ACTOR)


@pytest.fixture
def world(
    service: Service, issuer: Issuer, make_achievement: Callable[..., Achievement], make_award: Callable[..., Any]
) -> World:
    priced = {"amount": "40", "currency": "USD"}
    phlb = make_achievement("phlb", skills=[skill("veins")])
    make_achievement("team", name="Teamwork", abbreviation="TEAM", hours="8", skills=[skill("team")], price=priced)
    make_achievement("ecg", name="Rhythm strips", abbreviation="ECG", hours="10", skills=[skill("ecg")])
    award = make_award(phlb)
    made = World(service, issuer, award.learner_id, award.id)
    for name in ("veins", "team", "ecg"):
        made.define(Kind.SKILL, f"sk-{name}", name=name.title(), category="Heart" if name == "ecg" else "Care")
    requires = [{"skill": "sk-veins", "level": 3}, {"skill": "sk-team", "level": 3}]
    made.define(Kind.ROLE, "role-tech", name="Ward technician", requires=requires)
    made.define(
        Kind.ROLE,
        "role-monitor",
        name="Monitor technician",
        requires=[{"skill": "sk-ecg", "level": 3}],
        requires_credentials=["ext-licence"],
    )
    made.define(
        Kind.RECOGNISED, "ext-licence", name="State licence", abbreviation="LIC", issued_by="The state"
    )  # needs evidence
    return made


def text_of(answer: Any) -> str:
    """The words of a page, on one line."""
    assert answer.status_code == 200, answer.text
    return " ".join(re.sub(r"<[^>]+>", " ", answer.text.partition("<main")[2]).split())


ROLE = "role:northfield/role-tech"


@pytest.fixture
def ana(enter: Enter, world: World) -> Any:
    """Ana's browser."""
    del world
    return enter(ANA)


# -- pathways ---------------------------------------------------------------------------------------------


def test_a_pathway_that_is_open_is_joined_followed_and_left_by_oneself(enter: Enter, world: World):
    world.publish()
    ana = enter(ANA)
    assert "I could join" in text_of(ana.get("/me/pathways"))

    joined = ana.post("/me/pathways/join", issuer="northfield", pathway="pw-way")
    page = ana.get("/me/pathways")
    enrolment = re.search(r'name="enrolment" value="([^"]+)"', page.text)[1]

    assert joined.status_code == 303
    assert "0 of 2 steps done" in text_of(page)
    assert "Next: First step · Teamwork (TEAM) is missing" in text_of(page)
    assert ana.post("/me/pathways/leave", enrolment=enrolment).status_code == 303
    assert "You are on no pathway yet" in text_of(ana.get("/me/pathways"))


def test_a_pathway_that_is_not_open_is_neither_joined_nor_left_by_oneself(enter: Enter, world: World):
    world.publish(open_to_learners=False)
    ana = enter(ANA)

    refused = ana.post("/me/pathways/join", issuer="northfield", pathway="pw-way")
    world.enrol()
    page = ana.get("/me/pathways")

    assert refused.status_code == 403
    assert "The issuer decides who is on this pathway" in refused.text
    assert "Leave" not in text_of(page)


def test_a_stack_that_one_holds_is_said_to_be_held_although_its_step_is_open_again(
    enter: Enter, world: World, make_achievement: Callable[..., Achievement], make_award: Callable[..., Any]
):
    short = make_achievement("short", name="Short", abbreviation="SHRT", validity={"kind": "months", "amount": 1})
    stack = {"skills": [], "is_stack": True, "achievement_type": "Certificate"}
    make_achievement("st-first", name="First stack", abbreviation="FST", **stack)
    step = {"id": "first", "name": "First step", "condition": {"credential": "short"}, "awards": "st-first"}
    world.publish(nodes=[step], completion="first")
    world.enrol()
    make_award(short)
    assert "First stack (FST) You have it" in text_of(enter(ANA).get("/me/pathways"))

    with time_machine.travel(clock.now() + timedelta(days=60), tick=False):
        page = text_of(enter(ANA).get("/me/pathways"))

    assert "First stack (FST) You have it Something that it was built on has ended since." in page
    assert "Short (SHRT) ended on" in page


def test_whoever_lacks_what_it_takes_to_begin_is_told_what(enter: Enter, world: World):
    world.publish(entry={"credential": "ecg"})
    ana = enter(ANA)

    assert "To begin, this is missing: Rhythm strips (ECG) is missing" in text_of(ana.get("/me/pathways"))
    assert ana.post("/me/pathways/join", issuer="northfield", pathway="pw-way").status_code == 409


def test_of_a_choice_it_is_said_how_many_more_are_needed_and_among_which(ana: Any, world: World):
    choice = {"n_of": {"n": 2, "of": [{"credential": each} for each in ("phlb", "team", "ecg")]}}
    world.publish(nodes=[{"id": "last", "name": "Any two", "condition": choice}])
    world.enrol()

    page = text_of(ana.get("/me/pathways"))

    assert "Next: Any two · one more of these: Teamwork (TEAM), Rhythm strips (ECG)" in page


def test_a_newer_version_is_shown_with_its_differences_and_counts_once_one_moves(enter: Enter, world: World):
    world.publish(grandfather_months=12)
    world.enrol()
    nodes = [*way()["nodes"][:1], {"id": "last", "name": "Last step", "condition": {"credential": "phlb"}}]
    world.publish(nodes=nodes, grandfather_months=12)
    ana = enter(ANA)

    before, in_spanish = ana.get("/me/pathways"), ana.get("/me/pathways?lang=es")
    enrolment = re.search(r'name="enrolment" value="([^"]+)"', before.text)[1]
    ana.post("/me/pathways/move", enrolment=enrolment)

    assert "There is a newer version, 2; you are on 1." in text_of(before)
    assert "Last step no longer names" in text_of(before)
    assert "Last step ya no nombra" in text_of(in_spanish)
    assert "Complete" in text_of(ana.get("/me/pathways"))


# -- skills and gaps --------------------------------------------------------------------------------------


def test_skills_stand_with_level_badge_and_day_and_own_ratings_apart(enter: Enter, world: World):
    ana = enter(ANA)
    said = ana.post("/me/skills/rate", issuer="northfield", skill="sk-team", level="4")
    page = ana.get("/me/skills")

    assert said.status_code == 303
    assert f'href="/me/badges/{world.award_id}"' in page.text
    assert "Veins Care competent , 3 of 5 24 November 2026" in text_of(page).replace("&nbsp;", " ")
    assert "said by you" in text_of(page)

    ana.post("/me/skills/unrate", issuer="northfield", skill="sk-team")
    assert "said by you" not in text_of(ana.get("/me/skills"))


def test_a_skill_that_was_shown_too_long_ago_stands_apart(enter: Enter, world: World, service: Service):
    world.define(Kind.SKILL, "sk-veins", name="Veins", decay_months=1)
    with service.database.write() as session:
        award = session.get_one(Award, world.award_id)
        award.awarded_at = award.awarded_at.replace(year=2025)

    page = text_of(enter(ANA).get("/me/skills"))

    assert "Not current any more" in page
    assert "it was shown too long ago" in page


def test_the_gap_says_what_is_there_what_is_missing_and_leads_to_a_plan(ana: Any):
    page = ana.get(f"/me/gap?role={ROLE}")

    assert "You have 50 % of the levels of skill that it needs." in text_of(page)
    assert "No badge of yours shows it yet." in text_of(page)
    assert f"/me/plans/new?target={ROLE}" in page.text
    assert "State licence (LIC)" in text_of(ana.get("/me/gap?role=role:northfield/role-monitor"))


def test_a_target_role_is_said_once_and_shown_from_then_on(ana: Any):
    ana.post("/me/gap/target", role=ROLE)

    assert "This is your target role." in text_of(ana.get("/me/gap"))


# -- plans ------------------------------------------------------------------------------------------------


def test_a_plan_has_steps_with_hours_price_dates_and_reasons_and_can_be_kept(ana: Any):
    query = f"target={ROLE}&hours=4&start=2027-01-04&format=workshop"
    shown = text_of(ana.get(f"/me/plans/new?{query}"))

    assert "Teamwork (TEAM) 8 hours, US$40.00 · 4 January 2027 to 17 January 2027" in shown
    assert "Why: closes Team: 0 → 3" in shown

    kept = ana.post("/me/plans", target=ROLE, hours="4", start="2027-01-04", format="workshop")
    page = text_of(ana.get(kept.headers["location"]))
    assert "0 of 1 steps done" in page
    assert "4 hours a week" in page


def test_a_plan_is_a_page_to_print_and_a_calendar(ana: Any):
    path = ana.post("/me/plans", target=ROLE, hours="4", start="2027-01-04").headers["location"]

    pdf, ics = ana.get(f"{path}.pdf"), ana.get(f"{path}.ics")

    (sheet,) = PdfReader(io.BytesIO(pdf.content)).pages
    assert "Individual development plan" in sheet.extract_text()
    (event,) = icalendar.Calendar.from_ical(ics.content).walk("VEVENT")
    assert str(event["summary"]) == "Teamwork (TEAM)"
    assert ana.get(f"{path}.exe").status_code == 404
    assert pdf.headers["cache-control"] == ics.headers["cache-control"] == "no-store"


def test_earning_the_badge_ticks_the_step_off(enter: Enter, world: World, make_award: Any, service: Service):
    ana = enter(ANA)
    path = ana.post("/me/plans", target=ROLE).headers["location"]
    with service.database.read() as session:
        team = achievements.by_slug(session, world.issuer, "team")
    make_award(team)

    assert "1 of 1 steps done" in text_of(ana.get(path))
    assert "Done" in text_of(ana.get("/me/plans"))


def test_what_cannot_be_read_is_said_beside_the_form(ana: Any):

    for query in ("hours=many", "hours=0", "budget=-1", "start=tomorrow", "horizon=1900-01-01", "hours=NaN"):
        answer = ana.get(f"/me/plans/new?target={ROLE}&{query}")
        assert (answer.status_code, "aria-invalid" in answer.text) == (422, True), query
    assert ana.post("/me/plans", target=ROLE, hours="many").status_code == 422


def test_a_plan_that_leads_elsewhere_says_so_and_one_can_ask_for_recognition(ana: Any):
    page = text_of(ana.get("/me/plans/new?target=role:northfield/role-monitor"))

    assert "the rest is to be done elsewhere" in page
    assert "State licence (LIC) is issued by somebody else." in page


def test_two_skills_for_two_years_are_set_at_once(ana: Any):

    assert ana.post("/me/plans/two-by-two", target=ROLE).status_code == 303
    assert "Team, level 3" in text_of(ana.get("/me/plans"))


def test_a_plan_is_made_anew_and_ended_and_one_of_staff_is_not_ended_by_the_learner(
    enter: Enter, world: World, service: Service
):
    ana = enter(ANA)
    path = ana.post("/me/plans", target=ROLE).headers["location"]
    with service.database.write() as session:
        learner = session.get_one(Learner, world.learner_id)
        aim = Aim(Aims.ROLE, "role-tech")
        given = plans.make(session, learner, Stated(aim), made_by=MadeBy.STAFF, actor=ACTOR)

    assert ana.post(f"{path}/refresh").status_code == 303
    assert ana.post(f"{path}/end").status_code == 303
    assert ana.post(f"/me/plans/{given.id}/end").status_code == 403
    assert "Plans that ended" in text_of(ana.get("/me/plans"))
    assert ana.post(f"{path}/refresh").status_code == 409


# -- start, moves, credentials ----------------------------------------------------------------------------


def test_the_guided_start_suggests_roles_badges_and_the_next_thing_with_reasons(ana: Any):
    page = text_of(ana.get("/me/start?wants=up&interest=Heart&hours=2"))

    assert "What to do next" in page
    assert "Take Rhythm strips (ECG) first." in page
    assert "5 weeks" in page
    assert "much of it is what you like" in page


def test_hours_that_are_none_are_asked_for_again(ana: Any):
    assert "as a number, such as 4" in text_of(ana.get("/me/start?wants=up&hours=lots"))


def test_moves_are_listed_up_and_across_with_what_is_missing(ana: Any):
    page = text_of(ana.get("/me/moves"))

    assert "Ward technician role · 8 hours, US$40.00 Missing: Teamwork (TEAM)" in page


def test_moves_are_drawn_with_their_cost_and_the_drawing_says_what_it_shows(ana: Any):
    page = ana.get("/me/moves").text
    drawing = re.search(r'<svg[^>]*class="pathway".*?</svg>', page, re.DOTALL)[0]

    words = " ".join(re.sub(r"<[^>]+>", " ", drawing).split())
    for said in ("Here", "you are here", "Up", "Ward technician", "8 hours, US$40.00", "The lists beside it say the"):
        assert said in words
    assert 'role="img" aria-labelledby="moves-0-title" aria-describedby="moves-0-desc"' in drawing


def test_somebody_else_s_credential_is_asked_for_with_evidence_and_the_decision_is_read(
    enter: Enter, world: World, service: Service
):
    ana = enter(ANA)
    asked = {"credential": "northfield/ext-licence", "issued_on": "2026-01-15"}

    assert ana.post("/me/credentials", **asked).status_code == 422  # without evidence
    assert ana.post("/me/credentials", **asked, evidence_text="Number 17").status_code == 303
    assert "Waits for an answer" in text_of(ana.get("/me/credentials"))
    with service.database.write() as session:
        (found,) = recognitions.waiting(session, world.issuer.id)
        recognitions.decide(session, service.office, found, accepted=False, words="No such number", actor=ACTOR)
    page = text_of(ana.get("/me/credentials"))
    assert "Not recognised" in page
    assert "No such number" in page


@pytest.mark.parametrize("url", ["javascript:alert(1)", "nothing", "ftp://x.example/"])
def test_evidence_is_an_address_that_a_browser_may_open(ana: Any, url: str):
    asked = {"credential": "northfield/ext-licence", "issued_on": "2026-01-15", "evidence_url": url}

    assert ana.post("/me/credentials", **asked).status_code == 422


def test_credit_is_a_promise_until_one_enrols(enter: Enter, world: World, service: Service):
    world.define(Kind.PROGRAMME, "prog-rn", name="Nursing", provider="College", award="AD", total_credits=60)
    world.define(Kind.CREDIT_TRANSFER, "ct-1", source={"credential": "phlb"}, programme="prog-rn", credits=6)
    ana = enter(ANA)

    assert "worth 6 credits of Nursing (10%); a promise until you enrol." in text_of(ana.get("/me/credentials"))
    with service.database.write() as session:
        learner = session.get_one(Learner, world.learner_id)
        day = clock.now().date()
        careers.enrol_in_programme(session, world.issuer, learner, "prog-rn", on=day, actor=ACTOR)
    assert "worth 6 credits of Nursing (10%). That counts." in text_of(ana.get("/me/credentials"))


def test_a_badge_leads_to_pathways_and_roles(ana: Any, world: World):
    world.publish(
        entry={"credential": "phlb"}, nodes=[{"id": "last", "name": "x", "condition": {"credential": "phlb"}}]
    )
    page = ana.get(f"/me/badges/{world.award_id}")

    assert "Pathway: Monitor technician" in text_of(page)
    assert f'href="/me/gap?role={ROLE}"' in page.text


# -- several issuers --------------------------------------------------------------------------------------


def test_pages_join_several_issuers_and_choose_among_the_things_of_each(
    enter: Enter, world: World, make_issuer: Any, make_achievement: Any, make_award: Any
):
    elsewhere = make_issuer("southgate", "Southgate Hospital")
    make_award(make_achievement("vit", by=elsewhere, name="Vital signs"))
    there = World(world.service, elsewhere, "", "")
    there.define(Kind.ROLE, "role-aide", name="Aide", requires=[])
    ana = enter(ANA)

    page = ana.get("/me/plans/new").text

    assert "Roles: Northfield Health Academy" in page
    assert "role:southgate/role-aide" in page
    assert ana.get("/me/gap?role=role:southgate/role-tech").status_code == 404
    for path in ("pathways", "skills", "gap", "plans", "start?wants=up", "moves", "credentials"):
        assert ana.get(f"/me/{path}").status_code == 200


def test_whoever_has_no_badge_yet_finds_pages_that_say_what_they_are_for(ana: Any, enter: Enter):
    nobody = enter("new@example.org")
    assert ana.get("/me/plans").status_code == 200

    for path in ("pathways", "skills", "gap", "plans", "plans/new", "start", "start?wants=up", "moves", "credentials"):
        assert nobody.get(f"/me/{path}").status_code == 200
    assert nobody.get(f"/me/gap?role={ROLE}").status_code == 404
