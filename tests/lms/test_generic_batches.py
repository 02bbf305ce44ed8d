"""Many items at once, envelopes, tests of the connection, and bodies that cannot be read at all."""

import json
from dataclasses import replace

import pytest

from app.errors import InvalidInput, MalformedJson, TooLarge
from app.lms.base import Completion, CompletionKind, Ignored, TestPing, Unreadable

# -- batches and envelopes --------------------------------------------------------------------------------


def test_one_bad_item_of_a_hundred_leaves_ninety_nine(source, item):
    batch = [item(id=f"e-{n}") for n in range(100)]
    batch[41] = item(learner=None)

    items = source.parse({"items": batch})

    assert [one.index for one in items] == list(range(100))
    assert sum(isinstance(one, Completion) for one in items) == 99
    assert items[41].pointer == "/items/41/learner"


def test_a_mixed_batch_keeps_its_order(source, item):
    items = source.parse([item(), item(event="viewed"), 5, item(event="ping"), item(event="failed", id="e2")])

    assert [type(one) for one in items] == [Completion, Ignored, Unreadable, TestPing, Completion]
    assert [one.index for one in items] == [0, 1, 2, 3, 4]
    assert items[2].pointer == "/2"


def test_an_empty_batch_is_fine(source):
    assert source.parse([]) == source.parse({"items": []}) == ()


def test_a_batch_above_the_cap_is_refused_whole_with_the_cap(source, item):
    box = replace(source, settings=source.settings | {"max_items": 2})

    assert len(box.parse([item(), item()])) == 2
    with pytest.raises(TooLarge) as caught:
        box.parse([item()] * 3)
    assert caught.value.facts == {"limit_items": 2}


def test_the_envelope_of_standard_webhooks_is_opened(source, item):
    sent = {"type": "completion.completed", "timestamp": "2026-03-02T10:16:00Z", "data": item(event=...)}
    completion = source.completion(sent)

    assert completion.kind is CompletionKind.COMPLETED
    assert completion.sent_at.isoformat() == "2026-03-02T10:16:00+00:00"


@pytest.mark.parametrize("inside", [lambda items: items, lambda items: {"items": items}])
def test_an_envelope_may_hold_a_batch_of_different_events(source, item, inside):
    sent = {"type": "completion", "data": inside([item(), item(event="failed")])}

    assert [one.kind for one in source.parse(sent)] == [CompletionKind.COMPLETED, CompletionKind.FAILED]


def test_an_envelope_of_an_unknown_type_is_ignored_whatever_is_inside(source, item):
    """T28: an unknown type is never treated as a completion."""
    ignored = source.ignored({"type": "course.completed", "data": item()})

    assert ignored.event_type == "course.completed"


def test_an_envelope_and_an_item_that_contradict_each_other_are_unreadable(source, item):
    assert source.unreadable({"type": "completion.failed", "data": item()}).code == "contradiction"
    assert source.unreadable({"type": "completion.failed", "data": "x"}).pointer == "/data"
    assert source.unreadable({"type": "completion", "data": item(event=...)}).pointer == "/data/event"


# -- tests of the connection ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"type": "endpoint.test", "timestamp": "x", "data": {}},
        {"type": "ping"},
        {"type": "PING", "data": None},
        {"event": "test"},
        {"event": "ping", "learner": {"id": "1"}},
    ],
)
def test_a_test_of_the_connection_is_a_ping_and_never_a_completion(source, body):
    assert source.ping(body).detail


@pytest.mark.parametrize("member", ["email", "name"])
def test_a_learner_marked_as_test_earns_nothing(source, item, member):
    assert source.ping(item(**{f"learner.{member}": " [TEST] mira.holm@hospital.test"}))


# -- whole deliveries that cannot be read -----------------------------------------------------------------


@pytest.mark.parametrize(
    "payload",
    [
        b"",
        b"{",
        b"\xff",
        b'{"a": NaN}',
        b'{"a": Infinity}',
        b'{"a": 1, "a": 2}',
        b'["\\ud800"]',
        b"[" * 20_000,
        b"1e400",
        b"[1e-99999999999999999999]",
        b"[" + b"9" * 5000 + b"]",
    ],
)
def test_a_body_that_is_not_strict_json_is_refused_whole(source, payload):
    """T13, T14."""
    with pytest.raises(MalformedJson):
        source.parse(payload)


@pytest.mark.parametrize("payload", [b"5", b'"x"', b"null", b"true", b'{"items": 5}'])
def test_json_of_another_shape_is_refused_whole(source, payload):
    with pytest.raises(InvalidInput):
        source.parse(payload)


def test_a_body_above_a_megabyte_is_refused(source):
    with pytest.raises(TooLarge):
        source.parse(b" " * 1_048_577)


def test_a_byte_order_mark_is_no_harm(source, item):
    assert source.completion(b"\xef\xbb\xbf" + json.dumps(item()).encode()) == source.completion(item())
