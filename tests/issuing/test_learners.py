"""Who a person is: identities and addresses, never names."""

from __future__ import annotations

import ast
import hashlib
from pathlib import Path

import pytest
from sqlalchemy import func, select

import app
from app.errors import LearnerUnclear, NotAPerson
from app.issuing import learners
from app.issuing.learners import Learner, LearnerEmail, LearnerIdentity


def resolve(desk, *, namespace=None, source_id=None, email=None, name=None, **more):
    with desk.write() as session:
        return learners.resolve(
            session,
            desk.issuer,
            namespace=namespace,
            source_id=source_id,
            email=email,
            display_name=name,
            sealer=desk.office.sealer,
            **more,
        )


def count(desk, model=Learner) -> int:
    with desk.read() as session:
        return session.scalar(select(func.count()).select_from(model))


def test_the_same_identity_is_the_same_person_whatever_the_address(desk):
    first = resolve(desk, namespace="canvas", source_id="7", email="ana@x.example")

    second = resolve(desk, namespace="canvas", source_id="7", email="ana.ortiz@x.example")

    assert second.id == first.id
    assert count(desk, LearnerEmail) == 2


def test_a_new_identity_of_another_system_with_a_known_address_joins_the_person(desk):
    first = resolve(desk, namespace="canvas", source_id="7", email="Ana@x.example")

    assert resolve(desk, namespace="moodle", source_id="57", email="ana@X.example").id == first.id


def test_a_shared_mailbox_of_two_people_of_one_system_is_not_guessed(desk):
    resolve(desk, namespace="canvas", source_id="7", email="ward3@x.example")

    with pytest.raises(LearnerUnclear):
        resolve(desk, namespace="canvas", source_id="8", email="ward3@x.example")
    assert count(desk) == 1


def test_the_same_id_in_two_systems_is_two_people(desk):
    first = resolve(desk, namespace="canvas-a", source_id="7", email="ana@x.example")

    assert resolve(desk, namespace="canvas-b", source_id="7", email="bo@x.example").id != first.id


def test_nobody_is_merged_on_a_name(desk):
    first = resolve(desk, email="ana@x.example", name="Ana Ortiz")

    assert resolve(desk, email="ana.ortiz@y.example", name="Ana Ortiz").id != first.id


def test_an_identity_without_an_address_is_somebody_pending_and_the_same_one_each_time(desk):
    first = resolve(desk, namespace="canvas", source_id="7", name="Ana Ortiz")

    assert learners.is_pending(first)
    assert resolve(desk, namespace="canvas", source_id="7").id == first.id
    assert (count(desk), count(desk, LearnerEmail)) == (1, 0)


def test_somebody_pending_becomes_known_with_their_first_address(desk):
    first = resolve(desk, namespace="canvas", source_id="7")

    second = resolve(desk, namespace="canvas", source_id="7", email="ana@x.example")

    assert second.id == first.id
    assert not learners.is_pending(second)


def test_somebody_pending_with_the_address_of_a_learner_is_that_learner_as_if_it_had_come_first(desk):
    ana = resolve(desk, namespace="canvas", source_id="7", email="ana@x.example")
    resolve(desk, namespace="moodle", source_id="57")

    assert resolve(desk, namespace="moodle", source_id="57", email="ana@x.example").id == ana.id
    assert resolve(desk, namespace="moodle", source_id="57").id == ana.id


def test_somebody_pending_with_the_address_of_another_name_of_their_own_system_is_not_guessed(desk):
    resolve(desk, namespace="canvas", source_id="7", email="ward3@x.example")
    pending = resolve(desk, namespace="canvas", source_id="8")

    with pytest.raises(LearnerUnclear):
        resolve(desk, namespace="canvas", source_id="8", email="ward3@x.example")
    assert resolve(desk, namespace="canvas", source_id="8").id == pending.id


@pytest.mark.parametrize("facts", [{"source_id": "7"}, {"namespace": "canvas"}, {"name": "Ana Ortiz"}], ids=str)
def test_half_an_identity_or_a_name_is_nobody(desk, facts):
    assert resolve(desk, **facts) is None
    assert count(desk) == 0


def test_a_known_identity_needs_no_address(desk):
    first = resolve(desk, namespace="canvas", source_id="7", email="ana@x.example")

    assert resolve(desk, namespace="canvas", source_id="7", email="not an address").id == first.id


def test_an_address_of_somebody_else_is_not_taken_over(desk):
    ana = resolve(desk, namespace="canvas", source_id="7", email="ana@x.example")
    bo = resolve(desk, namespace="canvas", source_id="8", email="bo@x.example")

    assert resolve(desk, namespace="canvas", source_id="8", email="ana@x.example").id == bo.id
    assert resolve(desk, email="ana@x.example").id == ana.id


def test_a_person_of_one_issuer_is_unknown_to_another(desk):
    ours = resolve(desk, email="ana@x.example")

    assert resolve(desk.another_issuer(), email="ana@x.example").id != ours.id


@pytest.mark.parametrize(
    "written", ["  kim@x.example\u00a0", "kim@x.example\u200b", "KIM@X.EXAMPLE", "\ufeffkim@x.example"]
)
def test_blanks_invisible_characters_and_case_make_no_second_person(desk, written):
    first = resolve(desk, email="kim@x.example")

    assert resolve(desk, email=written).id == first.id


def test_an_internationalised_domain_is_one_whichever_way_it_is_written(desk):
    first = resolve(desk, email="kim@bücher.example")

    assert resolve(desk, email="kim@xn--bcher-kva.example").id == first.id


def test_plus_addressing_makes_another_address_and_so_another_person(desk):
    first = resolve(desk, email="kim@x.example")

    assert resolve(desk, email="kim+nurse@x.example").id != first.id


@pytest.mark.parametrize(
    "placeholder",
    [
        "noemail@hospital.test",
        "no-reply@hospital.test",
        "none+57@hospital.test",
        "57@localhost",
        "57@lms.localdomain",
        "57@moodle.invalid",
        "0cc175b9c0f1b6a831c399e269772661",
    ],
)
def test_a_placeholder_address_makes_nobody_and_reaches_nobody(desk, placeholder):
    assert resolve(desk, email=placeholder) is None

    assert learners.is_pending(resolve(desk, namespace="moodle", source_id="57", email=placeholder))
    assert count(desk, LearnerEmail) == 0


@pytest.mark.parametrize("local", ["nomura", "nonesuch", "unknowns", "noe.mail", "nathan"])
def test_an_address_that_only_looks_a_little_like_a_placeholder_is_a_person_s(local):
    assert learners.address_of(f"{local}@hospital.test") == f"{local}@hospital.test"


@pytest.mark.parametrize(
    "facts",
    [
        {"email": "[TEST] ana@x.example"},
        {"email": "ana@x.example", "name": " [test] Ana Ortiz"},
        {"namespace": "thinkific", "source_id": "[TEST] 7"},
        {"namespace": "canvas", "source_id": "7", "email": "ana@x.example", "is_test_user": True},
    ],
    ids=["address", "name", "id", "marked by the platform"],
)
def test_a_test_user_makes_no_learner(desk, facts):
    with pytest.raises(NotAPerson):
        resolve(desk, **facts)
    assert (count(desk), count(desk, LearnerIdentity)) == (0, 0)


def hashed(address: str) -> str:
    return hashlib.sha1(f"mailto:{address}".encode(), usedforsecurity=False).hexdigest()


@pytest.mark.parametrize("address", ["Ana.Ortiz@x.example", "ana.ortiz@x.example"], ids=["written", "normalised"])
def test_the_hash_of_a_known_address_finds_its_learner(desk, address):
    ana = resolve(desk, email="Ana.Ortiz@X.example")

    assert resolve(desk, mbox_sha1sum=hashed(address).upper()).id == ana.id


def test_the_hash_of_an_unknown_address_is_nobody_and_no_identity(desk):
    assert resolve(desk, mbox_sha1sum=hashed("bo@x.example")) is None
    assert count(desk) == 0


def test_every_door_that_names_a_person_asks_for_tombstones():
    trees = [ast.parse(path.read_text()) for path in Path(app.__path__[0]).rglob("*.py")]
    calls = [node for tree in trees for node in ast.walk(tree) if isinstance(node, ast.Call)]
    asked = [call for call in calls if ast.unparse(call.func) == "learners.resolve"]

    assert len(asked) >= 3
    assert [ast.unparse(call) for call in asked if "sealer" not in {word.arg for word in call.keywords}] == []
