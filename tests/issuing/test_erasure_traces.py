"""Where a name or an address could stay behind after an erasure: messages, deliveries in question, keys of rows."""

from __future__ import annotations

import json

from sqlalchemy import select

from app.issuing import (
    claim_links,
    endpoints,
    erasure,
    identification,
    imports,
    issuers,
    sources,
)
from app.issuing.completions import Completion
from app.issuing.imports import ImportRow, Seen
from app.issuing.learners import Learner
from app.issuing.outbox import OutboxMessage
from app.lms import csv

from .arriving import ACTIVITY, NAMELESS, arrive, delivery, fact, learner_of, only, standing
from .stating import rule, stated, take

ZOE = {"id": "zoe-1", "email": "zoe@hospital.test"}


def erase(desk, learner: Learner) -> None:
    with desk.write() as session:
        erasure.erase(session, desk.office, session.get_one(Learner, learner.id), actor="cli")


def messages_with(desk, word: str) -> list[str]:
    with desk.read() as session:
        return [each.event for each in session.scalars(select(OutboxMessage)) if word in json.dumps(each.payload)]


def test_news_of_a_request_for_approval_keep_no_name(desk):
    achievement, source = desk.achievement(), desk.source()
    rule(desk, achievement, "bls", allow=(source,), approval="always")
    with desk.write() as session:
        facts = {"url": "https://hooks.example.org/", "name": "Registry", "personal_data": True}
        endpoints.create(session, desk.office, issuers.by_id(session, desk.issuer.id), **facts, actor="cli")
    take(desk, source, stated(person="zoe.quark"))
    assert messages_with(desk, "zoe.quark")

    erase(desk, desk.learner("zoe.quark@hospital.test"))

    assert messages_with(desk, "zoe.quark") == []


def test_mails_to_whom_was_merged_into_the_person_keep_no_address(desk):
    arrive(desk, desk.source(), fact(learner=NAMELESS))
    pending = learner_of(desk)
    with desk.write() as session:
        made = claim_links.create(session, desk.office, session.get_one(Learner, pending.id), actor="cli")
    with desk.write() as session:
        claim_links.state_address(session, desk.office, made.url.rsplit("/", 1)[1], "zoe.quark@home.test")
    kept = desk.learner("ana@work.test")
    with desk.write() as session:
        person, to = session.get_one(Learner, pending.id), session.get_one(Learner, kept.id)
        identification.assign(session, desk.office, person, to=to, actor="cli")
    assert messages_with(desk, "zoe.quark")

    erase(desk, kept)

    assert messages_with(desk, "zoe.quark") == []


def test_what_may_be_of_the_person_goes_too(desk):
    source = desk.source(earns={ACTIVITY: desk.achievement()})
    arrive(desk, source, fact(learner=ZOE), key="first")
    second = only(arrive(desk, source, fact("enrolment-zoe-2", learner={**ZOE, "id": "zoe-2"}), key="second"))
    assert second["reason"] == "learner-unclear"

    erase(desk, desk.learner(ZOE["email"]))

    assert delivery(desk, "second").raw_forgotten_at is not None
    assert standing(desk, "second") == "ignored"
    with desk.read() as session:
        assert not [row.dedupe_key for row in session.scalars(select(Completion)) if "zoe" in row.dedupe_key]


def test_what_may_be_of_the_person_goes_though_no_rule_asked_for_it(desk):
    source = desk.source(earns={ACTIVITY: desk.achievement()})
    arrive(desk, source, fact(learner=ZOE), key="first")
    said = {"learner": {**ZOE, "id": "zoe-2"}, "activity": {"id": "unknown", "name": "Unknown"}}
    arrive(desk, source, fact("evt-2", **said), key="second")

    erase(desk, desk.learner(ZOE["email"]))

    assert delivery(desk, "second").raw_forgotten_at is not None


def test_what_may_be_of_somebody_else_stays(desk):
    source = desk.source(earns={ACTIVITY: desk.achievement()})
    arrive(desk, source, fact(learner=ZOE), key="first")
    arrive(desk, source, fact("evt-2", learner={**ZOE, "id": "zoe-2"}), key="second")

    erase(desk, desk.learner("ana@hospital.test"))

    assert delivery(desk, "second").raw_forgotten_at is None
    assert standing(desk, "second") == "needs-review"


def uploaded(desk) -> str:
    """A file of one row that was dealt with; its import's id."""
    source = desk.source("csv", earns={"BLS": desk.achievement()})
    data = b"email,course_id,completed_at\nzoe@hospital.test,BLS,2026-03-02T10:00:00Z\n"
    with desk.write() as session:
        made = imports.upload(session, desk.office, sources.by_id(session, source.id), data, actor="cli")
        table, settings = imports.open_file(session, desk.office, made.id)
        rows = [(row, csv.read_row(row, table.columns, settings, received_at=made.created_at)) for row in table.rows()]
        imports.begin_check(session, made, table)
        imports.check(session, desk.office, made, rows, Seen())
        imports.end_check(session, made)
        imports.confirm(session, made, actor="cli")
        imports.run(session, desk.office, made, rows)
        imports.end_run(session, made)
        return made.id


def row_key(desk, import_id: str) -> str | None:
    with desk.read() as session:
        return session.scalars(select(ImportRow.row_key).where(ImportRow.import_id == import_id)).one()


def test_who_is_in_a_file_cannot_be_tried_out_on_the_keys_of_its_rows(desk):
    import_id = uploaded(desk)

    with desk.read() as session:
        stated_key = session.scalars(select(Completion.dedupe_key)).one()
    assert row_key(desk, import_id) == desk.office.sealer.mark("import-row", stated_key)


def test_the_key_of_a_row_goes_with_its_person(desk):
    import_id = uploaded(desk)

    erase(desk, desk.learner("zoe@hospital.test"))

    assert row_key(desk, import_id) is None
