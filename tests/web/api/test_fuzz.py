"""Bodies of about the right shape with anything inside: the answer is never a fault of the server.

Shapes come from the API's own description. On PostgreSQL, which refuses what SQLite would store.
"""

from __future__ import annotations

import itertools
import re
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

JUNK = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=5,
)
WORDS = st.sampled_from(
    ["phlb", "a@x.example", "https://x.example/", "2026-03-01T09:00:00Z", "generic", "canvas", "#0b4f6c", "en",
     "</text>", "\x01", "\u202e", "a\ud7ffb\U0001f393", "=1+1", "{{7*7}}", "1e309", "0.5", "none", "https://a b/", "[",
     "http://[", "https://x.example:99999/", "urn:x", "\r\nBcc: a@b", "' OR 1=1 --"]
)  # fmt: skip

SETTINGS = ["auth", "namespace", "jwks", "event_names", "time_zone", "score_unit", "max_items", "root_account_uuid",
            "learning_kind", "epoch_unit", "jwks_url", "tea"]  # fmt: skip
GOOD = {
    "AchievementFacts": {
        "name": "Phlebotomy",
        "abbreviation": "PHLB",
        "description": "Draws blood.",
        "criteria_narrative": "Pass.",
        "achievement_type": "Badge",
    },
    "EvidenceIn": {"id": "https://x.example/1"},
    "Recipient": {"email": "c@x.example", "name": "Kim"},
}
PLAIN: dict[str, st.SearchStrategy[Any]] = {
    "integer": st.integers(1, 5) | st.integers(),
    "number": st.integers(0, 5) | st.floats(allow_nan=False, allow_infinity=False) | WORDS,
    "object": st.dictionaries(st.sampled_from(SETTINGS), WORDS | JUNK, max_size=3).map({"namespace": "x"}.__or__)
    | JUNK,
    "boolean": st.booleans(),
    "null": st.none(),
}
SIMPLE_PATTERN = re.compile(r"[\^$\[\](){}|?:#*,a-zA-Z0-9-]+")  # the pattern of a decimal number looks ahead


def shaped(schema: dict[str, Any], schemas: dict[str, Any]) -> st.SearchStrategy[Any]:
    """About what the schema says: mostly right, somewhere wrong."""
    if "$ref" in schema:
        schema = schemas[schema["$ref"].rpartition("/")[2]]
    if "anyOf" in schema:
        return st.one_of([shaped(choice, schemas) for choice in schema["anyOf"]])
    if "properties" in schema:
        members = {name: shaped(member, schemas) for name, member in schema["properties"].items()}
        needed = {name: members.pop(name) for name in schema.get("required", [])}
        anything = st.fixed_dictionaries(needed, optional=members)
        if good := GOOD.get(schema["title"]) or next(iter(schema.get("examples", [])), None):
            one_member = st.one_of([st.fixed_dictionaries({name: made}) for name, made in (needed | members).items()])
            return anything | one_member.map(lambda member: good | member)
        return anything
    if "items" in schema:
        return st.lists(shaped(schema["items"], schemas), max_size=2)
    return text(schema) if schema.get("type") == "string" else PLAIN.get(str(schema.get("type")), JUNK)


def text(schema: dict[str, Any]) -> st.SearchStrategy[Any]:
    """A text of a closed set, of a pattern, or any."""
    if "enum" in schema:
        return st.sampled_from(schema["enum"]) | WORDS
    if pattern := SIMPLE_PATTERN.fullmatch(schema.get("pattern", "")):
        return st.from_regex(re.compile(pattern[0], re.ASCII), fullmatch=True) | WORDS
    return WORDS | st.text(min_size=1, max_size=30) | st.text(max_size=400)


class Desk:
    """Sends bodies to every route that takes one, with ids of things that are there."""

    def __init__(self, api: Any) -> None:
        self.api = api
        self.described = api.send("GET", "/openapi.json").json()
        self.achievement_id = api.publish()["id"]
        self.source_id = api.post("/sources", name="LMS", type="generic", settings={"namespace": "lms.x"})["id"]
        self.people = itertools.count()

    def bodies(self) -> dict[tuple[str, str], st.SearchStrategy[Any]]:
        """Method and address -> what may be sent there."""
        found = {}
        for path, operations in self.described["paths"].items():
            for method, operation in operations.items():
                content = operation.get("requestBody", {}).get("content", {})
                if schema := content.get("application/json", {}).get("schema"):
                    found[method, path.removeprefix("/api/v1")] = shaped(
                        schema, self.described["components"]["schemas"]
                    )
        return found

    def send(self, method: str, path: str, body: Any) -> Any:
        """Send it, with a fresh award in the address and a new person in the body."""
        email = f"n{next(self.people)}@x.example"
        ids = {"achievement_id": self.achievement_id, "source_id": self.source_id}
        if "{award_id}" in path or "{learner_id}" in path:
            award = self.api.post("/awards", achievement=self.achievement_id, recipient={"email": email})
            ids |= {"award_id": award["id"], "learner_id": award["learner"]}
        if "{endorsement_id}" in path:
            about = f"https://x.example/{email}"
            ids["endorsement_id"] = self.api.post("/endorsements", about=about, comment="Good.")["id"]
        for name in re.findall(r"\{(\w+)\}", path):
            ids.setdefault(name, "AAAAAAAAAAAAAAAAAAAAAA")  # of others, something that is not there
        if path == "/awards" and isinstance(body.get("recipient"), dict):
            body["recipient"].setdefault("email", email)
            if body["recipient"]["email"] == "c@x.example":
                body["recipient"]["email"] = email
        return self.api.send(method, path.format(**ids), json=body)

    def follow(self, answer: Any, address: str) -> list[Any]:
        """What one would do next: publish a draft that was taken, award it, show it."""
        if not answer.is_success or not address.startswith("/achievements") or "page" not in answer.json():
            return []  # nothing was written, or something beside the achievement, such as the switch of its rules
        made = f"/achievements/{answer.json()['id']}"
        published = self.api.send("POST", f"{made}/publish")
        award = {"recipient": {"email": "b@x.example"}, "achievement": answer.json()["id"]}
        awarded = self.api.send("POST", "/awards", json=award)
        assert awarded.is_success or not published.is_success, f"{answer.text}\n{awarded.text}"
        pages = [self.api.client.get(answer.json()["page"], headers={"Accept": kind}) for kind in ("*/*", "text/html")]
        return [published, awarded, *pages]


@pytest.mark.parametrize("database", ["postgresql"], indirect=True)
def test_no_body_of_about_the_right_shape_is_a_fault_of_the_server(api: Any):
    desk = Desk(api)
    bodies = desk.bodies()

    @settings(max_examples=100, deadline=None, derandomize=True, database=None, suppress_health_check=list(HealthCheck))
    @given(st.sampled_from(sorted(bodies)).flatmap(lambda route: st.tuples(st.just(route), bodies[route])))
    def never_500(sent: tuple[tuple[str, str], Any]) -> None:
        (method, path), body = sent
        answer = desk.send(method, path, body)
        for each in [answer, *desk.follow(answer, path)]:
            assert each.status_code < 500, f"{method} {path}: {each.status_code} {each.text[:300]}"

    never_500()
