"""Many awards from a list or a file: checked row by row, confirmed, and told row by row."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from sqlalchemy import select

from app.issuing import erasure
from app.issuing.achievements import Achievement
from app.issuing.awards import Award
from app.issuing.deliveries import Delivery
from app.issuing.imports import ImportRow
from app.issuing.issuers import Issuer
from app.issuing.learners import Learner
from app.issuing.sources import Source
from app.service import Service
from app.web.staff import pasted

IMPORT = "/staff/northfield/awards/import"
PEOPLE = "Ana Ortiz <ana.ortiz@example.org>, Ben Ünal <ben@example.org>\nchi@example.org\tChi Okafor\nnobody\n"


def upload(browser: Any, achievement: Achievement, work_through: Callable[[], None], **fields: Any) -> str:
    """Paste people or choose a file, and have it checked; the page of the import."""
    answer = browser.post(IMPORT, earns=achievement.id, **fields)
    assert answer.status_code == 303, answer.text
    work_through()
    return str(answer.headers["location"])


def test_people_who_are_pasted_are_read_in_the_ways_in_which_people_write_them():
    rows = pasted.as_file(f"{PEOPLE}dora@x.example Dora Lind\n", earned_on="2026-03-02").decode().splitlines()

    assert rows == [
        "email,name,completed_at",
        "ana.ortiz@example.org,Ana Ortiz,2026-03-02",
        "ben@example.org,Ben Ünal,2026-03-02",
        "chi@example.org,Chi Okafor,2026-03-02",
        "nobody,,2026-03-02",
        "dora@x.example,Dora Lind,2026-03-02",
    ]
    table = "email;name\nana@x.example;Ana"
    assert pasted.as_file(table, earned_on="") == table.encode()


def test_a_pasted_list_is_checked_and_awards_nothing_before_somebody_said_yes(
    omar: Any, make_award: Any, make_achievement: Any, awards: Callable[[], list[Award]], work_through: Any
):
    achievement = make_achievement()
    make_award(achievement)  # Ana's
    page = upload(omar, achievement, work_through, people=PEOPLE, earned_on="2026-03-02")

    text = omar.get(page).text
    for words in ("2 would be awarded", "1 held already", "1 cannot be read", "Award 2 badges", "Ben Ünal"):
        assert words in text
    assert len(awards()) == 1
    attention = omar.get(f"{page}/attention.csv").content.decode("utf-8-sig")
    assert "nobody" in attention
    assert "mail" in attention

    omar.post(page, act="confirm")
    work_through()

    assert len(awards()) == 3
    text = omar.get(page).text
    assert "2 awarded" in text
    made = re.findall(r'/awards/([\w-]{22})" aria-label="See the award of row', text)
    assert set(made) == {award.id for award in awards()}
    assert "By hand" in omar.get(f"/staff/northfield/awards/{made[-1]}").text


def test_an_achievement_with_a_rule_of_its_own_can_be_awarded_so_too(
    omar: Any, arrive: Any, make_achievement: Any, awards: Callable[[], list[Award]], work_through: Any
):
    achievement = make_achievement()
    arrive(achievement, approval="always")
    page = upload(omar, achievement, work_through, people="ana@example.org")
    omar.post(page, act="confirm")
    work_through()

    (award,) = awards()
    assert (award.completion_id, award.rule_version_id, award.basis) == (None, None, [])


def test_a_file_with_a_question_is_read_once_it_is_answered(
    omar: Any, make_achievement: Any, awards: Callable[[], list[Award]], work_through: Any
):
    file = ("graduates.csv", b"email,name,date\nana@x.example,Ana,03/04/2026\nben@x.example,Ben,05/04/2026\n")
    page = upload(omar, make_achievement(), work_through, files={"file": file})
    assert "Has a question" in omar.get(page).text

    omar.post(page, act="options", **{"option:date_format": "DD/MM/YYYY"})
    work_through()
    omar.post(page, act="confirm")
    work_through()

    assert {award.awarded_at.date().isoformat() for award in awards()} == {"2026-04-03", "2026-04-05"}


def test_a_file_says_who_paid_and_the_page_shows_which_column_that_is(
    omar: Any, make_achievement: Any, awards: Callable[[], list[Award]], work_through: Any
):
    file = ("graduates.csv", b"email,Patrocinador\nana@x.example,Ward 3\nben@x.example,Ward 4\n")
    page = upload(omar, make_achievement(), work_through, files={"file": file})
    assert "2 would be awarded" in omar.get(page).text
    omar.post(page, act="confirm")
    work_through()

    assert {award.sponsor for award in awards()} == {"Ward 3", "Ward 4"}
    sponsored = next(award for award in awards() if award.sponsor == "Ward 3")
    assert "Ward 3" in omar.get(f"/staff/northfield/awards/{sponsored.id}").text


def test_a_list_that_was_cancelled_awards_nothing(
    omar: Any, make_achievement: Any, awards: Callable[[], list[Award]], work_through: Any
):
    page = upload(omar, make_achievement(), work_through, people="ana@x.example")

    omar.post(page, act="cancel")
    assert omar.post(page, act="confirm").status_code == 409
    work_through()

    assert awards() == []
    assert "Cancelled" in omar.get(IMPORT).text


def test_what_is_missing_is_said_beside_its_field(omar: Any, rita: Any, make_achievement: Any):
    achievement = make_achievement()
    assert "Paste some people" in omar.post(IMPORT, earns=achievement.id).text
    assert "Choose what everybody" in omar.post(IMPORT, people="ana@x.example").text
    assert rita.post(IMPORT, earns=achievement.id, people="ana@x.example").status_code == 403
    assert omar.get(f"{IMPORT}/nothing").status_code == 404


def test_the_file_goes_with_a_person_who_is_erased(
    omar: Any, make_achievement: Any, work_through: Any, service: Service, issuer: Issuer
):
    page = upload(omar, make_achievement(), work_through, people="ana@x.example")
    omar.post(page, act="confirm")
    work_through()
    with service.database.write() as session:
        learner = session.scalars(select(Learner)).one()
        erasure.erase(session, service.office, learner, actor="test")

    with service.database.read() as session:
        assert [delivery.body for delivery in session.scalars(select(Delivery))] == [b""]
        assert session.scalars(select(ImportRow.row_key)).all() == [None]
        assert session.scalars(select(Source.name).where(Source.issuer_id == issuer.id)).all() == ["Awards by hand"]
    assert omar.get(page).status_code == 200
