"""The address of before a move: programs find there what stood there, people are sent to the page of today."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest
from fastapi.testclient import TestClient

from app import service as services
from app.db import Database
from app.errors import UnsafeConfiguration
from app.issuing import achievements, award_status, awards, eras, issuers, open_badges_2, views
from app.issuing.awards import Award
from app.issuing.office import Addresses
from app.main import application
from app.outbound.network import Network
from app.service import Service
from app.settings import Settings
from app.web.former_addresses import by_host

from .conftest import ACTOR

OLD, NEW = "http://badges.test", "http://new.test"
OLD_DID, NEW_DID = "did:web:badges.test:issuers:northfield", "did:web:new.test:issuers:northfield"
BROWSER = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8", "User-Agent": "Mozilla/5.0 Firefox/140.0"}


@pytest.fixture
def award(service: Service, make_award: Callable[..., Award]) -> Award:
    """A badge of before, published as Open Badges 2.0 too."""
    made = make_award()
    with service.database.write() as session:
        achievement = achievements.by_id(session, made.achievement_id)
        issuers.update(session, issuers.by_id(session, made.issuer_id), actor=ACTOR, email="b@northfield.example")
        open_badges_2.switch(session, achievement, on=True, actor=ACTOR)
    return made


@pytest.fixture
def moved(service: Service, award: Award, settings: Settings) -> Iterator[Service]:
    """The service after its move, started again."""
    with service.database.write() as session:
        assert awards.by_id(session, award.id).era == 1
        eras.move(session, service.office, NEW, actor=ACTOR)
    changes = {"database_url": service.settings.database_url, "public_base_url": NEW}
    built = services.build(settings.model_copy(update=changes))
    yield built
    built.close()


@pytest.fixture
def old(moved: Service, network: Network) -> Iterator[TestClient]:
    """Somebody who asks at the address of before; redirects are not followed."""
    made = application(moved, network=network)
    with TestClient(made, base_url=OLD, raise_server_exceptions=False, follow_redirects=False) as opened:
        yield opened


@pytest.fixture
def new(old: TestClient) -> TestClient:
    """Somebody who asks the same application at its address of today."""
    return TestClient(old.app, base_url=NEW, raise_server_exceptions=False, follow_redirects=False)


# -- programs ------------------------------------------------------------------------------------------------


def test_each_address_answers_with_its_own_did_and_names_the_other(old: TestClient, new: TestClient):
    there, here = (each.get("/issuers/northfield/did.json").json() for each in (old, new))

    assert (there["id"], here["id"]) == (OLD_DID, NEW_DID)
    assert NEW_DID in there["alsoKnownAs"]
    assert OLD_DID in here["alsoKnownAs"]
    assert (
        json.loads(json.dumps(here["verificationMethod"]).replace("new.test", "badges.test"))
        == (there["verificationMethod"])
    )
    assert {each["controller"] for each in there["verificationMethod"]} == {OLD_DID}


def test_keys_and_profile_are_those_of_the_address_that_is_asked(old: TestClient, new: TestClient):
    for path in ("/issuers/northfield/jwks.json", "/.well-known/jwks.json"):
        assert {key["iss"] for key in old.get(path).json()["keys"]} == {OLD_DID}
        assert {key["iss"] for key in new.get(path).json()["keys"]} == {NEW_DID}
    assert old.get("/issuers/northfield.json").json()["id"] == OLD_DID
    assert new.get("/issuers/northfield.json").json()["id"] == NEW_DID


def test_an_unknown_host_is_answered_as_the_address_of_today(old: TestClient):
    answers = [
        old.get("/issuers/northfield/did.json", headers={"Host": host}).json()["id"]
        for host in ("evil.example", "badges.test.evil.example", "", "BADGES.test:80")
    ]

    assert answers == [NEW_DID, NEW_DID, NEW_DID, OLD_DID]


@pytest.fixture
def translated(make_award: Callable[..., Award], make_achievement: Callable[..., Any]) -> Award:
    """A badge of before, whose texts exist in Spanish too."""
    return make_award(make_achievement(slug="trnp", translations={"es": {"name": "Transporte"}}))


def test_the_texts_in_other_languages_answer_where_an_old_badge_names_them(
    translated: Award, old: TestClient, new: TestClient
):
    signed = old.get(f"/b/{translated.id}.json").json()["credentialSubject"]["achievement"]
    (named,) = signed["related"]

    there = old.get(named["id"].removeprefix(OLD), headers={"Accept": "application/json"})

    assert named["id"].startswith(OLD)
    assert (there.status_code, there.json()["id"], there.json()["name"]) == (200, named["id"], "Transporte")
    assert new.get(named["id"].removeprefix(OLD) + ".json").content == there.content


@pytest.mark.parametrize("suffix", [".json", ".jwt", ".png", ".svg"])
def test_every_form_of_an_old_badge_is_the_same_bytes_at_both_addresses(
    old: TestClient, new: TestClient, award: Award, suffix: str
):
    there, here = (each.get(f"/b/{award.id}{suffix}") for each in (old, new))

    assert there.status_code == 200
    assert there.content == here.content
    report = new.post("/verify", content=there.content).json()
    assert report["verdict"] == "good"
    assert report["credential"]["credential_id"] == f"{OLD}/b/{award.id}"


def test_a_changed_badge_of_before_is_refused_at_both_addresses(old: TestClient, new: TestClient, award: Award):
    changed = old.get(f"/b/{award.id}.json").content.replace(b"Phlebotomy", b"Laparotomy")

    assert {each.post("/verify", content=changed).json()["verdict"] for each in (old, new)} == {"broken"}


def test_2_0_at_each_address_is_the_chain_of_that_address(old: TestClient, new: TestClient, award: Award):
    path = f"/ob2/assertions/{award.id}"
    hosted = old.get(path).json()
    assert hosted == new.get(path).json()
    assert hosted["id"] == f"{OLD}{path}"
    below = hosted["badge"].removeprefix(OLD)
    for asked, base in ((old, OLD), (new, NEW)):
        badge = asked.get(below).json()
        issuer = asked.get(badge["issuer"].removeprefix(base)).json()
        assert badge["id"] == f"{base}{below}"
        assert issuer["id"] == badge["issuer"]


def test_what_is_withdrawn_after_the_move_shows_at_the_old_list(old: TestClient, moved: Service, award: Award):
    url = old.get(f"/b/{award.id}.json").json()["credentialStatus"]["statusListCredential"]
    assert url.startswith(f"{OLD}/status/")
    before = old.get(url.removeprefix(OLD))
    with moved.database.write() as session:
        award_status.revoke(session, moved.office, awards.by_id(session, award.id), reason="error", actor=ACTOR)

    after = old.get(url.removeprefix(OLD), headers={"If-None-Match": before.headers["etag"]})
    assert after.status_code == 200
    assert after.json()["id"] == url
    assert after.json()["issuer"] == OLD_DID
    assert after.json()["credentialSubject"] != before.json()["credentialSubject"]


def test_a_badge_is_found_by_whatever_address_it_is_called(new: TestClient, award: Award):
    for base in (OLD, NEW):
        url = f"{base}/b/{award.id}"
        assert new.post("/verify", json={"address": url}).json()["verdict"] == "good"
        assert new.get("/oembed", params={"url": url}).json()["type"] == "rich"
    assert new.get("/oembed", params={"url": f"http://badges.test.evil.example/b/{award.id}"}).status_code == 404


# -- people --------------------------------------------------------------------------------------------------


def test_pages_are_redirects_to_the_same_place_today(old: TestClient, award: Award):
    for path in ("/", f"/b/{award.id}", "/issuers/northfield?q=a%20b", "/verify", "/staff", "/me", "/nothing-here"):
        answer = old.get(path, headers=BROWSER)
        if answer.status_code == 303:  # as to the page to sign in
            answer = old.get(sent := answer.headers["location"], headers=BROWSER)
        else:
            sent = path
        assert (answer.status_code, answer.headers["location"]) == (308, f"{NEW}{sent}")
        assert answer.content == b""
        assert "set-cookie" not in answer.headers


def test_a_redirect_is_asked_about_each_time_so_that_a_move_back_makes_no_circle(old: TestClient, award: Award):
    answer = old.get(f"/b/{award.id}", headers=BROWSER)

    assert answer.headers["cache-control"] == "no-cache"
    assert "Accept" in answer.headers["vary"]
    assert old.head(f"/b/{award.id}", headers=BROWSER).status_code == 308


def test_the_host_that_was_asked_is_never_where_a_redirect_leads(old: TestClient):
    answer = old.get("//evil.example/%2e%2e", headers=BROWSER)

    assert answer.headers.get("location", NEW).startswith(f"{NEW}/")


def test_a_page_of_today_names_no_address_of_before_outside_of_what_was_signed(new: TestClient, award: Award):
    answer = new.get(f"/b/{award.id}", headers=BROWSER)

    assert answer.status_code == 200
    assert set(re.findall(r"https?://(?:badges|new)\.test", answer.text)) == {NEW}


def test_a_look_that_is_sent_on_is_counted_once(old: TestClient, new: TestClient, moved: Service, award: Award):
    old.get(f"/b/{award.id}", headers=BROWSER)
    new.get(f"/b/{award.id}", headers=BROWSER)
    looks: Any = old.app.state.looks  # type: ignore[attr-defined]
    looks.write()

    with moved.database.read() as session:
        assert sum(row.number for row in session.query(views.BadgeView).all()) == 1


def test_a_form_that_was_open_at_the_old_address_is_refused_with_where_to_go(old: TestClient):
    answer = old.post("/sign-in", data={"email": "a@b.example"}, headers={"Origin": OLD, **BROWSER})

    assert answer.status_code == 403
    assert NEW in answer.text


def test_of_two_eras_at_one_host_the_later_answers_for_the_door_and_for_exports(service: Service):
    eras_of = [("https://b.test", 3), ("https://a.test", 2), ("http://a.test", 1)]
    today, *former = (Addresses(base_url, era) for base_url, era in eras_of)

    found = by_host(replace(service.office, addresses=today, former=tuple(former)))

    assert {host: each.era for host, each in found.items()} == {"a.test": 2}


# -- starting ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("database", ["sqlite", "postgresql"], indirect=True)
def test_a_service_starts_at_its_newest_address_only(moved: Service, database: Database, settings: Settings):
    assert moved.office.addresses.base_url == NEW
    assert [each.base_url for each in moved.office.former] == [OLD]
    with pytest.raises(UnsafeConfiguration, match=f"Set it to {NEW}"):
        services.build(settings.model_copy(update={"database_url": database.url}))
