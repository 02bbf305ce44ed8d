"""Where badges and achievements lead, what a stack was built on, and who may see which part of that."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from fastapi.testclient import TestClient
from sqlalchemy import event

from app.issuing.awards import Award
from app.issuing.definitions import Kind
from app.issuing.issuers import Issuer
from app.service import Service
from tests.web.school import LADDER, School

HTML = {"Accept": "text/html"}
NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)


@pytest.fixture
def school(service: Service, issuer: Issuer) -> School:
    """The school, without its ladder."""
    return School(service, issuer)


@pytest.fixture
def look(client: TestClient) -> Callable[[str], str]:
    """The words of a page."""

    def at(path: str) -> str:
        page = client.get(path, headers=HTML)
        assert page.status_code == 200, page.text
        return " ".join(re.sub(r"<script.*?</script>|<[^>]+>", " ", page.text, flags=re.DOTALL).split())

    return at


def achievement(school: School, slug: str) -> str:
    """The path of an achievement."""
    return f"/achievements/{school.achievements[slug].id}"


def test_an_achievement_says_where_it_leads(look: Callable[[str], str], school: School):
    school.pathway()
    needs = [{"skill": "sk-bls", "level": 3}]
    school.define(Kind.ROLE, "nurse", name="Nurse", requires_credentials=["bls"])
    school.define(Kind.ROLE, "helper", name="Helper", requires=needs)
    facts = {"name": "Nursing", "provider": "State College", "award": "BSN", "total_credits": "120"}
    school.define(Kind.PROGRAMME, "bsn", **facts)
    school.define(Kind.CREDIT_TRANSFER, "ct", source={"credential": "bls"}, programme="bsn", credits="1.5")
    school.publish("late", prerequisites={"credential": "bls"})

    text = look(achievement(school, "bls"))

    assert "Start here It asks for nothing before" in text
    assert "Pathways Ladder to the top Base" in text
    assert "Counts toward ST-BASE badge ( ST-BASE ) , ST-TOP badge ( ST-TOP )" in text
    assert "Needed before LATE badge ( LATE )" in text
    assert "Needed to work as Nurse" in text
    assert "Skills for work as Helper" in text
    assert "It is worth 1.5 credits in Nursing at State College. This is potential credit, until" in text


def test_credit_by_an_agreement_that_is_over_is_not_promised(look: Callable[[str], str], school: School):
    facts = {"name": "Nursing", "provider": "State College", "award": "BSN", "total_credits": "120"}
    school.define(Kind.PROGRAMME, "bsn", **facts)
    over = {"source": {"credential": "bls"}, "programme": "bsn", "credits": "2", "agreement_until": "2020-12-31"}
    school.define(Kind.CREDIT_TRANSFER, "ct", **over)

    assert "State College" not in look(achievement(school, "bls"))


def test_what_comes_before_is_said_in_words_and_what_asks_for_something_is_no_start(
    look: Callable[[str], str], school: School
):
    school.publish("late", prerequisites={"n_of": {"n": 2, "of": [{"credential": c} for c in ("bls", "ipc", "vit")]}})
    school.publish("later", prerequisites={"credential": "late"})

    text = look(achievement(school, "late"))

    assert "What comes before it At least 2 of BLS, IPC, VIT." in text
    assert "Start here" not in text
    assert "Needed before LATER badge" in text


def test_a_badge_that_nothing_is_built_on_says_so_where_there_are_pathways_and_else_says_nothing(
    look: Callable[[str], str], school: School
):
    school.publish("lone")
    without = look(achievement(school, "lone"))
    school.pathway()

    assert "Where it leads" not in without
    assert "It stands on its own." in look(achievement(school, "lone"))


def test_a_stack_leads_to_the_steps_that_ask_for_its_own_step(look: Callable[[str], str], school: School):
    base, top = LADDER["nodes"]
    school.pathway(nodes=[base, {**top, "condition": {"all_of": [{"node": "base"}, {"credential": "vit"}]}}])

    text = look(achievement(school, "st-base"))

    assert "Pathways Ladder to the top Top Counts toward ST-TOP badge" in text


def test_a_stack_s_page_says_how_it_is_awarded_beside_its_criteria(look: Callable[[str], str], school: School):
    school.pathway()

    text = look(achievement(school, "st-top"))

    assert "Do it." in text
    assert "to whoever completes the step “Top”: ST-BASE and (VIT or VLIC)." in text


def test_a_stack_shows_what_it_was_built_on_with_states_links_and_inherited_skills(
    client: TestClient, look: Callable[[str], str], school: School
):
    way = school.pathway()
    bls, ipc = school.award("bls"), school.award("ipc")
    stack = school.held("st-base")

    text, page = look(f"/b/{stack.id}"), client.get(f"/b/{stack.id}", headers=HTML).text

    assert "Awarded on the pathway Ladder to the top , version 1, for completing the step “Base”." in text
    assert f'href="/b/{bls.id}"' in page
    assert f'href="/b/{ipc.id}"' in page
    assert f'href="/pathways/{way.id}/v1"' in page
    assert "BLS badge ( BLS ) Good, no end date" in text
    assert "Life support shown on 1 March 2026 competent , 3&nbsp;of&nbsp;5" in text


def test_a_private_part_is_named_without_a_link_because_the_signed_stack_names_it(
    client: TestClient, look: Callable[[str], str], school: School
):
    school.pathway()
    bls = school.award("bls", visibility="private")
    school.award("ipc")
    stack = school.held("st-base")

    page = client.get(f"/b/{stack.id}", headers=HTML).text

    assert "BLS badge ( BLS )" in look(f"/b/{stack.id}")
    assert f'href="/b/{bls.id}"' not in page


def test_where_the_holder_shows_no_evidence_the_parts_are_only_counted(look: Callable[[str], str], school: School):
    school.pathway()
    school.award("bls"), school.award("ipc")
    stack = school.held("st-base")
    school.see(stack, results_shown=False)

    text = look(f"/b/{stack.id}")

    assert "2 parts of it are not shown here." in text
    assert "BLS badge" not in text


def test_a_private_part_that_the_signed_stack_does_not_name_is_only_counted(look: Callable[[str], str], school: School):
    school.pathway()
    school.award("bls", visibility="private"), school.award("ipc")
    stack = school.held("st-base")
    school.see(stack, evidence=[])

    text = look(f"/b/{stack.id}")

    assert "One part of it is not shown here." in text
    assert "BLS badge" not in text


@pytest.mark.parametrize(
    ("visibility", "shown"),
    [("public", {"name", "link"}), ("unlisted", {"name"}), ("private", set())],
)
def test_a_badge_says_which_stacks_rest_on_it_and_gives_no_address_away(
    client: TestClient, school: School, visibility: str, shown: set[str]
):
    school.pathway()
    bls = school.award("bls")
    school.award("ipc")
    stack = school.held("st-base")
    school.see(stack, visibility=visibility)

    page = client.get(f"/b/{bls.id}", headers=HTML).text

    assert ("Stacks that rest on this badge" in page) == ("name" in shown)
    assert (f'href="/b/{stack.id}"' in page) == ("link" in shown)


def test_a_new_pathway_shows_on_a_badge_s_page_within_a_second(look: Callable[[str], str], school: School):
    award = school.award("bls")
    with time_machine.travel(NOW, tick=False):
        before = look(f"/b/{award.id}")
        school.pathway()
    with time_machine.travel(NOW + timedelta(seconds=1), tick=False):
        after = look(f"/b/{award.id}")

    assert "Ladder to the top" not in before
    assert "Pathways Ladder to the top" in after


def test_a_badge_s_page_that_is_at_hand_asks_the_database_no_more_than_before(
    client: TestClient, school: School, service: Service
):
    """The stamp alone: nothing of pathways is read while the page is sent as it was made."""
    school.pathway()
    award = school.award("bls")
    with time_machine.travel(NOW, tick=False):
        client.get(f"/b/{award.id}", headers=HTML)
        asked = statements(service, lambda: client.get(f"/b/{award.id}", headers=HTML))

    assert asked == []


def statements(service: Service, act: Callable[[], object]) -> list[str]:
    """The queries of the usual connections while something is done; a stamp is read by a connection of its own."""
    found: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        found.append(statement)

    with service.database.read() as session:
        engine = session.get_bind().engine
    event.listen(engine, "before_cursor_execute", note)
    act()
    event.remove(engine, "before_cursor_execute", note)
    return found


def test_the_signed_files_of_a_stack_stay_byte_for_byte_when_pathways_change(client: TestClient, school: School):
    school.pathway()
    school.award("bls"), school.award("ipc")
    stack: Award = school.held("st-base")
    before = client.get(f"/b/{stack.id}.json").content

    school.pathway(description="Another way.")

    assert client.get(f"/b/{stack.id}.json").content == before


def test_the_holder_makes_a_record_of_a_stack_with_its_parts_and_of_nobody_else_s(enter: Any, school: School):
    school.pathway()
    school.award("bls"), school.award("ipc")
    stack = school.held("st-base")
    mine, theirs = enter("mira.holm@hospital.test"), enter("somebody@else.test")

    answer, refused = (each.post(f"/me/badges/{stack.id}/record") for each in (mine, theirs))

    assert "Make the record" in mine.get(f"/me/badges/{stack.id}").text
    assert answer.headers["content-disposition"] == 'attachment; filename="northfield-st-base-record.json"'
    assert len(answer.json()["credentialSubject"]["verifiableCredential"]) == 3
    assert refused.status_code == 404
