"""The limits of the API are those of the database: a text as long as it may be is stored, one longer is 422 (B21).

The fields are read from the API's own description, so that a new field is tested without anybody's doing.
"""

from __future__ import annotations

import copy
import re
from collections.abc import Iterator
from typing import Any

import pytest

from tests.web.api.asked_of_endorsing import ACCREDITATION

Leaf = tuple[tuple[Any, ...], dict[str, Any]]

SKILL = {"name": "Venepuncture", "url": "https://skills.example/1"}
RESULT = {"id": "score", "name": "Score", "result_type": "Percent", "allowed_values": ["1"]}
FACTS = {
    "name": "Phlebotomy",
    "abbreviation": "PHLB",
    "description": "Draws blood.",
    "skills": [SKILL | {"level": 3}],
    "continuing_education": [{"amount": 1, "unit": "CEU"}],
    "result_descriptions": [RESULT],
    "tags": ["blood"],
    "formats": ["course"],
    "validity": {"kind": "months", "amount": 24},
    "renewal": {
        "reminder_days": [30],
        "method": "ce",
        "ce": {"unit": "hour", "amount": 20, "domains": ["blood"]},
    },
}
EVIDENCE = [{"id": "https://x.example/1"}]
# One full body for each request with a text that has a longest length.
BODIES: dict[tuple[str, str], dict[str, Any]] = {
    ("patch", "/issuer"): {},
    ("post", "/achievements"): {"slug": "a", "facts": FACTS},
    ("put", "/achievements/{achievement_id}"): FACTS,
    ("post", "/awards"): {"achievement": "phlb", "recipient": {"email": "a@x.example"}, "evidence": EVIDENCE},
    ("post", "/awards/{award_id}/revoke"): {"reason": "x"},
    ("post", "/awards/{award_id}/suspend"): {"reason": "x"},
    ("post", "/awards/{award_id}/supersede"): {"evidence": EVIDENCE},
    ("patch", "/learners/{learner_id}"): {},
    ("post", "/endorsements"): {"about": "https://x.example/1", "comment": "Good."},
    ("post", "/endorsements/{endorsement_id}/withdraw"): {"reason": "x"},
    ("post", "/accreditations"): ACCREDITATION | {"scope": "x", "area_served": "x", "sector": "x"},
    ("post", "/signing-keys/{signing_key_id}/revoke"): {"reason": "x"},
    ("post", "/sources"): {"name": "LMS", "type": "generic", "settings": {"namespace": "lms.x"}},
    ("post", "/sources/{source_id}/rules"): {"activity_id": "a", "achievement": "phlb"},
    ("post", "/sources/{source_id}/allowances"): {"achievement": "phlb"},
    ("put", "/sources/{source_id}/reconciliation"): {
        "base_url": "https://lms.example", "token": "asked", "courses": ["7"]
    },
    ("post", "/record-clients"): {"name": "EHR", "types": ["Practitioner"], "jwks_url": "https://ehr.example/jwks.json"},
    ("post", "/lti/platforms"): {
        "name": "Campus", "iss": "https://campus.example", "client_id": "1", "deployments": ["1"],
        "login_url": "https://campus.example/a", "token_url": "https://campus.example/b",
        "jwks_url": "https://campus.example/c",
    },
}  # fmt: skip
# Of these only what is too long is tried: nothing has such a name, and no day can be told twenty times.
NAMES_OF_KNOWN_THINGS = {"achievement", "type", "timezone", "reminder_days"}
EMAIL_LIMIT = 254  # RFC 5321, below the 320 of the columns


def leaves(schema: dict[str, Any], schemas: dict[str, Any], place: tuple[Any, ...] = ()) -> Iterator[Leaf]:
    """Every text and list in a body that has a greatest length: where it is, and its schema."""
    if "$ref" in schema:
        yield from leaves(schemas[schema["$ref"].rpartition("/")[2]], schemas, place)
    for choice in schema.get("anyOf", []):
        yield from leaves(choice, schemas, place)
    if "maxLength" in schema or "maxItems" in schema:
        yield place, schema
    for name, member in schema.get("properties", {}).items():
        yield from leaves(member, schemas, (*place, name))
    if "items" in schema:
        yield from leaves(schema["items"], schemas, (*place, 0))


def text(place: tuple[Any, ...], length: int) -> str:
    """A text of just this length that the field would take."""
    match place[-1]:
        case "email":
            return f"{'a' * 60}@{'b' * 60}.{'c' * 60}.{'d' * 60}.".ljust(length, "e")[:length]
        case "url" | "criteria_url" | "parent_url" | "about" | "base_url" | "login_url" | "token_url" | "jwks_url":
            return "https://x.example/".ljust(length, "a")
        case "id" if "evidence" in place:
            return "https://x.example/".ljust(length, "a")
        case "language":
            return "-".join(["aaaaaaaa"] * 10)[:length]
        case _:
            return "a" * length


def value(body: dict[str, Any], leaf: Leaf, *, more: int) -> Any:
    """What to put at the leaf: as much as it may hold, and `more`."""
    place, schema = leaf
    if "maxItems" in schema:
        found: Any = body
        for part in place:
            found = found[part]
        return [found[0]] * (schema["maxItems"] + more)
    limit = EMAIL_LIMIT if place[-1] == "email" else schema["maxLength"]
    return text(place, limit + more)


def changed(body: dict[str, Any], leaf: Leaf, *, more: int) -> dict[str, Any]:
    """The body with one member at its limit, or above."""
    copied = copy.deepcopy(body)
    *parents, name = leaf[0]
    at: Any = copied
    for part in parents:
        at = at[part]
    at[name] = value(body, leaf, more=more)
    if name == "id" and "recipient" in parents:
        at["namespace"] = "hr"
    if name == "namespace":
        at["id"] = "1"
    return copied


class Desk:
    """Sends bodies to one route after the other, with ids of things that are there."""

    def __init__(self, api: Any) -> None:
        self.api = api
        self.achievement_id = api.publish()["id"]
        self.number = 0

    def send(self, method: str, path: str, body: dict[str, Any], *, keep: tuple[Any, ...]) -> Any:
        """The answer. What must be new each time is new, unless it is the member that is tried."""
        self.number += 1
        if path == "/achievements" and keep != ("slug",):
            body["slug"] = f"a-{self.number}"
        if path == "/awards" and keep != ("recipient", "email"):
            body["recipient"]["email"] = f"a{self.number}@x.example"
        if path == "/lti/platforms" and keep != ("client_id",):
            body["client_id"] = f"c-{self.number}"
        if path == "/endorsements" and keep != ("about",):
            body["about"] = f"https://x.example/{self.number}"
        return self.api.send(method.upper(), path.format(**self._ids(path)), json=body)

    def _ids(self, path: str) -> dict[str, str]:
        ids = {"achievement_id": self.achievement_id}
        if "{award_id}" in path or "{learner_id}" in path:
            recipient = {"email": f"b{self.number}@x.example"}
            award = self.api.post("/awards", achievement=self.achievement_id, recipient=recipient)
            ids |= {"award_id": award["id"], "learner_id": award["learner"]}
        if "{source_id}" in path:
            kind = {"type": "generic", "settings": {"namespace": "lms.x"}}
            if path.endswith("/reconciliation"):
                kind = {"type": "xapi", "settings": {}}
            ids["source_id"] = self.api.post("/sources", name="LMS", **kind)["id"]
        if "{endorsement_id}" in path:
            about = f"https://y.example/{self.number}"
            ids["endorsement_id"] = self.api.post("/endorsements", about=about, comment="Good.")["id"]
        if "{signing_key_id}" in path:
            keys = self.api.get("/signing-keys")["items"]
            ids["signing_key_id"] = next(key["id"] for key in keys if key["state"] == "active")
        return ids


def fields(api: Any) -> dict[tuple[str, str], list[Leaf]]:
    """Route -> its fields with a greatest length, out of the API's description."""
    described = api.send("GET", "/openapi.json").json()
    found = {}
    for path, operations in described["paths"].items():
        for method, operation in operations.items():
            content = operation.get("requestBody", {}).get("content", {})
            schema = content.get("application/json", {}).get("schema", {})
            limited = list(leaves(schema, described["components"]["schemas"]))
            if limited:
                found[method, path.removeprefix("/api/v1")] = limited
    return found


def test_the_bodies_here_are_those_of_routes_with_a_limited_field(api: Any):
    assert set(BODIES) <= set(fields(api))


def alone(leaf: Leaf) -> Any:
    """A body with nothing but one member, which is larger than it may be."""
    place, schema = leaf
    found: Any = ["x"] * (schema["maxItems"] + 1) if "maxItems" in schema else text(place, schema["maxLength"] + 1)
    for part in reversed(place):
        found = [found] if part == 0 else {part: found}
    return found


def test_every_other_route_names_the_field_that_is_too_long(api: Any):
    """What is checked before anything is looked up, so that the ids in the address may be anybody's."""
    desk = Desk(api)
    for (method, path), limited in fields(api).items():
        for leaf in limited:
            if (method, path) in BODIES or not leaf[0]:
                continue
            address = re.sub(r"\{\w+\}", "AAAAAAAAAAAAAAAAAAAAAA", path)
            answer = desk.api.send(method.upper(), address, json=alone(leaf))
            pointers = [problem["pointer"] for problem in answer.json()["problems"]]
            place = "/" + "/".join(map(str, leaf[0]))
            assert answer.status_code == 422, f"{method} {path} {leaf}: {answer.text}"
            assert any(pointer.startswith(place) for pointer in pointers), f"{method} {path} {leaf}: {answer.text}"


@pytest.mark.parametrize("database", ["postgresql"], indirect=True)
def test_every_field_takes_what_its_limit_says_and_no_more_b21(api: Any):
    desk = Desk(api)
    tried = 0
    for (method, path), limited in fields(api).items():
        for leaf in limited if (method, path) in BODIES else []:
            tried += 1
            body = BODIES[method, path]
            over = desk.send(method, path, changed(body, leaf, more=1), keep=leaf[0])
            assert over.status_code == 422, f"{method} {path} {leaf}: {over.text}"
            if leaf[0][-1] not in NAMES_OF_KNOWN_THINGS:
                full = desk.send(method, path, changed(body, leaf, more=0), keep=leaf[0])
                assert full.is_success, f"{method} {path} {leaf}: {full.text}"
    assert tried > 60
