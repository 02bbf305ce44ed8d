"""Pathways, recognised credentials and work on the page of a person, and what staff do about them."""

from __future__ import annotations

import re
from datetime import date
from typing import Any

import pytest
from sqlalchemy import select

from app.issuing import definitions, issuers
from app.issuing.awards import Award
from app.issuing.definitions import Kind
from app.issuing.learners import Learner
from app.issuing.stacks import Recognition, careers, recognitions
from tests.web.staff.pathways import ACTOR, Academy
from tests.web.staff.test_pathways import plain

PEOPLE = "/staff/northfield/people"
CNA = {"name": "Nurse aide", "abbreviation": "CNA", "issued_by": "State board"}
FORM = {"credential": "cna", "issued_on": "2026-01-15", "verified_how": "Seen at the registry"}


@pytest.fixture
def known(academy: Academy) -> Academy:
    """The academy with a recognised credential, a unit, a role and a programme."""
    academy.define(Kind.RECOGNISED, "cna", **CNA)
    academy.define(Kind.UNIT, "icu", name="Intensive care")
    academy.define(Kind.ROLE, "aide", name="Care aide")
    academy.define(Kind.PROGRAMME, "rn", name="Nursing", provider="College", award="Diploma", total_credits=60)
    return academy


def rows(academy: Academy) -> list[Recognition]:
    """Every record, oldest first."""
    with academy.service.database.read() as session:
        return list(session.scalars(select(Recognition).order_by(Recognition.created_at)))


def asked(academy: Academy) -> Recognition:
    """A credential that Mira asks to have recognised."""
    id_ = academy.learner().id
    with academy.service.database.write() as session:
        issuer = issuers.by_id(session, academy.issuer.id)
        definition = definitions.by_slug(session, issuer, Kind.RECOGNISED, "cna")
        stated = recognitions.Stated(issued_on=date(2026, 1, 15), evidence_text="No. 57")
        return recognitions.ask(session, session.get_one(Learner, id_), definition, stated, actor=ACTOR)


def test_a_page_shows_pathways_with_what_is_still_to_come(rita: Any, known: Academy):
    known.pathway()
    known.enrol()
    known.award("bls")

    page = rita.get(f"{PEOPLE}/{known.learner().id}").text

    assert f'href="/staff/northfield/pathways/{known.row().id}/people/{known.learner().id}"' in page
    assert "Ladder 25 % Still to come: IPC; one of VIT, ECG" in plain(page)


def test_a_credential_is_recorded_with_evidence_and_counts_at_once(omar: Any, known: Academy):
    steps = [{"id": "end", "name": "End", "awards": "st-base", "condition": {"credential": "cna"}}]
    known.pathway(nodes=steps, completion="end")
    known.enrol()
    mira = known.learner()

    answer = omar.post(f"{PEOPLE}/{mira.id}/recognitions/new", **FORM)

    assert answer.headers["location"] == f"{PEOPLE}/{mira.id}#recognised"
    assert "Nurse aide (CNA) 15 January 2026 Recognised" in plain(omar.get(f"{PEOPLE}/{mira.id}").text)
    with known.service.database.read() as session:
        query = select(Award).where(Award.achievement_id == known.achievements["st-base"].id)
        assert session.scalars(query).one().state == "issued"


@pytest.mark.parametrize(
    ("changes", "status", "sentence"),
    [
        ({"credential": ""}, 422, "Choose the credential."),
        ({"credential": "nothing"}, 404, ""),
        ({"issued_on": ""}, 422, "Say when it was issued."),
        ({"issued_on": "soon"}, 422, "A day is written as 2026-03-31."),
        ({"issued_on": "2199-01-01"}, 422, "on a day to come."),
        ({"valid_until": "2025-01-01"}, 422, "It ends before it was issued."),
        ({"evidence_url": "javascript:alert(1)"}, 422, "An address begins with https:// and holds no blanks."),
        ({"verified_how": ""}, 422, "Nurse aide needs evidence: a link, or what you saw."),
    ],
)
def test_what_cannot_be_recorded_is_told(
    omar: Any, known: Academy, changes: dict[str, str], status: int, sentence: str
):
    answer = omar.post(f"{PEOPLE}/{known.learner().id}/recognitions/new", **FORM | changes)

    assert answer.status_code == status
    assert sentence in answer.text
    assert rows(known) == []


def test_the_same_credential_is_not_recorded_twice(omar: Any, known: Academy):
    mira = known.learner()
    omar.post(f"{PEOPLE}/{mira.id}/recognitions/new", **FORM)

    answer = omar.post(f"{PEOPLE}/{mira.id}/recognitions/new", **FORM)

    assert answer.status_code == 409
    assert len(rows(known)) == 1


def test_what_was_asked_for_waits_and_a_reviewer_decides(rita: Any, known: Academy):
    found = asked(known)
    page = f"{PEOPLE}/{found.learner_id}/recognitions/{found.id}"
    assert "1 credential waits to be recognised" in rita.get(PEOPLE).text
    assert f'href="{page}"' in rita.get(f"{PEOPLE}/recognitions").text
    assert "No. 57" in rita.get(page).text

    without_words = rita.post(f"{page}/decide", decision="no")
    rita.post(f"{page}/decide", decision="yes", words="Seen at the registry")
    again = rita.post(f"{page}/decide", decision="no", words="Too late")

    assert without_words.status_code == 422
    assert "Say why it is not recognised" in without_words.text
    assert (rows(known)[0].state, rows(known)[0].verified_how) == ("active", "Seen at the registry")
    assert again.status_code == 409
    assert "Nothing waits." in rita.get(f"{PEOPLE}/recognitions").text
    assert re.search(r"Verified by Rita Reviewer ?, \d+ ", plain(rita.get(page).text))


def test_a_no_has_a_reason_that_the_learner_reads(rita: Any, known: Academy):
    found = asked(known)
    page = f"{PEOPLE}/{found.learner_id}/recognitions/{found.id}"

    rita.post(f"{page}/decide", decision="no", words="It cannot be read.")

    words = plain(rita.get(page).text)
    assert "Not recognised" in words
    assert "Reason It cannot be read." in words


def test_a_record_is_revoked_with_a_reason(omar: Any, rita: Any, known: Academy):
    mira = known.learner()
    omar.post(f"{PEOPLE}/{mira.id}/recognitions/new", **FORM)
    page = f"{PEOPLE}/{mira.id}/recognitions/{rows(known)[0].id}"

    without = omar.post(f"{page}/revoke", reason="")
    by_reviewer = rita.post(f"{page}/revoke", reason="No")
    omar.post(f"{page}/revoke", reason="It was forged.")

    assert without.status_code == 422
    assert by_reviewer.status_code == 403
    assert (rows(known)[0].state, rows(known)[0].reason) == ("revoked", "It was forged.")
    assert "Counts no more" in omar.get(page).text


def test_a_record_of_somebody_else_is_not_there(omar: Any, known: Academy):
    found = asked(known)
    other = known.learner("other@hospital.test", "Other")

    assert omar.get(f"{PEOPLE}/{other.id}/recognitions/{found.id}").status_code == 404
    assert omar.post(f"{PEOPLE}/{other.id}/recognitions/{found.id}/decide", decision="yes").status_code == 404


def test_without_any_recognised_credential_the_way_to_define_one_is_shown(olga: Any, academy: Academy):
    mira = academy.learner()

    page = olga.get(f"{PEOPLE}/{mira.id}/recognitions/new").text

    assert "/staff/northfield/definitions/recognised-credential/new" in page
    assert "Recognise a credential" not in olga.get(f"{PEOPLE}/{mira.id}").text


def test_where_somebody_works_is_said_and_taken_back(omar: Any, known: Academy):
    mira = known.learner()

    answer = omar.post(f"{PEOPLE}/{mira.id}/career", unit="icu", role="aide", target_role="aide")

    assert answer.headers["location"] == f"{PEOPLE}/{mira.id}#work"
    page = plain(omar.get(f"{PEOPLE}/{mira.id}").text)
    assert "Unit Intensive care Role Care aide Wants to become Care aide" in page
    omar.post(f"{PEOPLE}/{mira.id}/career")
    with known.service.database.read() as session:
        assert careers.names_of(session, mira.id) == careers.Names()
    assert omar.post(f"{PEOPLE}/{mira.id}/career", unit="nothing").status_code == 404


def test_somebody_enters_a_programme_and_leaves_it(omar: Any, known: Academy):
    mira = known.learner()

    omar.post(f"{PEOPLE}/{mira.id}/programmes", programme="rn")
    inside = omar.get(f"{PEOPLE}/{mira.id}").text
    omar.post(f"{PEOPLE}/{mira.id}/programmes", leave="rn")

    assert "Not in Nursing any more" in inside
    assert "Not in Nursing any more" not in omar.get(f"{PEOPLE}/{mira.id}").text
    assert omar.post(f"{PEOPLE}/{mira.id}/programmes", programme="x").status_code == 404
