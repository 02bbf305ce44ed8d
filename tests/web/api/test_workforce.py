"""One's own people by the API: found by skill, counted against what is needed, ahead of time, in a signed packet."""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import openpyxl
import pytest
from sqlalchemy import select

from app import clock
from app.issuing import definitions
from app.issuing.audit import AuditEntry
from app.issuing.awards import Award
from app.issuing.definitions import Kind
from app.issuing.issuers import Issuer
from app.issuing.learners import Learner
from app.issuing.stacks import careers
from app.service import Service

pytestmark = pytest.mark.parametrize("database", ["sqlite", "postgresql"], indirect=True)

SKILL = {"name": "Venepuncture", "url": "https://skills.example/v", "code": "sk-vein"}
DEFINED = (
    (Kind.SKILL, "sk-vein", {"name": "Drawing blood"}),
    (
        Kind.ROLE,
        "role-aide",
        {"name": "Aide", "requires": [{"skill": "sk-vein", "level": 3}], "headcount_target": 4},
    ),
    (Kind.UNIT, "unit-ward", {"name": "Ward 3", "mandatory": [{"credential": "v-3", "target_percent": "80"}]}),
)


@pytest.fixture
def ward(service: Service, issuer: Issuer, make_award: Callable[..., Award], make_achievement: Any) -> dict[str, Award]:
    """Ana at level 3 for 45 more days, Bo at 2, Cyn whose badge ended, and Dan at 3 who works nowhere here."""
    days = {"kind": "days", "amount": 100}
    levels = {
        level: make_achievement(
            f"v-{level}", abbreviation=f"V{level}", validity=days, skills=[SKILL | {"level": level}]
        )
        for level in (2, 3)
    }
    now = clock.now()
    made = {
        name: make_award(levels[level], email=f"{name}@x.example", name=name, awarded_at=now - timedelta(days=ago))
        for name, level, ago in (("Ana", 3, 55), ("Bo", 2, 1), ("Cyn", 3, 200), ("Dan", 3, 1))
    }
    with service.database.write() as session:
        here = session.merge(issuer)
        for kind, slug, facts in DEFINED:
            definitions.put(session, here, kind, slug, definitions.parse(kind, facts), actor="test")
        for name in ("Ana", "Bo", "Cyn"):
            learner = session.get_one(Learner, made[name].learner_id)
            careers.put(session, here, learner, unit="unit-ward", role="role-aide", actor="test")
    return made


def test_whoever_works_here_and_has_the_skill_now_is_found_page_by_page(api: Any, ward: dict[str, Award]):
    first = api.get("/workforce/people", skill="sk-vein", limit=1)
    rest = api.send("GET", first["next"]).json()

    (ana,) = first["items"]
    assert [ana[name] for name in ("name", "level", "unit", "role")] == ["Ana", 3, "Ward 3", "Aide"]
    assert (ana["award"], ana["learner"]) == (ward["Ana"].id, ward["Ana"].learner_id)
    assert ([each["name"] for each in rest["items"]], rest["next"]) == (["Bo"], None)
    assert "Ana" not in first["next"]


@pytest.mark.usefixtures("ward")
def test_a_level_a_unit_and_a_day_are_asked_for(api: Any):
    day = (clock.now() - timedelta(days=150)).date()

    def names(**asked: Any) -> list[str]:
        return [each["name"] for each in api.get("/workforce/people", skill="sk-vein", **asked)["items"]]

    assert names(level=3) == ["Ana"]
    assert names(unit="unit-ward") == ["Ana", "Bo"]
    assert names(level=3, as_of=str(day)) == ["Cyn"]


@pytest.mark.usefixtures("ward")
@pytest.mark.parametrize(
    ("asked", "status"),
    [
        ({"skill": "nothing"}, 404),
        ({"skill": "sk-vein", "unit": "nowhere"}, 404),
        ({"skill": "sk-vein", "level": 6}, 422),
        ({"skill": "sk-vein", "as_of": "9999-12-31"}, 422),
        ({"skill": "sk-vein", "cursor": "not ours"}, 422),
        ({}, 422),
    ],
)
def test_what_cannot_be_asked_is_told(api: Any, asked: dict[str, Any], status: int):
    assert api.send("GET", "/workforce/people", params=asked).status_code == status


@pytest.mark.usefixtures("ward")
def test_supply_is_counted_against_what_the_role_plans(api: Any):
    (found,) = api.get("/workforce/supply")["items"]

    assert [found[name] for name in ("role", "skill", "level")] == ["role-aide", "sk-vein", 3]
    assert [found[name] for name in ("needed", "working", "at_level", "anywhere", "short")] == [4, 3, 1, 1, 3]


def test_a_unit_is_told_as_it_is_and_as_it_will_be(api: Any, ward: dict[str, Award]):
    found = api.get("/units/unit-ward/readiness")
    ids = {name: award.learner_id for name, award in ward.items()}

    (each,) = found["mandatory"]
    assert (found["learners"], each["percent"], each["target_met"]) == (3, 33.3, False)
    assert (each["current"], each["expired"], each["missing"]) == ([ids["Ana"]], [ids["Cyn"]], [ids["Bo"]])
    assert each["ahead"] == [
        {"days": 30, "losing": [], "percent": 33},
        {"days": 60, "losing": [ids["Ana"]], "percent": 0},
        {"days": 90, "losing": [], "percent": 0},
    ]


def test_a_packet_is_read_as_lines_and_as_a_workbook(api: Any, ward: dict[str, Award]):
    lines = {each["name"]: each for each in api.get("/units/unit-ward/packet")["lines"]}
    file = api.send("GET", "/units/unit-ward/packet", params={"format": "xlsx"})
    rows = list(openpyxl.load_workbook(io.BytesIO(file.content)).worksheets[0].values)

    assert {name: each["standing"] for name, each in lines.items()} == {
        "Ana": "current",
        "Bo": "missing",
        "Cyn": "expired",
    }
    assert lines["Ana"]["credential_url"] == f"http://badges.test/b/{ward['Ana'].id}"
    assert (lines["Ana"]["version"], lines["Ana"]["lost_in_days"], lines["Bo"]["assessor"]) == (1, 60, None)
    assert {row[0] for row in rows[1:]} == {"Ana", "Bo", "Cyn"}


@pytest.fixture
def verdict(client: Any) -> Callable[[bytes], str]:
    """What the verify page's own door says of a file."""

    def ask(file: bytes) -> str:
        answer = client.post("/verify", files={"file": ("p.pdf", file)}, headers={"Accept": "application/json"})
        return str(answer.json()["verdict"])

    return ask


@pytest.mark.usefixtures("ward")
def test_a_packet_that_is_asked_for_is_signed_and_a_changed_one_is_found(api: Any, service: Service, verdict: Any):
    answer = api.send("POST", "/units/unit-ward/packets", json={})

    assert (answer.status_code, answer.headers["content-type"]) == (201, "application/pdf")
    assert verdict(answer.content) == "good"
    assert verdict(answer.content.replace(b"/Title", b"/Tittle", 1)) != "good"
    with service.database.read() as session:
        logged = session.scalars(select(AuditEntry).where(AuditEntry.action == "packet.signed")).one()
    assert (logged.actor.startswith("api-key:"), logged.object_id) == (True, "unit-ward")


@pytest.mark.usefixtures("ward")
def test_a_packet_that_is_asked_for_again_with_its_key_is_the_same_to_the_byte(api: Any, service: Service):
    key = {"Idempotency-Key": "survey-1"}
    first, again = (api.send("POST", "/units/unit-ward/packets", json={}, headers=key) for _ in range(2))

    assert (first.status_code, again.status_code, again.content == first.content) == (201, 201, True)
    assert again.headers["content-type"] == "application/pdf"
    with service.database.read() as session:
        assert len(session.scalars(select(AuditEntry).where(AuditEntry.action == "packet.signed")).all()) == 1


@pytest.mark.usefixtures("ward")
def test_a_unit_that_is_not_there_has_no_packet(api: Any):
    assert api.refused("POST", "/units/nowhere/packets", {})[0] == 404
    assert api.refused("POST", "/units/unit-ward/packets", {"as_of": "0001-01-01"})[0] == 422
