"""`lanyard export`: a folder that needs no Lanyard, with the bytes that were signed and nothing that is not for all."""

from __future__ import annotations

import hashlib
import io
import json
from collections.abc import Iterator
from datetime import datetime
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import urlsplit

import PIL.Image
import pytest
from sqlalchemy import select, update

from app import clock
from app import service as services
from app.credentials import bitstring
from app.credentials.jsonld.contexts import PINNED
from app.issuing import (
    achievement_facts,
    achievements,
    any_credentials,
    awards,
    eras,
    erasure,
    images,
    issuers,
    learners,
    open_badges_2,
)
from app.issuing.achievements import Achievement
from app.issuing.awards import Award, Visibility
from app.issuing.received_endorsements import Form, ReceivedEndorsement
from app.issuing.status_lists import StatusList
from app.service import Service
from app.settings import Settings


@pytest.fixture
def service(academy) -> Iterator[Service]:
    """The service behind the terminal."""
    opened = services.build(Settings(keys_dir=academy.folder / "keys"))
    yield opened
    opened.close()


@pytest.fixture
def badges(academy) -> list[str]:
    """The ids of three awards."""
    return [issue(academy, f"person-{number}@hosp.example") for number in range(3)]


def issue(academy, email: str) -> str:
    return academy.good("issue", "st-anna", "bls", email).strip().rpartition("/")[2]


def export(academy) -> Path:
    """The site of a copy."""
    academy.good("export", "copy")
    return academy.folder / "copy" / "site"


def files(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


class Links(HTMLParser):
    """What a page leads to or loads, and whether it asks for anything."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.places: set[str] = set()
        self.forms = 0
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.forms += tag == "form"
        self.places |= {value for name, value in attrs if name in ("href", "src") and value}


def test_a_badge_is_there_in_every_form_byte_for_byte(academy, service: Service, badges: list[str]):
    folder = export(academy)

    with service.database.read() as session:
        stored = {each: awards.credential_of(session, awards.by_id(session, each)) for each in badges}
    for each, credential in stored.items():
        assert (folder / "b" / f"{each}.json").read_bytes() == credential.json
        assert (folder / "b" / f"{each}.jwt").read_bytes() == credential.jwt
        assert (folder / "b" / each / "refresh").read_bytes() == credential.json
        assert b"Basic Life Support" in (folder / "b" / each / "index.html").read_bytes()
        assert {path.suffix for path in (folder / "b").glob(f"{each}.*")} == {".json", ".jwt", ".png", ".svg"}


def test_what_a_badge_points_at_is_there(academy, badges: list[str]):
    folder = export(academy)

    document = json.loads((folder / "b" / f"{badges[0]}.json").read_bytes())
    achievement = document["credentialSubject"]["achievement"]
    pointed_at = [
        f"{achievement['id']}.json",
        achievement["image"]["id"],
        f"{document['issuer']['id'].replace('did:web:', 'http://').replace(':issuers:', '/issuers/')}/did.json",
        document["credentialStatus"]["statusListCredential"]
        if isinstance(document["credentialStatus"], dict)
        else document["credentialStatus"][0]["statusListCredential"],
    ]
    assert [(folder / address.removeprefix("http://badges.test/")).is_file() for address in pointed_at] == [True] * 4


def picture(color: str) -> images.Picture:
    written = io.BytesIO()
    PIL.Image.new("RGBA", (400, 400), color).save(written, "PNG")
    return images.check(written.getvalue())


def test_logos_of_before_are_there_and_pictures_that_only_a_draft_has_are_not(academy, service: Service):
    with service.database.write() as session:
        issuer = issuers.by_slug(session, "st-anna")
        old, new, only_draft = (images.keep(session, picture(color)) for color in ("red", "green", "blue"))
        for sha256 in (old, new):
            issuers.update(session, issuer, actor="cli", image_sha256=sha256)
        session.scalars(select(Achievement)).first().draft_image_sha256 = only_draft

    pictures = {name.removeprefix("images/") for name in files(export(academy)) if name.endswith(".png")}

    assert {f"{old}.png", f"{new}.png"} <= pictures
    assert f"{only_draft}.png" not in pictures


@pytest.mark.parametrize("door", ["keys", "off"])
def test_lists_that_the_vc_api_s_credentials_name_are_there_while_its_door_is_open(
    academy, service: Service, monkeypatch, door
):
    with service.database.write() as session:
        issuer = issuers.by_slug(session, "st-anna")
        by = any_credentials.signer(session, service.office, issuer)
        place = any_credentials.reserve(session, service.office, issuer, by)
    monkeypatch.setenv("LANYARD_VC_API", door)
    if door == "keys":
        monkeypatch.setenv("LANYARD_VC_API_ISSUER", "st-anna")

    found = files(export(academy)).get(urlsplit(place.list_url).path.removeprefix("/"))

    assert (found is not None) == (door == "keys")
    assert found is None or json.loads(found)["id"] == place.list_url


def test_every_link_of_every_page_leads_to_a_file_and_nothing_asks_for_a_service(academy, badges: list[str]):
    folder = export(academy)

    pages = {path: Links(path.read_text()) for path in folder.rglob("*.html")}
    lost = {
        (str(path.relative_to(folder)), place)
        for path, links in pages.items()
        for place in links.places
        if place.startswith("/") and not leads_somewhere(folder, place)
    }
    assert len(pages) >= len(badges) + 4  # and the front page, the issuer, the achievement and its version
    assert lost == set()
    assert sum(links.forms for links in pages.values()) == 0


def test_texts_in_other_languages_are_there_where_a_badge_names_them_and_their_pages_lead_on(academy, service: Service):
    with service.database.write() as session:
        achievement = session.scalars(select(Achievement)).one()
        stated = achievements.current_facts(session, achievement).to_json() | {"translations": {"ar": {"name": "دعم"}}}
        facts = achievement_facts.parse(stated)
        achievements.change(session, achievement, facts=facts, actor="test")
        achievements.publish(session, service.office, achievement, actor="test")
    badge = issue(academy, "nora@hosp.example")

    folder = export(academy)

    signed = json.loads((folder / "b" / f"{badge}.json").read_bytes())["credentialSubject"]["achievement"]
    place = folder / signed["related"][0]["id"].removeprefix("http://badges.test/")
    assert json.loads((place / "index.json").read_bytes())["name"] == "دعم"
    assert '<bdi lang="ar" dir="rtl">دعم</bdi>' in (place / "index.html").read_text()
    links = Links((place / "index.html").read_text()).places
    assert all(leads_somewhere(folder, each) for each in links if each.startswith("/"))
    assert f"/{place.parent.relative_to(folder)}/en" in links


def leads_somewhere(folder: Path, place: str) -> bool:
    path = folder / place.partition("#")[0].removeprefix("/")
    return "?" not in place and (path.is_file() or (path / "index.html").is_file())


def test_the_front_page_names_what_was_awarded(academy):
    front = (export(academy) / "index.html").read_text()

    assert "St. Anna" in front
    assert "Basic Life Support" in front


def test_nothing_that_is_served_names_a_badge_but_its_own_files(academy, badges: list[str]):
    found = files(export(academy))

    own = {each: [name for name in found if each in name] for each in badges}
    naming = {each: [name for name, content in found.items() if each.encode() in content] for each in badges}
    assert all(set(naming[each]) <= set(own[each]) for each in badges)
    folders = {name.rpartition("/")[0] for name in found}
    assert {f"{each}/index.html" for each in ("b", "endorsements", "status", "images") if each in folders} <= set(found)


def test_pages_are_written_in_the_language_that_is_asked_for(academy, badges: list[str]):
    academy.good("export", "copy", "--language", "es")

    assert '<html lang="es"' in (academy.folder / "copy" / "site" / "b" / badges[0] / "index.html").read_text()
    assert "and not in fr" in academy.refused("export", "other", "--language", "fr")


@pytest.mark.usefixtures("badges")
def test_the_manifest_names_every_file_with_its_digest(academy):
    found = files(export(academy))

    manifest = json.loads((academy.folder / "copy" / "MANIFEST.json").read_bytes())
    assert manifest["base_url"] == "http://badges.test"
    assert manifest["sha256"] == {name: hashlib.sha256(content).hexdigest() for name, content in found.items()}


@pytest.mark.usefixtures("badges")
def test_every_vocabulary_is_there_under_its_digest(academy):
    contexts = export(academy) / "contexts"

    index = json.loads((contexts / "index.json").read_bytes())
    assert list(index) == PINNED.names()
    for url, entry in index.items():
        content = (contexts / entry["file"]).read_bytes()
        assert hashlib.sha256(content).hexdigest() == entry["sha256"]
        assert json.loads(content) == PINNED.load(url)


@pytest.mark.usefixtures("badges")
def test_the_keys_come_with_their_history_and_without_anything_private(academy):
    academy.good("keys", "rotate", "st-anna")

    history = json.loads((export(academy) / "issuers" / "st-anna" / "key-history.json").read_bytes())

    assert sorted(key["state"] for key in history) == ["active", "active", "retired", "retired"]
    assert not any({"d", "p", "q"} & set(key["jwk"]) for key in history)


def test_a_withdrawn_badge_is_withdrawn_in_the_copy(academy, badges: list[str]):
    academy.good("revoke", badges[0], "--reason", "issued in error")
    folder = export(academy)

    entries = json.loads((folder / "b" / f"{badges[0]}.json").read_bytes())["credentialStatus"]
    entry = entries if isinstance(entries, dict) else entries[0]
    listed = json.loads((folder / entry["statusListCredential"].removeprefix("http://badges.test/")).read_bytes())
    bits = bitstring.decode(listed["credentialSubject"]["encodedList"], max_bytes=1_000_000)
    index = int(entry["statusListIndex"])
    assert bits[index >> 3] >> (7 - (index & 7)) & 1
    assert "issued in error" in (folder / "b" / badges[0] / "index.html").read_text()


def test_private_and_erased_badges_are_left_out_and_counted(academy, service: Service, badges: list[str]):
    with service.database.write() as session:
        session.execute(update(Award).where(Award.id == badges[0]).values(visibility=Visibility.PRIVATE))
        issuer = issuers.by_slug(session, "st-anna")
        learner = learners.by_id(session, issuer, awards.by_id(session, badges[1]).learner_id)
        erasure.erase(session, service.office, learner, actor="cli")

    said = academy("export", "copy")

    assert said.code == 0
    assert "2 badges are private, pending or erased, and were left out." in said.err
    written = " ".join(files(academy.folder / "copy"))
    assert [each in written for each in badges] == [False, False, True]


def test_open_badges_2_are_there_where_they_were_switched_on(academy, service: Service, badges: list[str]):
    with service.database.write() as session:
        issuer = issuers.by_slug(session, "st-anna")
        issuer.email = "badges@st-anna.example"
        open_badges_2.switch(session, session.scalars(select(Achievement)).one(), on=True, actor="cli")
    academy.good("revoke", badges[0], "--reason", "issued in error")
    folder = export(academy)

    hosted = [json.loads((folder / "ob2" / "assertions" / each).read_bytes()) for each in badges]
    assert [each.get("revoked", False) for each in hosted] == [True, False, False]
    for address in (
        hosted[1]["badge"],
        hosted[1]["id"].replace("assertions", "issuers").rpartition("/")[0] + "/st-anna",
    ):
        assert (folder / address.removeprefix("http://badges.test/") / "index.json").is_file()


@pytest.mark.usefixtures("badges")
def test_an_earlier_export_is_replaced_and_a_folder_with_something_else_is_not_touched(academy):
    first = files(export(academy))
    newer = issue(academy, "newer@hosp.example")
    second = files(export(academy))
    (academy.folder / "mine").mkdir()
    (academy.folder / "mine" / "thesis.txt").write_text("all of it")

    (academy.folder / "mine" / "MANIFEST.json").write_text('{"made_by": "a browser"}')

    assert "has something else in it" in academy.refused("export", "mine")
    assert "cannot be replaced" in academy.refused("export", ".")
    assert set(second) - set(first) == {name for name in second if newer in name}
    assert files(academy.folder / "mine")["thesis.txt"] == b"all of it"
    assert [path.name for path in academy.folder.glob(".copy*")] == []


@pytest.mark.usefixtures("badges")
def test_a_copy_that_cannot_be_finished_leaves_the_earlier_one_as_it_was(academy, service: Service):
    export(academy)
    before = files(academy.folder / "copy")
    issue(academy, "newer@hosp.example")
    with service.database.write() as session:
        session.execute(update(StatusList).values(json=None))

    assert "answered 404" in academy.refused("export", "copy")

    assert files(academy.folder / "copy") == before
    assert [path.name for path in academy.folder.iterdir() if "copy" in path.name] == ["copy"]


def test_what_others_signed_elsewhere_is_there_as_it_came_once_it_is_accepted(academy, service: Service):
    issue(academy, "ana@hosp.example")
    kept = {"accepted": clock.now(), "unseen": None}
    with service.database.write() as session:
        issuer = issuers.by_slug(session, "st-anna")
        for name, accepted_at in kept.items():
            session.add(received(issuer.id, name, accepted_at))

    folder = export(academy) / "endorsements"

    assert (folder / "accepted.json").read_bytes() == (folder / "accepted").read_bytes() == b"signed by accepted"
    assert not any("unseen" in path.name for path in folder.iterdir())


def received(issuer_id: str, name: str, accepted_at: datetime | None) -> ReceivedEndorsement:
    """An endorsement that came from elsewhere; what is in it does not matter here."""
    return ReceivedEndorsement(
        id=name,
        issuer_id=issuer_id,
        about="did:web:badges.test:issuers:st-anna",
        document=f"signed by {name}".encode(),
        sha256=hashlib.sha256(name.encode()).hexdigest(),
        form=Form.JSON,
        credential_id=f"https://board.example/{name}",
        endorser_id="https://board.example",
        comment="Well done.",
        valid_from=clock.now(),
        verdict="good",
        sentence="It holds.",
        judged_at=clock.now(),
        is_carried=False,
        accepted_at=accepted_at,
        created_at=clock.now(),
    )


def test_what_is_said_of_a_badge_that_nobody_may_see_is_left_out(academy, service: Service, badges: list[str]):
    with service.database.write() as session:
        issuer = issuers.by_slug(session, "st-anna")
        for name, badge in zip(("of-private", "of-shown"), badges, strict=False):
            said = received(issuer.id, name, clock.now())
            said.about = service.office.addresses.badge(badge)
            session.add(said)
        session.execute(update(Award).where(Award.id == badges[0]).values(visibility=Visibility.PRIVATE))

    names = {path.name for path in (export(academy) / "endorsements").iterdir()}

    assert names == {"of-shown", "of-shown.json", "index.html"}


def test_after_a_move_there_is_a_site_for_each_name_which_says_who_the_issuer_is_there(
    academy, service, badges, monkeypatch
):
    new = "https://new.example"
    with service.database.write() as session:
        eras.move(session, service.office, new, actor="cli")
    monkeypatch.setenv("LANYARD_PUBLIC_BASE_URL", new)
    newer = issue(academy, "after@hosp.example")
    site = export(academy)
    former = site.parent / "former" / "badges.test"

    manifest = json.loads((site.parent / "MANIFEST.json").read_bytes())
    here, there = files(site), files(former)
    assert here.keys() == there.keys()
    others = {name for name in here if here[name] != there[name]}
    assert others == manifest["former"]["badges.test"].keys()
    assert {"issuers/st-anna/did.json", "issuers/st-anna/jwks.json", ".well-known/jwks.json"} <= others
    assert not any(name.startswith(("b/", "status/", "images/", "achievements/")) for name in others)
    assert json.loads(there["issuers/st-anna/did.json"])["id"] == "did:web:badges.test:issuers:st-anna"
    assert json.loads(here["issuers/st-anna/did.json"])["id"] == "did:web:new.example:issuers:st-anna"
    assert json.loads(there[f"b/{badges[0]}.json"])["id"] == f"http://badges.test/b/{badges[0]}"
    assert json.loads(here[f"b/{newer}.json"])["id"] == f"{new}/b/{newer}"
    assert "former/HOST/" in (site.parent / "README.txt").read_text()
    export(academy)  # replaces what it wrote
