"""`lanyard import` and `lanyard source try`: files and samples at the terminal."""

from __future__ import annotations

import json
import re

import openpyxl
import pytest

SETTINGS = '{"namespace": "hr.example.org", "time_zone": "Europe/Vienna"}'
GOOD = "email,name,course_id,completed_at\nana@x.example,Ana Ortiz,B-1,2026-03-01\nli@x.example,李 娜,B-1,2026-03-01\n"
ELSEWHERE = {
    "type": "Assertion",
    "id": "https://old.example/a/1",
    "recipient": {"type": "email", "hashed": False, "identity": "ana@x.example"},
    "badge": {"type": "BadgeClass", "id": "https://old.example/b", "name": "Suturing"},
    "issuedOn": "2024-03-01",
}
MIXED = GOOD + "no address,Kim,B-1,2026-03-01\nkim@x.example,=cmd(),C-9,2026-03-01\n"
SAMPLE = {
    "event": "completed",
    "learner": {"id": "4711", "email": "ana@x.example"},
    "activity": {"id": "B-1"},
    "completed_at": "2026-03-01T09:00:00Z",
}


@pytest.fixture
def source_id(academy) -> str:
    """A source of files, whose course B-1 earns the badge."""
    return connect(academy, "csv", SETTINGS)


def connect(academy, source_type: str, settings: str) -> str:
    said = academy.good("source", "create", "st-anna", "--name", "X", "--type", source_type, "--settings", settings)
    found = re.search(r"/hooks/([\w-]{22})", said)
    assert found is not None
    academy.good("source", "map", found[1], "B-1", "bls")
    return found[1]


def write(academy, text: str, name: str = "file.csv") -> str:
    (academy.folder / name).write_bytes(text.encode())
    return str(academy.folder / name)


# -- import --------------------------------------------------------------------------------------------------


def test_a_file_is_shown_and_imported(academy, source_id):
    said = academy.good("import", write(academy, GOOD), "--source", source_id, "--yes")

    assert "column   email: “email” (heading)" in said
    assert "2 would be award" in said
    assert "2 came of it award" in said


def test_a_dry_run_says_what_would_come_of_it_and_leaves_nothing(academy, source_id):
    said = academy.good("import", write(academy, GOOD), "--source", source_id, "--dry-run")
    again = academy.good("import", write(academy, GOOD), "--source", source_id, "--dry-run")

    assert "2 would be award" in said
    assert said == again


def test_the_same_file_again_is_said_to_be_known(academy, source_id):
    academy.good("import", write(academy, GOOD), "--source", source_id, "--yes")

    assert "2 came of it repeat" in academy.good("import", write(academy, GOOD), "--source", source_id, "--yes")


def test_a_file_may_come_from_standard_input(academy, source_id):
    assert "2 came of it award" in academy.good("import", "-", "--source", source_id, "--yes", stdin=GOOD.encode())


def test_rows_to_put_right_are_shown_with_their_numbers_and_written_to_a_file(academy, source_id):
    where = academy.folder / "right.csv"
    said = academy.good("import", write(academy, MIXED), "--source", source_id, "--yes", "--attention", where)

    assert "4\temail: This is no e-mail address" in said
    written = where.read_text("utf-8-sig")
    assert len(written.splitlines()) == 3
    assert '"\'=cmd()"' in written


def test_rows_to_put_right_may_be_a_workbook(academy, source_id):
    where = academy.folder / "right.xlsx"
    academy.good("import", write(academy, MIXED), "--source", source_id, "--dry-run", "--attention", where)

    rows = list(openpyxl.load_workbook(where).active.iter_rows(values_only=True))
    assert [row[0] for row in rows] == ["email", "no address", "kim@x.example"]
    assert rows[2][1] == "'=cmd()"


def test_what_is_unclear_is_asked_with_exit_code_2_and_the_answer_is_an_option(academy, source_id):
    file = write(academy, GOOD.replace("2026-03-01", "03/01/2026"))
    asked = academy("import", file, "--source", source_id, "--yes")
    answered = academy.good(
        "import", file, "--source", source_id, "--yes", "--options", '{"date_format": "MM/DD/YYYY"}'
    )

    assert asked.code == 2
    assert "Is 03/01/2026 3 January or 1 March?" in asked.err
    assert "date_format = DD/MM/YYYY, MM/DD/YYYY" in asked.err
    assert "2 came of it award" in answered


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["nowhere.csv"], "nowhere.csv"),
        (["file.csv", "--options", "{"], "--options: "),
        (["file.csv", "--options", '{"colour": 1}'], "There is no option “colour”"),
        (["file.csv"], "Nobody is there to confirm"),
    ],
    ids=["no file", "no JSON", "unknown option", "nobody to ask"],
)
def test_what_is_wrong_is_a_sentence(academy, source_id, words, sentence):
    write(academy, GOOD)

    assert sentence in academy.refused("import", *words, "--source", source_id)


def test_a_programme_of_elsewhere_is_brought_in_as_drafts_and_history(academy):
    file = write(academy, json.dumps(ELSEWHERE), "export.json")
    said = ("bring", "st-anna", file, "--issued-by", "St Anna on Badgr", "--ours")

    tried = academy.good(*said, "--dry-run")
    brought = academy.good(*said, "--yes")

    assert "0 new drafts" in tried
    assert "1 would be history" in tried
    assert "1 new drafts" in brought
    assert "1 came of it history" in brought
    assert "0 new drafts" in academy.good(*said, "--yes")


def test_a_source_of_another_type_takes_no_files(academy):
    source_id = connect(academy, "generic", '{"namespace": "lms.example.org"}')

    assert "takes no files" in academy.refused("import", write(academy, GOOD), "--source", source_id, "--yes")


# -- source try ----------------------------------------------------------------------------------------------


def test_a_sample_is_explained_and_nothing_is_stored(academy):
    source_id = connect(academy, "generic", '{"namespace": "lms.example.org"}')
    sample = json.dumps(SAMPLE).encode()

    said = academy("source", "try", "--source", source_id, stdin=sample)

    assert said.code == 0, said.err
    assert "the whole body: completion" in said.out
    assert "would be  awarded" in said.out
    assert "not authenticated" in said.err
    assert academy.good("inbox", "list") == ""


def test_a_mapping_is_tried_before_it_is_saved(academy):
    mapping = {
        "kind": {"expression": "state", "values": {"fertig": "completed"}},
        "learner": {"email": "mail"},
        "activity": {"id": "course"},
    }
    (academy.folder / "settings.json").write_text(json.dumps({"namespace": "x", "mapping": mapping}))
    (academy.folder / "body.json").write_text('{"state": "fertig", "mail": "ana@x.example", "course": "B-1"}')

    told = academy.good(
        "source", "try", academy.folder / "body.json", "--type", "generic", "--settings", "@settings.json", "--json"
    )

    item = json.loads(told)["items"][0]
    assert item["understood"] == "completion"
    assert [each["field"] for each in item["fields"]] == ["kind", "learner/email", "activity/id"]


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        ([], "Name the source"),
        (["--type", "tea"], "no such source type"),
        (["--type", "generic"], "`namespace`"),
        (["--type", "generic", "--settings", SETTINGS, "--header", "nonsense"], "--header"),
    ],
    ids=["nothing named", "unknown type", "settings missing", "no header"],
)
def test_a_sample_that_cannot_be_tried_is_refused_with_a_sentence(academy, words, sentence):
    assert sentence in academy.refused("source", "try", *words, stdin=b"{}")
