"""A rule document is read whole or refused with every problem at its place."""

from __future__ import annotations

import contextlib
import json
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.errors import InvalidInput, TooLarge
from app.lms.facts import ActivityType as LetterboxType
from app.lms.facts import CompletionKind
from app.stacking.renewal import Validity, ValidityKind
from app.stacking.rules import ActivityType, FactKind, read, simple, to_dict
from app.stacking.rules.document import (
    AllOf,
    AnyOf,
    Approval,
    ApprovalKind,
    EvidencePart,
    HasBadge,
    Member,
    NOf,
    Not,
    OnBetterScore,
    OnUnearn,
    Outcome,
    Repeat,
    RepeatKind,
    Result,
    ScoreAtLeast,
    Stack,
    UnearnKind,
    ValidityPolicy,
)
from app.stacking.rules.durations import Duration

WHOLE = """
badge: bls-provider
match:
  connections: [canvas-prod, scorm]
  activities: [{id: "565"}, {pattern: "course-v1:Acme+BLS+*"}, {id: skills-day, name: skills}]
  types: [course]
require:
  all:
    - {outcome: passed}
    - {score_gte: "0.84"}
    - {occurred_between: [2026-01-01, null]}
    - {learner_in: "cohort:nursing-26"}
    - {has_badge: cpr-basics, valid: true}
combine: {all_of: [a1, {any_of: [a2, skills]}, {n_of: [2, [a1, a2, skills]]}], within: P180D}
approval: {when: {score_lt: 0.9}}
validity: {months: 24, anchor: end_of_month, grace: P30D, remind: [P60D, P30D, P7D]}
repeat: {renewal: {open: P90D before expiry, stack: extend_from_old_expiry}}
on_unearn: review
on_better_score: keep
delay: PT1H
evidence: {include: [score, transcript_url]}
unauthenticated_sources: deny
"""


def with_match(**members) -> dict:
    return {"match": {"activities": ["565"]}, **members}


def problems(document) -> list[tuple[str, str]]:
    with pytest.raises(InvalidInput) as refused:
        read(document)
    return [(problem["pointer"], problem["sentence"]) for problem in refused.value.facts["problems"]]


def test_a_document_with_everything_is_read_from_yaml():
    rule = read(WHOLE)

    assert rule.match.connections == ("canvas-prod", "scorm")
    assert [(a.name, a.id, a.pattern) for a in rule.match.activities] == [
        ("a1", "565", None),
        ("a2", None, "course-v1:Acme+BLS+*"),
        ("skills", "skills-day", None),
    ]
    assert rule.combine == AllOf(
        (
            Member("a1"),
            AnyOf((Member("a2"), Member("skills"))),
            NOf(2, (Member("a1"), Member("a2"), Member("skills"))),
        )
    )
    assert isinstance(rule.require, AllOf)
    assert rule.require.of[1] == ScoreAtLeast(Decimal("0.84"))
    assert rule.evidence == (EvidencePart.SCORE, EvidencePart.LINKS)


def test_the_stored_form_is_read_back_as_an_equal_rule_and_says_every_default():
    for document in (WHOLE, "match: {activities: [565]}", "match: {sources: [canvas]}\nvalidity: none"):
        stored = json.loads(json.dumps(to_dict(read(document))))

        assert read(stored) == read(document)
        assert stored.keys() >= {"match", "approval", "repeat", "on_unearn", "on_better_score", "evidence"}
        assert to_dict(read(stored)) == stored


def test_without_more_words_a_rule_has_the_safe_defaults():
    rule = read(with_match())

    assert rule.match.types == (ActivityType.COURSE, ActivityType.PROGRAMME)
    assert (rule.approval, rule.repeat) == (Approval(), Repeat())
    assert rule.on_unearn == OnUnearn(UnearnKind.REVIEW)
    assert rule.on_better_score == OnBetterScore(supersede=False)
    assert rule.allow_unauthenticated is False


@pytest.mark.parametrize(
    ("member", "written", "meant"),
    [
        ("require", {"outcome": "passed"}, Outcome(Result.PASSED)),
        (
            "require",
            [{"outcome": "passed"}, {"score_gte": 1}],
            AllOf((Outcome(Result.PASSED), ScoreAtLeast(Decimal(1)))),
        ),
        ("require", {"score_gte": "84 %"}, ScoreAtLeast(Decimal("0.84"))),
        ("require", {"score_gte": 0.84}, ScoreAtLeast(Decimal("0.84"))),
        ("require", {"score_gte": "0.840"}, ScoreAtLeast(Decimal("0.84"))),
        ("require", {"score_gte": "0"}, ScoreAtLeast(Decimal(0))),
        ("require", {"not": {"has_badge": "x", "valid": False}}, Not(HasBadge("x", valid=False))),
        ("require", {"has_badge": "x"}, HasBadge("x", valid=True)),
        ("require", {}, None),
        ("approval", "none", Approval()),
        ("approval", "always", Approval(ApprovalKind.ALWAYS)),
        ("approval", "sample(10%)", Approval(ApprovalKind.SAMPLE, percent=Decimal(10))),
        ("approval", {"sample": "2.5 %"}, Approval(ApprovalKind.SAMPLE, percent=Decimal("2.5"))),
        ("approval", {"when": {"score_lt": "90 %"}}, Approval(ApprovalKind.WHEN, score_lt=Decimal("0.9"))),
        ("validity", "none", ValidityPolicy(Validity())),
        ("validity", {"years": 2}, ValidityPolicy(Validity(ValidityKind.MONTHS, 24))),
        ("validity", {"days": 90}, ValidityPolicy(Validity(ValidityKind.DAYS, 90))),
        (
            "validity",
            {"until": "2026-12-31"},
            ValidityPolicy(Validity(ValidityKind.FIXED_DATE, until=date(2026, 12, 31))),
        ),
        ("validity", {"anchor": "end_of_year"}, ValidityPolicy(Validity(ValidityKind.DAYS, 0), end_of_year=True)),
        ("validity", {"grace": "P30D"}, ValidityPolicy(None, grace=Duration(days=30))),
        ("repeat", "per_attempt", Repeat(RepeatKind.PER_ATTEMPT)),
        ("repeat", "renewal", Repeat(RepeatKind.RENEWAL, Duration(days=90))),
        (
            "repeat",
            {"renewal": {"open": "P6M", "stack": "from_completion"}},
            Repeat(RepeatKind.RENEWAL, Duration(months=6), Stack.FROM_COMPLETION),
        ),
        ("on_unearn", "revoke", OnUnearn(UnearnKind.REVOKE)),
        ("on_unearn", {"revoke_after": "P14D"}, OnUnearn(UnearnKind.REVOKE_AFTER, Duration(days=14))),
        ("on_unearn", {"revoke_after": {"grace": "P14D"}}, OnUnearn(UnearnKind.REVOKE_AFTER, Duration(days=14))),
        ("on_better_score", "supersede", OnBetterScore(supersede=True)),
        (
            "on_better_score",
            {"supersede": {"bands": ["0.8", "90 %"]}},
            OnBetterScore(supersede=True, bands=(Decimal("0.8"), Decimal("0.9"))),
        ),
        (
            "on_better_score",
            {"supersede": {"difference": "0.05"}},
            OnBetterScore(supersede=True, difference=Decimal("0.05")),
        ),
        ("delay", "PT1H", Duration(seconds=3600)),
        ("evidence", {"include": []}, ()),
    ],
    ids=lambda value: json.dumps(value) if isinstance(value, str | dict | list) else "",
)
def test_each_member_can_be_written_so(member, written, meant):
    rule = read(with_match(**{member: written}))

    assert getattr(rule, member) == meant
    assert read(to_dict(rule)) == rule


@pytest.mark.parametrize(
    ("document", "pointer", "sentence"),
    [
        ({}, "", "A rule says in “match” which completions it is about"),
        ({"match": {}}, "/match", "A rule without a condition matches nobody: name an activity or a source"),
        ({"match": {"types": ["course"]}}, "/match", "A rule without a condition matches nobody"),
        ({"match": {"activities": []}}, "/match/activities", "This is a list with at least one entry"),
        ({"mach": {}}, "/mach", "Nothing is called “mach” here; did you mean “match”?"),
        ({"match": {"activitis": [1]}}, "/match/activitis", "did you mean “activities”?"),
        ({"match": {"activities": [{"id": 1, "pattern": "x"}]}}, "/match/activities/0", "has an id or a pattern"),
        ({"match": {"activities": ["c-*"]}}, "/match/activities/0", "a pattern is written {pattern: “c-*”}"),
        ({"match": {"activities": [{"pattern": "*"}]}}, "/match/activities/0/pattern", "would match everything"),
        (
            {"match": {"activities": ["x", {"id": "y", "name": "a1"}]}},
            "/match/activities/1",
            "Two activities are called",
        ),
        ({"match": {"activities": ["x"], "types": ["video"]}}, "/match/types/0", "Nothing is called “video” here"),
        (with_match(require={"all": []}), "/require/all", "This is a list with at least one entry"),
        (with_match(require={"outcome": "pased"}), "/require/outcome", "did you mean “passed”?"),
        (with_match(require={"outcome": "passed", "score_gte": 1}), "/require", "One condition a map"),
        (with_match(require={"outcome": "passed", "valid": True}), "/require/valid", "stands beside has_badge only"),
        (
            with_match(require={"score_gte": 84}),
            "/require/score_gte",
            "a score between 0 and 1, such as 0.84, or “84 %”",
        ),
        (with_match(require={"score_gte": "NaN"}), "/require/score_gte", "a score between 0 and 1"),
        (with_match(require={"score_gte": True}), "/require/score_gte", "a score between 0 and 1"),
        (with_match(require={"score_gt": 1}), "/require/score_gt", "did you mean “score_gte”?"),
        (
            with_match(require={"occurred_between": [None, None]}),
            "/require/occurred_between",
            "null leaves one end open",
        ),
        (
            with_match(require={"occurred_between": ["2026-02-30", None]}),
            "/require/occurred_between/0",
            "a date such as",
        ),
        (
            with_match(require={"occurred_between": ["2026-03-01", "2026-02-01"]}),
            "/require/occurred_between",
            "The end comes before the beginning",
        ),
        (with_match(require={"n_of": [0, [{"outcome": "passed"}]]}), "/require/n_of/0", "a whole number from 1"),
        (with_match(require={"n_of": [2, [{"outcome": "passed"}]]}), "/require/n_of/0", "2 of 1 can never be met"),
        (with_match(require={"any": [{"learner_in": "x"}] * 2}), "/require/any", "The same part stands here 2 times"),
        (with_match(combine={"all_of": []}), "/combine/all_of", "This is a list with at least one entry"),
        (
            with_match(combine={"all_of": ["a2"]}),
            "/combine/all_of/0",
            "No activity of “match” is called “a2”; there are a1",
        ),
        (with_match(combine={"n_of": [0, ["a1"]]}), "/combine/n_of/0", "a whole number from 1"),
        (with_match(combine={"n_of": [2, ["a1"]]}), "/combine/n_of/0", "2 of 1 can never be met"),
        (with_match(combine="a1"), "/combine", "This is a map with one of all_of, any_of, n_of"),
        (with_match(combine={"all_of": ["a1"], "within": "90 days"}), "/combine/within", "written like P90D"),
        ({"match": {"sources": ["x"]}, "combine": {"all_of": ["a1"]}}, "/combine", "and there are none"),
        (
            {"match": {"activities": ["x", "y"]}, "combine": {"all_of": ["a1"]}},
            "/combine",
            "“a2” of “match” stands in no part of “combine”; it would count for nothing",
        ),
        (with_match(combine={"all_of": ["a1"]}, repeat="per_attempt"), "/repeat", "goes with single activities"),
        (with_match(validity="none", repeat="renewal"), "/repeat", "What never ends cannot be renewed"),
        (with_match(validity={"months": 1, "days": 1}), "/validity", "one of days, months and years"),
        (with_match(validity={"anchor": "end_of_month"}), "/validity", "one of days, months and years"),
        (with_match(validity={"anchor": "fixed", "months": 3}), "/validity", "A fixed end is written"),
        (with_match(validity={"months": 0}), "/validity/months", "a whole number from 1 to 1200"),
        (with_match(validity={"months": 6, "remind": ["P7D", "P1W"]}), "/validity/remind", "stands here twice"),
        (with_match(approval="sometimes"), "/approval", "This is none, always, sample(10%)"),
        (with_match(approval="sample(0%)"), "/approval", "above 0 % and up to 100 %"),
        (with_match(approval={"when": {}}), "/approval/when", "A condition is missing"),
        (with_match(repeat="yearly"), "/repeat", "known are once, per_attempt, renewal"),
        (with_match(repeat={"renewal": {"open": "soon"}}), "/repeat/renewal/open", "written like P90D"),
        (with_match(on_unearn="revok"), "/on_unearn", "did you mean “revoke”?"),
        (with_match(on_unearn="revoke_after"), "/on_unearn", "{revoke_after: P14D}"),
        (
            with_match(on_better_score={"supersede": {"bands": [0.9, 0.8]}}),
            "/on_better_score/supersede/bands",
            "rising",
        ),
        (
            with_match(on_better_score={"supersede": {"difference": 0}}),
            "/on_better_score/supersede/difference",
            "more than",
        ),
        (with_match(delay="PT0S"), "/delay", "A duration is longer than nothing"),
        (with_match(delay="P101Y"), "/delay", "at most a hundred years"),
        (with_match(evidence={"include": ["grades"]}), "/evidence/include/0", "known are links, score"),
        (with_match(unauthenticated_sources="yes"), "/unauthenticated_sources", "This is deny or allow"),
        (with_match(badge=""), "/badge", "a text of 1 to 200 printable characters"),
    ],
    ids=lambda value: value if isinstance(value, str) and value.startswith("/") else "",
)
def test_what_cannot_be_meant_is_refused_at_its_place(document, pointer, sentence):
    found = problems(document)

    assert found[0][0] == pointer
    assert sentence in found[0][1]


def test_every_problem_is_told_at_once_with_its_line():
    text = "match:\n  activities: [565]\nrequire:\n  all:\n    - {outcome: pased}\n    - {score_gte: 84}\ndelay: soon\n"

    with pytest.raises(InvalidInput) as refused:
        read(text)

    told = [(problem["line"], problem["pointer"]) for problem in refused.value.facts["problems"]]
    assert sorted(told) == [(5, "/require/all/0/outcome"), (6, "/require/all/1/score_gte"), (7, "/delay")]
    assert refused.value.facts["pointer"] in {pointer for _, pointer in told}
    assert refused.value.detail.startswith(f"line {refused.value.facts['line']}: ")


@pytest.mark.parametrize(
    ("text", "line", "sentence"),
    [
        ("match: {activities: [565]}\nmatch: {activities: [566]}\n", 2, "“match” stands here twice"),
        ("match: &a {activities: [565]}\nrequire: *a\n", 1, "Anchors and aliases are not used"),
        ("match: !!python/object:os.system {}\n", 1, "are not used in rules"),
        ("match: [\n", 2, "This is not YAML"),
        ("match: {activities: [565]}\n\tbad: 1\n", 2, "This is not YAML"),
        ("? [a]\n: 1\n", 1, "A name is a text"),
        ("just words", 1, "This is a map with badge, match"),
    ],
    ids=["a name twice", "an alias", "a tag", "an open bracket", "a tab", "a list as a name", "no map"],
)
def test_text_that_is_no_such_yaml_is_refused_with_its_line(text, line, sentence):
    with pytest.raises(InvalidInput) as refused:
        read(text)

    assert refused.value.facts["line"] == line
    assert sentence in refused.value.detail


def test_ids_stay_what_was_written_with_and_without_quotes():
    rule = read("match: {activities: [565, 0565, '565.0', {id: 2026-01-01}, 0x10, yes]}")

    assert [activity.id for activity in rule.match.activities] == ["565", "0565", "565.0", "2026-01-01", "0x10", "yes"]
    assert "between quotation marks" in problems("match: {activities: [1e3]}")[0][1]


def test_limits_stop_what_is_too_large_or_too_deep():
    deep = {"outcome": "passed"}
    for _ in range(8):
        deep = {"not": deep}
    wide = {"any": [{"all": [{"learner_in": f"{i}-{j}"} for j in range(99)]} for i in range(3)]}

    with pytest.raises(TooLarge):
        read("#" * 70_000)
    assert "nested at most" in problems(with_match(require=deep))[0][1]
    assert "at most 200 conditions" in problems(with_match(require=wide))[0][1]
    assert "at most 500 entries" in problems({"match": {"activities": [str(i) for i in range(501)]}})[0][1]
    assert "nested too deeply" in problems("[" * 4_000)[0][1]
    with pytest.raises(TooLarge):
        read("match: [" + "a," * 5_000 + "]")


def test_a_mapping_of_an_activity_is_the_same_as_its_document():
    mapping = simple(source_id="s1", activity_id="565", minimum_score=Decimal("0.8"))

    assert mapping == read("match: {connections: [s1], activities: [565]}\nrequire: {score_gte: 0.8}")
    assert read(to_dict(mapping)) == mapping


def test_kinds_and_types_have_the_letterboxs_values():
    assert {kind.value for kind in FactKind} == {kind.value for kind in CompletionKind}
    assert {kind.value for kind in ActivityType} == {kind.value for kind in LetterboxType}


KEYS = st.sampled_from([
    "match", "activities", "connections", "types", "id", "pattern", "name", "require", "all", "any", "n_of", "n", "of",
    "not", "outcome", "score_gte", "occurred_between", "learner_in", "has_badge", "valid", "combine", "all_of",
    "within", "approval", "sample", "when", "score_lt", "validity", "months", "anchor", "until", "remind", "repeat",
    "renewal", "open", "stack", "on_unearn", "revoke_after", "on_better_score", "supersede", "bands", "delay",
    "evidence", "include", "badge", "unauthenticated_sources",
]) | st.text(max_size=5)  # fmt: skip
LEAVES = (
    st.none() | st.booleans() | st.integers() | st.floats() | st.decimals() | st.text(max_size=8)
    | st.sampled_from(["passed", "P90D", "2026-01-01", "a1", "565", "84 %", "once", "none", "course", "sample(5%)"])
)  # fmt: skip
JSON = st.recursive(
    LEAVES, lambda part: st.lists(part, max_size=4) | st.dictionaries(KEYS, part, max_size=5), max_leaves=25
)


@settings(deadline=None, max_examples=80)
@given(JSON | st.dictionaries(KEYS, JSON, max_size=6).map(lambda rest: {"match": {"activities": ["565"]}} | rest))
def test_reading_any_json_gives_a_rule_or_says_what_is_wrong(document):
    if isinstance(document, str):
        return
    try:
        rule = read(document)
    except (InvalidInput, TooLarge):
        return
    assert read(json.loads(json.dumps(to_dict(rule)))) == rule


@settings(deadline=None, max_examples=80)
@given(st.text(max_size=200) | st.text(alphabet="[]{}:,- \n\t&*!|>%@`'\"#?a1", max_size=120))
def test_reading_any_text_gives_a_rule_or_says_what_is_wrong(text):
    with contextlib.suppress(InvalidInput, TooLarge):
        read(text)
