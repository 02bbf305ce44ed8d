"""The audit log: read with names, filtered, taken along as a file, and checked; and the doctor's page."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from app import migrating
from app.issuing import audit, audit_chain, issuers
from app.issuing.issuers import Issuer
from app.service import Service
from app.web.staff.settings.words import KINDS

AUDIT = "/staff/northfield/settings/audit"
DOCTOR = "/staff/northfield/settings/doctor"


def test_entries_carry_the_names_of_those_who_acted(owner: Any):
    owner.post("/staff/northfield/settings/members", email="amir@example.org", role="awarder")

    page = owner.get(AUDIT).text

    assert "Olga Owner" in page
    assert "member.invited" in page


def test_filters_are_in_the_address_and_narrow_what_is_shown(owner: Any, award: Any):
    by_kind = owner.get(f"{AUDIT}?kind=award").text
    by_object = owner.get(f"{AUDIT}?object={award.id}").text
    by_period = owner.get(f"{AUDIT}?until=2020-01-01").text
    by_actor = owner.get(f"{AUDIT}?actor=worker").text

    assert "award.issued" in by_kind
    assert "key.created" not in by_kind
    assert "award.issued" in by_object
    assert "Nothing of this kind was done" in by_period
    assert "Nothing of this kind was done" in by_actor


def test_what_is_no_day_is_told(owner: Any):
    answer = owner.get(f"{AUDIT}?since=last%20week")

    assert answer.status_code == 422


def test_pages_do_not_move_when_entries_come_in(owner: Any, service: Service, issuer: Issuer):
    def write(number: int) -> None:
        with service.database.write() as session:
            for each in range(number):
                audit.record(session, issuer.id, actor="cli", action="mail.settings", object_id=f"o{each}")

    write(60)
    first = owner.get(f"{AUDIT}?kind=mail&limit=50").text
    following = first.rpartition("cursor=")[2].partition('"')[0]
    write(5)
    second = owner.get(f"{AUDIT}?kind=mail&limit=50&cursor={following}").text

    assert first.count('class="unbroken">o') + second.count('class="unbroken">o') == 60


def test_the_file_holds_the_columns_of_the_page_and_no_formula(owner: Any, service: Service, issuer: Issuer):
    with service.database.write() as session:
        audit.record(session, issuer.id, actor="cli", action="mail.settings", object_id="=1+1")

    answer = owner.get(f"{AUDIT}/export?format=csv&kind=mail")
    rows = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))

    assert answer.headers["content-disposition"] == 'attachment; filename="audit-log-northfield.csv"'
    assert rows[0][:2] == ["When", "Who"]
    assert rows[1][5] == "'=1+1"
    assert owner.get(f"{AUDIT}/export?format=xlsx").content.startswith(b"PK")


@pytest.mark.usefixtures("with_keys")
def test_a_whole_chain_and_a_changed_entry_are_told_apart(owner: Any, service: Service, issuer: Issuer):
    with service.database.write() as session:
        audit_chain.seal(session, issuers.by_id(session, issuer.id), limit=500)
        audit_chain.checkpoint(session, service.office, issuers.by_id(session, issuer.id))
    whole = owner.get(f"{AUDIT}/check").text
    with service.database.write() as session:
        for trigger in session.execute(text("SELECT name FROM sqlite_master WHERE type = 'trigger'")).scalars().all():
            session.execute(text(f'DROP TRIGGER "{trigger}"'))
        session.execute(text("UPDATE audit_entries SET actor = 'nobody' WHERE sequence = 2"))
    changed = owner.get(f"{AUDIT}/check").text

    assert "nothing was changed, taken away or put in" in whole
    assert "it was changed after it was written" in changed
    assert "number 2" in changed


def test_an_auditor_reads_the_log_and_an_awarder_does_not(as_role: Callable[[str], Any]):
    assert as_role("auditor").get(AUDIT).status_code == 200
    assert as_role("awarder").get(AUDIT).status_code == 403


def test_everything_that_the_log_is_about_has_a_word():
    stated = set()
    for file in Path("app/issuing").rglob("*.py"):
        text_of_it = file.read_text(encoding="utf-8")
        stated |= set(re.findall(r'(?:action=f?|_record\([^"]*)"([a-z-]+)\.', text_of_it))

    assert len(stated) > 15
    assert stated - KINDS.keys() == set()


@pytest.mark.usefixtures("with_keys")
def test_the_doctor_s_sentences_are_shown_to_owners_and_tell_of_no_other_issuer(
    owner: Any, as_role: Callable[[str], Any], make_issuer: Any, service: Service
):
    make_issuer("riverside", "Riverside Hospital")
    with service.database.write() as session:  # tables of tests are made without migrations
        session.execute(text("CREATE TABLE alembic_version (version_num VARCHAR(32))"))
        head = migrating.current_and_head(service.database)[1]
        session.execute(text("INSERT INTO alembic_version VALUES (:head)"), {"head": head})

    page = owner.get(DOCTOR).text

    assert "northfield can sign." in page
    assert "Should be looked at" in page
    assert "riverside" not in page
    assert as_role("auditor").get(DOCTOR).status_code == 403
