"""The API describes itself truly: OpenAPI with every route, scope, example and error, and with nobody else's routes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from jsonschema import Draft202012Validator


@pytest.fixture
def described(integrator: Callable[..., Any]) -> dict[str, Any]:
    """What anybody gets without a key."""
    return dict(integrator(None).get("/openapi.json"))


def operations(described: dict[str, Any]) -> list[dict[str, Any]]:
    return [operation for path in described["paths"].values() for operation in path.values()]


def test_it_holds_the_integrator_s_routes_only(described: dict[str, Any]):
    assert described["openapi"] == "3.1.0"
    assert described["servers"] == [{"url": "http://badges.test"}]
    assert all(path.startswith("/api/v1/") for path in described["paths"])
    assert len(operations(described)) > 40


def test_every_operation_says_its_scope_its_key_and_its_errors(described: dict[str, Any]):
    for operation in operations(described):
        assert operation["security"] == [{"apiKey": []}]
        assert operation["x-required-scope"] in operation["description"]
        for status in ("400", "401", "403", "404", "409", "415", "422", "503"):
            assert operation["responses"][status] == {"$ref": f"#/components/responses/Error{status}"}
    assert described["components"]["securitySchemes"]["apiKey"]["scheme"] == "bearer"


def test_every_operation_has_a_sentence_and_a_name_of_its_own(described: dict[str, Any]):
    names = [operation["operationId"] for operation in operations(described)]

    assert len(set(names)) == len(names)
    assert all(operation["description"][0].isupper() for operation in operations(described))


def test_every_reference_leads_somewhere(described: dict[str, Any]):
    pending: list[Any] = [described]
    followed = 0
    while pending:
        item = pending.pop()
        if isinstance(item, dict):
            if isinstance(reference := item.get("$ref"), str):
                at = described
                for part in reference.removeprefix("#/").split("/"):
                    at = at[part]
                followed += 1
            pending.extend(item.values())
        elif isinstance(item, list):
            pending.extend(item)
    assert followed > 10


def test_the_examples_are_good_bodies(described: dict[str, Any], api: Any):
    schemas = described["components"]["schemas"]
    examples = {name: schema["examples"][0] for name, schema in schemas.items() if "examples" in schema}
    for name, example in examples.items():
        Draft202012Validator({"$ref": f"#/components/schemas/{name}", "components": {"schemas": schemas}}).validate(
            example
        )

    made = api.post("/achievements", **examples["NewAchievement"])
    api.post(f"/achievements/{made['id']}/publish")
    assert api.post("/awards", **examples["NewAward"])["created"]
    source = api.post("/sources", **examples["NewSource"])
    assert api.post(f"/sources/{source['id']}/rules", **examples["NewRule"])


def test_answers_are_as_described(described: dict[str, Any], api: Any):
    api.publish()
    award = api.send("POST", "/awards", json={"achievement": "phlb", "recipient": {"email": "ana@x.example"}})
    problem = api.send("POST", "/awards", json={})
    components = {"components": described["components"]}

    Draft202012Validator({"$ref": "#/components/schemas/AwardMade", **components}).validate(award.json())
    Draft202012Validator({"$ref": "#/components/schemas/Problem", **components}).validate(problem.json())
