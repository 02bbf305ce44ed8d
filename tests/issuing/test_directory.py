"""A directory that staff upload: who is behind the ids of a system."""

from __future__ import annotations

import pytest

from app.errors import InvalidInput, TooLarge
from app.issuing import directory, issuers
from app.issuing.directory import Entry, Result, Verdict
from app.issuing.learners import Learner

from .arriving import ACTIVITY, NAMELESS, actions, arrive, awards, count, fact, learner_of

FILE = "namespace,id,email,name\nlms.example.org,7,ana@hospital.test,Ana Ortiz\n"


def take(desk, *lines: str) -> list[Result]:
    """What comes of each line (`id,email,name`) of a directory of the learning system."""
    entries = directory.read("\n".join(["id,email,name", *lines]).encode(), namespace="lms.example.org")
    with desk.write() as session:
        issuers.take_turn(session, desk.issuer.id)
        return [directory.take(session, desk.office, desk.issuer, each, actor="cli") for each in entries]


def verdicts(results: list[Result]) -> list[Verdict]:
    return [result.verdict for result in results]


@pytest.mark.parametrize(
    "content",
    [
        FILE.encode(),
        b"\xef\xbb\xbf" + FILE.encode(),
        FILE.encode("utf-16"),
        FILE.replace(",", ";").encode(),
        FILE.replace(",", "\t").replace("\n", "\r\n").encode(),
        b'System;User ID;Display Name;E-mail\nlms.example.org;7;"Ana Ortiz";ana@hospital.test\n\n',
    ],
    ids=["plain", "with a mark", "UTF-16", "semicolons", "tabs and CRLF", "other headings"],
)
def test_a_file_is_read_whichever_program_wrote_it(content):
    assert directory.read(content) == [
        Entry(line=2, namespace="lms.example.org", id="7", email="ana@hospital.test", name="Ana Ortiz")
    ]


@pytest.mark.parametrize(
    "content",
    [b"", b"id,email\n7,a@x.example\n", b"namespace,id,id,email\n", b'namespace,id,email\n"x', b"\xff\x00a", b"a\x00b"],
    ids=["empty", "no namespace", "a column twice", "an open quote", "no text", "NUL"],
)
def test_a_file_that_cannot_be_read_says_why(content):
    with pytest.raises(InvalidInput):
        directory.read(content)


def test_a_file_of_too_many_lines_is_refused(monkeypatch):
    monkeypatch.setattr(directory, "MOST_LINES", 1)

    with pytest.raises(TooLarge):
        directory.read(FILE.encode() + b"x,8,bo@hospital.test,Bo\n")


def test_somebody_pending_becomes_known_and_gets_what_waited(desk):
    arrive(desk, desk.source(earns={ACTIVITY: desk.achievement()}), fact(learner=NAMELESS))

    assert verdicts(take(desk, "7,ana@hospital.test,Ana Ortiz")) == [Verdict.IDENTIFIED]
    assert learner_of(desk).display_name == "Ana Ortiz"
    assert len(awards(desk)) == 1


def test_a_new_person_is_added_before_any_completion_names_them(desk):
    assert verdicts(take(desk, "7,ana@hospital.test,Ana")) == [Verdict.ADDED]

    arrive(desk, desk.source(earns={ACTIVITY: desk.achievement()}), fact(learner=NAMELESS))

    assert len(awards(desk)) == 1


def test_the_same_file_again_changes_nothing(desk):
    take(desk, "7,ana@hospital.test,Ana")
    log = actions(desk)

    assert verdicts(take(desk, "7,ANA@hospital.test,Ana")) == [Verdict.UNCHANGED]
    assert actions(desk) == log


def test_a_changed_address_is_one_more_and_awards_nothing(desk):
    take(desk, "7,ana@hospital.test,Ana")

    assert verdicts(take(desk, "7,ana.ortiz@hospital.test,Ana")) == [Verdict.CHANGED]
    assert desk.learner("ana@hospital.test").id == desk.learner("ana.ortiz@hospital.test").id


def test_an_id_for_a_known_address_joins_the_learner(desk):
    ana = desk.learner("ana@hospital.test")

    assert take(desk, "7,ana@hospital.test,Ana") == [Result(2, Verdict.CHANGED, None, ana.id)]


def test_one_bad_line_says_why_and_spoils_no_other(desk):
    results = take(
        desk,
        "7,ana@hospital.test,Ana",
        "8,ana@hospital.test,Bo",
        ",cy@hospital.test,Cy",
        "10,noemail@hospital.test,Di",
        f"{'1' * 400},ed@hospital.test,Ed",
        "12,[TEST] fay@hospital.test,Fay",
        "13,gus@hospital.test,Gus",
    )

    assert verdicts(results) == [Verdict.ADDED, *[Verdict.REFUSED] * 5, Verdict.ADDED]
    assert all(result.reason for result in results if result.verdict is Verdict.REFUSED)
    assert directory.counted(results) == {"added": 2, "refused": 5}
    assert count(desk, Learner) == 2
