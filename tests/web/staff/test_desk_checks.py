"""Many badges checked by staff: pasted, as files, as a list; told row by row and as files; only for who may."""

from __future__ import annotations

import csv
import io
import json
import re
import threading
from collections.abc import Callable
from typing import Any

import openpyxl
import pypdf
import pytest

from app.errors import TooLarge
from app.issuing import achievements, bulk_checks, erasure
from app.issuing.awards import Award
from app.issuing.bulk_checks import BulkCheck
from app.issuing.learners import Learner
from app.outbound.network import Network
from app.service import Service
from app.worker.checking import Checking

HOME = "/staff/northfield/desk/checks"
LINK = re.compile(rf"{HOME}/([\w-]{{22}})")


@pytest.fixture
def work(service: Service, network: Network) -> Callable[[], None]:
    """What the worker does with checks: everything that waits."""
    return lambda: Checking(service, network).work_through(threading.Event()) and None


@pytest.fixture
def check(rita: Any, work: Callable[[], None]) -> Callable[..., str]:
    """Hand something in and have it checked; the address of what came of it."""

    def make(**sent: Any) -> str:
        answer = rita.post(HOME, **sent)
        assert answer.status_code == 303, answer.text
        work()
        return str(answer.headers["location"])

    return make


def link(award: Award) -> str:
    return f"http://badges.test/b/{award.id}"


def test_a_paste_of_people_and_links_is_checked_row_by_row(rita: Any, check: Any, make_award: Any):
    ana = make_award(email="ana@example.org", name="Ana Ortiz", name_shown=True)

    page = rita.get(
        check(
            badges=f"Ana Ortiz, ana@example.org, {link(ana)}\nBea\tbea@example.org\t{link(ana)}\nnonsense",
            name="Nurses",
        )
    ).text

    assert "<bdi>Nurses</bdi>" in page
    assert "3 of 3" not in page
    for word in ("Good: 1", "Somebody else’s badge: 1", "Could not be checked: 1"):
        assert word in page
    assert "the person whom the list names" in page
    assert "no file of this name was handed in" in page


def test_a_staff_list_finds_the_files_that_it_names(check: Any, rita: Any, client: Any, make_award: Any):
    ana = make_award(email="ana@example.org", name="Ana Ortiz")
    book = openpyxl.Workbook()
    for row in (
        ("Name", "E-mail", "File"),
        ("Ana Ortiz", "ana@example.org", "ANA.png"),
        ("Bea", "bea@x.example", "b.png"),
    ):
        book.active.append(row)
    listed = io.BytesIO()
    book.save(listed)
    badge, other = client.get(f"/b/{ana.id}.png").content, client.get(f"/b/{ana.id}.json").content

    page = rita.get(
        check(
            files=[
                ("files", ("staff.xlsx", listed.getvalue())),
                ("files", ("ana.PNG", badge)),
                ("files", ("more.json", other)),
            ]
        )
    ).text

    assert "<bdi>" in page
    assert "Good: 2" in page
    assert "Could not be checked: 1" in page


def test_the_files_hold_every_row_and_no_formula(check: Any, rita: Any, make_award: Any):
    ana = make_award(email="ana@example.org", name="Ana Ortiz")
    at = check(badges=f'=HYPERLINK("x"), ana@example.org, {link(ana)}\nhttp://badges.test/b/none')

    rows = list(csv.reader(io.StringIO(rita.get(f"{at}/result.csv").content.decode("utf-8-sig"))))
    book = openpyxl.load_workbook(io.BytesIO(rita.get(f"{at}/result.xlsx").content))
    paper = pypdf.PdfReader(io.BytesIO(rita.get(f"{at}/result.pdf").content))

    assert [row[4] for row in rows[1:]] == ["Good", "Could not be checked"]
    assert rows[1][1].startswith("'=")
    assert book.worksheets[0].max_row == 3
    assert "Phlebotomy Fundamentals" in paper.pages[0].extract_text()


def test_what_could_not_be_told_is_checked_again_and_what_was_told_stays(
    service: Service, rita: Any, check: Any, work: Any, make_award: Any
):
    ana = make_award(email="ana@example.org")
    with service.database.read() as session:
        phlb = achievements.by_id(session, ana.achievement_id)
    bea = make_award(phlb, email="bea@example.org", visibility="private")
    at = check(badges=f"{link(ana)}\n{link(bea)}")
    with service.database.write() as session:
        session.get_one(Award, bea.id).visibility = "unlisted"

    assert "Check 1 row again" in rita.get(at).text
    rita.post(at, act="again")
    work()

    assert "Good: 2" in rita.get(at).text


@pytest.mark.parametrize(
    ("sent", "sentence"),
    [
        ({"badges": ""}, "There is nothing to check yet"),
        ({"files": [("files", ("staff.csv", b"name,e-mail\nAna,ana@x.example\n"))]}, "No column of the list says"),
        ({"files": [("files", ("staff.xlsx", b"PK\x03\x04 no workbook"))]}, "workbook"),
        ({"badges": "https://x.example/1\n" * 5_001}, "more badges than are checked at once"),
    ],
)
def test_what_cannot_be_taken_in_is_said_above_the_form(rita: Any, sent: dict[str, Any], sentence: str):
    answer = rita.post(HOME, **sent)

    assert answer.status_code in (413, 422)
    assert sentence in answer.text


def test_whoever_may_not_see_who_people_are_does_not_check(dora: Any, check: Any, make_award: Any):
    at = check(badges=link(make_award()))

    assert [dora.get(path).status_code for path in (HOME, at, f"{at}/result.csv")] == [403] * 3
    assert "Check many badges" not in dora.get("/staff/northfield/desk").text


def test_an_erased_persons_rows_are_emptied(service: Service, rita: Any, check: Any, make_award: Any):
    ana = make_award(email="ana@example.org", name="Ana Ortiz")
    at = check(badges=f"Ana Ortiz, ana@example.org, {link(ana)}")

    with service.database.write() as session:
        erasure.erase(session, service.office, session.get_one(Learner, ana.learner_id), actor="test")

    page = rita.get(at).text
    assert "Ana Ortiz" not in page
    assert "ana@example.org" not in page


def test_a_reading_of_lines_takes_names_in_any_order():
    rows = bulk_checks.of_text(
        'https://x.example/1, ana@x.example, Ana\n{"a": 1}\neyJhbGciOi.x.y\nid-7; https://x.example/2'
    )

    assert [(each.name, each.identifier, each.link) for each in rows] == [
        ("Ana", "ana@x.example", "https://x.example/1"),
        (None, None, None),
        (None, None, None),
        ("id-7", None, "https://x.example/2"),
    ]
    assert [each.document is not None for each in rows] == [False, True, True, False]


def test_a_document_that_is_pasted_over_many_lines_is_one_badge():
    pasted = json.dumps({"type": "VerifiableCredential"}, indent=2)

    assert len(bulk_checks.of_text(pasted)) == 1


def test_a_check_of_another_issuer_is_not_found(service: Service, rita: Any, make_issuer: Any):
    other = make_issuer("riverside", "Riverside")
    with service.database.write() as session:
        made: BulkCheck = bulk_checks.ask(session, other, [bulk_checks.Stated(asked="x")], name=None, actor="cli")

    assert rita.get(f"{HOME}/{made.id}").status_code == 404


@pytest.mark.parametrize("line", ["https://x.example/1\n", "a;b\n\n", '{"a": 1}\r\n'])
def test_no_more_lines_are_taken_than_are_checked_at_once(line: str):
    most = bulk_checks.MOST_ROWS
    assert len(bulk_checks.of_text(line * most)) == most

    for many in (line * (most + 1), line * (20 * most)):
        with pytest.raises(TooLarge):
            bulk_checks.of_text(many)
        with pytest.raises(TooLarge):
            bulk_checks.of_files([("links.txt", many.encode())])


def test_files_together_hold_no_more_rows_than_are_checked_at_once():
    half = ("https://x.example/1\n" * (bulk_checks.MOST_ROWS // 2 + 1)).encode()

    with pytest.raises(TooLarge):
        bulk_checks.of_files([("a.txt", half), ("b.txt", half)])


def test_a_line_of_blanks_without_end_is_read_in_one_go():
    (row,) = bulk_checks.of_text("https://x.example/1 " + " " * 1_000_000 + "x")

    assert row.asked is not None
