"""People at work: found, put right, merged and made two again, forgotten; and what is stored of them handed over."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from app import clock
from app.issuing import consent, groups
from app.issuing.accounts import WebSession
from app.issuing.achievements import Achievement
from app.issuing.awards import Award
from app.issuing.holding import names
from app.issuing.learners import Learner, LearnerEmail, LearnerMerge
from app.service import Service

PEOPLE = "/staff/northfield/people"


@pytest.fixture
def ben(make_award: Callable[..., Award], make_achievement: Callable[..., Achievement]) -> str:
    """Ben, who holds something else than Ana; his id."""
    return make_award(make_achievement(slug="bls", name="Life Support"), email="ben@example.org", name="Ben").learner_id


@pytest.fixture
def pending(arrive: Callable[..., None], make_achievement: Callable[..., Achievement], service: Service) -> str:
    """Somebody whom a platform only named; their id."""
    arrive(make_achievement(slug="als", name="Advanced Life Support"), {"id": "u-9"})
    with service.database.read() as session:
        return session.scalars(select(Learner.id).where(Learner.state == "pending")).one()


def learner(service: Service, learner_id: str) -> Learner:
    with service.database.read() as session:
        return session.get_one(Learner, learner_id)


def test_people_are_found_by_name_address_id_state_and_group(
    omar: Any, award: Award, ben: str, pending: str, service: Service
):
    with service.database.write() as session:
        groups.add(session, service.office, session.get_one(Learner, ben), "cohort:26", actor="test")
    ana = award.learner_id
    ways = {
        "": {ana, ben, pending},
        "?q=ortiz": {ana},
        "?q=ben@example.org": {ben},
        "?q=u-9": {pending},
        f"?q={ben}": {ben},
        "?state=pending": {pending},
        "?group=cohort:26": {ben},
        "?q=nobody": set(),
        "?state=erased": set(),
    }

    found = {query: set(re.findall(rf"{PEOPLE}/([\w-]{{22}})", omar.get(f"{PEOPLE}{query}").text)) for query in ways}

    assert found == ways
    assert "ben@example.org" in omar.get(f"{PEOPLE}/export.csv?q=ben").text
    assert omar.get(f"{PEOPLE}/export.pdf").status_code == 404


def test_a_person_s_page_has_what_is_known_of_them(omar: Any, award: Award, arrive: Any, make_achievement: Any):
    arrive(make_achievement(slug="als"), {"id": "7", "email": "ana.ortiz@example.org"}, approval="always")

    page = omar.get(f"{PEOPLE}/{award.learner_id}").text

    for words in ("Ana Ortiz", "ana.ortiz@example.org", "lms.example.org", "Phlebotomy", "Medication safety", "Moodle"):
        assert words in page
    assert "Erase" not in page, "an awarder does not erase"


def test_a_name_that_shows_on_badges_is_changed_there_too(
    omar: Any, award: Award, awards: Callable[[], list[Award]], service: Service
):
    with service.database.write() as session:
        person = session.get_one(Learner, award.learner_id)
        consent.change(session, service.office, person, name_shown=True, actor="test")

    omar.post(f"{PEOPLE}/{award.learner_id}/name", name="Ana Lind")

    assert awards()[0].revision == 3
    assert "Ana Lind" in omar.client.get(f"/b/{award.id}").text


def test_a_person_is_put_into_a_group_and_taken_out(omar: Any, award: Award):
    path = f"{PEOPLE}/{award.learner_id}"
    omar.post(f"{path}/groups", group="cohort:26")
    assert "cohort:26" in omar.get(path).text

    omar.post(f"{path}/groups", leave="cohort:26")
    assert "In none." in omar.get(path).text
    wrong = omar.post(f"{path}/groups", group="a/b")
    assert (wrong.status_code, 'aria-invalid="true"' in wrong.text) == (422, True)


def test_who_is_pending_is_known_by_an_address_and_gets_what_waited(
    omar: Any, pending: str, awards: Callable[[], list[Award]], service: Service
):
    path = f"{PEOPLE}/{pending}"
    assert "1 completion waits" in omar.get(path).text
    assert omar.post(f"{path}/address", email="nobody").status_code == 422

    answer = omar.post(f"{path}/address", email="petra@example.org")

    assert answer.headers["location"] == path
    assert [award.learner_id for award in awards()] == [pending]
    assert learner(service, pending).state == "known"


def test_a_claim_link_is_shown_once_and_works(omar: Any, pending: str):
    path = f"{PEOPLE}/{pending}"
    made = omar.post(f"{path}/claim-link", days="7")

    url = re.search(r"http://badges\.test(/claim/[\w-]+)", made.text)[1]
    assert made.headers["cache-control"] == "no-store"
    assert omar.client.get(url).status_code == 200
    assert "/claim/" not in omar.get(path).text
    assert omar.post(f"{path}/claim-link", days="never").status_code == 422


def test_two_are_seen_beside_each_other_merged_and_made_two_again(
    omar: Any, award: Award, ben: str, awards: Callable[[], list[Award]], service: Service
):
    ana = award.learner_id
    assert f"other={ben}" in omar.get(f"{PEOPLE}/{ana}/merge?q=ben").text
    both = omar.get(f"{PEOPLE}/{ana}/merge?other={ben}").text
    assert "Gives everything to the other one" in both

    omar.post(f"{PEOPLE}/{ana}/merge", other=ben)

    assert {each.learner_id for each in awards()} == {ana}
    assert "Took everything of" in omar.get(f"{PEOPLE}/{ana}").text
    with service.database.read() as session:
        merge = session.scalars(select(LearnerMerge)).one()
    omar.post(f"{PEOPLE}/merges/{merge.id}/undo")
    assert {each.learner_id for each in awards()} == {ana, ben}
    assert omar.post(f"{PEOPLE}/merges/{merge.id}/undo").status_code == 409
    same = omar.post(f"{PEOPLE}/{ana}/merge", other=ana)
    assert (same.status_code, "not two" in same.text) == (422, True)


def test_who_is_pending_turns_out_to_be_somebody_who_is_here(omar: Any, award: Award, pending: str, service: Service):
    assert "Ana Ortiz" in omar.get(f"{PEOPLE}/{pending}/merge?other={award.learner_id}").text

    answer = omar.post(f"{PEOPLE}/{pending}/merge", other=award.learner_id)

    assert answer.headers["location"] == f"{PEOPLE}/{award.learner_id}"
    assert learner(service, pending).merged_into_id == award.learner_id


def wish(service: Service, learner_id: str, name: str) -> str:
    """What the learner asks for in their settings; the id of the request."""
    with service.database.write() as session:
        return names.ask(session, session.get_one(Learner, learner_id), name, note="Married", actor="learner").id


def test_a_wish_for_another_name_is_granted_or_refused_with_a_reason(omar: Any, award: Award, service: Service):
    first, path = wish(service, award.learner_id, "Ana Lind"), f"{PEOPLE}/{award.learner_id}"
    assert "1 person wants to be called otherwise" in omar.get(PEOPLE).text
    assert "Ana Lind" in omar.get(f"{PEOPLE}/names").text
    assert "Married" in omar.get(path).text
    silent = omar.post(f"{PEOPLE}/names/{first}", decision="refuse")
    assert (silent.status_code, "Say why" in silent.text) == (422, True)

    omar.post(f"{PEOPLE}/names/{first}", decision="refuse", reason="Send us the certificate first")
    assert learner(service, award.learner_id).display_name == "Ana Ortiz"
    omar.post(f"{PEOPLE}/names/{wish(service, award.learner_id, 'Ana Lind')}", decision="approve")

    assert learner(service, award.learner_id).display_name == "Ana Lind"
    assert omar.post(f"{PEOPLE}/names/{first}", decision="approve").status_code == 409
    assert "Nobody waits" in omar.get(f"{PEOPLE}/names").text


# -- forgotten -----------------------------------------------------------------------------------------------


def test_only_an_owner_erases_who_typed_the_name_and_the_badge_says_so(
    olga: Any, omar: Any, award: Award, service: Service
):
    path = f"{PEOPLE}/{award.learner_id}/erase"
    assert omar.post(path, name="Ana Ortiz").status_code == 403
    assert "What nobody can call back" in olga.get(path).text
    assert olga.post(path, name="Somebody").status_code == 422
    assert learner(service, award.learner_id).state == "known"

    olga.post(path, name="ana ortiz")

    assert learner(service, award.learner_id).state == "erased"
    assert olga.client.get(f"/b/{award.id}").status_code == 410
    page = olga.get(f"{PEOPLE}/{award.learner_id}").text
    assert "They asked to be erased" in page
    assert "Ana" not in page
    assert olga.get(f"/staff/northfield/awards/{award.id}").status_code == 200
    assert "Nobody with this address" in olga.post(f"{PEOPLE}/readmit", email="x@example.org").text
    assert olga.post(f"{PEOPLE}/readmit", email="ana.ortiz@example.org").status_code == 303


def test_whoever_has_not_shown_lately_who_they_are_is_asked_before_somebody_is_erased(
    olga: Any, award: Award, service: Service
):
    with service.database.write() as session:
        for each in session.scalars(select(WebSession)):
            each.confirmed_at = clock.now() - timedelta(minutes=16)

    answer = olga.post(f"{PEOPLE}/{award.learner_id}/erase", name="Ana Ortiz")

    assert answer.headers["location"].startswith("/staff/confirm?next=")
    assert learner(service, award.learner_id).state == "known"


def test_everything_that_is_stored_of_a_person_is_handed_over_as_json(omar: Any, rita: Any, award: Award):
    stored = json.loads(omar.get(f"{PEOPLE}/{award.learner_id}/stored.json").content)

    assert stored["person"]["emails"][0]["written"] == "ana.ortiz@example.org"
    assert stored["awards"][0]["credential"]["id"] == f"http://badges.test/b/{award.id}"
    assert [mail["payload"]["to"] for mail in stored["mails"]] == ["ana.ortiz@example.org"]
    assert rita.get(f"{PEOPLE}/{award.learner_id}/stored.json").status_code == 403


# -- a directory ---------------------------------------------------------------------------------------------

LINES = "id,email,name\nu-9,petra@example.org,Petra Novák\nu-10,nobody,Nobody\n"


def test_a_directory_is_looked_at_and_then_taken(
    omar: Any, pending: str, awards: Callable[[], list[Award]], service: Service
):
    form = {"namespace": "lms.example.org", "text": LINES}
    check = omar.post(f"{PEOPLE}/directory", act="check", **form)

    assert "1 known now" in check.text
    assert "1 refused" in check.text
    assert "Take 2 lines" in check.text
    with service.database.read() as session:
        assert session.scalars(select(LearnerEmail)).all() == []

    omar.post(f"{PEOPLE}/directory", act="take", **form)

    assert [award.learner_id for award in awards()] == [pending]
    file = omar.post(f"{PEOPLE}/directory", act="check", files={"file": ("p.csv", b"\xff\xfa")})
    assert (file.status_code, "UTF-8" in file.text) == (422, True)
    assert omar.post(f"{PEOPLE}/directory", act="check", text="colour\nred").status_code == 422


def test_another_issuer_s_people_are_not_here(enter: Any, make_issuer: Any, award: Award):
    eve = enter("eve@example.org", role="owner", at=make_issuer("riverside", "Riverside"))

    for path in ("", "/merge", "/erase", "/stored.json"):
        assert eve.get(f"/staff/riverside/people/{award.learner_id}{path}").status_code == 404
        assert eve.get(f"{PEOPLE}/{award.learner_id}{path}").status_code == 404
    assert eve.post(f"/staff/riverside/people/{award.learner_id}/name", name="Eve").status_code == 404
