"""The list of employments: taken in whole or not at all, without a name; replaced, and forgotten."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select

from app.issuing.employments import Employment
from app.service import Service

pytestmark = pytest.mark.parametrize("database", ["sqlite", "postgresql"], indirect=True)

HOME = "/staff/northfield/desk/employments"
LIST = "e-mail;started;left\nana@example.org;2025-02-01;\nno-badge@example.org;2025-03-01;2025-09-01\n"


def send(omar: Any, text: str) -> Any:
    return omar.post(HOME, files=[("file", ("staff.csv", text.encode()))])


def stored(service: Service) -> list[Employment]:
    with service.database.read() as session:
        return list(session.scalars(select(Employment).order_by(Employment.started_on)))


def test_a_list_is_kept_without_addresses_and_replaced_by_the_next(service: Service, omar: Any, make_award: Any):
    ana = make_award(email="ana@example.org")

    send(omar, LIST)
    first = stored(service)
    send(omar, "correo,inicio,baja\nana@example.org,2026-01-01,\n")

    assert [each.learner_id for each in first] == [ana.learner_id, None]
    assert "example.org" not in "".join(each.person for each in first)
    assert [str(each.started_on) for each in stored(service)] == ["2026-01-01"]
    assert "1 stay, 1 of them" in omar.get(HOME).text


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("e-mail;started\na@x.example;2025-01-01\n", "headings e-mail, started and left"),
        ("e-mail;started;left\na@x.example;1/2/25;\n", "Row 2: write days as 2026-07-01"),
        ("e-mail;started;left\na@x.example;2025-03-01;2025-01-01\n", "Row 2 ends before it begins"),
        ("e-mail;started;left\nnobody;2025-03-01;\n", "Row 2 needs an e-mail address"),
        ("", "Choose a file"),
    ],
)
def test_a_list_that_cannot_be_read_changes_nothing(service: Service, omar: Any, text: str, sentence: str):
    send(omar, LIST)

    answer = send(omar, text)

    assert (answer.status_code, len(stored(service))) == (422, 2)
    assert sentence in answer.text


def test_it_is_forgotten_on_request(service: Service, omar: Any):
    send(omar, LIST)
    omar.post(HOME, act="forget")

    assert stored(service) == []
