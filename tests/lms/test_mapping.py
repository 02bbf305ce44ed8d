"""Field mapping: another system's body is read by declared expressions, units, formats and zones, never by guesses."""

from __future__ import annotations

import copy
import json
import re
from contextlib import suppress
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.errors import InvalidInput, TooLarge
from app.lms import ADAPTERS
from app.lms.base import ActivityType, Completion, CompletionKind, Ignored, TestPing, Unreadable, Voiding
from app.lms.generic.expressions import MOST_STEPS, Budget, Evaluation, compile_expression
from app.lms.trial import try_sample

from .conftest import NOW, Letterbox

MAPPING: dict[str, Any] = {
    "items": "records[].value",
    "event_id": "data.eventId",
    "kind": {"expression": "type", "values": {"TrainingCompleted": "completed", "Failed": "failed", "Ping": "test"}},
    "learner": {
        "id": "data.user.id",
        "email": "data.user.mail",
        "name": "data.user.name",
        "namespace": {"expression": "tenant", "of": "document"},
    },
    "activity": {"id": "data.training", "name": "data.title"},
    "score": {"expression": "data.score", "unit": "percent"},
    "occurred_at": {"expression": "data.when", "format": "iso"},
    "attempt": "data.attempt",
    "evidence": "data.certificate",
}
DATA: dict[str, Any] = {
    "eventId": "e-1",
    "user": {"id": 33417, "mail": "ada@hospital.test", "name": "Ada Lovelace"},
    "training": "BLS",
    "title": "Basic Life Support",
    "score": 93.5,
    "when": "2026-03-02T10:15:00Z",
    "attempt": 2,
    "certificate": "https://lms.example.org/c/1",
}


def box(**changes: Any) -> Letterbox:
    """A source with the mapping, some of it changed; `...` takes a field out."""
    mapping = {name: value for name, value in {**MAPPING, **changes}.items() if value is not ...}
    return Letterbox("generic", {"namespace": "lms.example.org", "mapping": mapping})


def body(*records: dict[str, Any], kind: str = "TrainingCompleted", **changes: Any) -> dict[str, Any]:
    values = [{"type": kind, "data": {**DATA, **each}} for each in (records or (changes,))]
    return {"tenant": "acme", "records": [{"value": each} for each in values]}


def one(sent: dict[str, Any] | None = None, **mapping: Any) -> Any:
    return box(**mapping).one(body() if sent is None else sent)


# -- every field ---------------------------------------------------------------------------------------------


def test_every_field_is_found_where_the_mapping_says():
    completion = one()

    assert isinstance(completion, Completion)
    assert (completion.kind, completion.dedupe_key, completion.event_id) == (CompletionKind.COMPLETED, "e-1", "e-1")
    assert (completion.learner.namespace, completion.learner.source_id) == ("acme", "33417")
    assert (completion.learner.email, completion.learner.display_name) == ("ada@hospital.test", "Ada Lovelace")
    assert (completion.activity.source_id, completion.activity.name) == ("BLS", "Basic Life Support")
    assert completion.activity.namespace == "lms.example.org"
    assert completion.score is not None
    assert completion.score.scaled == Decimal("0.935")
    assert completion.occurred_at.isoformat() == "2026-03-02T10:15:00+00:00"
    assert completion.attempt_id == "2"
    assert completion.evidence[0].id == "https://lms.example.org/c/1"


def test_a_key_of_its_own_and_an_order_of_its_own_can_be_mapped():
    completion = one(dedupe_key="join(':', ['x', data.training])", sequence="data.attempt")

    assert (completion.dedupe_key, completion.event_id, completion.sequence) == ("x:BLS", "e-1", "2")


def test_without_an_id_a_fact_is_known_by_what_it_says():
    first, second = (one(body(**change), event_id=...) for change in ({}, {"title": "Another title"}))
    third = one(body(attempt=3), event_id=...)

    assert first.dedupe_key == second.dedupe_key != third.dedupe_key


def test_constants_are_written_as_expressions():
    completion = one(activity={"id": "'always-this'", "type": "'module'"}, kind={"always": "passed"})

    assert (completion.activity.source_id, completion.activity.type) == ("always-this", ActivityType.MODULE)
    assert completion.kind is CompletionKind.PASSED


@pytest.mark.parametrize(
    ("sent", "kind"),
    [
        ("TrainingCompleted", CompletionKind.COMPLETED),
        (" trainingcompleted ", CompletionKind.COMPLETED),
        ("Failed", CompletionKind.FAILED),
    ],
)
def test_kinds_are_by_their_values_whatever_the_case(sent: str, kind: CompletionKind):
    assert one(body(kind=sent)).kind is kind


def test_a_kind_that_is_not_among_the_values_is_ignored_and_never_a_completion():
    assert isinstance(one(body(kind="TrainingAssigned")), Ignored)


def test_what_is_ignored_need_not_have_anything_else():
    (item,) = box().parse({"records": [{"value": {"type": "Something else"}}]})

    assert isinstance(item, Ignored)


def test_a_kind_that_means_a_test_is_a_test():
    assert isinstance(one(body(kind="Ping")), TestPing)


def test_kinds_without_values_are_our_own_words():
    assert one(body(kind="completion.passed"), kind="type").kind is CompletionKind.PASSED


TRUTHS = {"expression": "data.ok", "values": {"yes": True, "no": False, "1": True}}


@pytest.mark.parametrize(("sent", "passed"), [("yes", "True"), ("NO", "False"), (1, "True")])
def test_truths_are_by_their_values(sent: Any, passed: str):
    assert str(one(body(ok=sent), passed=TRUTHS).passed) == passed


def test_a_truth_that_is_none_of_the_values_is_unreadable():
    assert one(body(ok=True), passed=TRUTHS).code == "not-a-choice"


def test_a_truth_that_is_one_needs_no_values_and_a_word_does():
    assert one(body(ok=False), passed="data.ok").kind is CompletionKind.FAILED
    assert one(body(ok="true"), passed="data.ok").detail.startswith("`/mapping/passed`")


# -- scores --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("rule", "sent", "scaled"),
    [
        ({"unit": "percent"}, 93.5, "0.935"),
        ({"unit": "percent"}, "93.5", "0.935"),
        ({"unit": "fraction"}, 0.935, "0.935"),
        ({"unit": "points", "maximum": 20}, 15, "0.75"),
        ({"unit": "points", "maximum": "data.most"}, 15, "0.375"),
        ({"unit": "points", "maximum": 20, "minimum": 10}, 15, "0.5"),
        ({"unit": "percent", "decimal_sign": ","}, "92,5", "0.925"),
        ({"unit": "percent"}, 0, "0"),
    ],
)
def test_a_score_is_scaled_by_its_declared_unit(rule: dict[str, Any], sent: Any, scaled: str):
    completion = one(body(score=sent, most=40), score={"expression": "data.score", **rule})

    assert completion.score.scaled == Decimal(scaled)


@pytest.mark.parametrize(
    ("rule", "sent"),
    [
        ({"unit": "fraction"}, 93),
        ({"unit": "percent"}, "92,5"),
        ({"unit": "percent", "decimal_sign": ","}, "92.5"),
        ({"unit": "points", "maximum": "data.none"}, 15),
        ({"unit": "percent"}, "good"),
        ({"unit": "percent"}, {"value": 1}),
        ({"unit": "percent"}, True),
    ],
    ids=["not the unit", "comma undeclared", "point undeclared", "no maximum", "a word", "an object", "true"],
)
def test_a_score_that_is_not_what_was_declared_is_unreadable_and_names_setting_and_place(rule, sent):
    item = one(body(score=sent), score={"expression": "data.score", **rule})

    assert isinstance(item, Unreadable)
    assert "`/mapping/score" in item.detail
    assert item.pointer.startswith("/records/0/value")


def test_no_score_is_no_score():
    assert one(body(score=None)).score is None


# -- times ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("rule", "sent"),
    [
        ({"format": "iso"}, "2026-03-02T10:15:00Z"),
        ({"format": "iso"}, "2026-03-02T11:15:00+01:00"),
        ({"format": "iso", "time_zone": "Europe/Vienna"}, "2026-03-02 11:15:00"),
        ({"format": "epoch_seconds"}, 1772446500),
        ({"format": "epoch_seconds"}, "1772446500"),
        ({"format": "epoch_milliseconds"}, 1772446500123),
        ({"format": "epoch_microseconds"}, 1772446500123456),
        ({"format": "%d.%m.%Y %H:%M", "time_zone": "Europe/Vienna"}, "02.03.2026 11:15"),
        ({"format": "DD/MM/YYYY HH:mm", "time_zone": "Europe/Vienna"}, "2/3/2026 11:15"),
        ({"format": "%m/%d/%y %I:%M %p", "time_zone": "America/New_York"}, "3/2/26 5:15 AM"),
        ({"format": "%Y%m%dT%H%M%S%z"}, "20260302T101500Z"),
        ({"format": "%d %B %Y %H:%M %z"}, "2 March 2026 10:15 +0000"),
    ],
)
def test_a_time_is_read_by_its_declared_format_and_zone(rule: dict[str, Any], sent: Any):
    completion = one(body(when=sent), occurred_at={"expression": "data.when", **rule})

    assert completion.occurred_at.isoformat() == "2026-03-02T10:15:00+00:00", completion


@pytest.mark.parametrize(
    ("rule", "sent"),
    [
        ({"format": "epoch_seconds"}, 1772446500123),
        ({"format": "epoch_milliseconds"}, 1772446500),
        ({"format": "epoch_seconds"}, "2026-03-02T10:15:00Z"),
        ({"format": "iso"}, 1772446500),
        ({"format": "iso"}, "2026-03-02 11:15:00"),
        ({"format": "%d.%m.%Y", "time_zone": "UTC"}, "2026-03-02"),
        ({"format": "%d.%m.%Y", "time_zone": "UTC"}, "31.02.2026"),
        ({"format": "%d.%m.%Y", "time_zone": "UTC"}, "02.03.1999"),
        ({"format": "%d.%m.%Y"}, "02.03.2026"),
        ({"format": "iso"}, "2027-01-01T00:00:00Z"),
        ({"format": "%Y%m%d", "time_zone": "UTC"}, "202634"),
    ],
    ids=[
        "milliseconds for seconds", "seconds for milliseconds", "text for a count", "a count for text", "no zone",
        "another form", "no such day", "before 2000", "no zone for a date", "in the future", "digits of two dates",
    ],
)  # fmt: skip
def test_a_time_that_is_not_what_was_declared_is_never_made_to_fit(rule: dict[str, Any], sent: Any):
    item = one(body(when=sent), occurred_at={"expression": "data.when", **rule})

    assert isinstance(item, Unreadable)
    assert item.detail.startswith("`/mapping/occurred_at`")
    assert item.pointer == "/records/0/value/data/when"


def test_without_a_time_that_of_receipt_is_taken_with_a_note():
    completion = one(body(when=None))

    assert completion.occurred_at == NOW
    assert "time of receipt" in completion.notes[0]


# -- items and places ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("items", "document", "places"),
    [
        (..., {"type": "x"}, [""]),
        (..., [{"type": "x"}, {"type": "x"}], ["/0", "/1"]),
        ("list", {"list": [{}, {}]}, ["/list/0", "/list/1"]),
        ("one", {"one": {}}, ["/one"]),
        ("list[*].v", {"list": [{"v": {}}, {}, {"v": {}}]}, ["/list/0/v", "/list/2/v"]),
        ("list[].v", {"list": [{"v": {}}]}, ["/list/0/v"]),
        ("list[?a == `1`]", {"list": [{"a": 1}, {"a": 2}]}, [""]),
    ],
)
def test_each_item_has_its_place_as_far_as_the_expression_has_places(items: Any, document: Any, places: list[str]):
    source = box(items=items, kind={"always": "completed"})
    found = try_sample(ADAPTERS["generic"], {}, json.dumps(document).encode(), source.config, received_at=NOW)

    assert [each.pointer for each in found.items] == places


def test_a_body_without_items_is_unreadable_as_a_whole_and_names_the_setting():
    with pytest.raises(InvalidInput, match="`/mapping/items` finds nothing"):
        box().parse({"something": "else"})


def test_one_bad_item_of_a_hundred_leaves_ninety_nine():
    records = [{"eventId": f"e-{number}", "score": "bad" if number == 41 else 90} for number in range(100)]
    items = box().parse(body(*records))

    assert [item.index for item in items if isinstance(item, Unreadable)] == [41]
    assert sum(isinstance(item, Completion) for item in items) == 99


def test_too_many_items_are_refused():
    source = box()
    source.settings["max_items"] = 2
    with pytest.raises(TooLarge):
        source.parse(body({}, {}, {}))


@pytest.mark.parametrize(
    ("change", "field", "place"),
    [
        ({"user": {"id": 1, "mail": 7}}, "learner/email", "/records/0/value/data/user/mail"),
        ({"training": None}, "activity/id", "/records/0/value/data/training"),
        ({"user": {"id": [1]}}, "learner/id", "/records/0/value/data/user/id"),
        ({"attempt": "x" * 300}, "attempt", "/records/0/value/data/attempt"),
        ({"certificate": 7}, "evidence", "/records/0/value/data/certificate"),
    ],
)
def test_a_complaint_names_the_setting_and_the_place_in_what_was_sent(change, field, place):
    item = one(body(**change))

    if field == "learner/email":  # an address that is none is left out, as in our own shape
        assert item.learner.email is None
    else:
        assert (item.detail.split("`")[1], item.pointer) == (f"/mapping/{field}", place)


def test_what_a_complaint_says_holds_nothing_of_a_person():
    item = one(name_was := body(user={"id": 1, "mail": "a@x.example", "name": ["Ada", "Lovelace"]}))

    assert isinstance(item, Unreadable)
    assert "Lovelace" not in item.detail
    assert "Lovelace" in json.dumps(name_was)


# -- forms ---------------------------------------------------------------------------------------------------

FORM = {"content-type": "application/x-www-form-urlencoded; charset=utf-8"}


def test_a_form_is_read_as_a_flat_object_of_texts():
    mapping = {
        "kind": {"always": "completed"},
        "learner": {"email": "user_email"},
        "activity": {"id": "course"},
        "score": {"expression": "score", "unit": "percent"},
        "occurred_at": {"expression": "at", "format": "epoch_seconds"},
    }
    source = Letterbox("generic", {"namespace": "x", "auth": "bearer", "mapping": mapping})
    sent = b"user_email=ada%40x.example&course=B+1&score=90&at=1772446500"
    found = try_sample(ADAPTERS["generic"], FORM, sent, source.config, received_at=NOW)

    completion = found.items[0].item
    assert isinstance(completion, Completion)
    assert (completion.learner.email, completion.activity.source_id) == ("ada@x.example", "B 1")


def test_a_form_that_is_authentic_is_stored_as_the_json_that_it_is_read_as(source):
    source.settings = {"namespace": "x", "auth": "bearer"}
    token = source.secrets[0].value
    proof = source.authenticate({**FORM, "authorization": f"Bearer {token}"}, b"a=1&b=2&a=3")

    assert json.loads(proof.payload) == {"a": ["1", "3"], "b": "2"}


def test_a_form_that_cannot_be_read_is_kept_and_said_to_be_unreadable(source):
    source.settings = {"namespace": "x", "auth": "bearer"}
    headers = {**FORM, "authorization": f"Bearer {source.secrets[0].value}"}
    proof = source.authenticate(headers, b"\xff=%ff")

    with pytest.raises(InvalidInput):
        source.parse(proof.payload)


def test_the_id_of_another_system_s_body_is_not_taken_for_the_delivery_s(source):
    source.settings = {"namespace": "x", "auth": "bearer", "mapping": MAPPING}
    headers = {"authorization": f"Bearer {source.secrets[0].value}"}
    keys = {source.authenticate(headers, json.dumps({"id": "the user", "n": n}).encode()).delivery_key for n in (1, 2)}

    assert len(keys) == 2


# -- settings ------------------------------------------------------------------------------------------------


def test_the_mapping_of_these_tests_can_be_used():
    assert box().problems() == []


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"items": "a["}, "`/mapping/items` is not a JMESPath expression near character"),
        ({"items": ""}, "`/mapping/items` must be a JMESPath expression"),
        ({"items": "a" * 501}, "`/mapping/items` has more than 500 characters"),
        ({"items": "!" * 30 + "a"}, "`/mapping/items` is nested too deeply"),
        ({"items": "system(a)"}, "`/mapping/items` uses system(), which is no function"),
        ({"event_id": 7}, "`/mapping/event_id` must be a JMESPath expression"),
        ({"kind": ...}, "`/mapping/kind` is missing"),
        ({"kind": {"always": "won"}}, "`/mapping/kind/always` must be one of completed"),
        ({"kind": {"expression": "a", "values": {"b": "won"}}}, "`/mapping/kind/values/b` must be one of completed"),
        ({"kind": {"expression": "a", "values": {}}}, "`/mapping/kind/values` must be an object of 1 to 200"),
        ({"learner": {"name": "a"}}, "`/mapping/learner` must say where the `id` or the `email`"),
        ({"learner": "a"}, "`/mapping/learner` must be an object"),
        ({"learner": {"id": "a", "shoe": "b"}}, "`/mapping/learner/shoe` has no meaning here"),
        ({"learner": {"id": {"expression": "a", "of": "moon"}}}, "`/mapping/learner/id/of` must be item or document"),
        ({"activity": {"name": "a"}}, "`/mapping/activity` must say where the `id` of the activity is"),
        ({"activity": {"id": "a", "type": {"expression": "b", "values": {"c": "d"}}}}, "`/mapping/activity/type/"),
        ({"passed": {"expression": "a", "values": {"y": "yes"}}}, "`/mapping/passed/values/y` must be true or false"),
        ({"score": "a"}, "`/mapping/score` must be an object with `expression` and `unit`"),
        ({"score": {"expression": "a"}}, "`/mapping/score/unit` must be one of"),
        ({"score": {"expression": "a", "unit": "points"}}, "`/mapping/score/maximum` is missing"),
        ({"score": {"expression": "a", "unit": "percent", "maximum": 5}}, "`/mapping/score/maximum` belongs to points"),
        ({"score": {"expression": "a", "unit": "percent", "decimal_sign": "'"}}, "`/mapping/score/decimal_sign`"),
        ({"occurred_at": "a"}, "`/mapping/occurred_at` must be an object with `expression` and `format`"),
        ({"occurred_at": {"expression": "a", "format": "soon"}}, "`/mapping/occurred_at/format` must be one of iso"),
        ({"occurred_at": {"expression": "a", "format": "%d.%m"}}, "`/mapping/occurred_at/format` must say year"),
        ({"occurred_at": {"expression": "a", "format": "%Q %Y"}}, "`/mapping/occurred_at/format` has %Q"),
        ({"occurred_at": {"expression": "a", "format": "iso", "time_zone": "Mars"}}, "`/mapping/occurred_at/time_"),
        ({"colour": "a"}, "`/mapping/colour` has no meaning here"),
    ],
)  # fmt: skip
def test_each_wrong_setting_is_named_by_its_pointer_in_one_sentence(change: dict[str, Any], said: str):
    problems = box(**change).problems()

    assert [problem for problem in problems if problem.startswith(said)] == problems
    assert len(problems) == 1


@pytest.mark.parametrize("mapping", [[], "a", 7, {}], ids=str)
def test_a_mapping_that_is_none_is_refused(mapping: Any):
    assert Letterbox("generic", {"namespace": "x", "mapping": mapping}).problems()


def test_a_mapping_that_cannot_be_used_any_more_makes_the_delivery_wait_for_a_person():
    with pytest.raises(InvalidInput, match="`mapping` cannot be used"):
        Letterbox("generic", {"namespace": "x", "mapping": {}}).parse(body())


# -- expressions ---------------------------------------------------------------------------------------------


def value(text: str, document: Any) -> Any:
    return Evaluation().value(compile_expression(text, "/m"), document, pointer="/p")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a.b[0]", Decimal("0.1")),
        ("sum(a.b)", Decimal("0.3")),
        ("to_number('0.10')", Decimal("0.10")),
        ("to_number('1_0')", None),
        ("to_string(a.b[0])", "0.1"),
        ("to_string(a.n)", "7"),
        ("join('-', ['x', a.s])", "x-text"),
        ("a.b[?@ > `0.15`] | [0]", Decimal("0.2")),
        ("a.t == `1`", False),
        ("a.n == `7.0`", True),
        ("contains(a.b, `0.2`)", True),
        ("type(a.b[0])", "number"),
        ("nothing.at.all", None),
        ("max(a.b)", Decimal("0.2")),
    ],
)
def test_numbers_stay_exact_in_every_function(text: str, expected: Any):
    document = {"a": {"b": [Decimal("0.1"), Decimal("0.2")], "n": 7, "s": "text", "t": True}}

    assert value(text, document) == expected


DOUBLING = ["[@,@]", "[@,@][]", "{a:@,b:@}"]
ENDS = ["to_string(@)", "@ == @", "contains(@, @)", "type(@)", "[]"]


@pytest.mark.parametrize("end", ENDS)
@pytest.mark.parametrize("step", DOUBLING)
def test_no_expression_of_the_allowed_length_makes_much_work(step: str, end: str):
    budget = Budget()
    with suppress(InvalidInput, TooLarge):  # or an answer: each is right
        Evaluation(budget).value(compile_expression("|".join([step] * 20 + [end]), "/m"), {"a": ["x"] * 50}, pointer="")

    assert budget.steps_left > -2 * MOST_STEPS  # twenty doublings of all of it would be fifty times as much


@pytest.mark.parametrize("text", ["join(@, [@, @])", "to_string([@, @])"])
def test_texts_do_not_grow_without_end(text: str):
    with pytest.raises(InvalidInput, match="too long"):
        value(text, "ab" * 40_000)


def test_the_work_of_all_items_together_is_bounded():
    evaluation = Evaluation(Budget(1_000))
    expression = compile_expression("a.b.c", "/m")
    applied = (evaluation.value(expression, {}, pointer="") for _ in range(1_000))
    with pytest.raises(TooLarge):
        list(applied)


def test_a_delivery_whose_mapping_takes_too_much_work_is_refused_as_a_whole(monkeypatch):
    monkeypatch.setattr("app.lms.generic.mapped.Evaluation", lambda: Evaluation(Budget(50)))
    with pytest.raises(TooLarge, match="more work"):
        box().parse(body({}, {}, {}))


def test_words_of_the_library_that_repeat_what_was_sent_are_not_passed_on():
    with pytest.raises(InvalidInput) as error:
        value("join('-', @)", [{"name": "Ada Lovelace"}])

    assert "Ada" not in error.value.detail


NAMES = st.sampled_from(["type", "data", "user", "id"])
PLAIN = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**9), 10**9) | st.text(max_size=10),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(NAMES, inner, max_size=4),
    max_leaves=15,
)


@given(PLAIN)
def test_whatever_is_sent_gives_items_or_one_of_our_own_errors(document: Any):
    for items in ("@", "data", "[].user", "data[*].user"):
        try:
            found = box(items=items).parse(document)
        except (InvalidInput, TooLarge):
            continue
        assert all(isinstance(each, Completion | Unreadable | Ignored | TestPing | Voiding) for each in found)


@pytest.mark.filterwarnings("ignore:deprecated string literal syntax")
@given(st.text(st.sampled_from("ab.[]*?@'`\"(),&|!=<>{}: 01-_"), max_size=30))
def test_any_text_is_an_expression_or_refused_in_our_words(text: str):
    try:
        compile_expression(text, "/m")
    except InvalidInput as error:
        assert error.facts["pointer"] == "/m"  # noqa: PT017 - it may also be a good one


def test_an_expression_is_never_changed_by_what_it_is_applied_to():
    document = body()
    before = copy.deepcopy(document)
    box().parse(document)

    assert document == before


def test_a_time_is_judged_by_when_the_delivery_came():
    source = box()
    source.now = NOW + timedelta(days=800)

    assert isinstance(source.one(body(when="2027-01-01T00:00:00Z")), Completion)


# -- the page about it ---------------------------------------------------------------------------------------


def test_the_worked_example_of_the_page_works():
    page = (Path(__file__).resolve().parents[2] / "docs/integrations/generic.md").read_text()
    sent, settings = (json.loads(block) for block in re.findall(r"```jsonc\n(.*?)```", page, re.DOTALL))
    source = Letterbox("generic", settings)

    assert source.problems() == []
    completion = source.completion(sent)
    assert (completion.learner.namespace, completion.learner.display_name) == ("acme", "Mira Holm")
    assert (completion.score.scaled, completion.notes) == (Decimal("0.875"), ())
    assert completion.occurred_at.isoformat() == "2026-03-02T10:15:00+00:00"
