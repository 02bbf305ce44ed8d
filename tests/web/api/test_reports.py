"""Reports with nothing but the API: listed with definitions, asked, saved as files, drawn, and refused clearly."""

from __future__ import annotations

import csv
import io
from typing import Any

import openpyxl
import pytest
from defusedxml.ElementTree import fromstring
from jsonschema import Draft202012Validator

from app.reports import REPORTS

EVER = {"from": "2026-01-01", "to": "2035-12-31"}


@pytest.fixture
def earned(api: Any) -> None:
    """One badge that Ana earned."""
    api.publish("phlb", name='=HYPERLINK("http://evil.example")')
    recipient = {"email": "ana@x.example", "name": "Ana Ortiz"}
    api.post("/awards", achievement="phlb", recipient=recipient)


def rows(answer: dict[str, Any]) -> list[dict[str, Any]]:
    return list(answer["rows"])


def test_every_report_is_listed_with_what_it_may_be_asked_and_what_its_figures_mean(api: Any):
    listed = {one["slug"]: one for one in api.get("/reports")["items"]}

    assert set(listed) == set(REPORTS)
    assert listed["funnel"]["title"] == "What becomes of the badges that we issue?"
    assert listed["funnel"]["parameters"] == ["period", "group", "achievement"]
    assert [each["name"] for each in listed["awards-by"]["choices"]][:2] == ["achievement", "skill"]
    issued = next(column for column in listed["funnel"]["columns"] if column["name"] == "issued")
    assert issued["definition"].startswith("Badges that were issued in the period")


def test_every_report_answers_in_every_form(api: Any):
    for slug in REPORTS:
        for form in ("json", "csv", "xlsx"):
            answer = api.send("GET", f"/reports/{slug}", params={"format": form, "zone": "Europe/Madrid"})

            assert answer.status_code == 200, answer.text
            assert answer.headers["cache-control"] == "no-store"
            if form != "json":
                assert answer.headers["content-disposition"].startswith(f'attachment; filename="{slug}-20')


@pytest.mark.usefixtures("earned")
def test_json_says_period_zone_and_moment_and_has_rows_as_objects(api: Any):
    answer = api.get("/reports/funnel", **EVER, zone="UTC")

    assert answer["about"]["from"] == "2026-01-01"
    assert answer["about"]["zone"] == "UTC"
    assert answer["about"]["as_of"].endswith("+00:00")
    (row,) = rows(answer)
    assert (row["issued"], row["claimed"], row["views"]) == (1, 0, {"fewer_than": 5})


@pytest.mark.usefixtures("earned")
def test_a_csv_file_and_a_workbook_hold_no_formula_whatever_an_achievement_is_called(api: Any):
    params = {"format": "csv", **EVER}
    text = api.send("GET", "/reports/funnel", params=params).content.decode("utf-8-sig")
    book = api.send("GET", "/reports/funnel", params={**params, "format": "xlsx"}).content

    assert list(csv.reader(io.StringIO(text)))[1][0].startswith("'=HYPERLINK")
    assert openpyxl.load_workbook(io.BytesIO(book)).worksheets[0]["A2"].data_type == "s"


@pytest.mark.usefixtures("earned")
def test_the_chart_is_an_svg_that_runs_nothing_also_when_it_is_opened_by_itself(api: Any):
    answer = api.send("GET", "/reports/funnel/chart.svg", params=EVER)

    assert answer.headers["content-type"] == "image/svg+xml"
    assert "unsafe" not in answer.headers["content-security-policy"]
    assert "sandbox" in answer.headers["content-security-policy"]
    assert b"Issued" in answer.content
    assert fromstring(answer.content).tag.endswith("svg")
    assert b"No data" in api.send("GET", "/reports/pass-rates/chart.svg").content


REFUSED: list[tuple[str, dict[str, str], int, str | None]] = [
    ("/reports/funnel", {"from": "yesterday"}, 422, "/from"),
    ("/reports/funnel", {"from": "2026-02-30"}, 422, "/from"),
    ("/reports/funnel", {"from": "1767225600"}, 422, "/from"),
    ("/reports/funnel", {"from": "2026-03-02", "to": "2026-03-01"}, 422, "/to"),
    ("/reports/funnel", {"zone": "Mars/Olympus"}, 422, "/zone"),
    ("/reports/funnel", {"format": "pdf"}, 422, "/format"),
    ("/reports/funnel", {"colour": "blue"}, 422, "/colour"),
    ("/reports/source-health", {"group": "ICU"}, 422, "/group"),
    ("/reports/awards-by", {"by": "shoe-size"}, 422, "/by"),
    ("/reports/funnel", {"group": "nobody"}, 404, "/group"),
    ("/reports/funnel", {"achievement": "nothing"}, 404, "/achievement"),
    ("/reports/shoe-sizes", {}, 404, None),
    ("/reports/shoe-sizes/chart.svg", {}, 404, None),
    ("/reports/funnel/chart.svg", {"format": "csv"}, 422, "/format"),
]


def places(problem: dict[str, Any]) -> set[str | None]:
    """The places that a problem names."""
    return {problem.get("pointer")} | {each["pointer"] for each in problem.get("problems", [])}


def test_what_cannot_be_asked_is_a_problem_with_its_place(api: Any):
    for path, params, status, pointer in REFUSED:
        answer = api.send("GET", path, params=params)

        assert answer.status_code == status, (path, params)
        assert answer.headers["content-type"] == "application/problem+json"
        assert pointer in places(answer.json()), (path, params)


@pytest.mark.usefixtures("earned")
def test_answers_are_as_described(api: Any, integrator: Any):
    described = integrator(None).get("/openapi.json")
    components = {"components": described["components"]}
    answers = {"ReportsOut": api.get("/reports")} | {"AnswerOut": api.get("/reports/funnel", **EVER)}

    for name, answer in answers.items():
        Draft202012Validator({"$ref": f"#/components/schemas/{name}", **components}).validate(answer)
    content = described["paths"]["/api/v1/reports/{slug}"]["get"]["responses"]["200"]["content"]
    assert {"application/json", "text/csv"} <= set(content)
    names = {each["name"] for each in described["paths"]["/api/v1/reports/{slug}"]["get"]["parameters"]}
    assert names == {"slug", "from", "to", "zone", "group", "achievement", "by", "format"}


# -- by mail ------------------------------------------------------------------------------------------------

WEEKLY = {"report": "expiring", "recipient": "Chief@Hospital.example", "every": "monday"}


def test_a_report_by_mail_is_made_listed_and_ended(api: Any):
    made = api.post("/report-subscriptions", **WEEKLY, zone="Europe/Madrid", covers="year", format="csv")

    assert made["recipient"].lower() == "chief@hospital.example"
    assert (made["covers"], made["zone"], made["format"]) == ("year", "Europe/Madrid", "csv")
    assert made["next_due_at"] > made["created_at"]
    assert [one["id"] for one in api.get("/report-subscriptions")["items"]] == [made["id"]]
    assert api.send("DELETE", f"/report-subscriptions/{made['id']}").status_code == 204
    assert api.get("/report-subscriptions")["items"] == []
    assert api.send("DELETE", f"/report-subscriptions/{made['id']}").status_code == 404


NEVER: list[tuple[dict[str, str], int, str | None]] = [
    ({"report": "shoe-sizes"}, 404, None),
    ({"recipient": "nobody"}, 422, "/recipient"),
    ({"recipient": "a@x.example\r\nBcc: b@x.example"}, 422, "/recipient"),
    ({"every": "day"}, 422, "/every"),
    ({"zone": "Mars/Olympus"}, 422, "/zone"),
    ({"group": "nobody"}, 404, "/group"),
    ({"by": "skill"}, 422, "/by"),
    ({"format": "pdf"}, 422, "/format"),
]


def test_what_could_never_be_sent_is_refused(api: Any):
    for changes, status, pointer in NEVER:
        found, problem = api.refused("POST", "/report-subscriptions", {**WEEKLY, **changes})

        assert found == status, changes
        assert pointer in places(problem), changes
    assert api.get("/report-subscriptions")["items"] == []


def test_sent_twice_with_a_key_it_is_made_once(api: Any):
    headers = {"Idempotency-Key": "k-1"}
    answers = [api.send("POST", "/report-subscriptions", json=WEEKLY, headers=headers) for _ in range(2)]

    assert answers[0].content == answers[1].content
    assert len(api.get("/report-subscriptions")["items"]) == 1
