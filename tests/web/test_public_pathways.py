"""The public page of a pathway, in every state, and the same as CTDL."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from fastapi.testclient import TestClient

from app.issuing import pathways
from app.issuing.definitions import Kind
from app.issuing.issuers import Issuer
from app.issuing.pathways import PathwayRow
from app.service import Service
from tests.web.school import ACTOR, LADDER, School

HTML = {"Accept": "text/html"}


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


def test_a_pathway_shows_its_steps_in_order_what_each_needs_and_what_it_awards(
    look: Callable[[str], str], school: School
):
    text = look(f"/pathways/{school.pathway().id}")

    base, top = text.index("It needs: BLS and IPC."), text.index("It needs: ST-BASE and (VIT or VLIC).")
    assert base < top
    assert "It awards: ST-TOP badge ( ST-TOP )" in text
    assert "completes the pathway" in text[base:top]


def test_a_pathway_shows_the_shortest_way_with_its_length_and_price(look: Callable[[str], str], school: School):
    text = look(f"/pathways/{school.pathway().id}")

    assert "Length 9 hours" in text
    assert "Cost €30" in text or "Cost 30" in text


def test_a_pathway_has_no_price_where_a_badge_states_none(look: Callable[[str], str], school: School):
    school.publish("free", hours=1)
    way = school.pathway(
        completion="top", nodes=[{"id": "top", "name": "Top", "condition": {"all_of": [{"credential": "free"}]}}]
    )

    text = look(f"/pathways/{way.id}")

    assert "Length 1 hour" in text
    assert "Cost" not in text


def test_a_pathway_says_who_may_begin_what_counts_as_well_and_what_credit_it_is_worth(
    look: Callable[[str], str], school: School
):
    school.define(Kind.EQUIVALENCE, "eq", source="ext-vit", target="vit", approved_by="The Dean", max_age_months=24)
    facts = {"name": "Nursing", "provider": "State College", "award": "BSN", "total_credits": "120"}
    school.define(Kind.PROGRAMME, "bsn", **facts)
    school.define(Kind.CREDIT_TRANSFER, "ct", source={"credential": "st-top"}, programme="bsn", credits="3")

    text = look(f"/pathways/{school.pathway(entry={'credential': 'bls', 'validity': 'ever'}).id}")

    assert "To begin BLS (also one that has ended)." in text
    assert "Vital Signs Licence (VLIC) counts as VIT badge (VIT). It must not be older than 24 months." in text
    assert "3 credits in Nursing at State College for: ST-TOP. This is potential credit, until one is enrolled" in text


def test_a_draft_is_not_there_and_neither_is_another_version(client: TestClient, school: School, service: Service):
    with service.database.write() as session:
        facts = pathways.parse(LADDER)
        draft = pathways.create(session, school.issuer, slug="draft", facts=facts, actor=ACTOR)
    published = school.pathway()

    for path in (f"{draft.id}", f"{draft.id}/v1", f"{published.id}/v2", f"{published.id}/vx", "nothing.jsonld"):
        assert client.get(f"/pathways/{path}", headers=HTML).status_code == 404


def test_an_older_version_stays_at_its_address_and_leads_to_the_newest(look: Callable[[str], str], school: School):
    way = school.pathway()
    school.pathway(description="Another way.")

    older, newest = look(f"/pathways/{way.id}/v1"), look(f"/pathways/{way.id}")

    assert "This is version 1, and there is a newer one." in older
    assert "From the base to the top." in older
    assert "Another way." in newest


def test_an_archived_pathway_stays_and_says_so_and_leaves_the_lists(
    look: Callable[[str], str], client: TestClient, school: School, service: Service
):
    way = school.pathway()
    with service.database.write() as session:
        pathways.archive(session, pathways.by_id(session, way.id), actor=ACTOR)

    assert "This pathway takes nobody any more." in look(f"/pathways/{way.id}")
    assert client.get(f"/pathways/{way.id}.jsonld").status_code == 200
    assert "Ladder to the top" not in look("/issuers/northfield")
    assert "Ladder to the top" not in look("/catalogue")


def test_the_issuer_s_page_and_the_catalogue_lead_to_the_pathway(client: TestClient, school: School):
    way = school.pathway()

    pages = [client.get(path, headers=HTML).text for path in ("/issuers/northfield", "/catalogue")]

    assert all(f'href="/pathways/{way.id}"' in page for page in pages)


@pytest.mark.parametrize(
    ("suffix", "accept"),
    [(".jsonld", "text/html"), ("", "application/ld+json"), ("/v1.jsonld", "*/*"), ("/v1", "application/ld+json")],
)
def test_a_pathway_is_ctdl_by_its_suffix_or_where_it_is_asked_for(
    client: TestClient, school: School, suffix: str, accept: str
):
    way = school.pathway()

    answer = client.get(f"/pathways/{way.id}{suffix}", headers={"Accept": accept})

    assert answer.headers["content-type"] == "application/ld+json"
    found = {each["@id"]: each for each in answer.json()["@graph"]}
    here = f"http://badges.test/pathways/{way.id}/v1"
    assert found[here]["ceterms:hasDestinationComponent"] == [f"{here}#node/top"]
    assert found[f"{here}#node/top"]["ceterms:prerequisite"] == [f"{here}#node/base"]
    assert found[f"{here}#node/base"]["ceterms:proxyFor"] == address(school, "st-base")
    assert found[f"{here}#credential/bls"]["ceterms:proxyFor"] == address(school, "bls")
    assert "ceterms:proxyFor" not in found[f"{here}#credential/ext-vit"]


def address(school: School, slug: str) -> str:
    """Where an achievement of the school is."""
    return f"http://badges.test/achievements/{school.achievements[slug].id}"


def test_an_achievement_is_ctdl_by_its_suffix_and_what_badges_carry_otherwise(client: TestClient, school: School):
    school.publish("late", prerequisites={"credential": "bls"})
    path = f"/achievements/{school.achievements['late'].id}"

    in_ctdl, carried = client.get(f"{path}.jsonld").json(), client.get(path, headers={"Accept": "application/ld+json"})

    credential = in_ctdl["@graph"][0]
    assert credential["@type"] == "ceterms:MicroCredential"
    assert credential["ceterms:entryCondition"][0]["ceterms:targetCredential"] == [address(school, "bls")]
    assert carried.json()["type"] == ["Achievement"]
    assert client.get(f"{path}/v1.jsonld").json() == in_ctdl


def test_a_page_of_a_pathway_can_be_kept_until_something_changes(client: TestClient, school: School):
    way = school.pathway()
    path = f"/pathways/{way.id}"
    tag = client.get(path, headers=HTML).headers["etag"]

    unchanged = client.get(path, headers={**HTML, "If-None-Match": tag})
    school.publish("new")
    school.pathway(description="Another way.")
    changed = client.get(path, headers={**HTML, "If-None-Match": tag})

    assert (unchanged.status_code, changed.status_code) == (304, 200)


def test_a_pathway_is_said_in_spanish(client: TestClient, school: School):
    way: PathwayRow = school.pathway()

    page = client.get(f"/pathways/{way.id}", headers={**HTML, "Accept-Language": "es"})

    assert "BLS y IPC" in page.text
    assert "Se necesita" in page.text
