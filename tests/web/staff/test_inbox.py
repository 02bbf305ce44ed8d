"""The inbox at work: found by many traits, looked at item by item, replayed, put right where something is missing."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import timedelta
from html import unescape
from typing import Any
from urllib.parse import quote

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import func, select

from app import clock
from app.issuing import inbox
from app.issuing.achievements import Achievement
from app.issuing.awards import Award
from app.issuing.completions import Completion
from app.issuing.inbox import Delivery, DeliveryState
from app.issuing.issuers import Issuer
from app.issuing.learners import Learner
from app.issuing.sources import Source
from app.service import Service
from app.web.staff import inbox as page_of_inbox
from app.web.staff import inbox_delivery

from .arriving import connect, fact, send

ROOT = "/staff/northfield/sources/inbox"
NAMELESS = {"id": "4711", "name": "Fatima al-Zahrani"}


@pytest.fixture
def olga(enter: Callable[..., Any], issuer: Issuer) -> Any:
    """The owner."""
    return enter("olga@example.org", role="owner", at=issuer)


@pytest.fixture
def phlebotomy(make_achievement: Callable[..., Achievement]) -> Achievement:
    return make_achievement()


@pytest.fixture
def arrive(service: Service, issuer: Issuer, client: TestClient, phlebotomy: Achievement) -> Callable[..., str]:
    """Has items arrive from one source, whose PHLB-101 earns phlebotomy; the id of the delivery."""
    source, secret = connect(service, issuer, earns=phlebotomy)

    def arrive(*items: Any, raw: bytes | None = None) -> str:
        return str(send(client, source.id, secret, *items, raw=raw).json()["delivery"])

    return arrive


def shown(page: Any) -> list[str]:
    """The ids of the deliveries that a page of the list has, in its order."""
    return re.findall(rf'<th scope="row"><a href="{ROOT}/([\w-]+)"', page.text)


def rows(service: Service, table: Any) -> list[Any]:
    with service.database.read() as session:
        return list(session.scalars(select(table)))


def of_all_kinds(arrive: Callable[..., str]) -> dict[str, str]:
    return {
        "processed": arrive(fact("1")),
        "unmapped": arrive(fact("2", activity={"id": "other", "name": "Hand Hygiene"})),
        "unknown-person": arrive(fact("3", learner=NAMELESS)),
        "unparseable": arrive(raw=b"{broken"),
        "test": arrive({"event": "ping"}),
    }


def test_an_empty_inbox_teaches_what_will_be_here(olga: Any):
    assert "Nothing has arrived yet" in olga.get(ROOT).text


def test_deliveries_are_listed_newest_first_and_by_how_they_stand(olga: Any, arrive: Callable[..., str]):
    ids = of_all_kinds(arrive)

    everything = olga.get(ROOT)

    assert set(shown(everything)) == set(ids.values())
    assert {standing: shown(olga.get(f"{ROOT}?standing={standing}")) for standing in ids} == {
        standing: [delivery_id] for standing, delivery_id in ids.items()
    }
    assert re.search(r"Somebody should look <strong>3</strong>", everything.text)


def test_the_numbers_of_the_overview_lead_to_exactly_what_they_count(olga: Any, arrive: Callable[..., str]):
    ids = of_all_kinds(arrive)
    overview = olga.get("/staff/northfield").text

    links = [unescape(link) for link in re.findall(rf'href="({ROOT}\?[^"]+)"', overview)]

    assert [set(shown(olga.get(link))) for link in links] == [
        {ids["unparseable"]},
        {ids["unmapped"], ids["unknown-person"]},
    ]


def test_a_delivery_is_found_by_what_people_know_of_it(olga: Any, arrive: Callable[..., str]):
    ids = of_all_kinds(arrive)
    known = ["person-2@hospital.example.org", "PERSON-2@hospital.example.org", "person 2", "other", "hand hyg", "2"]

    assert [shown(olga.get(f"{ROOT}?q={quote(text)}")) for text in known] == [[ids["unmapped"]]] * len(known)


def test_a_delivery_is_found_by_its_own_id_and_nothing_by_nonsense(olga: Any, arrive: Callable[..., str]):
    ids = of_all_kinds(arrive)

    assert shown(olga.get(f"{ROOT}?q={ids['test']}")) == [ids["test"]]
    assert "Nothing here fits" in olga.get(f"{ROOT}?q=%25").text


def test_days_are_those_of_the_issuer_s_zone_and_both_count(
    olga: Any, arrive: Callable[..., str], service: Service, issuer: Issuer
):
    arrived = arrive(fact("1"))
    today = clock.now().date()
    tomorrow, yesterday = today + timedelta(days=1), today - timedelta(days=1)

    def found(**query: Any) -> list[str]:
        return shown(olga.get(f"{ROOT}?" + "&".join(f"{name}={value}" for name, value in query.items())))

    assert found(since=today, until=today) == found(until=tomorrow) == [arrived]
    assert found(since=tomorrow) == found(until=yesterday) == []
    with service.database.write() as session:
        session.get_one(Issuer, issuer.id).timezone = "Pacific/Kiritimati"
        session.get_one(Delivery, arrived).received_at = clock.now().replace(hour=23, minute=0)
    assert found(since=today, until=today) == []


def test_a_filter_that_is_none_is_told(olga: Any):
    wrong = {"standing=x": "No delivery stands as", "since=3.4.2026": "A day is written as", "q=%00": "Search for"}

    answers = {query: olga.get(f"{ROOT}?{query}") for query in wrong}

    assert {answer.status_code for answer in answers.values()} == {422}
    assert all(sentence in answers[query].text for query, sentence in wrong.items())


def pages(client: Any, address: str | None) -> Iterator[Any]:
    """The page at an address and those that follow it."""
    while address is not None:
        page = client.get(address)
        yield page
        following = re.search(r'href="([^"]+cursor=[^"]+)"', page.text)
        address = following and unescape(following[1])


def test_pages_do_not_move_while_deliveries_arrive(
    olga: Any, arrive: Callable[..., str], monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(page_of_inbox, "PAGE_ROWS", 2)
    ids = [arrive(fact(str(number))) for number in range(4)]
    every = pages(olga, f"{ROOT}?standing=processed")
    first = next(every)

    new = arrive(fact("new"))
    later = list(every)

    # What arrived within the same second may stand on a later page; it pushes nothing out of it, and nothing in twice.
    seen = [each for page in (first, *later) for each in shown(page)]
    assert sorted(set(seen) - {new}) == sorted(ids)
    assert len(seen) == len(set(seen))
    assert all("standing=processed" in str(page.url) for page in later)
    assert olga.get(f"{ROOT}?cursor=nonsense").status_code == 422


def test_a_delivery_shows_what_came_of_each_item_and_what_came(olga: Any, arrive: Callable[..., str], service: Service):
    arrived = arrive(fact("1"), {"event": "completed"}, fact("2", activity={"id": "other"}))
    (award,) = rows(service, Award)

    page = unescape(olga.get(f"{ROOT}/{arrived}").text)

    assert "3 items" in page
    assert f'href="/staff/northfield/awards/{award.id}"' in page
    assert "No rule says what other earns" in page
    assert '"person-1@hospital.example.org"' in page
    assert "application/json" in page


def test_a_header_that_could_hold_a_secret_is_covered(olga: Any, arrive: Callable[..., str], service: Service):
    arrived = arrive(fact("1"))
    with service.database.write() as session:
        session.get_one(Delivery, arrived).headers = {"x-api-key": "s3cret", "user-agent": "Moodle"}

    page = olga.get(f"{ROOT}/{arrived}").text

    assert "Moodle" in page
    assert "s3cret" not in page


def test_what_came_is_text_and_never_markup(olga: Any, arrive: Callable[..., str]):
    attack = "<script>alert(1)</script>"
    person = {"id": attack, "email": "x@hospital.example.org", "name": attack}
    arrived = arrive(fact("1", learner=person, activity={"id": attack, "name": attack}))

    page, listed = olga.get(f"{ROOT}/{arrived}").text, olga.get(ROOT).text

    assert "<script" not in page + listed
    assert "&lt;script&gt;" in listed


def test_a_long_body_is_cut_and_the_file_has_all_of_it(
    olga: Any, arrive: Callable[..., str], monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(inbox_delivery, "LONGEST_BODY_SHOWN", 20)
    arrived = arrive(fact("1"))

    page, file = olga.get(f"{ROOT}/{arrived}").text, olga.get(f"{ROOT}/{arrived}/raw")

    assert "The rest is left out here" in page
    assert "person-1@hospital.example.org" in file.text
    assert file.headers["content-disposition"].startswith("attachment")
    assert file.headers["content-type"] == "application/octet-stream"


def test_bytes_that_are_no_text_and_bytes_that_were_forgotten_are_said_so(
    olga: Any, arrive: Callable[..., str], service: Service
):
    binary, forgotten = arrive(raw=b"\xff\xfe\x00"), arrive(fact("1"))
    with service.database.write() as session:
        inbox.forget(session, [forgotten])

    assert "It is no text" in olga.get(f"{ROOT}/{binary}").text
    assert "What came is no longer kept" in olga.get(f"{ROOT}/{forgotten}").text
    assert olga.get(f"{ROOT}/{forgotten}/raw").status_code == 410


def test_saying_who_somebody_is_decides_what_waited(olga: Any, arrive: Callable[..., str], service: Service):
    arrived = arrive(fact("3", learner=NAMELESS))
    (completion,) = rows(service, Completion)
    path = f"{ROOT}/{arrived}/{completion.id}"
    asked = olga.get(path).text

    refused = olga.post(f"{path}/person", email="not an address")
    olga.post(f"{path}/person", email="fatima@hospital.example.org", name="Fatima al-Zahrani")

    assert "Who is it?" in asked
    assert refused.status_code == 422
    assert len(rows(service, Award)) == 1
    assert "Badge awarded" in olga.get(path).text


def test_an_item_without_a_rule_is_mapped_from_its_own_page(
    olga: Any, arrive: Callable[..., str], service: Service, phlebotomy: Achievement
):
    arrived = arrive(fact("2", activity={"id": "other"}))
    (completion,), (source,) = rows(service, Completion), rows(service, Source)
    path = f"{ROOT}/{arrived}/{completion.id}"

    answer = olga.post(
        f"/staff/northfield/sources/{source.id}/activities", activity="other", achievement=phlebotomy.id, next=path
    )

    assert answer.headers["location"] == path
    page = olga.get(path).text
    assert "1 completion that waited was decided" in page
    assert "other was completed on" in page  # the rule, clause by clause


def test_a_replay_decides_anew_what_waited_and_awards_nothing_twice(
    olga: Any, arrive: Callable[..., str], service: Service
):
    arrived = arrive(fact("1"))

    answers = [olga.post(f"{ROOT}/{arrived}/replay") for _ in range(2)]

    assert {answer.headers["location"] for answer in answers} == {f"{ROOT}/{arrived}"}
    assert len(rows(service, Award)) == 1


def test_many_are_replayed_after_their_number_was_shown(olga: Any, arrive: Callable[..., str], service: Service):
    ids = of_all_kinds(arrive)
    asked = olga.get(f"{ROOT}/replay?standing=unmapped&standing=unknown-person").text

    answer = olga.post(f"{ROOT}/replay", standing=["unmapped", "unknown-person"], q="4711")

    assert "Go through 2 deliveries once more" in asked
    assert answer.headers["location"] == f"{ROOT}?standing=unmapped&standing=unknown-person&q=4711"
    with service.database.read() as session:
        query_of_state = select(Delivery.id).where(Delivery.state == DeliveryState.REPLAYING)
        assert session.scalars(query_of_state).all() == [ids["unknown-person"]]
    assert "1 delivery once more" in olga.get(ROOT).text


def test_the_list_can_be_taken_along_with_its_filter(olga: Any, arrive: Callable[..., str]):
    of_all_kinds(arrive)

    lines = olga.get(f"{ROOT}/export.csv?standing=unmapped").content.decode("utf-8-sig").splitlines()

    assert lines[0].startswith('"Received","How it stands","Activity","Person"')
    assert len(lines) == 2
    assert '"No rule","Hand Hygiene","Person 2"' in lines[1]
    assert olga.get(f"{ROOT}/export.pdf").status_code == 404


def test_an_awarder_says_who_people_are_and_replays_nothing(
    enter: Callable[..., Any], issuer: Issuer, arrive: Callable[..., str], service: Service
):
    arrived = arrive(fact("3", learner=NAMELESS))
    (completion,) = rows(service, Completion)
    ava = enter("ava@example.org", role="awarder", at=issuer, name="Ava")

    page = ava.get(f"{ROOT}/{arrived}/{completion.id}").text

    assert "Who is it?" in page
    assert ava.post(f"{ROOT}/{arrived}/replay").status_code == 403
    assert ava.post(f"{ROOT}/replay").status_code == 403
    assert ava.post(f"{ROOT}/{arrived}/{completion.id}/person", email="f@hospital.example.org").status_code == 303


def test_another_issuer_s_owner_finds_nothing(
    enter: Callable[..., Any], make_issuer: Callable[..., Issuer], arrive: Callable[..., str], service: Service
):
    arrived = arrive(fact("3", learner=NAMELESS))
    (completion,), (learner,) = rows(service, Completion), rows(service, Learner)
    eve = enter("eve@example.org", role="owner", at=make_issuer("riverside", "Riverside"))
    own = f"/staff/riverside/sources/inbox/{arrived}"

    looked = [own, f"{own}/raw", f"{own}/{completion.id}"]
    changed = [f"{own}/replay", f"{own}/{completion.id}/person"]

    assert {eve.get(path).status_code for path in looked} == {404}
    assert {eve.post(path, email="eve@example.org").status_code for path in changed} == {404}
    with service.database.read() as session:
        assert session.get_one(Learner, learner.id).state == "pending"
        assert session.scalar(select(func.count()).select_from(Award)) == 0
