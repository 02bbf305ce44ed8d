"""Whatever comes in, an answer comes out; and no changed badge is ever called good."""

from __future__ import annotations

import copy
import json
import random
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.credentials import jsonld
from app.credentials.baking import bake
from app.credentials.report import Outcome, Verdict

QUICK = settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])

SCALARS = st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.floats(allow_nan=False) | st.text(max_size=20)
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)


SEEDS = st.integers(0, 2**32)
ODD_VALUES = [
    None, True, 0, -1, 1.5, 2**53 - 1, [], {}, [[]], [None], "", "x", "z", "did:key:z6Mk", "Proof", "\u202e",
    "https://evil.example/", "2099-01-01T00:00:00Z", "9999-12-31T23:59:59.999999999Z",
    {"id": "https://evil.example/"}, {"@value": "x"},
]  # fmt: skip


def places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """The path of every member and list item."""
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [place for key, item in items for place in ((*path, key), *places(item, (*path, key)))]


def holder_of(document: Any, path: tuple[Any, ...]) -> Any:
    for key in path[:-1]:
        document = document[key]
    return document


def mutated(document: dict[str, Any], seed: int) -> dict[str, Any]:
    """The document after one to three changes somewhere in it: put, taken out, added, renamed, wrapped or copied."""
    chance = random.Random(seed)  # noqa: S311 - a repeatable choice, no secret
    document = copy.deepcopy(document)
    for _ in range(chance.randint(1, 3)):
        path = chance.choice(places(document) or [()])
        if path:
            change(document, path, chance)
    return document


def odd_value(chance: random.Random) -> Any:
    return copy.deepcopy(chance.choice(ODD_VALUES))  # the next change may go into it


def change(document: dict[str, Any], path: tuple[Any, ...], chance: random.Random) -> None:
    holder, key = holder_of(document, path), path[-1]
    match chance.choice(["put", "take", "add", "rename", "wrap", "copy"]):
        case "put":
            holder[key] = odd_value(chance)
        case "take":
            del holder[key]
        case "add" if isinstance(holder, dict):
            holder[chance.choice(["name", "validUntil", "x", "@type", "proof", "", "a b"])] = odd_value(chance)
        case "rename" if isinstance(holder, dict):
            holder[f"https://www.w3.org/2018/credentials#{key}"] = holder.pop(key)
        case "wrap":
            holder[key] = [holder[key]]
        case _:
            other = chance.choice(places(document))
            holder[key] = copy.deepcopy(holder_of(document, other)[other[-1]])


def meaning(document: dict[str, Any]) -> bytes:
    return jsonld.canonicalise({name: value for name, value in document.items() if name != "proof"})


@QUICK
@given(data=st.binary(max_size=400) | st.text(max_size=400))
def test_any_bytes_and_any_text_get_an_answer(world: Any, data: bytes | str):
    assert not world.verify(data).is_good


@QUICK
@given(document=st.dictionaries(st.text(max_size=8), VALUES, max_size=5))
def test_any_json_object_gets_an_answer(world: Any, document: dict[str, Any]):
    assert not world.verify(json.dumps(document)).is_good


@settings(QUICK, max_examples=100)
@given(seed=SEEDS)
def test_a_changed_badge_gets_an_answer_and_is_good_only_if_it_means_the_same(world: Any, honest: Any, seed: int):
    original = json.loads(honest.json)
    changed = mutated(original, seed)

    report = world.verify(json.dumps(changed))

    if report.is_good:
        shown, signed = report.credential.to_dict(), world.verify(honest.json).credential.to_dict()
        assert meaning(changed) == meaning(original)
        # What is stated twice of one thing can be left out once; then less is shown, and nothing else.
        assert shown.items() <= signed.items()
        assert {"valid_from", "valid_until", "subject_id", "credential_id", "achievement_name"} <= shown.keys()


@QUICK
@given(place=st.floats(0, 1, exclude_max=True), character=st.sampled_from("AQgw.=-_ \n"))
def test_a_changed_token_is_never_good(world: Any, honest: Any, place: float, character: str):
    token = honest.jwt.decode()
    position = int(place * len(token))
    changed = token[:position] + character + token[position + 1 :]

    report = world.verify(changed)

    assert report.is_good == (changed.strip() == token)


@QUICK
@given(seed=SEEDS)
def test_a_signed_document_of_any_shape_gets_an_answer(world: Any, honest: Any, seed: int):
    """The issuer itself may sign nonsense; a token signs any letters."""
    original = {name: value for name, value in json.loads(honest.json).items() if name != "proof"}

    report = world.verify(world.token(mutated(original, seed), typ="vc+jwt"))

    assert report.verdict in Verdict
    assert report.is_good == all(check.outcome is Outcome.PASSED for check in report.checks)


@QUICK
@given(seed=SEEDS)
def test_a_list_of_any_shape_never_makes_a_badge_good_or_withdrawn(world: Any, honest: Any, seed: int):
    url = "https://badges.example/status/r1"
    listed = mutated(json.loads(world.lists[url]), seed)
    before = world.lists[url]
    world.lists[url] = json.dumps(listed).encode()
    report = world.verify(honest.json)
    world.lists[url] = before

    assert report.verdict in (Verdict.GOOD, Verdict.CANNOT_TELL)
    if report.is_good:
        assert meaning(listed) == meaning(json.loads(before))


@QUICK
@given(seed=SEEDS)
def test_a_damaged_picture_gets_an_answer_and_is_never_a_different_badge(
    world: Any, honest: Any, picture: bytes, seed: int
):
    baked = bytearray(bake(picture, honest.json))
    chance = random.Random(seed)  # noqa: S311 - a repeatable choice, no secret
    for _ in range(chance.randint(1, 3)):
        baked[chance.randrange(len(baked))] = chance.randrange(256)

    report = world.verify(bytes(baked))

    assert not report.is_good or bytes(baked) == bake(picture, honest.json)
