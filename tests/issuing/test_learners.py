"""Who a person is: identities and addresses, never names."""

from __future__ import annotations

import pytest
from sqlalchemy import func, select

from app.errors import LearnerUnclear
from app.issuing import learners
from app.issuing.learners import Learner, LearnerEmail


def resolve(desk, *, namespace=None, source_id=None, email=None, name=None):
    with desk.write() as session:
        return learners.resolve(
            session, desk.issuer, namespace=namespace, source_id=source_id, email=email, display_name=name
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


def test_two_people_of_one_system_with_one_address_are_not_guessed(desk):
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


def test_an_unknown_identity_without_an_address_is_nobody_yet(desk):
    assert resolve(desk, namespace="canvas", source_id="7") is None
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
