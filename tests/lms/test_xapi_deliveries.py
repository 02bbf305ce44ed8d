"""How statements prove who sent them, and by what a delivery is known when it comes again."""

from __future__ import annotations

import gzip
import json
import re
from typing import Any

import pytest

from app.errors import DeliveryNotAuthentic, TooLarge
from app.lms.xapi import STATEMENT_ID as NAMED
from app.lms.xapi import identifiers
from tests.lms.xapi_statements import PAIR, PASSWORD, STATEMENT_ID, basic, letterbox, statement

UUID_OF_A_NAME = r"[0-9a-f]{8}-[0-9a-f]{4}-5[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}"


def body(document: Any) -> bytes:
    return json.dumps(document).encode()


def key_of(document: Any, **headers: str) -> str:
    raw = document if isinstance(document, bytes) else body(document)
    return str(letterbox().authenticate({**basic(), **headers}, raw).delivery_key)


def test_a_user_and_a_password_open_the_door():
    proved = letterbox().authenticate(basic(), body([statement()]))

    assert (proved.method, proved.key_id) == ("basic", "s1")
    assert proved.payload == body([statement()])


def test_a_bearer_secret_opens_it_where_the_settings_say_so():
    box = letterbox(auth="bearer")
    box.secrets = (type(box.secrets[0])("s1", PASSWORD),)

    assert box.authenticate({"authorization": f"Bearer {PASSWORD}"}, body(statement())).method == "bearer"


@pytest.mark.parametrize(
    "headers",
    [{}, basic("lrs:another-password-of-length"), basic(PAIR[:-1]), {"authorization": f"Bearer {PASSWORD}"}],
    ids=["nothing", "another password", "a shorter password", "another scheme"],
)
def test_whoever_has_no_secret_is_told_one_thing(headers: dict[str, str]):
    with pytest.raises(DeliveryNotAuthentic, match="could not be authenticated"):
        letterbox().authenticate(headers, body(statement()))


def test_one_statement_is_known_by_its_id_however_it_is_written():
    stored = statement(stored="2026-03-02T10:16:00Z", authority={"mbox": "mailto:lrs@x.test"}, version="1.0.3")
    spaced = json.dumps(statement(), indent=2, sort_keys=True).encode()
    rescaled = body(statement()).replace(b"0.95", b"0.950")
    record = {"_id": "5", "statement": statement()}
    every = [
        letterbox().authenticate(basic(), each if isinstance(each, bytes) else body(each))
        for each in (statement(), stored, spaced, rescaled, record)
    ]

    assert {each.delivery_key for each in every} == {f"statement:{STATEMENT_ID}"}
    assert len({each.payload for each in every}) == 1


def test_the_same_id_with_another_content_is_told_apart():
    first, other = (
        letterbox().authenticate(basic(), body(each)) for each in (statement(), statement(**{"result.success": False}))
    )

    assert first.delivery_key == other.delivery_key
    assert first.payload != other.payload


def test_what_is_parsed_of_one_statement_is_what_was_sent():
    box = letterbox()
    proved = box.authenticate(basic(), body(statement()))

    assert box.parse(proved.payload) == box.parse(statement())


def test_the_address_of_a_put_gives_a_statement_its_id():
    proved = letterbox().authenticate(basic() | {NAMED: STATEMENT_ID}, body(statement(id=...)))

    assert identifiers.ids_in(proved.payload) == [STATEMENT_ID]
    assert proved.delivery_key == f"statement:{STATEMENT_ID}"


def test_a_batch_is_known_by_its_bytes_also_when_it_was_compressed():
    raw = body([statement()])

    assert key_of(raw) == key_of(gzip.compress(raw), **{"content-encoding": "gzip"})
    assert key_of(raw) != key_of(raw + b" ")


def test_a_bomb_is_not_unpacked():
    with pytest.raises(TooLarge):
        letterbox().authenticate({**basic(), "content-encoding": "gzip"}, gzip.compress(b"[" + b" " * 50_000_000))


@pytest.mark.parametrize(
    "raw", [b"", b"{", b"nothing", b"[1,", b"\xff"], ids=["empty", "half", "text", "half a batch", "bytes"]
)
def test_what_cannot_be_read_is_authentic_all_the_same(raw: bytes):
    assert key_of(raw).startswith("sha256:")
    assert identifiers.ids_in(raw) is None


def test_ids_are_answered_in_order_and_made_where_they_are_missing():
    first, second, third = identifiers.ids_in(body([statement(), statement(id=...), "nonsense"])) or []

    assert first == STATEMENT_ID
    assert second == letterbox().completion(statement(id=...)).dedupe_key
    assert third not in {first, second}
    assert [re.fullmatch(UUID_OF_A_NAME, each) is not None for each in (second, third)] == [True, True]


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"colour": "red"}, "no setting “colour”"),
        ({"waivers": "yes"}, "`waivers` must be one of ignore, accept"),
        ({"batches": "none"}, "`batches` must be one of each, all_or_none"),
        ({"verbs": {"scored": "progress"}}, "“scored” must be an IRI"),
        ({"verbs": {"https://x.test/v": "revoked"}}, "leads to completed, passed, failed, progress"),
        ({"activity_types": ["course"]}, "`activity_types` must be an object"),
        ({"auth": "standard_webhooks"}, "`auth` must be one of basic, bearer"),
        ({"max_items": 0}, "`max_items` must be a whole number"),
    ],
    ids=["unknown", "waivers", "batches", "no IRI", "another kind", "a list", "another scheme", "no items"],
)
def test_settings_that_cannot_be_used_are_named(settings: dict[str, Any], said: str):
    assert any(said in problem for problem in letterbox(**settings).problems())


def test_no_settings_at_all_are_enough():
    assert letterbox().problems() == []
