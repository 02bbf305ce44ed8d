"""Who is on a pathway: found, counted, told what is missing, put on it and taken off, and one person step by step."""

from __future__ import annotations

import csv
import io
import re
import threading
from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import select

from app.issuing import award_status, groups, issuers
from app.issuing.awards import Award
from app.issuing.definitions import Kind
from app.issuing.learners import Learner
from app.issuing.stacks import Enrolment, careers
from app.web.staff.pathways import enrolling, enrolments
from app.worker.enrolling import Enrolling
from tests.web.staff.pathways import ACTOR, MIRA, Academy
from tests.web.staff.test_pathways import draft, plain, publish

ROOT = "/staff/northfield/pathways/ladder"
NOOR, OLE = "noor@hospital.test", "ole@hospital.test"


@pytest.fixture
def ladder(academy: Academy) -> Academy:
    """The ladder with Mira, who has the base, and Noor, who has nothing."""
    academy.pathway()
    academy.enrol(at=datetime(2026, 1, 1, tzinfo=UTC))
    academy.award("bls")
    academy.award("ipc")
    academy.enrol(NOOR, "Noor Aziz", sponsor="Riverside Hospital", at=datetime(2026, 1, 2, tzinfo=UTC))
    return academy


def on_it(academy: Academy) -> set[str]:
    """The ids of whoever is on the ladder."""
    with academy.service.database.read() as session:
        query = select(Enrolment.learner_id).where(Enrolment.ended_at.is_(None))
        return set(session.scalars(query))


def stacks_of(academy: Academy) -> list[str]:
    """States of all awards of stacks."""
    ids = [academy.achievements[slug].id for slug in ("st-base", "st-top")]
    with academy.service.database.read() as session:
        return list(session.scalars(select(Award.state).where(Award.achievement_id.in_(ids))))


def test_the_list_says_how_far_everybody_is_and_what_is_still_to_come(rita: Any, ladder: Academy):
    assert len(on_it(ladder)) == 2

    page = plain(rita.get(f"{ROOT}/people").text)

    assert "2 people, who came last first" in page
    assert re.search(r"Noor Aziz 0 % version 1 BLS; IPC; one of VIT, ECG .* Riverside Hospital", page)
    assert re.search(r"Mira Holm 50 % version 1 one of VIT, ECG Base ", page)


def test_people_are_found_by_name_by_how_far_they_are_and_by_what_they_lack(rita: Any, ladder: Academy):
    ladder.award("ecg")

    def shown(query: str) -> set[str]:
        page = rita.get(f"{ROOT}/people?{query}").text
        return {name for name in ("Mira Holm", "Noor Aziz") if name in page}

    assert shown("q=noor") == {"Noor Aziz"}
    assert shown("without=base") == {"Noor Aziz"}
    assert shown("standing=completed") == {"Mira Holm"}
    assert shown("standing=under_way") == {"Noor Aziz"}
    assert shown("standing=nonsense&without=nonsense") == {"Mira Holm", "Noor Aziz"}
    assert "Nobody on it matches." in rita.get(f"{ROOT}/people?q=zzz").text


def test_pages_are_not_moved_by_who_comes_meanwhile(rita: Any, ladder: Academy, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(enrolments, "PAGE_ROWS", 1)
    first = rita.get(f"{ROOT}/people").text
    (older,) = re.findall(r'href="([^"]+)" rel="next"', first)
    ladder.enrol(OLE, "Ole Berg")

    second = rita.get(older.replace("&amp;", "&")).text

    assert "Noor Aziz" in first
    assert "Mira Holm" in second
    assert "Noor Aziz" not in second
    assert "Ole Berg" not in second


def test_the_same_columns_come_as_a_file(rita: Any, ladder: Academy):
    assert len(on_it(ladder)) == 2

    answer = rita.get(f"{ROOT}/people/export.csv?without=top")
    rows = list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))

    assert [(row["Name"], row["Progress"], row["Complete steps"], row["What is missing"]) for row in rows] == [
        ("Noor Aziz", "0.0", "", "BLS; IPC; one of VIT, ECG"),
        ("Mira Holm", "0.5", "Base", "one of VIT, ECG"),
    ]
    assert rita.get(f"{ROOT}/people/export.xlsx").content[:2] == b"PK"
    assert rita.get(f"{ROOT}/people/export.pdf").status_code == 404


def test_somebody_is_looked_for_and_put_on_it_and_what_is_complete_is_awarded_at_once(omar: Any, academy: Academy):
    academy.pathway()
    for badge in ("bls", "ipc"):
        academy.award(badge)
    mira = academy.learner()
    form = omar.get(f"{ROOT}/enrol?q=mira").text
    assert f'value="{mira.id}"' in form

    answer = omar.post(f"{ROOT}/enrol", person=mira.id, sponsor="Riverside Hospital")

    said = omar.get(answer.headers["location"]).text
    assert "1 person was put on it. 1 stack was complete already and is awarded." in said
    assert stacks_of(academy) == ["issued"]
    assert "is on it already" in omar.get(f"{ROOT}/enrol?q=mira").text


def test_a_whole_group_and_a_whole_unit_are_put_on_it(omar: Any, ladder: Academy):
    ladder.define(Kind.UNIT, "icu", name="Intensive care")
    mira, ole, una = ladder.learner(), ladder.learner(OLE, "Ole Berg"), ladder.learner("una@hospital.test", "Una Lee")
    with ladder.service.database.write() as session:
        issuer = issuers.by_id(session, ladder.issuer.id)
        for each in (mira, ole):
            groups.add(session, ladder.service.office, session.get_one(Learner, each.id), "nursing", actor=ACTOR)
        careers.put(session, issuer, session.get_one(Learner, una.id), unit="icu", actor=ACTOR)
    form = omar.get(f"{ROOT}/enrol").text
    assert "nursing (2)" in form
    assert "Intensive care (1)" in form

    said = []
    for fields in ({"group": "nursing"}, {"group": "nursing"}, {"unit": "icu"}):
        answer = omar.post(f"{ROOT}/enrol", **fields)
        said.append(re.findall(r"(\d (?:\w+ \w+ put|were)) on it", omar.get(answer.headers["location"]).text))

    assert {ole.id, una.id} <= on_it(ladder)
    assert said == [["1 person was put"], ["0 people were put", "2 were"], ["1 person was put"]]


def test_many_are_put_on_it_by_the_worker_with_progress_while_the_page_may_be_left(
    omar: Any, ladder: Academy, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(enrolling, "MOST_AT_ONCE", 3)
    ids = [ladder.learner(f"p{number}@x.test", f"P{number}").id for number in range(4)]
    with ladder.service.database.write() as session:
        for each in ids:
            groups.add(session, ladder.service.office, session.get_one(Learner, each), "many", actor=ACTOR)

    path = omar.post(f"{ROOT}/enrol", group="many", sponsor="Riverside").headers["location"]
    before = plain(omar.get(path).text)
    Enrolling(ladder.service, lambda: None).work_through(threading.Event())
    after = plain(omar.get(path).text)
    other = omar.get(f"{path.rpartition('/')[0]}/{'A' * 22}")

    assert "0 of 4 people" in before
    assert "Done: 4 of 4 people" in after
    assert set(ids) <= on_it(ladder)
    assert omar.post(f"{path}/stop").status_code == 303
    assert other.status_code == 404


def test_who_does_not_meet_the_entry_is_told_by_name_and_keeps_nobody_else_away(omar: Any, academy: Academy):
    academy.pathway(entry={"credential": "ecg"})
    academy.award("ecg")
    mira, ole = academy.learner(), academy.learner(OLE, "Ole Berg")

    answer = omar.post(f"{ROOT}/enrol", person=[mira.id, ole.id])

    assert answer.status_code == 200
    words = plain(answer.text)
    assert "1 person was put on it." in words
    assert "Ole Berg To begin this pathway, something is missing. ECG is missing." in words
    assert on_it(academy) == {mira.id}
    omar.post(f"{ROOT}/enrol", person=ole.id, despite_entry="yes")
    assert on_it(academy) == {mira.id, ole.id}


@pytest.mark.parametrize(
    ("fields", "status", "sentence"),
    [
        ({}, 422, "Choose somebody, a group or a unit."),
        ({"person": "nobody"}, 422, "Nobody is there whom it could be."),
        ({"group": "nothing"}, 422, "Nobody is there whom it could be."),
        ({"unit": "nothing"}, 404, ""),
        ({"person": "x", "sponsor": "x" * 300}, 422, "This may have at most 200 characters."),
    ],
)
def test_a_form_that_names_nobody_is_refused(
    omar: Any, ladder: Academy, fields: dict[str, str], status: int, sentence: str
):
    before = on_it(ladder)

    answer = omar.post(f"{ROOT}/enrol", **fields)

    assert answer.status_code == status
    assert sentence in answer.text
    assert on_it(ladder) == before


def test_nobody_is_put_on_a_draft(omar: Any, academy: Academy):
    academy.pathway(is_published=False)

    assert "once it is published" in omar.get(f"{ROOT}/enrol").text
    assert omar.post(f"{ROOT}/enrol", person=academy.learner().id).status_code in {409, 422}
    assert on_it(academy) == set()


def test_one_person_is_shown_step_by_step_with_what_stacks_rest_on(rita: Any, ladder: Academy):
    page = rita.get(f"{ROOT}/people/{ladder.learner().id}").text

    words = plain(page)
    assert "Still to come: one of VIT, ECG." in words
    assert "All of these: 2 of 2." in words
    assert re.search(r"BLS is held, good until \d+ \w+ \d{4}\.", words)
    assert "One of these: none there yet." in words
    assert "St-Base (ST-BASE)" in words
    assert re.search(r"It rests on (BLS|IPC) \(\1\) of \d+ \w+ \d{4} (BLS|IPC) \(\2\)", words)
    assert "Take Mira Holm off" not in words, "a reviewer changes nothing"


def test_what_was_lost_is_told(rita: Any, ladder: Academy):
    with ladder.service.database.write() as session:
        query = select(Award).where(Award.achievement_id == ladder.achievements["bls"].id)
        award = session.scalars(query).one()
        award_status.revoke(session, ladder.service.office, award, reason="Issued in error", actor=ACTOR)

    words = plain(rita.get(f"{ROOT}/people/{ladder.learner().id}").text)

    assert "BLS was revoked." in words
    assert "Paused" in words
    assert "something that it rests on is missing." in words


def test_somebody_is_taken_off_and_put_on_again_and_keeps_what_was_awarded(omar: Any, ladder: Academy):
    mira = ladder.learner()

    answer = omar.post(f"{ROOT}/people/{mira.id}/leave")

    page = omar.get(answer.headers["location"]).text
    assert "What they were awarded on it stays." in page
    assert mira.id not in on_it(ladder)
    assert stacks_of(ladder) == ["issued"]
    assert "Mira Holm" not in omar.get(f"{ROOT}/people").text
    omar.post(f"{ROOT}/enrol", person=mira.id)
    assert mira.id in on_it(ladder)


def test_somebody_moves_to_the_newest_version_when_they_ask(omar: Any, dora: Any, ladder: Academy):
    noor = ladder.learner(NOOR)
    ladder.award("bls", NOOR)
    row = ladder.row()
    draft(dora, row.id, **{"node-0-condition": "BLS"})
    publish(dora, row.id)
    assert "Judge them by version 2" in omar.get(f"{ROOT}/people/{noor.id}").text

    answer = omar.post(f"{ROOT}/people/{noor.id}/move")

    page = omar.get(answer.headers["location"]).text
    assert "They are judged by version 2 from now on. 1 stack was awarded." in page
    assert "Judge them by" not in page
    again = omar.post(f"{ROOT}/people/{noor.id}/move")
    assert "They are on the newest version already." in omar.get(again.headers["location"]).text


def test_somebody_who_was_never_on_it_is_not_there(omar: Any, ladder: Academy):
    ole = ladder.learner(OLE, "Ole Berg")

    assert omar.get(f"{ROOT}/people/{ole.id}").status_code == 404
    assert omar.post(f"{ROOT}/people/{ole.id}/leave").status_code == 404
    assert omar.post(f"{ROOT}/people/{ole.id}/move").status_code == 404


@pytest.mark.parametrize("who", ["dora", "rita"])
def test_only_awarders_put_people_on_pathways(request: pytest.FixtureRequest, ladder: Academy, who: str):
    browser = request.getfixturevalue(who)
    mira = ladder.learner()

    assert browser.get(f"{ROOT}/enrol").status_code == 403
    assert browser.post(f"{ROOT}/enrol", person=mira.id).status_code == 403
    assert browser.post(f"{ROOT}/people/{mira.id}/leave").status_code == 403
    assert "Put people on it" not in browser.get(f"{ROOT}/people").text
    assert MIRA
