"""What was awarded elsewhere before: kept as history, never as an award, and issued anew by explicit acts alone."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import func, select, update

from app import clock
from app.errors import AlreadyAwarded, Gone, InvalidInput, NotFound, NotPublished
from app.issuing import achievements, awards, erasure, imports, inbox, past_awards, sources
from app.issuing.achievement_facts import ValidityFacts
from app.issuing.achievements import AchievementState
from app.issuing.awards import Award
from app.issuing.imports import ImportRow, Seen, Verdict
from app.issuing.learners import Learner
from app.issuing.past_awards import PastAward
from app.lms import csv
from app.lms.programmes import Template
from app.stacking.renewal import ValidityKind

BY = "cli"
CREDLY = (
    b"Badge Template ID,Badge Template Name,Issued To First Name,Issued To Last Name,Recipient Email,State,Issued At,"
    b"Expires At,Badge URL\n"
    b"t-1,Basic Life Support,Mira,Holm,mira@hospital.test,accepted,2024-03-01,2099-03-01,https://old.example/b/1\n"
    b"t-1,Basic Life Support,Li,Wei,li@hospital.test,revoked,2024-04-01,,https://old.example/b/2\n"
    b"t-2,Wound Care,Li,Wei,li@hospital.test,accepted,2024-05-01,2025-05-01,https://old.example/b/3\n"
    b"t-2,Wound Care,,,nobody,accepted,2024-05-01,,https://old.example/b/4\n"
    b"t-2,Wound Care,Bo,Berg,bo@hospital.test,accepted,,,https://old.example/b/5\n"
)


class Files:
    """A desk with a source of files."""

    def __init__(self, desk: Any) -> None:
        self.desk = desk
        self.source = desk.source("csv")

    def upload(self, data: bytes = CREDLY, **options: Any) -> str:
        said = {"issued_by": "Northfield on Credly", "issued_by_us": True, **options}
        with self.desk.write() as session:
            source = sources.by_id(session, self.source.id)
            return imports.upload(session, self.desk.office, source, data, actor=BY, options=said).id

    def work(self, import_id: str, *, in_earnest: bool = True) -> dict[str, int]:
        """What came of the rows, or would come of them."""
        with self.desk.write() as session:
            table, settings = imports.open_file(session, self.desk.office, import_id)
            found = imports.by_id(session, import_id)
            imports.begin_check(session, found, table)
            assert found.about["questions"] == []
            rows = [
                (row, csv.read_row(row, table.columns, settings, received_at=found.created_at)) for row in table.rows()
            ]
            if in_earnest:
                imports.run(session, self.desk.office, found, rows)
                imports.end_run(session, found)
                return dict(found.results)
            imports.check(session, self.desk.office, found, rows, Seen())
            return dict(found.checked)

    def past(self) -> list[PastAward]:
        with self.desk.read() as session:
            return list(session.scalars(past_awards.of_issuer(self.desk.issuer.id).order_by(PastAward.url)))

    def count(self, table: Any) -> int:
        with self.desk.read() as session:
            return session.scalar(select(func.count()).select_from(table)) or 0

    def publish(self, past: PastAward) -> None:
        with self.desk.write() as session:
            found = achievements.by_id(session, past.achievement_id)
            achievements.publish(session, self.desk.office, found, actor=BY)

    def issue_anew(self, past: PastAward) -> Award:
        with self.desk.write() as session:
            found = past_awards.by_id(session, past.id, issuer=self.desk.issuer)
            return past_awards.issue_anew(session, self.desk.office, self.desk.issuer, found, actor=BY)


@pytest.fixture
def files(desk: Any) -> Files:
    return Files(desk)


def test_a_dry_run_says_what_would_come_of_each_row_and_leaves_nothing(files: Files) -> None:
    counts = files.work(files.upload(), in_earnest=False)

    assert counts == {Verdict.HISTORY: 3, Verdict.UNREADABLE: 2}
    assert [files.count(each) for each in (PastAward, Award, Learner)] == [0, 0, 0]


def test_rows_become_history_and_what_they_name_become_drafts(files: Files) -> None:
    files.work(files.upload())
    mira, withdrawn, ended = files.past()

    assert (mira.issued_by, mira.issued_at.isoformat()[:16], mira.is_withdrawn) == (
        "Northfield on Credly", "2024-02-29T23:00", False,
    )  # fmt: skip
    assert (mira.valid_until is not None, withdrawn.is_withdrawn, mira.award_id) == (True, True, None)
    assert mira.achievement_id == withdrawn.achievement_id != ended.achievement_id
    with files.desk.read() as session:
        found = achievements.by_id(session, mira.achievement_id)
        assert (found.slug, found.state) == ("basic-life-support", AchievementState.DRAFT)
    assert files.count(Award) == 0


def test_the_same_file_again_adds_nothing_and_a_newer_one_says_what_has_ended(files: Files) -> None:
    files.work(files.upload())
    drafts = len({each.achievement_id for each in files.past()})

    again = files.work(files.upload())
    files.work(files.upload(CREDLY.replace(b"mira@hospital.test,accepted", b"mira@hospital.test,revoked")))

    assert again == {Verdict.ALREADY_HELD: 3, Verdict.UNREADABLE: 2}
    assert [each.is_withdrawn for each in files.past()] == [True, True, False]
    assert len({each.achievement_id for each in files.past()}) == drafts


HEAD, ROW = b"Badge Template ID,Recipient Email,State,Issued At,Badge URL\n", b"t-1,mira@hospital.test,"


def test_awards_of_one_day_are_told_apart_by_their_addresses(files: Files) -> None:
    days = [
        ROW + state + b",2024-03-01,https://old.example/" + each
        for state, each in ((b"revoked", b"1\n"), (b"accepted", b"2\n"))
    ]

    files.work(files.upload(HEAD + b"".join(days)))

    assert [each.is_withdrawn for each in files.past()] == [True, False]


@pytest.mark.parametrize("order", [1, -1], ids=["the one that counts is last", "the one that counts is first"])
def test_withdrawn_and_given_again_on_one_day_it_counts_in_whatever_order_a_file_says_so(
    files: Files, order: int
) -> None:
    rows = [ROW + b"revoked,2024-03-01,\n", ROW + b"accepted,2024-03-01,\n"][::order]

    for _ in range(2):
        files.work(files.upload(HEAD + b"".join(rows)))
        assert [each.is_withdrawn for each in files.past()] == [False]
    files.work(files.upload(HEAD + ROW + b"revoked,2024-03-01,\n"))
    assert [each.is_withdrawn for each in files.past()] == [True]


@pytest.mark.parametrize("moment", [b"2024-03-01", b"2024-03-01 23:30:00"])
def test_the_same_file_read_in_another_zone_doubles_nothing(files: Files, moment: bytes) -> None:
    file = HEAD + ROW + b"accepted," + moment + b",\n"

    for zone in ("Europe/Vienna", "America/Los_Angeles", "Pacific/Auckland"):
        files.work(files.upload(file, time_zone=zone))

    assert len(files.past()) == 1


def test_another_organisation_s_file_changes_nothing_of_ours(files: Files) -> None:
    file = HEAD + ROW + b"accepted,2024-03-01,\n"

    files.work(files.upload(file))
    files.work(files.upload(file, issued_by="Riverside", issued_by_us=False))

    assert {(each.issued_by, each.issued_by_us) for each in files.past()} == {
        ("Northfield on Credly", True), ("Riverside", False),
    }  # fmt: skip


def test_rows_to_put_right_are_told_with_what_is_wrong(files: Files) -> None:
    import_id = files.upload()
    files.work(import_id)

    with files.desk.read() as session:
        _headings, lines = imports.rows_to_put_right(session, files.desk.office, imports.by_id(session, import_id))

    assert [number for number, _cells, _why in lines] == [5, 6]


def test_issued_anew_it_is_an_ordinary_award_of_the_day_of_before_that_links_to_the_old_one(files: Files) -> None:
    files.work(files.upload())
    mira = files.past()[0]
    with pytest.raises(NotPublished):
        files.issue_anew(mira)
    files.publish(mira)

    made = files.issue_anew(mira)

    assert (made.awarded_at, made.learner_id) == (mira.issued_at, mira.learner_id)
    assert made.evidence[0]["id"] == "https://old.example/b/1"
    assert files.issue_anew(mira).id == made.id
    assert [each.action for each in files.desk.audit_log()].count("past-award.issued-anew") == 1
    with files.desk.read() as session:
        assert awards.credential_of(session, made).json


def test_issued_anew_it_ends_when_the_old_one_ended_and_else_as_the_achievement_says(files: Files) -> None:
    files.work(files.upload(CREDLY.replace(b"li@hospital.test,revoked", b"li@hospital.test,accepted")))
    mira, without_end, _ended = files.past()
    with files.desk.write() as session:
        found = achievements.by_id(session, mira.achievement_id)
        lasting = ValidityFacts(kind=ValidityKind.MONTHS, amount=600)
        facts = achievements.current_facts(session, found).model_copy(update={"validity": lasting})
        achievements.change(session, found, facts=facts, actor=BY)
    files.publish(mira)

    ends = [files.issue_anew(each).valid_until for each in (mira, without_end)]

    assert ends[0] == mira.valid_until
    assert ends[1] is not None
    assert ends[1].year == without_end.issued_at.year + 50


def test_what_the_person_holds_already_stays_history_and_is_not_called_issued_anew(files: Files) -> None:
    files.work(files.upload(CREDLY.replace(b"li@hospital.test,revoked", b"mira@hospital.test,accepted")))
    first, second, of_li = files.past()
    files.publish(first)
    made = files.issue_anew(first)

    with pytest.raises(AlreadyAwarded) as refusal:
        files.issue_anew(second)

    assert refusal.value.facts["award_id"] == made.id
    assert [each.award_id for each in files.past()] == [made.id, None, None]
    assert of_li.learner_id != first.learner_id
    assert [each.action for each in files.desk.audit_log()].count("past-award.issued-anew") == 1


def test_what_was_withdrawn_has_ended_or_is_another_organisation_s_is_not_issued_anew(files: Files) -> None:
    files.work(files.upload())
    mira, withdrawn, ended = files.past()
    files.publish(mira)
    files.publish(ended)
    with files.desk.write() as session:
        session.execute(update(PastAward).where(PastAward.id == mira.id).values(issued_by_us=False))

    for past, said in ((mira, "Another organisation"), (withdrawn, "withdrawn"), (ended, "ended")):
        with pytest.raises(InvalidInput, match=said):
            files.issue_anew(past)
    with files.desk.read() as session:
        assert session.scalars(past_awards.of_issuer(files.desk.issuer.id, only_open=True)).all() == []


def test_another_issuer_s_history_is_not_there(files: Files) -> None:
    files.work(files.upload())
    other = files.desk.another_issuer()

    with other.read() as session, pytest.raises(NotFound):
        past_awards.by_id(session, files.past()[0].id, issuer=other.issuer)


def test_it_is_erased_with_the_person_and_the_file_that_named_them_is_forgotten(files: Files) -> None:
    import_id = files.upload()
    files.work(import_id)
    mira = files.past()[0]

    with files.desk.write() as session:
        erasure.erase(session, files.desk.office, session.get_one(Learner, mira.learner_id), actor=BY)

    assert mira.id not in {each.id for each in files.past()}
    with files.desk.read() as session, pytest.raises(Gone):
        inbox.read_raw(session, files.desk.office, imports.by_id(session, import_id).delivery_id)
    assert files.work(files.upload())[Verdict.IGNORED] == 1


def test_every_file_that_named_an_erased_person_is_forgotten_with_its_row_and_no_other_is(files: Files) -> None:
    others = b"".join(line for line in CREDLY.splitlines(keepends=True) if b"mira" not in line)
    first, other, later = files.upload(), files.upload(others), files.upload(CREDLY + b"\n")
    for each in (first, other, later):
        files.work(each)
    mira = files.past()[0]

    with files.desk.write() as session:
        erasure.erase(session, files.desk.office, session.get_one(Learner, mira.learner_id), actor=BY)

    with files.desk.read() as session:
        deliveries = [imports.by_id(session, each).delivery_id for each in (first, other, later)]
        for forgotten in (deliveries[0], deliveries[2]):
            with pytest.raises(Gone):
                inbox.read_raw(session, files.desk.office, forgotten)
        assert inbox.read_raw(session, files.desk.office, deliveries[1]).body
        of_mira = session.scalars(
            select(ImportRow).where(ImportRow.award_id == mira.id).order_by(ImportRow.import_id)
        ).all()
        assert [(each.import_id, each.row_key) for each in of_mira] == [(each, None) for each in sorted([first, later])]


def test_whose_it_was_is_found_by_name_and_address(files: Files) -> None:
    files.work(files.upload())

    with files.desk.read() as session:
        found = {
            q: len(session.scalars(past_awards.of_issuer(files.desk.issuer.id, q=q)).all())
            for q in ("mira", "WEI", "li@hospital.test", "nobody", "%")
        }
        lines = past_awards.of_learners(session, [files.past()[0].learner_id])

    assert found == {"mira": 1, "WEI": 2, "li@hospital.test": 2, "nobody": 0, "%": 3}
    assert [(each.name, each.is_published) for each in lines] == [("Basic Life Support", False)]
    assert clock.now() > lines[0].past.issued_at


def test_what_cannot_become_a_draft_is_called_by_its_name(files: Files) -> None:
    odd = Template("t-1", "Odd one", criteria_url="nowhere")

    with files.desk.write() as session, pytest.raises(InvalidInput, match="“Odd one” cannot become a draft"):
        past_awards.achievement_for(session, files.desk.issuer, odd, issued_by="Elsewhere", actor=BY)


def test_two_of_one_name_are_two_drafts(files: Files) -> None:
    with files.desk.write() as session:
        made = [
            past_awards.achievement_for(session, files.desk.issuer, Template(each, "Same"), issued_by="E", actor=BY)
            for each in ("t-1", "t-2", "t-1")
        ]

        assert [each.id for each in made] == [made[0].id, made[1].id, made[0].id]
        assert (made[0].slug, made[1].slug[:5]) == ("same", "same-")


def test_an_achievement_and_a_foreign_issuer_are_not_said_of_one_file(files: Files) -> None:
    achievement = files.desk.achievement()

    with files.desk.write() as session:
        source = sources.by_id(session, files.source.id)
        said: dict[str, Any] = {"options": {"issued_by": "Elsewhere"}, "achievement": achievement}
        with pytest.raises(InvalidInput, match="earns no badge here"):
            imports.upload(session, files.desk.office, source, CREDLY, actor=BY, **said)
