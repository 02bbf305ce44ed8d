"""Files as people upload them: what is clear is read, what is not is asked, and what is wrong names row and column."""

from __future__ import annotations

import csv as writing
import io
from contextlib import suppress
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.errors import DeliveryNotAuthentic, InvalidInput, TooLarge
from app.lms import csv
from app.lms.base import Completion, CompletionKind, Secret, Unreadable
from app.lms.csv import CsvSettings, column_of, open_table, read_row

from .conftest import NOW, Letterbox
from .csv_corpus import CORPUS, Sample

SETTINGS = {"namespace": "hr.example.org", "time_zone": "Europe/Vienna"}


def settings(**options) -> CsvSettings:
    problems: list[str] = []
    read = CsvSettings.read({**SETTINGS, **options}, problems)
    assert problems == []
    return read


def items_of(data: bytes, **options):
    read = settings(**options)
    table = open_table(data, read)
    assert table.questions == ()
    return [read_row(row, table.columns, read, received_at=NOW) for row in table.rows()]


def open_by_hand(text: str):
    return open_table(text.encode(), replace(settings(course_id="bls"), by_hand=True))


def items_by_hand(text: str):
    table, read = open_by_hand(text), settings(course_id="bls")
    assert table.questions == ()
    return [read_row(row, table.columns, read, received_at=NOW) for row in table.rows()]


def came_of(sample: Sample) -> str:
    """In the words of the corpus."""
    options = {name.rstrip("_"): value for name, value in sample.options.items()}
    read = settings(**options)
    try:
        table = open_table(sample.data, read)
    except (InvalidInput, TooLarge) as error:
        return f"#{error.detail}"
    if table.questions:
        return f"?{table.questions[0].setting}"
    return " ".join(word(read_row(row, table.columns, read, received_at=NOW)) for row in table.rows())


def word(item) -> str:
    if isinstance(item, Unreadable):
        return f"!{column_of(item.pointer) or 'row'}"
    assert isinstance(item, Completion), item
    scaled = "" if item.score is None else f"{item.score.scaled:f}"
    parts = (item.learner.email or "", item.activity.source_id, item.occurred_at.isoformat(), scaled)
    return "|".join(parts)


def is_as_expected(found: str, expected: str) -> bool:
    if expected[:1] in {"#", "?"}:
        return found[:1] == expected[:1] and expected[1:] in found
    words = list(zip(found.split(), expected.split(), strict=False))
    return len(found.split()) == len(expected.split()) and all(
        have == want
        or (want[:1] != "!" and all(a.startswith(b) for a, b in zip(have.split("|"), want.split("|"), strict=False)))
        for have, want in words
    )


def test_the_corpus_is_large_and_every_file_in_it_is_another():
    assert len(CORPUS) >= 100
    assert len({sample.name for sample in CORPUS}) == len(CORPUS)
    assert len({(sample.data, str(sample.options)) for sample in CORPUS}) == len(CORPUS)


@pytest.mark.parametrize("sample", CORPUS, ids=lambda sample: sample.name)
def test_every_file_of_the_corpus_is_read_asked_about_or_refused_as_it_should_be(sample: Sample):
    found = came_of(sample)

    assert is_as_expected(found, sample.expected), f"{found} instead of {sample.expected}"


@pytest.mark.parametrize(
    ("found", "expected"), [("a|B|x|", "c|B"), ("!email", "a|B"), ("?x", "?y"), ("a|B a|B", "a|B")]
)
def test_what_is_not_as_expected_is_seen(found: str, expected: str):
    assert not is_as_expected(found, expected)


# -- what was understood -------------------------------------------------------------------------------------


def test_names_come_through_in_every_encoding_b14():
    for encoding, name in [("utf-8", "Šárka Nguyễn-O'Brien"), ("utf-16", "李 娜"), ("cp1252", "Jörg Öztürk")]:
        (item,) = items_of(f"email,name,course_id\na@x.example,{name},BLS".encode(encoding))
        assert item.learner.display_name == name


def test_a_name_in_two_columns_is_put_together():
    (item,) = items_of(b"email,first name,surname,course_id\na@x.example,Ana,Ortiz,BLS")

    assert (item.learner.display_name, item.learner.given_name, item.learner.family_name) == (
        "Ana Ortiz",
        "Ana",
        "Ortiz",
    )


def test_the_guard_of_our_own_export_is_taken_off_again():
    (item,) = items_of(b"email,name,course_id\na@x.example,'=1+1,BLS")

    assert item.learner.display_name == "=1+1"


def test_a_file_that_is_not_utf_8_is_read_with_a_note():
    table = open_table("email,name,course_id\na@x.example,Jörg,BLS".encode("cp1252"), settings())

    assert table.facts["encoding"] == "cp1252"
    assert "choose `encoding`" in table.notes[0]


def test_columns_are_shown_with_how_they_were_found_and_others_are_kept_aside():
    table = open_table(b"E-Mail,course_id,Ward,Was\na@x.example,BLS,3,x", settings(columns={"comment": "Was"}))

    assert dict(table.columns.places) == {"email": 0, "course_id": 1, "comment": 3}
    assert dict(table.columns.found_by) == {"email": "alias", "course_id": "heading", "comment": "chosen"}
    assert table.columns.extra == ("Ward",)


@pytest.mark.parametrize(
    "headings",
    ["sponsor,funding", "Sponsored by,Grant", "Patrocinador,Financiación", "Kostenträger,Förderung", "Payer,Beca"],
)
def test_who_paid_is_read_of_awards_by_hand_in_several_languages(headings):
    (item,) = items_by_hand(f"email,{headings}\na@x.example,Ward 3,a grant of 2026")

    assert (item.sponsor, item.funding) == ("Ward 3", "a grant of 2026")


def test_nothing_is_said_of_who_paid_where_the_cells_are_empty():
    (item,) = items_by_hand("email,sponsor,funding\na@x.example,,")

    assert (item.sponsor, item.funding) == (None, None)


@pytest.mark.parametrize("sponsor", ["x" * 201, '"two\nlines"'], ids=["too long", "two lines"])
def test_a_sponsor_that_is_no_short_line_is_a_row_to_put_right_and_one_of_200_characters_is_none(sponsor):
    wrong, right = items_by_hand(f"email,sponsor\na@x.example,{sponsor}\nb@x.example,{'x' * 200}")

    assert isinstance(wrong, Unreadable)
    assert column_of(wrong.pointer) == "sponsor"
    assert "at most 200 characters" in wrong.detail
    assert right.sponsor == "x" * 200


def test_two_columns_that_may_say_who_paid_are_asked_about():
    (question,) = open_by_hand("email,sponsor name,paid by\na@x.example,A,B").questions

    assert question.setting == "columns/sponsor"


def test_rules_ask_nobody_who_paid_so_that_such_a_column_is_left_aside_in_their_files():
    table = open_table(b"email,course_id,sponsor\na@x.example,BLS,Ward 3", settings())
    chosen = open_table(b"email,course_id,who\na@x.example,BLS,Ward 3", settings(columns={"sponsor": "who"}))

    assert table.columns.extra == ("sponsor",)
    assert [each.setting for each in chosen.questions] == ["columns/sponsor"]


@pytest.mark.parametrize(
    ("row", "kind", "completed", "passed"),
    [
        ("completed,", CompletionKind.COMPLETED, True, None),
        ("completed,yes", CompletionKind.PASSED, True, True),
        ("completed,no", CompletionKind.FAILED, True, False),
        ("passed,", CompletionKind.PASSED, True, True),
        ("failed,", CompletionKind.FAILED, None, False),
        ("in progress,", CompletionKind.PROGRESS, None, None),
        ("revoked,", CompletionKind.REVOKED, None, None),
    ],
)
def test_status_and_passed_agree_with_each_other(row, kind, completed, passed):
    (item,) = items_of(f"email,course_id,status,passed\na@x.example,BLS,{row}".encode())

    assert (item.kind, item.completed, item.passed) == (kind, completed, passed)


def test_a_row_is_numbered_as_a_spreadsheet_does():
    items = items_of(b'email,name,course_id\n\na@x.example,"two\nlines",BLS\nnobody,x,BLS')

    assert [item.index for item in items] == [3, 4]
    assert items[1].pointer == "/4/email"


def test_a_row_marked_as_a_test_is_no_completion():
    (item,) = items_of(b"email,name,course_id\na@x.example,[TEST] Ana,BLS")

    assert type(item).__name__ == "TestPing"


# -- questions -----------------------------------------------------------------------------------------------


def question(data: str, setting: str, **options) -> csv.Question:
    asked = {each.setting: each for each in open_table(data.encode(), settings(**options)).questions}
    return asked[setting]


def test_a_date_that_can_be_read_in_two_ways_is_asked_about_in_words():
    asked = question("email,course_id,date\na@x.example,BLS,03/04/2025\n", "date_format")

    assert asked.sentence == "Is 03/04/2025 3 April or 4 March? Choose `date_format`"
    assert asked.choices == ("DD/MM/YYYY", "MM/DD/YYYY")
    assert asked.row == 2


def test_the_question_shows_an_unclear_date_and_what_the_other_rows_say():
    asked = question("email,course_id,date\na@x.example,BLS,25/12/2025\nb@x.example,BLS,03/04/2025\n", "date_format")

    assert asked.row == 3
    assert asked.sentence.endswith("other rows can only be DD/MM/YYYY")


def test_dates_in_two_orders_are_said_to_be_so():
    asked = question("email,course_id,date\na@x.example,BLS,25/12/2025\nb@x.example,BLS,12/25/2025\n", "date_format")

    assert "two orders" in asked.sentence


def test_a_missing_column_is_asked_for_with_the_headings_to_choose_from():
    asked = question("Kontakt,Kurs\na@x.example,BLS\n", "columns/email")

    assert asked.choices == ("Kontakt", "Kurs")


# -- keys ----------------------------------------------------------------------------------------------------


def key_of(row: str, heading: str = "email,external_id,course_id,completed_at,attempt,status,name,comment") -> str:
    (item,) = items_of(f"{heading}\n{row}".encode())
    return str(item.dedupe_key)


BASE = "a@x.example,7,BLS,2026-03-01,1,completed,Ana,x"


@pytest.mark.parametrize(
    "same",
    [
        "b@x.example,7,BLS,2026-03-01,1,completed,Ana,x",
        "a@x.example,7,BLS,2026-03-01T00:00:00+01:00,1,completed,Ana,x",
        "a@x.example,7,BLS,2026-03-01,1,Complete,Ana Maria,other",
    ],
    ids=["another address of the same id", "the same moment", "names and remarks"],
)
def test_a_row_is_the_same_by_learner_activity_attempt_and_time(same: str):
    assert key_of(same) == key_of(BASE)


@pytest.mark.parametrize(
    "other",
    [
        "a@x.example,8,BLS,2026-03-01,1,completed,Ana,x",
        "a@x.example,7,ALS,2026-03-01,1,completed,Ana,x",
        "a@x.example,7,BLS,2026-03-02,1,completed,Ana,x",
        "a@x.example,7,BLS,2026-03-01,2,completed,Ana,x",
        "a@x.example,7,BLS,2026-03-01,1,failed,Ana,x",
    ],
    ids=["learner", "course", "time", "attempt", "what happened"],
)
def test_a_row_is_another_by_any_of_them(other: str):
    assert key_of(other) != key_of(BASE)


def test_an_address_is_the_same_in_other_letters_and_other_columns_change_nothing():
    heading = "ward,date,course,mail"

    assert key_of("3,2026-03-01,BLS,ANA@X.example", heading) == key_of("4,2026-03-01,BLS, ana@x.example ", heading)


# -- limits --------------------------------------------------------------------------------------------------


def test_a_file_above_the_limits_is_refused_before_its_rows_are_read(monkeypatch):
    with pytest.raises(TooLarge):
        open_table(b"x" * (csv.MAX_BYTES + 1), settings())
    monkeypatch.setattr("app.lms.csv.table.MAX_ROWS", 3)
    with pytest.raises(TooLarge) as error:
        open_table(b"email,course_id\n" + b"a@x.example,BLS\n" * 4, settings())
    assert error.value.facts == {"limit_items": 3}


@pytest.mark.parametrize(
    ("wrong", "named"),
    [
        ({"encoding": "ebcdic"}, "`encoding`"),
        ({"delimiter": ","}, "`delimiter`"),
        ({"columns": {"shoe": "x"}}, "“shoe”"),
        ({"columns": []}, "`columns`"),
        ({"columns": {"email": True}}, "`columns/email`"),
        ({"date_format": "when"}, "`date_format`"),
        ({"decimal_sign": "'"}, "`decimal_sign`"),
        ({"score_unit": "marks"}, "`score_unit`"),
        ({"statuses": {"ok": "good"}}, "“ok”"),
        ({"time_zone": "Mars"}, "`time_zone`"),
        ({"colour": 1}, "“colour”"),
    ],
    ids=lambda value: next(iter(value)) if isinstance(value, dict) else "",
)
def test_each_wrong_setting_gets_one_sentence(wrong, named):
    (problem,) = csv.ADAPTER.check_settings({**SETTINGS, **wrong})

    assert named in problem


def test_namespace_and_time_zone_must_be_said():
    assert len(csv.ADAPTER.check_settings({})) == 2


# -- files that a system posts by itself ---------------------------------------------------------------------


def posted(**options) -> Letterbox:
    return Letterbox("csv", {**SETTINGS, **options}, (Secret("s1", "a secret of sixteen letters".replace(" ", "-")),))


def test_a_posted_file_is_proved_by_its_secret_and_known_again_by_its_bytes():
    box, body = posted(), b"email,course_id\na@x.example,BLS"
    headers = {"authorization": f"Bearer {box.secrets[0].value}", "content-type": "text/csv"}

    proof = box.authenticate(headers, body)

    assert (proof.payload, proof.delivery_key) == (body, box.authenticate(headers, body).delivery_key)
    assert [item.activity.source_id for item in box.parse(proof.payload)] == ["BLS"]
    with pytest.raises(DeliveryNotAuthentic):
        box.authenticate(headers | {"authorization": "Bearer something-else-entirely"}, body)


def test_a_posted_file_that_is_unclear_is_unreadable_as_a_whole_and_names_the_setting():
    with pytest.raises(InvalidInput, match="3 April or 4 March") as error:
        posted().parse(b"email,course_id,date\na@x.example,BLS,03/04/2025")
    assert error.value.facts["pointer"] == "/settings/date_format"


def test_a_posted_file_has_at_most_five_thousand_rows():
    with pytest.raises(TooLarge):
        posted().parse(b"email,course_id\n" + b"a@x.example,BLS\n" * 5_001)


# -- whatever comes ------------------------------------------------------------------------------------------

LINES = st.lists(st.lists(st.text(st.characters(codec="utf-8"), max_size=12), max_size=5), max_size=6)


@given(
    st.one_of(st.binary(max_size=300), st.tuples(st.sampled_from(["utf-8", "utf-16", "cp1252"]), st.text(max_size=200)))
)
def test_no_bytes_raise_anything_but_our_own_errors(data):
    content = data if isinstance(data, bytes) else data[1].encode(data[0], "replace")
    with suppress(InvalidInput, TooLarge):
        came_of(Sample("random", content, ""))


@given(LINES)
def test_rows_of_any_cells_are_each_read_or_refused_and_none_is_lost(lines):
    buffer = io.StringIO()
    writer = writing.writer(buffer)
    writer.writerow(["email", "course_id", "completed_at", "score", "status"])
    writer.writerows(lines)
    read = settings(score_unit="percent", date_format="%d.%m.%Y", decimal_sign=",")
    try:
        table = open_table(buffer.getvalue().encode(), read)
    except InvalidInput:
        return
    items = [read_row(row, table.columns, read, received_at=NOW) for row in table.rows()]
    assert len(items) == table.row_count
