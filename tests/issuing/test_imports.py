"""Imports in the office: what is taken in, what a state allows, and that looking leaves nothing behind."""

from __future__ import annotations

import io
from dataclasses import replace
from typing import Any

import openpyxl
import pytest
from sqlalchemy import func, select

from app.db import Base
from app.errors import Gone, InvalidInput, NotFound, TooLarge, WrongImportState
from app.issuing import achievements, audit, imports, inbox, rules, sources
from app.issuing.awards import Award
from app.issuing.completions import Completion
from app.issuing.deliveries import Delivery
from app.issuing.foresight import WOULD_AWARD, foresee, undone
from app.issuing.imports import ImportState, Seen, Verdict
from app.issuing.learners import Learner
from app.issuing.office import Sponsorship
from app.lms import csv

GOOD = b"email,course_id,completed_at\nana@x.example,BLS,2026-03-01\nli@x.example,ALS,2026-03-01\nx,BLS,2026-03-01\n"


class Files:
    """A desk with a source of files, whose course BLS earns a badge."""

    def __init__(self, desk: Any) -> None:
        self.desk = desk
        self.achievement = desk.achievement()
        self.source = desk.source("csv", earns={"BLS": self.achievement})

    def upload(self, data: bytes = GOOD, **options: Any) -> str:
        with self.desk.write() as session:
            source = sources.by_id(session, self.source.id)
            return imports.upload(session, self.desk.office, source, data, actor="cli", options=options).id

    def do(self, action: Any, import_id: str, *args: Any) -> str:
        with self.desk.write() as session:
            return str(action(session, imports.by_id(session, import_id), *args, actor="cli").state)

    def slice(self, work: Any, import_id: str, *more: Any) -> Any:
        """One slice of all rows, in a transaction of its own."""
        with self.desk.write() as session:
            table, settings = imports.open_file(session, self.desk.office, import_id)
            found = imports.by_id(session, import_id)
            rows = [
                (row, csv.read_row(row, table.columns, settings, received_at=found.created_at)) for row in table.rows()
            ]
            return work(session, self.desk.office, found, rows, *more)

    def by_hand(self, data: bytes) -> str:
        """A checked file of which every row earns the badge by somebody's word."""
        with self.desk.write() as session:
            source = imports.by_hand.source_of(session, self.desk.office, self.desk.issuer, actor="cli")
            earned = achievements.by_id(session, self.achievement.id)
            made = imports.upload(session, self.desk.office, source, data, actor="cli", achievement=earned)
        return self._checked(made.id)

    def checked(self, data: bytes = GOOD) -> str:
        return self._checked(self.upload(data))

    def _checked(self, import_id: str) -> str:
        self.slice(imports.check, import_id, Seen())
        with self.desk.write() as session:
            imports.end_check(session, imports.by_id(session, import_id))
        return import_id

    def count(self, table: type[Base]) -> int:
        with self.desk.read() as session:
            return session.scalar(select(func.count()).select_from(table)) or 0


@pytest.fixture
def files(desk) -> Files:
    return Files(desk)


# -- what is taken in ----------------------------------------------------------------------------------------


def test_a_file_is_kept_as_a_delivery_that_no_other_worker_takes(files):
    import_id = files.upload()

    with files.desk.write() as session:
        found = imports.by_id(session, import_id)
        assert inbox.read_raw(session, files.desk.office, found.delivery_id).body == GOOD
        assert inbox.lease(session, limit=5, lease_seconds=60) == []
        assert session.get_one(Delivery, found.delivery_id).is_sealed


def test_a_source_of_another_type_takes_no_files(desk):
    source = desk.source("generic")
    with desk.write() as session, pytest.raises(InvalidInput, match="takes no files"):
        imports.upload(session, desk.office, sources.by_id(session, source.id), GOOD, actor="cli")


@pytest.mark.parametrize(
    ("data", "error"), [(b"", InvalidInput), (b"x" * (csv.MAX_BYTES + 1), TooLarge)], ids=["empty", "too large"]
)
def test_a_file_that_cannot_be_one_is_refused_at_once(files, data, error):
    with pytest.raises(error):
        files.upload(data)


@pytest.mark.parametrize("options", [{"colour": 1}, {"auth": "none"}, {"date_format": "soon"}], ids=str)
def test_options_that_mean_nothing_are_refused(files, options):
    with pytest.raises(InvalidInput):
        files.upload(**options)


def test_another_issuer_s_import_is_not_there(files):
    import_id = files.upload()
    other = files.desk.another_issuer()
    with other.read() as session, pytest.raises(NotFound):
        imports.by_id(session, import_id, issuer=other.issuer)


# -- looking and doing ---------------------------------------------------------------------------------------


def test_looking_leaves_nothing_behind_but_the_verdicts(files):
    before = files.count(audit.AuditEntry)
    import_id = files.checked()

    assert [files.count(table) for table in (Award, Completion, Learner)] == [0, 0, 0]
    assert files.count(audit.AuditEntry) == before + 1  # that it was uploaded
    with files.desk.read() as session:
        found = imports.by_id(session, import_id)
        verdicts = [each.verdict for each in imports.rows_of(session, found)]
    assert verdicts == [Verdict.AWARD, Verdict.UNMAPPED, Verdict.UNREADABLE]
    assert found.checked == {Verdict.AWARD: 1, Verdict.UNMAPPED: 1, Verdict.UNREADABLE: 1}


def test_what_is_done_is_what_was_foreseen_and_says_how_far_it_came(files):
    import_id = files.checked()
    files.do(imports.confirm, import_id)
    files.slice(imports.run, import_id)

    with files.desk.read() as session:
        found = imports.by_id(session, import_id)
    assert found.results == found.checked
    assert (found.done_count, found.last_row) == (3, 4)
    assert files.count(Award) == 1


def test_a_slice_that_fails_at_its_end_leaves_nothing_of_it(files):
    import_id = files.checked()
    files.do(imports.confirm, import_id)

    def run_and_fail(*args: Any) -> None:
        imports.run(*args)
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        files.slice(run_and_fail, import_id)

    with files.desk.read() as session:
        found = imports.by_id(session, import_id)
    assert (found.done_count, found.last_row, found.results, files.count(Award)) == (0, 0, {}, 0)


def test_foresight_without_a_signature_says_that_it_would_be_awarded(files):
    import_id = files.upload()
    with files.desk.write() as session:
        table, settings = imports.open_file(session, files.desk.office, import_id)
        found = imports.by_id(session, import_id)
        item = csv.read_row(next(iter(table.rows())), table.columns, settings, received_at=found.created_at)
        delivery = session.get_one(Delivery, found.delivery_id)
        (quick,) = foresee(session, files.desk.office, delivery, [item], sign=False)
        (whole,) = foresee(session, files.desk.office, delivery, [item])

    assert (quick["reason"], whole["outcome"]) == (WOULD_AWARD, "awarded")
    assert files.count(Award) == 0


def test_what_is_undone_keeps_what_was_done_before_it(files):
    with files.desk.write() as session:
        source = sources.by_id(session, files.source.id)
        source.name = "Before"
        undone(session, lambda: setattr(source, "name", "Within"))

    with files.desk.read() as session:
        assert sources.by_id(session, files.source.id).name == "Before"


# -- states --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("state", "may"),
    [
        (ImportState.CHECKING, {"change", "cancel"}),
        (ImportState.UNCLEAR, {"change", "cancel"}),
        (ImportState.UNREADABLE, {"change", "cancel"}),
        (ImportState.CHECKED, {"change", "confirm", "cancel"}),
        (ImportState.RUNNING, {"confirm", "cancel"}),
        (ImportState.DONE, {"confirm"}),
        (ImportState.CANCELLED, {"cancel"}),
    ],
)
def test_each_state_allows_what_it_allows(files, state, may):
    actions = {"change": (imports.change_options, {}), "confirm": (imports.confirm,), "cancel": (imports.cancel,)}
    allowed = set()
    for name, (action, *args) in actions.items():
        import_id = files.upload()
        with files.desk.write() as session:
            imports.by_id(session, import_id).state = state
        try:
            files.do(action, import_id, *args)
        except WrongImportState as error:
            assert error.facts["state"] == state  # noqa: PT017 - the set below says which may
        else:
            allowed.add(name)

    assert allowed == may


def test_every_change_has_one_audit_entry(files):
    import_id = files.upload()
    files.do(imports.change_options, import_id, {"encoding": "utf-8"})
    with files.desk.write() as session:
        imports.by_id(session, import_id).state = ImportState.CHECKED
    for action in (imports.confirm, imports.confirm, imports.cancel, imports.cancel):
        files.do(action, import_id)

    with files.desk.read() as session:
        query = (
            select(audit.AuditEntry.action).where(audit.AuditEntry.object_id == import_id).order_by(audit.AuditEntry.id)
        )
        assert list(session.scalars(query)) == [
            "import.uploaded",
            "import.changed",
            "import.confirmed",
            "import.cancelled",
        ]


# -- awards by hand ------------------------------------------------------------------------------------------

PAID = "email,sponsor,funding\nana@x.example,Ward 3,grant 7\nli@x.example,,\nkim@x.example,{long},\n"


def test_awards_by_hand_note_who_paid_and_a_sponsor_that_is_no_short_line_is_put_right(files):
    import_id = files.by_hand(PAID.format(long="x" * 201).encode())
    (wrong,) = to_put_right(files, import_id)
    files.do(imports.confirm, import_id)
    files.slice(imports.run, import_id)

    assert wrong == (4, "sponsor: One line of at most 200 characters is expected here")
    with files.desk.read() as session:
        found = imports.by_id(session, import_id)
        noted = {(each.sponsor, each.funding) for each in session.scalars(select(Award))}
    assert found.results == found.checked == {Verdict.AWARD: 2, Verdict.UNREADABLE: 1}
    assert noted == {("Ward 3", "grant 7"), (None, None)}


def test_a_row_that_says_no_sponsor_leaves_that_to_the_learner_s_plans_and_pathways(files):
    files.desk.office = replace(files.desk.office, sponsored=lambda *_: Sponsorship("City fund"))
    import_id = files.by_hand(PAID.format(long="Ward 9").encode())
    files.do(imports.confirm, import_id)
    files.slice(imports.run, import_id)

    with files.desk.read() as session:
        assert set(session.scalars(select(Award.sponsor))) == {"Ward 3", "City fund", "Ward 9"}


# -- what needs attention ------------------------------------------------------------------------------------


def to_put_right(files: Files, import_id: str) -> list[tuple[int, str]]:
    with files.desk.read() as session:
        _, lines = imports.rows_to_put_right(session, files.desk.office, imports.by_id(session, import_id))
    return [(number, why) for number, _, why in lines]


def test_rows_to_put_right_say_why_before_and_after_the_run(files):
    import_id = files.checked()
    before = to_put_right(files, import_id)
    files.do(imports.confirm, import_id)
    files.slice(imports.run, import_id)
    after = to_put_right(files, import_id)

    assert [number for number, _ in before] == [number for number, _ in after] == [3, 4]
    assert before[1] == after[1] == (4, "email: This is no e-mail address that mail can be sent to")
    assert "ALS" in after[0][1]


def test_rows_of_a_workbook_are_put_right_too(files):
    book = openpyxl.Workbook()
    book.active.append(["email", "course_id"])
    book.active.append(["ana@x.example", "=1+1"])
    buffer = io.BytesIO()
    book.save(buffer)

    assert to_put_right(files, files.checked(buffer.getvalue())) == [
        (2, "course_id: The cell holds a formula or an error; put its value there")
    ]


def test_a_file_that_was_forgotten_cannot_be_put_right_and_its_verdicts_stay(files):
    import_id = files.checked()
    with files.desk.write() as session:
        found = imports.cancel(session, imports.by_id(session, import_id), actor="cli")
        inbox.forget(session, [found.delivery_id])

    with files.desk.read() as session:
        found = imports.by_id(session, import_id)
        assert len(imports.rows_of(session, found)) == 3
        with pytest.raises(Gone):
            imports.rows_to_put_right(session, files.desk.office, found)


def test_a_file_s_delivery_that_is_replayed_decides_what_waits_from_stored_facts(files):
    import_id = files.checked()
    files.do(imports.confirm, import_id)
    files.slice(imports.run, import_id)
    with files.desk.write() as session:
        imports.end_run(session, imports.by_id(session, import_id))
    with files.desk.write() as session:
        source = sources.by_id(session, files.source.id)
        rules.create(session, source, activity_id="ALS", achievement=files.achievement, actor="cli")
    with files.desk.write() as session:
        delivery = inbox.by_id(session, imports.by_id(session, import_id).delivery_id)
        inbox.replay(session, files.desk.office, delivery, actor="cli")
        assert delivery.state == "processed"
    assert files.count(Award) == 2
