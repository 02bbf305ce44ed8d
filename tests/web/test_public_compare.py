"""Comparing: two to five achievements side by side, named by the address, differences said in words (SEED-46)."""

from __future__ import annotations

import html
import re
from collections.abc import Callable
from typing import Any

import pytest
from fastapi.testclient import TestClient

from app.issuing import achievements, endorsements
from app.issuing.issuers import Issuer
from app.service import Service


def rows(page: str) -> dict[str, list[str]]:
    """Each line of the comparison: what it is called and what it says of each; `*` = it says that it differs."""
    found = {}
    for row in re.findall(r"<tr.*?</tr>", page, re.DOTALL):
        cells = re.findall(r"<(?:th|td)[^>]*>(.*?)</(?:th|td)>", row, re.DOTALL)
        texts = [" ".join(html.unescape(re.sub(r"<[^>]+>", " ", cell)).split()) for cell in cells]
        found[texts[0].replace(" differs", "*")] = texts[1:]
    return found


@pytest.fixture
def pair(make_achievement: Callable[..., Any]) -> tuple[Any, Any]:
    """Phlebotomy Fundamentals, and an advanced one that shares a skill with it."""
    advanced = {
        "name": "Advanced Phlebotomy",
        "abbreviation": "APHL",
        "hours": "20",
        "price": {"amount": "120.50", "currency": "EUR"},
        "skills": [
            {"name": "Teaching", "url": "https://skills.example/teaching", "level": 2},
            {"name": "Venepuncture", "url": "https://skills.example/venepuncture", "level": 5},
        ],
    }
    return make_achievement("phlb"), make_achievement("aphl", **advanced)


def test_the_same_lines_stand_for_each_and_those_that_differ_say_so(client: TestClient, pair: Any):
    found = rows(client.get(f"/compare?a={pair[0].id}&a={pair[1].id}").text)

    assert found["Length*"] == ["12 hours", "20 hours"]
    assert found["Cost*"] == ["not stated", "€120.50"]
    assert found["Assessed by"] == ["observed practice", "observed practice"]
    assert found["Stays good"] == ["for 2 years", "for 2 years"]
    assert found["Held by"] == ["fewer than 10 people", "fewer than 10 people"]
    assert found["Venepuncture*"] == ["competent , 3 of 5", "expert , 5 of 5"]
    assert found["Teaching*"] == ["not shown", "advanced beginner , 2 of 5"]
    assert list(found).index("Venepuncture*") < list(found).index("Teaching*"), "what both show comes first"


def test_the_table_has_headers_for_columns_and_rows_and_a_region_that_takes_the_focus(client: TestClient, pair: Any):
    page = client.get(f"/compare?a={pair[0].id}&a={pair[1].id}").text

    assert page.count('<th scope="col">') == 2
    assert page.count('<th scope="row">') == page.count("<tr") - 2, "all but the head and the name of the group"
    assert 'role="region" tabindex="0" aria-labelledby="side-by-side"' in page
    assert '<caption id="side-by-side"' in page
    assert '<meta name="robots" content="noindex">' in page


def test_an_achievement_may_be_named_by_its_slug_and_counts_once(client: TestClient, pair: Any):
    page = client.get(f"/compare?a=phlb&a={pair[0].id}&a=northfield/aphl").text

    assert page.count('<th scope="col">') == 2
    assert "There is no achievement" not in page


def test_none_one_and_six_get_a_plain_sentence(client: TestClient, make_achievement: Callable[..., Any]):
    made = [make_achievement(f"a{number}", name=f"Number {number}").id for number in range(6)]

    def page(*ids: str) -> str:
        return client.get("/compare", params={"a": list(ids)}).text

    assert "Choose two to five achievements" in page()
    assert "<table" not in page()
    assert "nothing to compare it with. Add another." in page(made[0])
    assert "<table" in page(made[0])
    assert "At most five fit side by side. Left out: Number 5." in page(*made)
    assert page(*made).count('<th scope="col">') == 5
    assert 'action="/compare"' not in page(*made), "no sixth can be added"


def test_another_is_added_by_its_name_and_each_can_be_removed(client: TestClient, pair: Any):
    first, second = pair
    page = client.get(f"/compare?a={first.id}&q=phlebotomy").text

    assert f'<input type="hidden" name="a" value="{first.id}">' in page
    assert f'href="/compare?a={first.id}&amp;a={second.id}"' in page
    both = client.get(f"/compare?a={first.id}&a={second.id}").text
    assert f'class="remove" href="/compare?a={second.id}"' in both
    assert "Nothing else has such a name." in client.get(f"/compare?a={first.id}&q=zzz").text


def test_names_that_several_or_none_have_are_said(
    client: TestClient, make_achievement: Callable[..., Any], make_issuer: Callable[..., Issuer], issuer: Issuer
):
    make_achievement("phlb", by=issuer)
    make_achievement("phlb", by=make_issuer(slug="southfield", name="Southfield"))

    page = client.get("/compare?a=phlb&a=%00&a=nothing%3Cb%3E").text

    assert "Several achievements are called “phlb”; name one of:" in page
    assert "southfield/phlb" in page
    assert "There is no achievement “nothing&lt;b&gt;” here." in page
    assert "<table" not in page


def test_what_nobody_published_cannot_be_compared_and_what_is_archived_says_so(
    client: TestClient, service: Service, issuer: Issuer, pair: Any
):
    with service.database.write() as session:
        facts = achievements.current_facts(session, pair[0])
        draft = achievements.create(session, issuer, slug="secret", facts=facts, actor="test")
        achievements.archive(session, achievements.by_id(session, pair[1].id), actor="test")

    page = client.get(f"/compare?a={draft.id}&a=secret&a=phlb&a=aphl").text

    assert page.count("There is no achievement") == 2
    assert page.count("no longer awarded") == 1
    assert page.count('<th scope="col">') == 2


def test_endorsers_stand_beside_each_other_only_where_the_issuer_accepted_them(
    client: TestClient, service: Service, make_issuer: Callable[..., Issuer], issuer: Issuer, pair: Any
):
    board = make_issuer(slug="board", name="Board of Training")
    with service.database.write() as session:
        for achievement in pair:
            about = service.office.addresses.achievement_version(achievement.id, 1)
            said = endorsements.endorse(
                session, service.office, board, endorsements.Statement(about, "Sound."), actor="test"
            )
            if achievement is pair[0]:
                endorsements.accept(session, issuer, said, accepted=True, actor="test")

    found = rows(client.get(f"/compare?a={pair[0].id}&a={pair[1].id}").text)

    assert found["Endorsed by*"] == ["Board of Training", "not stated"]
