"""What a body may be: strict JSON of the right type and size, with the members that are named and no others.

B20, T13, T14, T30.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import product
from typing import Any

import pytest
from fastapi.routing import APIRoute, iter_route_contexts

from app.web.api import router

JSON = {"Content-Type": "application/json"}
DEEP = b'{"a":' * 40 + b"1" + b"}" * 40
UNREADABLE = {
    "a member twice": b'{"slug":"good","slug":"evil"}',
    "not a number": b'{"slug":NaN}',
    "infinite": b'{"hours":1e999}',
    "5,000 digits": b'{"hours":' + b"9" * 5000 + b"}",
    "nested 40 deep": DEEP,
    "half a surrogate pair": rb'{"slug":"\ud800"}',
    "no JSON": b"{",
    "another encoding": '{"slug":"é"}'.encode("latin-1"),
}


def with_a_body(*, required: bool = False) -> Iterator[tuple[str, str]]:
    """Method and path of every route that takes JSON; with `required` those that cannot do without."""
    for context in iter_route_contexts(router.routes):
        field = context.body_field if isinstance(context.original_route, APIRoute) else None
        if field is not None and (field.field_info.is_required() or not required):
            for method in context.methods or ():
                path = str(context.path).removeprefix("/api/v1").replace("{kind}", "skill")
                path = path.replace("{", "").replace("}", "")
                yield method, path


ROUTES = sorted(with_a_body())
NEEDING_A_BODY = sorted(with_a_body(required=True))


def test_json_that_two_readers_may_read_differently_is_400_on_every_route_t14(api: Any):
    for (method, path), (what, body) in product(ROUTES, UNREADABLE.items()):
        answer = api.send(method, path, content=body, headers=JSON)

        assert answer.status_code == 400, f"{method} {path} with {what}: {answer.text}"
        assert answer.json()["type"] == "http://badges.test/problems/malformed-json"


def test_without_a_key_even_an_unreadable_body_is_401(integrator: Callable[..., Any]):
    for method, path in ROUTES:
        assert integrator(None).send(method, path, content=b"{", headers=JSON).status_code == 401


def test_another_content_type_than_json_is_415_on_every_route(api: Any):
    for (method, path), media_type in product(ROUTES, ["text/plain", "application/x-www-form-urlencoded", ""]):
        answer = api.send(method, path, content=b'{"reason":"x"}', headers={"Content-Type": media_type})

        assert answer.status_code == 415, f"{method} {path}: {answer.text}"
        assert answer.json()["expected"] == "application/json"


def test_the_content_type_may_say_more(api: Any):
    headers = {"Content-Type": "application/merge-patch+json; charset=utf-8"}

    assert api.send("PATCH", "/issuer", content=b'{"description":"x"}', headers=headers).status_code == 200


def test_a_member_that_is_not_named_is_refused_on_every_route_t30(api: Any):
    for (method, path), member in product(ROUTES, ["tenant_id", "issuer_id", "status", "is_admin", "signed_at"]):
        status, problem = api.refused(method, path, {member: "x"})

        assert status == 422, f"{method} {path}"
        assert f"/{member}" in [found["pointer"] for found in problem["problems"]], f"{method} {path}"


def test_thousands_of_unknown_members_get_a_short_answer(api: Any):
    answer = api.send("PATCH", "/issuer", json={f"x{number}": 1 for number in range(5_000)})

    assert answer.status_code == 422
    assert len(answer.content) < 20_000


def test_a_body_that_is_no_object_is_422_on_every_route(api: Any):
    for (method, path), body in product(NEEDING_A_BODY, [None, [], "text", 1, True, [{}]]):
        assert api.refused(method, path, body)[0] == 422, f"{method} {path} with {body}"


def test_no_body_at_all_is_422(api: Any):
    assert {api.send(method, path, headers=JSON).status_code for method, path in NEEDING_A_BODY} == {422}


def test_criteria_that_are_no_text_are_422_with_a_pointer_b20(api: Any, phlebotomy: dict[str, Any]):
    for criteria in ("", [], ["a"], {}, {"a": 1}, 7, True):
        body = {"slug": "phlb", "facts": phlebotomy | {"criteria_narrative": criteria}}

        status, problem = api.refused("POST", "/achievements", body)

        assert (status, problem["problems"][0]["pointer"]) == (422, "/facts/criteria_narrative"), criteria


def test_criteria_of_null_make_a_draft_that_cannot_be_published_b20(api: Any, phlebotomy: dict[str, Any]):
    made = api.post("/achievements", slug="phlb", facts=phlebotomy | {"criteria_narrative": None})

    status, problem = api.refused("POST", f"/achievements/{made['id']}/publish", {})

    assert (status, problem["type"]) == (409, "http://badges.test/problems/not-publishable")
    assert "OB3-12" in problem["problems"][0]


@pytest.mark.parametrize("database", ["sqlite", "postgresql"], indirect=True)
def test_the_character_nul_is_refused_and_never_a_fault_of_the_database(api: Any, phlebotomy: dict[str, Any]):
    body = {"slug": "phlb", "facts": phlebotomy | {"tags": ["a\0b"]}}

    status, problem = api.refused("POST", "/achievements", body)

    assert (status, problem["pointer"]) == (422, "/facts/tags/0")
    assert api.send("GET", "/achievements/%00").status_code == 404
    assert api.send("GET", "/audit?object=%00").status_code == 422
    assert api.send("GET", "/learners?email=%00").status_code == 422


def test_a_body_above_the_limit_is_413_whatever_its_length_is_said_to_be(api: Any):
    def chunks() -> Iterator[bytes]:
        for _ in range(3):
            yield b" " * 500_000

    declared = api.send("PATCH", "/issuer", content=b" " * 1_500_000, headers=JSON)
    streamed = api.send("PATCH", "/issuer", content=chunks(), headers=JSON)

    assert (declared.status_code, streamed.status_code) == (413, 413)


def test_a_picture_must_be_sent_as_a_png_or_svg(api: Any):
    api.publish()

    for path in ("/issuer/image", "/achievements/phlb/image"):
        assert api.send("PUT", path, content=b"x", headers={"Content-Type": "text/html"}).status_code == 415
        assert api.send("PUT", path, content=b"<html>", headers={"Content-Type": "image/png"}).status_code == 422


def test_a_parameter_that_is_wrong_or_misspelt_is_422(api: Any):
    for query in ("limit=0", "limit=201", "limit=x", "cursor=x", "stat=parked", "state=lost"):
        assert api.send("GET", f"/completions?{query}").status_code == 422, query
