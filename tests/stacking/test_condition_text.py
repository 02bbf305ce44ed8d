"""Conditions as people write them: what can be said, what it means, and what is wrong at which place."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.stacking.condition_text import Names, Problem, names_of, read, write
from app.stacking.conditions import (
    AllOf,
    AnyOf,
    Condition,
    HasCredential,
    HasNode,
    HasSkill,
    Measure,
    MinSum,
    NOf,
)
from app.stacking.world import Credential, Kind, World
from tests.stacking.healthcare import world

NAMES = names_of(world(), [("assistant", "Care assistant"), ("bedside", "Bedside core")])
BLS, IPC, ECG = HasCredential("mc-bls"), HasCredential("mc-ipc"), HasCredential("mc-ecg")


def said(text: str) -> Condition:
    """What a text says, without any problem."""
    found = read(text, NAMES)
    assert found.problems == ()
    assert found.condition is not None
    return found.condition


MEANINGS = [
    ("BLSS", BLS),
    ("blss", BLS),
    ("mc-bls", BLS),
    ('"BLSS"', BLS),
    ("((BLSS))", BLS),
    ("BLSS and IPES", AllOf((BLS, IPC))),
    ("BLSS\nAND\nIPES", AllOf((BLS, IPC))),
    ("BLSS or IPES", AnyOf((BLS, IPC))),
    ("any of (BLSS, IPES)", AnyOf((BLS, IPC))),
    ("all of (BLSS, IPES)", AllOf((BLS, IPC))),
    ("BLSS and (IPES and ECGR)", AllOf((BLS, AllOf((IPC, ECG))))),
    ("BLSS and (IPES or ECGR)", AllOf((BLS, AnyOf((IPC, ECG))))),
    ("2 of (BLSS, IPES and ECGR, IPES)", NOf(2, (BLS, AllOf((IPC, ECG)), IPC))),
    ("at least 2 of (BLSS, IPES)", NOf(2, (BLS, IPC))),
    ("ever BLSS", HasCredential("mc-bls", ever=True)),
    ("node assistant", HasNode("assistant")),
    ("node “Care assistant”", HasNode("assistant")),
    ("skill sk-ecg at 3", HasSkill("sk-ecg", 3)),
    ("skill sk-ecg at level 3", HasSkill("sk-ecg", 3)),
    ("12.5 hours from (BLSS)", MinSum(Measure.HOURS, Decimal("12.5"), ("mc-bls",))),
    ("5 academic credits from (BLSS, IPES)", MinSum(Measure.ACADEMIC_CREDITS, Decimal(5), ("mc-bls", "mc-ipc"))),
    ("at least 40 records-ceu from (BLSS)", MinSum(Measure.CE, Decimal(40), ("mc-bls",), "records-ceu")),
]


@pytest.mark.parametrize(("text", "meant"), MEANINGS, ids=[text for text, _ in MEANINGS])
def test_a_text_says_what_people_mean_by_it(text: str, meant: Condition):
    assert said(text) == meant


def test_a_condition_is_written_with_abbreviations_as_people_know_them():
    stated = AllOf((BLS, IPC, NOf(2, (ECG, HasNode("bedside"), AllOf((BLS, ECG))))))

    assert write(stated, NAMES.labels) == "BLSS and IPES and 2 of (ECGR, node bedside, BLSS and ECGR)"


@pytest.mark.parametrize("pathway", world().pathways.values(), ids=lambda each: each.id)
def test_every_condition_of_the_demo_catalogue_is_read_back_from_its_text(pathway):
    names = names_of(world(), [(node.id, node.name) for node in pathway.nodes])

    for node in pathway.nodes:
        found = read(write(node.condition, names.labels), names)

        assert (found.condition, found.problems) == (node.condition, ())


WRONG = [
    ("", 0, 0, "Say what it takes, such as: BLSS and 2 of (SPMO, ECGR, VBCO)."),
    ("BLSS IPES", 5, 4, "Something is missing before IPES: and, or an opening bracket."),
    ("BLSS and", 8, 0, "Something is missing here: a credential, or a condition."),
    ("BLSS and (IPES", 9, 1, "This bracket is never closed."),
    ("2 of (BLSS, IPES", 5, 1, "This bracket is never closed."),
    ("2 of (BLSS, IPES,)", 17, 1, "Something is missing after the comma."),
    ("2 of (BLSS 3)", 11, 1, "A comma is missing before 3."),
    ("BLSS)", 4, 1, "This bracket was never opened."),
    ("BLSS, IPES", 4, 1, "A comma stands only in brackets. Write and, or: any of (…)."),
    ("BLSS and IPES or ECGR", 14, 2, "Put brackets around what belongs together: and beside or has two meanings."),
    ("not BLSS", 0, 3, "There is no not: earning one badge never takes another away."),
    ("any (BLSS)", 4, 1, "After any comes of, and a list in brackets: any of (A, B)."),
    ("any BLSS", 4, 4, "After any comes of, and a list in brackets: any of (A, B)."),
    ("2 of BLSS", 5, 4, "Here begins a list in brackets: (A, B)."),
    ("0 of (BLSS)", 0, 1, "How many of them is a whole number from 1 on."),
    ("1.5 of (BLSS)", 0, 3, "How many of them is a whole number from 1 on."),
    ("2", 0, 1, "Say of what: 2 of (A, B), or 2 hours from (A, B)."),
    ("at BLSS", 3, 4, "After at comes least, and a number: at least 2 of (A, B, C)."),
    ("at least BLSS", 9, 4, "Here stands a number."),
    ("skill sk-ecg", 12, 0, "Say at which level: skill sk-ecg at 3."),
    ("skill sk-ecg at 9", 16, 1, "A level is a whole number from 1 to 5."),
    ("40 hours", 8, 0, "Say from what it is summed: from (A, B)."),
    ("40 hours from (BLSS, blss)", 21, 4, "Each credential is counted once: blss stands here twice."),
    ("1000001 hours from (BLSS)", 0, 7, "An amount is at most 1,000,000."),
    ("6 academic from (BLSS)", 11, 4, "After academic comes credits."),
    ("ever and BLSS", 5, 3, "Here stands the name of a credential."),
    ('BLSS and "IPES', 9, 5, "This quotation mark is never closed."),
    ("from BLSS", 0, 4, "Something is missing before from. If it is a name, put it into quotes."),
    ("A&P", 0, 3, "There is no credential called A&P."),
    ("(" * 30 + "BLSS", 20, 1, "There are too many brackets in one another."),
    ("any of (" * 6 + "BLSS" + ")" * 6, 0, 58, "Conditions stand at most 6 deep in one another."),
]


@pytest.mark.parametrize(("text", "at", "length", "sentence"), WRONG, ids=[text[:40] for text, *_ in WRONG])
def test_what_cannot_be_read_is_told_at_its_place(text: str, at: int, length: int, sentence: str):
    found = read(text, NAMES)

    assert found.condition is None
    assert found.problems[-1] == Problem(at, length, sentence)


def test_an_unknown_name_is_told_with_the_nearest_one_that_there_is_and_read_all_the_same():
    found = read("BLSX and node assistent and skill sk-ekg at 2", NAMES)

    assert found.condition == AllOf((HasCredential("BLSX"), HasNode("assistent"), HasSkill("sk-ekg", 2)))
    assert found.problems == (
        Problem(0, 4, "There is no credential called BLSX. Did you mean BLSS?"),
        Problem(14, 9, "There is no step called assistent. Did you mean assistant?"),
        Problem(34, 6, "There is no skill called sk-ekg. Did you mean sk-ecg?"),
    )


def test_an_abbreviation_that_two_credentials_have_names_neither_of_them():
    two = World(credentials=[Credential(slug, Kind.MICRO, slug, "SAME") for slug in ("one", "two")])
    names = names_of(two)

    assert write(HasCredential("one"), names.labels) == "one"
    assert read("SAME", names).problems == (Problem(0, 4, "There is no credential called SAME."),)


def test_a_short_name_goes_before_the_abbreviation_of_another_credential():
    two = World(credentials=[Credential("bls", Kind.MICRO, "", "CPR"), Credential("cpr", Kind.MICRO, "", "BLS")])
    names = names_of(two)

    assert read("BLS", names).condition == HasCredential("bls")
    assert write(HasCredential("cpr"), names.labels) == "cpr"


def test_abbreviations_that_are_no_plain_words_stand_in_quotes():
    odd = [Credential(f"c{n}", Kind.MICRO, "", text) for n, text in enumerate(["A & P I", "of", "12", "a,b", "c(d)"])]
    names = names_of(World(credentials=odd))

    text = write(AllOf(tuple(HasCredential(each.id) for each in odd)), names.labels)

    assert text == '"A & P I" and "of" and "12" and "a,b" and "c(d)"'
    assert read(text, names).condition == AllOf(tuple(HasCredential(each.id) for each in odd))


def test_a_text_that_is_too_long_is_not_looked_at():
    assert read("a " * 10_001, NAMES).problems == (Problem(0, 0, "A condition has at most 20,000 characters."),)


# -- whatever condition there is ------------------------------------------------------------------------------

KEYWORDS = ["and", "Or", "of", "any", "all", "at", "least", "node", "skill", "ever", "from", "hours", "12", "academic"]
ANY_NAME = st.one_of(st.sampled_from(KEYWORDS), st.from_regex(r"[A-Za-z0-9][A-Za-z0-9._-]{0,8}", fullmatch=True))
AMOUNT = st.decimals(0, 1_000_000, places=3, allow_nan=False).map(abs)
SUMMED = st.lists(ANY_NAME, unique=True, max_size=4).map(tuple)
LEAF = st.one_of(
    st.builds(HasCredential, ANY_NAME, st.booleans()),
    st.builds(HasNode, ANY_NAME),
    st.builds(HasSkill, ANY_NAME, st.integers(1, 5)),
    st.builds(MinSum, st.sampled_from([Measure.HOURS, Measure.ACADEMIC_CREDITS]), AMOUNT, SUMMED),
    st.builds(MinSum, st.just(Measure.CE), AMOUNT, SUMMED, ANY_NAME),
)


def several(inner: st.SearchStrategy[Condition]) -> st.SearchStrategy[Condition]:
    """Conditions over conditions."""
    of = st.lists(inner, max_size=3).map(tuple)
    return st.one_of(st.builds(AllOf, of), st.builds(AnyOf, of), st.builds(NOf, st.integers(1, 9), of))


def deep(levels: int) -> st.SearchStrategy[Condition]:
    """Conditions at most so deep."""
    return LEAF if levels == 1 else st.one_of(LEAF, several(deep(levels - 1)))


@settings(deadline=None)
@given(deep(5))
def test_whatever_is_written_reads_back_to_the_same(condition: Condition):
    found = read(write(condition), _every_name_of(condition))

    assert (found.condition, found.problems) == (condition, ())


@settings(deadline=None)
@given(
    st.lists(st.sampled_from([*'()",.“ \n12', "and ", "or ", "of ", "BLSS ", "any ", "node ", "from "])).map("".join)
)
def test_no_text_whatever_is_more_than_told_to_be_wrong(text: str):
    found = read(text, NAMES)

    assert (found.condition is None) <= bool(found.problems)
    assert all(0 <= each.at <= len(text) and each.at + each.length <= len(text) for each in found.problems)


def _every_name_of(condition: Condition) -> Names:
    """Names under which everything that a condition names is known as itself."""
    found: set[str] = set()

    def look(at: Condition) -> None:
        match at:
            case AllOf(of) | AnyOf(of) | NOf(_, of):
                for each in of:
                    look(each)
            case HasCredential(name) | HasNode(name) | HasSkill(name):
                found.add(name)
            case MinSum(of=of, unit=unit):
                found.update(of, [unit] if unit else [])

    look(condition)
    itself = {name: name for name in found}
    return Names(credentials=itself, skills=itself, units=itself, nodes=itself)
