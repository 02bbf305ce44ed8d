"""The door as the standard describes it: versions, methods, types and secrets; and what cannot be read is kept."""

from __future__ import annotations

import base64
import gzip
import json
from collections.abc import Callable
from typing import Any

import pytest

from app.issuing import inbox, sources
from app.issuing.awards import Award
from app.issuing.inbox import Delivery
from app.service import Service
from tests.beside import beside
from tests.lms.xapi_statements import STATEMENT_ID, statement

from .store import ACTOR, VERSION, Store, count

# -- who is let in ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("method", ["POST", "PUT"])
def test_a_wrong_secret_is_asked_for_a_password_and_leaves_a_counter_only(store: Store, service: Service, method: str):
    wrong = base64.b64encode(b"lanyard:a-wrong-password-of-length").decode()

    refused = store.send(method, statement(), f"?statementId={STATEMENT_ID}", authorization=f"Basic {wrong}")

    assert refused.status_code == 401
    assert refused.headers["www-authenticate"].startswith("Basic ")
    assert refused.headers[VERSION] == "1.0.3"
    assert count(service, Delivery) == 0
    with service.database.read() as session:
        assert sources.by_id(session, store.source_id).rejected_count == 1


def test_a_secret_with_one_character_flipped_opens_nothing(make_store: Callable[..., Store], service: Service):
    store = make_store(auth="bearer")
    token = store.secret
    middle = len(token) // 2
    flipped = token[:middle] + ("A" if token[middle] != "A" else "B") + token[middle + 1 :]

    statuses = [store.post(statement(), authorization=f"Bearer {each}").status_code for each in (flipped, token)]

    assert statuses == [401, 200]
    assert count(service, Delivery) == 1


def test_a_source_of_another_kind_is_not_here(make_store: Callable[..., Store]):
    assert make_store("generic", namespace="x").post(statement()).status_code == 404


def test_a_source_that_is_switched_off_says_so(store: Store, service: Service):
    with service.database.write() as session:
        source = sources.by_id(session, store.source_id)
        sources.set_state(session, source, sources.SourceState.DISABLED, actor=ACTOR)

    assert store.post(statement()).status_code == 410


# -- the protocol -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("asked", "answered"),
    [("1.0", "1.0.3"), ("1.0.0", "1.0.3"), ("1.0.9", "1.0.3"), ("2.0", "2.0.0"), ("2.0.0", "2.0.0")],
)
def test_the_version_is_answered_in_its_line(store: Store, asked: str, answered: str):
    answer = store.send("POST", statement(), x_experience_api_version=asked)

    assert (answer.status_code, answer.headers[VERSION]) == (200, answered)


@pytest.mark.parametrize("asked", ["", "0.95", "1.1.0", "3.0.0", "one"])
def test_another_version_is_refused_and_the_known_ones_are_named(store: Store, service: Service, asked: str):
    refused = store.send("POST", statement(), x_experience_api_version=asked)

    assert (refused.status_code, refused.headers[VERSION]) == (400, "1.0.3")
    assert "2.0.0" in refused.json()["versions"]
    assert count(service, Delivery) == 0


def test_about_tells_the_versions_to_anybody(store: Store):
    answer = store.client.get(f"/xapi/{store.source_id}/about")
    head = store.client.head(f"/xapi/{store.source_id}/about")

    assert answer.json() == {"version": ["1.0.0", "1.0.1", "1.0.2", "1.0.3", "2.0.0"], "extensions": {}}
    assert (head.status_code, head.content) == (200, b"")
    assert answer.headers[VERSION] == head.headers[VERSION] == "1.0.3"
    assert store.client.get("/xapi/nowhere/about").status_code == 404


@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_statements_are_not_handed_out(store: Store, method: str):
    answer = store.send(method, b"")

    assert (answer.status_code, answer.headers["allow"]) == (405, "POST, PUT")
    assert answer.headers[VERSION] == "1.0.3"
    assert method == "HEAD" or "learning record store" in answer.json()["detail"]


@pytest.mark.parametrize(
    ("query", "changes"),
    [
        ("", {}),
        ("?statementId=7", {}),
        (f"?statementId={STATEMENT_ID}", {"id": "00000000-0000-4000-8000-000000000001"}),
    ],
    ids=["no id", "no UUID", "another id"],
)
def test_a_put_names_the_one_statement_that_it_carries(
    store: Store, service: Service, query: str, changes: dict[str, Any]
):
    assert store.send("PUT", statement(**changes), query).status_code == 400
    assert count(service, Delivery) == 0


def test_a_put_carries_no_batch(store: Store):
    assert store.put([statement()] * 2).status_code == 400


@pytest.mark.parametrize(
    ("content_type", "word"),
    [("text/plain", "application/json"), ("", "application/json"), ("application/x-www-form-urlencoded", "JSON")],
    ids=["text", "nothing", "a form"],
)
def test_another_content_type_is_refused(store: Store, content_type: str, word: str):
    refused = store.send("POST", statement(), content_type=content_type)

    assert refused.status_code == 415
    assert word in refused.json()["detail"]


def test_statements_with_attachments_are_refused_with_the_reason(store: Store, service: Service):
    files = sorted(beside("conformance", "lms", "xapi", "adl-templates-1.0.3", "attachments").glob("*"))
    assert files
    parts = [b"--x\r\nContent-Type: application/json\r\n\r\n" + json.dumps(statement()).encode()]
    parts += [b"--x\r\nX-Experience-API-Hash: 1\r\n\r\n" + file.read_bytes() for file in files]

    refused = store.send("POST", b"\r\n".join([*parts, b"--x--"]), content_type="multipart/mixed; boundary=x")

    assert refused.status_code == 415
    assert "Attachments are not taken" in refused.json()["detail"]
    assert count(service, Delivery) == 0


def test_the_alternate_request_syntax_is_refused_with_the_reason(store: Store):
    refused = store.send("POST", b"content=1", "?method=PUT", content_type="application/x-www-form-urlencoded")

    assert refused.status_code == 400
    assert "alternate request syntax" in refused.json()["detail"]


# -- what cannot be read is kept ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "body",
    [b"", b"{", b'"text"', b"[1]", b'{"actor": {}}', b'{"id": "1", "id": "2"}', b"\xff"],
    ids=["nothing", "half", "text", "a number", "no statement", "twice", "bytes"],
)
def test_a_body_that_cannot_be_read_is_kept_and_answered_400(store: Store, service: Service, body: bytes):
    refused = store.post(body)

    assert refused.status_code == 400
    assert refused.json()["type"].endswith("/problems/delivery-unreadable")
    with service.database.read() as session:
        assert inbox.by_id(session, refused.json()["delivery"]).id
    assert store.post(body).json() == refused.json()


def test_a_batch_above_the_sources_limit_is_answered_413(make_store: Callable[..., Store]):
    store = make_store(max_items=2)

    assert store.post([statement(id=...) for _ in range(3)]).status_code == 413


def test_a_body_above_the_limit_and_a_bomb_are_answered_413(store: Store, service: Service):
    huge = store.post(b"[" + b" " * service.settings.max_body_bytes + b"]")
    bomb = store.post(gzip.compress(b"[" + b" " * 50_000_000 + b"]"), content_encoding="gzip")

    assert (huge.status_code, bomb.status_code) == (413, 413)
    assert count(service, Delivery) == 0


def test_a_compressed_batch_is_read(store: Store, service: Service):
    answer = store.post(gzip.compress(json.dumps([statement()]).encode()), content_encoding="gzip")

    assert answer.json() == [STATEMENT_ID]
    assert count(service, Award) == 1


def test_an_empty_batch_is_answered_with_nothing(store: Store):
    assert (store.post([]).status_code, store.post([]).json()) == (200, [])
