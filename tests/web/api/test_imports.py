"""Imports by the API: a file is uploaded, questions answered, it is confirmed, and what needs attention comes back."""

from __future__ import annotations

import csv
import io
import threading
from collections.abc import Callable
from typing import Any

import openpyxl
import pytest

from app.web.api.imports import XLSX
from app.worker.imports import Imports

SETTINGS = {"namespace": "hr.hospital.example", "time_zone": "Europe/Vienna"}
CSV = {"Content-Type": "text/csv; charset=utf-8"}
GOOD = "email,name,course_id,completed_at\nana@x.example,Ana Ortiz,BLS,2026-03-01\nkim@x.example,Kim,BLS,2026-03-01\n"
MIXED = GOOD + "nobody,@SUM(1),BLS,2026-03-01\nmia@x.example,+49 123,ALS,2026-03-01\n"


class Files:
    """A source of files at the API, and the worker behind it."""

    def __init__(self, api: Any) -> None:
        self.api = api
        self.source_id = api.post("/sources", name="Files", type="csv", settings=SETTINGS)["id"]
        achievement = api.publish("bls")["id"]
        api.post(f"/sources/{self.source_id}/allowances", achievement=achievement)
        api.post(f"/sources/{self.source_id}/rules", activity_id="BLS", achievement=achievement)

    def send(self, data: bytes | str, headers: dict[str, str] = CSV, source_id: str | None = None) -> Any:
        content = data.encode() if isinstance(data, str) else data
        return self.api.send(
            "POST", f"/sources/{source_id or self.source_id}/imports", content=content, headers=headers
        )

    def upload(self, data: bytes | str, headers: dict[str, str] = CSV) -> dict[str, Any]:
        answer = self.send(data, headers)
        assert answer.status_code == 201, answer.text
        self.work()
        return dict(self.api.get(f"/imports/{answer.json()['id']}"))

    def run(self, data: bytes | str) -> dict[str, Any]:
        made = self.upload(data)
        self.api.post(f"/imports/{made['id']}/confirm")
        self.work()
        return dict(self.api.get(f"/imports/{made['id']}"))

    def work(self) -> None:
        Imports(self.api.client.app.state.service, lambda: None).work_through(threading.Event())


@pytest.fixture
def files(api: Any) -> Files:
    return Files(api)


def test_an_uploaded_file_is_checked_and_waits_for_a_yes(files: Files):
    made = files.upload(GOOD)

    assert (made["state"], made["row_count"], made["checked"]) == ("checked", 2, {"award": 2})
    assert made["about"]["columns"]["email"] == {"column": 1, "heading": "email", "found_by": "heading"}
    assert files.api.get("/awards")["items"] == []


def test_a_confirmed_import_becomes_badges(files: Files):
    done = files.run(GOOD)

    assert (done["state"], done["done_count"], done["results"]) == ("done", 2, {"award": 2})
    assert len(files.api.get("/awards")["items"]) == 2


def test_names_in_any_writing_come_through_b14(files: Files):
    people = ["Šárka Nguyễn-O'Brien", "李 娜", "Zoë Ł"]
    lines = [f"p{number}@x.example;{name};BLS;2026-03-01" for number, name in enumerate(people)]
    files.run("\n".join(["email;name;course_id;completed_at", *lines]).encode("utf-16"))

    learners = [files.api.get("/learners", email=f"p{number}@x.example")["items"][0] for number in range(3)]
    assert [each["display_name"] for each in learners] == people


def test_every_row_can_be_read_in_its_order_page_by_page(files: Files):
    made = files.upload(MIXED)
    first = files.api.get(f"/imports/{made['id']}/rows", limit=3)
    rest = files.api.get(first["next"])

    rows = [*first["items"], *rest["items"]]
    assert [(row["row"], row["verdict"], row["column"]) for row in rows] == [
        (2, "award", None),
        (3, "award", None),
        (4, "unreadable", "email"),
        (5, "unmapped", None),
    ]
    assert rest["next"] is None


def test_rows_can_be_asked_for_by_verdict_and_by_need(files: Files):
    made = files.upload(MIXED)

    assert [row["row"] for row in files.api.get(f"/imports/{made['id']}/rows", verdict="unmapped")["items"]] == [5]
    assert [row["row"] for row in files.api.get(f"/imports/{made['id']}/rows", attention=True)["items"]] == [4, 5]


def test_rows_to_put_right_come_as_csv_without_formulas_t43(files: Files):
    done = files.run(MIXED)
    answer = files.api.send("GET", f"/imports/{done['id']}/attention")
    rows = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))

    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert "attachment" in answer.headers["content-disposition"]
    assert [row[:2] for row in rows[1:]] == [["nobody", "'@SUM(1)"], ["mia@x.example", "'+49 123"]]
    assert rows[1][4].startswith("email: This is no e-mail address")
    assert [row[5] for row in rows[1:]] == ["4", "5"]


def test_rows_to_put_right_come_as_a_workbook(files: Files):
    made = files.upload(MIXED)
    answer = files.api.send("GET", f"/imports/{made['id']}/attention?format=xlsx")

    rows = list(openpyxl.load_workbook(io.BytesIO(answer.content)).active.iter_rows(values_only=True))
    assert [row[1] for row in rows] == ["name", "'@SUM(1)", "'+49 123"]


def test_the_file_of_rows_to_put_right_can_be_uploaded_as_it_is_and_is_then_put_right(files: Files):
    done = files.run(MIXED)
    returned = files.api.send("GET", f"/imports/{done['id']}/attention").content

    again = files.run(returned)
    mended = files.run(returned.replace(b"nobody", b"nina@x.example").replace(b"ALS", b"BLS"))

    assert again["results"] == {"unreadable": 1, "unmapped": 1}
    assert mended["results"] == {"award": 2}
    assert files.api.get("/learners", email="mia@x.example")["items"][0]["display_name"] == "+49 123"


def test_a_question_is_answered_by_other_options(files: Files):
    made = files.upload(GOOD.replace("2026-03-01", "01/03/2026"))
    changed = files.api.patch(f"/imports/{made['id']}", options={"date_format": "DD/MM/YYYY"})
    files.work()

    assert made["state"] == "unclear"
    assert made["about"]["questions"][0]["choices"] == ["DD/MM/YYYY", "MM/DD/YYYY"]
    assert changed["state"] == "checking"
    assert files.api.get(f"/imports/{made['id']}")["checked"] == {"award": 2}


def test_a_workbook_is_a_file_too(files: Files):
    book = openpyxl.Workbook()
    for row in csv.reader(io.StringIO(GOOD)):
        book.active.append(row)
    buffer = io.BytesIO()
    book.save(buffer)

    assert files.upload(buffer.getvalue(), {"Content-Type": XLSX})["checked"] == {"award": 2}


def test_a_cancelled_import_awards_nothing_and_cannot_be_confirmed(files: Files):
    made = files.upload(GOOD)
    files.api.post(f"/imports/{made['id']}/cancel")

    assert files.api.refused("POST", f"/imports/{made['id']}/confirm", None)[0] == 409
    assert files.api.post(f"/imports/{made['id']}/cancel")["state"] == "cancelled"


def test_an_import_is_confirmed_once_however_often_it_is_said(files: Files):
    made = files.upload(GOOD)
    states = {files.api.post(f"/imports/{made['id']}/confirm")["state"] for _ in range(3)}
    files.work()

    assert states == {"running"}
    audit = [each["action"] for each in files.api.get("/audit", limit=200)["items"] if each["object"] == made["id"]]
    assert sorted(audit) == ["import.confirmed", "import.uploaded"]


@pytest.mark.parametrize("action", ["confirm", "cancel"])
def test_what_does_not_go_with_the_state_is_409_and_says_the_state(files: Files, action: str):
    made = files.send(GOOD).json() if action == "confirm" else files.run(GOOD)

    status, problem = files.api.refused("POST", f"/imports/{made['id']}/{action}", None)

    assert (status, problem["type"].rsplit("/", 1)[1]) == (409, "wrong-import-state")
    assert problem["state"] == made["state"]


def test_another_content_type_is_415(files: Files):
    assert files.send(GOOD, {"Content-Type": "application/json"}).status_code == 415
    assert files.send(GOOD, {"Content-Type": "image/png"}).status_code == 415


def test_a_source_of_another_type_takes_no_files(files: Files, api: Any):
    other = api.post("/sources", name="LMS", type="generic", settings={"namespace": "x"})["id"]

    assert files.send(GOOD, source_id=other).status_code == 422


def test_an_empty_file_and_unknown_options_are_422(files: Files):
    made = files.upload(GOOD)

    assert files.send(b"").status_code == 422
    status, problem = files.api.refused("PATCH", f"/imports/{made['id']}", {"options": {"colour": 1}})
    assert (status, problem["pointer"]) == (422, "/options")


def test_a_file_larger_than_other_bodies_is_taken_and_one_above_its_own_limit_is_413(files: Files):
    large = "email,course_id,completed_at,comment\n" + f"ana@x.example,BLS,2026-03-01,{'x' * 4_000}\n" * 400
    too_large = b"x" * (20 * 1024 * 1024 + 1)

    assert files.upload(large)["row_count"] == 400
    assert files.send(too_large).status_code == 413


def test_the_same_upload_with_an_idempotency_key_is_one_import(files: Files):
    ids = {files.send(GOOD, CSV | {"Idempotency-Key": "k"}).json()["id"] for _ in range(2)}

    assert len(ids) == 1


def test_a_file_that_was_forgotten_is_gone(files: Files, service: Any):
    from app.issuing import imports, inbox  # noqa: PLC0415 - only this test looks behind the door

    made = files.upload(MIXED)
    with service.database.write() as session:
        found = imports.cancel(session, imports.by_id(session, made["id"]), actor="cli")
        inbox.forget(session, [found.delivery_id])

    assert files.api.send("GET", f"/imports/{made['id']}/attention").status_code == 410


def test_others_see_nothing_of_an_import(files: Files, neighbour: Any, integrator: Callable[..., Any]):
    made = files.upload(GOOD)

    assert neighbour.send("GET", f"/imports/{made['id']}/attention").status_code == 404
    assert files.source_id not in neighbour.send("GET", "/imports").text
    assert integrator(None).send("GET", f"/imports/{made['id']}").status_code == 401
