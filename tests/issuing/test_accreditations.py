"""Accreditations: in new badges while they hold, warned of before they end, and in none after that."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from app import clock
from app.credentials import extensions
from app.errors import InvalidInput, LintFailed, NotFound
from app.issuing import accreditations, awards, issuers, verification
from app.issuing.accreditations import Accreditation
from tests.credentials.extended import BOARD

BY = "test"
TODAY = clock.now().date()
LASTING = replace(BOARD, accredited_on=date(2020, 1, 15), ends_on=TODAY + timedelta(days=400))


def add(desk: Any, stated: Any = LASTING) -> Accreditation:
    with desk.write() as session:
        issuer = issuers.by_id(session, desk.issuer.id)
        return accreditations.add(session, desk.office, issuer, stated, actor=BY)


def signed(desk: Any) -> dict[str, Any]:
    award = desk.award()
    with desk.read() as session:
        document: dict[str, Any] = json.loads(awards.credential_of(session, award).json)
    return document


def worrying(desk: Any) -> list[tuple[bool, bool]]:
    with desk.read() as session:
        found = accreditations.worrying(session, issuers.by_id(session, desk.issuer.id), now=clock.now())
        return [(each.has_ended, each.ends_soon) for each in found]


def test_a_new_badge_names_who_accredited_its_issuer_and_a_changed_name_breaks_it(desk):
    add(desk)
    award = desk.award()

    with desk.read() as session:
        content = awards.credential_of(session, award).json
        report = verification.judge(session, desk.office, content)
        forged = verification.judge(session, desk.office, content.replace(b"Commonwealth Board", b"Commonwealth Bored"))

    (named,) = json.loads(content)["issuer"][extensions.ACCREDITATIONS]
    assert named["name"] == BOARD.accreditor
    assert (report.is_good, forged.is_good) == (True, False)


def test_one_that_has_ended_is_in_no_new_badge(desk):
    add(desk, replace(LASTING, ends_on=TODAY - timedelta(days=1)))

    assert signed(desk)["issuer"]["type"] == ["Profile"]


def test_it_holds_on_its_last_day(desk):
    add(desk, replace(LASTING, ends_on=TODAY))

    assert extensions.ACCREDITATIONS in signed(desk)["issuer"]


@pytest.mark.parametrize(
    ("days", "expected"), [(-1, [(True, False)]), (0, [(False, True)]), (90, [(False, True)]), (91, [])]
)
def test_it_is_warned_of_before_it_ends_and_after(desk, days, expected):
    add(desk, replace(LASTING, ends_on=TODAY + timedelta(days=days)))

    assert worrying(desk) == expected


def test_one_without_an_end_warns_of_nothing(desk):
    add(desk, replace(LASTING, ends_on=None))

    assert worrying(desk) == []


def test_an_end_before_the_beginning_is_refused(desk):
    with pytest.raises(InvalidInput, match="end before it begins"):
        add(desk, replace(BOARD, ends_on=date(2020, 1, 1)))


@pytest.mark.parametrize("wrong", [{"url": "no address"}, {"contact_instructions": " "}, {"accreditor": "A\x0b"}])
def test_what_could_not_be_signed_is_not_kept(desk, wrong):
    with pytest.raises(LintFailed):
        add(desk, replace(LASTING, **wrong))


def test_a_change_and_a_removal_have_an_entry_each_and_the_same_again_has_none(desk):
    kept = add(desk)
    with desk.write() as session:
        found = accreditations.by_id(session, desk.issuer.id, kept.id)
        issuer = issuers.by_id(session, desk.issuer.id)
        other = replace(LASTING, scope="All of it.")
        assert accreditations.change(session, desk.office, issuer, found, other, actor=BY)
        assert not accreditations.change(session, desk.office, issuer, found, other, actor=BY)
        accreditations.remove(session, found, actor=BY)

    with desk.read() as session, pytest.raises(NotFound):
        accreditations.by_id(session, desk.issuer.id, kept.id)
    assert [entry.action for entry in desk.audit_log() if entry.action.startswith("accreditation.")] == [
        "accreditation.added", "accreditation.changed", "accreditation.removed",
    ]  # fmt: skip


def test_anothers_accreditation_is_not_there(desk):
    kept, other = add(desk), desk.another_issuer()

    with desk.read() as session, pytest.raises(NotFound):
        accreditations.by_id(session, other.issuer.id, kept.id)
