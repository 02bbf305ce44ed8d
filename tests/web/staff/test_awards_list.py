"""The list of awards: found by whatever is known, page by page, and taken along as a file."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import openpyxl
import pytest

from app import clock
from app.issuing import award_status, groups, issuers, learners
from app.issuing.achievements import Achievement
from app.issuing.awards import Award
from app.issuing.issuers import Issuer
from app.service import Service

AWARDS = "/staff/northfield/awards"


@pytest.fixture
def made(make_award: Callable[..., Award], make_achievement: Callable[..., Achievement]) -> dict[str, Award]:
    """Three awards: one that is good, one that has ended, one that is withdrawn."""
    phlb, bls = make_achievement(), make_achievement(slug="bls", name="Basic Life Support", abbreviation="BLS")
    now = clock.now()
    return {
        "ana": make_award(phlb, awarded_at=now - timedelta(days=40)),
        "ben": make_award(bls, email="ben@example.org", name="Ben Ünal", awarded_at=datetime(2020, 5, 2, tzinfo=UTC)),
        "chi": make_award(bls, email="chi@example.org", name="=HYPERLINK(1)", awarded_at=now - timedelta(days=690)),
    }


def shown(page: Any, made: dict[str, Award]) -> set[str]:
    """Which of them are on a page."""
    return {name for name, award in made.items() if f'value="{award.id}"' in page.text}


FILTERS = {
    "": {"ana", "ben", "chi"},
    "q=ORTIZ": {"ana"},
    "q=ben@exam": {"ben"},
    "q=nobody": set(),
    "q=%25": set(),
    "state=good": {"ana", "chi"},
    "state=ended": {"ben"},
    "state=unclaimed&ends=60": {"chi"},
    "since=2020-05-02&until=2020-05-02": {"ben"},
    "group=cohort:26": {"ana"},
}


def test_awards_are_found_by_what_is_known_of_them(olga: Any, made: dict[str, Award], service: Service, issuer: Issuer):
    with service.database.write() as session:
        by = issuers.by_id(session, issuer.id)
        ana = learners.by_email(session, by, "ana.ortiz@example.org")
        groups.add(session, service.office, ana, "cohort:26", actor="test")
    ways = FILTERS | {f"q={made['ben'].id}": {"ben"}, f"achievement={made['ana'].achievement_id}": {"ana"}}

    assert {query: shown(olga.get(f"{AWARDS}?{query}"), made) for query in ways} == ways


def test_how_an_award_stands_is_said_in_a_word(olga: Any, made: dict[str, Award], service: Service):
    with service.database.write() as session:
        award = session.get_one(Award, made["ana"].id)
        award_status.suspend(session, service.office, award, reason="Under review", actor="test")

    words = re.findall(r'class="pill \w+">.*?<span>([^<]+)</span>', olga.get(AWARDS).text, re.DOTALL)
    assert sorted(words) == ["Ended", "Ends soon", "Paused"]


def test_later_pages_show_each_award_once_whatever_is_awarded_meanwhile(
    olga: Any, make_award: Callable[..., Award], make_achievement: Callable[..., Achievement]
):
    achievement = make_achievement()
    ids = {make_award(achievement, email=f"p{number}@example.org").id for number in range(52)}

    first = olga.get(AWARDS).text
    late = make_award(achievement, email="late@example.org").id
    second = olga.get(re.search(r'href="([^"]*cursor=[^"]*)" rel="next"', first)[1].replace("&amp;", "&")).text

    seen = [re.findall(r'name="award" value="([^"]+)"', page) for page in (first, second)]
    # One of the same second may stand among the later ones; it is one more, and takes nobody's place.
    assert len(seen[0]) == 50
    assert sorted(set(seen[0] + seen[1]) - {late}) == sorted(ids)
    assert len(seen[0] + seen[1]) == len(set(seen[0] + seen[1]))


def test_a_filter_that_means_nothing_is_said_and_the_list_is_there(olga: Any, made: dict[str, Award]):
    for query in ("state=nonsense", "since=soon", "ends=-1", "cursor=x", "until=9999-01-01"):
        answer = olga.get(f"{AWARDS}?{query}")

        assert (answer.status_code, shown(answer, made)) == (422, {"ana", "ben", "chi"}), query


def test_the_file_has_the_columns_of_the_screen_and_no_formula(olga: Any, made: dict[str, Award]):
    file = olga.get(f"{AWARDS}/export.csv?q=example.org")

    rows = list(csv.DictReader(io.StringIO(file.content.decode("utf-8-sig"))))
    assert {row["Address"] for row in rows} == {"ana.ortiz@example.org", "ben@example.org", "chi@example.org"}
    assert {row["Holder"] for row in rows} == {"Ana Ortiz", "Ben Ünal", "'=HYPERLINK(1)"}
    assert rows[0]["Badge"].startswith("http://badges.test/b/")
    book = openpyxl.load_workbook(io.BytesIO(olga.get(f"{AWARDS}/export.xlsx?state=ended").content))
    assert [cell.value for cell in book.worksheets[0][2]][1] == "Ben Ünal"
    assert len(made) == 3


def test_nothing_yet_teaches_the_first_step_and_nothing_found_says_so(olga: Any):
    assert "Nothing was awarded yet" in olga.get(AWARDS).text
    assert "No award matches" in olga.get(f"{AWARDS}?q=x").text


def test_another_issuer_s_awards_are_not_here(
    enter: Callable[..., Any], make_issuer: Callable[..., Issuer], made: dict[str, Award]
):
    other = enter("eve@example.org", role="owner", at=make_issuer("riverside", "Riverside"))

    assert shown(other.get("/staff/riverside/awards"), made) == set()
    assert other.get(AWARDS).status_code == 404
    assert other.get(f"/staff/riverside/awards/{made['ana'].id}").status_code == 404


def test_names_that_are_markup_are_text(olga: Any, make_award: Callable[..., Award]):
    award = make_award(name="<script>alert(1)</script>", narrative="<img src=x onerror=alert(1)>")

    for path in (AWARDS, f"{AWARDS}/{award.id}", f"/staff/northfield/people/{award.learner_id}"):
        text = olga.get(path).text
        assert "<script>alert" not in text
        assert "<img src=x" not in text


def test_a_reviewer_sees_the_list_and_none_of_its_buttons(rita: Any, award: Award):
    text = rita.get(AWARDS).text

    assert award.id in text
    assert "Revoke" not in text
    assert rita.get(f"{AWARDS}/new").status_code == 403
    assert rita.post(f"{AWARDS}/bulk", kind="revoke", award=[award.id]).status_code == 403
