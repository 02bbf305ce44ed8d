"""What a shared badge needs elsewhere: link previews, QR code, frame and oEmbed; and who may not see them (B94)."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Callable
from html import unescape
from urllib.parse import quote

import httpx
import pytest
from fastapi.testclient import TestClient
from PIL import Image

from app.issuing import award_status, awards, endorsements, erasure, issuers, signing_keys
from app.issuing.awards import Award, Visibility
from app.issuing.endorsements import Endorsement, Statement
from app.issuing.learners import Learner
from app.service import Service

FORMS = ["", ".pdf", "/qr.svg", "/qr.png", "/card.png", "/embed"]
OEMBED = "/oembed?format=json&url="

# Who makes previews of links, and what it says that it takes, as far as that is known; None: no Accept header at all.
PREVIEWERS = {
    "LinkedIn": ("LinkedInBot/1.0 (compatible; Mozilla/5.0; Apache-HttpClient +http://www.linkedin.com)", "*/*"),
    "WhatsApp": ("WhatsApp/2.23.20.0", None),
    "Teams": ("Mozilla/5.0 (Windows NT 6.1; WOW64) SkypeUriPreview Preview/0.5 skype-url-preview@microsoft.com", "*/*"),
    "Slack": ("Slackbot-LinkExpanding 1.0 (+https://api.slack.com/robots)", "*/*"),
    "Discord": ("Mozilla/5.0 (compatible; Discordbot/2.0; +https://discordapp.com)", "*/*"),
    "Bluesky": ("Mozilla/5.0 (compatible; Bluesky Cardyb/1.1; +mailto:support@bsky.app)", "text/html, */*;q=0.8"),
    "Mastodon": ("Mastodon/4.4.0 (http.rb/5.2.0; +https://mastodon.social/) Bot", "text/html, application/xhtml+xml"),
    "Facebook": ("facebookexternalhit/1.1 (+http://www.facebook.com/externalhit_uatext.php)", "*/*"),
    "X": ("Twitterbot/1.0", "*/*"),
    "Telegram": ("TelegramBot (like TwitterBot)", None),
    "iMessage": (
        "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_11_1) Safari/601.2.4 facebookexternalhit/1.1 Facebot Twitterbot/1.0",
        "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8",
    ),
    "Google": (
        "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)",
        "text/html,application/xhtml+xml,application/signed-exchange;v=b3,application/xml;q=0.9,*/*;q=0.8",
    ),
}


def meta(page: str) -> dict[str, str]:
    """The Open Graph and Twitter tags of a page."""
    found = re.findall(r'<meta (?:property|name)="((?:og|twitter):[^"]+)" content="([^"]*)">', page)
    return {name: unescape(value) for name, value in found}


def size_of(picture: bytes) -> tuple[str | None, tuple[int, int]]:
    with Image.open(io.BytesIO(picture)) as opened:
        return opened.format, opened.size


@pytest.mark.parametrize("who", PREVIEWERS)
def test_whoever_previews_links_gets_a_page_with_tags_and_a_picture(client: TestClient, award: Award, who: str):
    agent, accept = PREVIEWERS[who]
    client.headers.pop("accept")
    sent = {"User-Agent": agent} | ({"Accept": accept} if accept else {})

    page = client.get(f"/b/{award.id}", headers=sent, follow_redirects=False)
    tags = meta(page.text)
    picture = client.get(tags["og:image"], headers=sent, follow_redirects=False)

    assert (page.status_code, page.headers["content-type"]) == (200, "text/html; charset=utf-8")
    assert tags["og:title"] == tags["twitter:title"] == "Phlebotomy Fundamentals (PHLB)"
    assert tags["og:url"] == f"http://badges.test/b/{award.id}"
    assert (tags["og:type"], tags["og:site_name"]) == ("website", "Northfield Health Academy")
    assert (
        tags["og:description"]
        == "Awarded by Northfield Health Academy on 24 November 2026. Good until 24 November 2028."
    )
    assert tags["twitter:card"] == "summary_large_image"
    assert tags["og:image"] == tags["twitter:image"]
    assert (
        tags["og:image:alt"]
        == "Phlebotomy Fundamentals (PHLB) by Northfield Health Academy. Good until 24 November 2028."
    )
    assert (tags["og:image:width"], tags["og:image:height"]) == ("1200", "630")
    assert (picture.status_code, picture.headers["content-type"]) == (200, "image/png")
    assert size_of(picture.content) == ("PNG", (1200, 630))
    assert len(picture.content) < 300_000


def test_the_address_of_the_picture_changes_with_what_it_shows(client: TestClient, service: Service, award: Award):
    before = meta(client.get(f"/b/{award.id}").text)["og:image"]
    again = meta(client.get(f"/b/{award.id}").text)["og:image"]
    withdraw(service, award)

    after = meta(client.get(f"/b/{award.id}").text)["og:image"]

    assert before == again != after
    assert client.get(before).content == client.get(after).content


def withdraw(service: Service, award: Award) -> None:
    with service.database.write() as session:
        award_status.revoke(session, service.office, awards.by_id(session, award.id), reason="fraud", actor="test")


# -- who may see what -------------------------------------------------------------------------------------


def told(answer: httpx.Response) -> tuple[bytes, dict[str, str]]:
    """An answer without what differs with every request."""
    headers = {name: value for name, value in answer.headers.items() if name not in {"x-request-id", "date"}}
    return answer.content, headers


def test_a_private_badge_is_shared_by_nobody_and_looks_like_none_at_all(client: TestClient, make_award):
    private, none = make_award(visibility=Visibility.PRIVATE).id, "AAAAAAAAAAAAAAAAAAAAAA"

    for accept in ("text/html", "*/*"):
        for form in FORMS:
            found, nothing = (client.get(f"/b/{each}{form}", headers={"Accept": accept}) for each in (private, none))
            assert (form, found.status_code, told(found)) == (form, 404, told(nothing))
        asked = [
            client.get(f"{OEMBED}http://badges.test/b/{each}", headers={"Accept": accept}) for each in (private, none)
        ]
        assert asked[0].status_code == 404
        assert told(asked[0]) == told(asked[1])


def test_a_badge_of_an_erased_person_answers_that_it_is_gone_in_every_form(
    client: TestClient, service: Service, make_award
):
    award = make_award(name_shown=True)
    warm = [client.get(f"/b/{award.id}{form}").status_code for form in FORMS]
    with service.database.write() as session:
        erasure.erase(session, service.office, session.get_one(Learner, award.learner_id), actor="test")

    answers = [client.get(f"/b/{award.id}{form}") for form in FORMS]
    answers.append(client.get(f"{OEMBED}http://badges.test/b/{award.id}"))

    assert warm == [200] * len(FORMS)
    assert [each.status_code for each in answers] == [410] * (len(FORMS) + 1)
    assert not any(b"Ana" in each.content for each in answers)


def test_search_engines_stay_away_from_every_form_of_an_unlisted_badge(client: TestClient, award: Award):
    answers = [client.get(f"/b/{award.id}{form}") for form in FORMS]
    answers.append(client.get(f"{OEMBED}http://badges.test/b/{award.id}"))
    answers += [
        client.get(f"/b/{award.id}{form}", headers={"If-None-Match": each.headers["etag"]})
        for form, each in zip(FORMS, answers, strict=False)
    ]

    assert {each.headers["x-robots-tag"] for each in answers} == {"noindex"}


def test_search_engines_may_find_every_form_of_a_public_badge_but_the_frame(client: TestClient, make_award):
    award = make_award(visibility=Visibility.PUBLIC)

    kept_away = {form for form in FORMS if "x-robots-tag" in client.get(f"/b/{award.id}{form}").headers}

    assert kept_away == {"/embed"}
    assert "x-robots-tag" not in client.get(f"{OEMBED}http://badges.test/b/{award.id}").headers


def test_what_did_not_change_is_not_sent_again(client: TestClient, award: Award):
    for path in [*(f"/b/{award.id}{form}" for form in FORMS), f"{OEMBED}http://badges.test/b/{award.id}"]:
        first = client.get(path)

        again = client.get(path, headers={"If-None-Match": first.headers["etag"]})

        assert (path, again.status_code, again.content) == (path, 304, b"")
        assert first.headers["cache-control"] == "no-cache"


def test_nonsense_in_the_place_of_an_id_is_a_calm_404(client: TestClient):
    for form in FORMS[2:]:
        for name in ("%00", "a" * 300, "x.y", "' OR 1=1 --"):
            assert (name, form, client.get(f"/b/{name}{form}").status_code) == (name, form, 404)
    assert client.get("/b/AAAAAAAAAAAAAAAAAAAAAA/qr.gif").status_code in {404, 422}


# -- the page ---------------------------------------------------------------------------------------------


def field(page: str, name: str) -> str | None:
    """What stands in a field to copy from."""
    found = re.search(rf'<input id="{name}"[^>]* value="([^"]*)">|<textarea id="{name}"[^>]*>([^<]*)</textarea>', page)
    return unescape(found[1] or found[2]) if found else None


def test_the_page_offers_every_way_to_share(client: TestClient, award: Award):
    page = client.get(f"/b/{award.id}").text

    assert field(page, "address") == f"http://badges.test/b/{award.id}"
    assert field(page, "resume") == "Phlebotomy Fundamentals (PHLB), Northfield Health Academy, November 2026"
    assert f'<a href="http://badges.test/b/{award.id}">' in str(field(page, "signature"))
    assert str(field(page, "frame")).startswith(f'<iframe src="http://badges.test/b/{award.id}/embed"')
    links = [unescape(each) for each in re.findall(r'href="([^"]+)"', page)]
    (add,) = [each for each in links if each.startswith("https://www.linkedin.com/profile/add?")]
    assert "issueYear=2026&issueMonth=11&expirationYear=2028&expirationMonth=11" in add
    assert f"certId={award.id}" in add
    assert any(
        each.startswith("https://www.linkedin.com/sharing/share-offsite/?url=http%3A%2F%2Fbadges.test")
        for each in links
    )
    assert any(each.startswith("mailto:?subject=Phlebotomy%20Fundamentals%20%28PHLB%29&body=") for each in links)
    for form in (".pdf", ".pdf?paper=letter", "/qr.png", "/qr.svg"):
        assert f"/b/{award.id}{form}" in links


def test_the_picture_of_a_signature_may_be_loaded_by_mail_programs(client: TestClient, award: Award):
    signature = str(field(client.get(f"/b/{award.id}").text, "signature"))
    (address,) = re.findall(r'<img src="([^"]+)"', signature)

    answer = client.get(address)

    assert address.startswith("http://badges.test/images/")
    assert (answer.status_code, answer.headers["content-type"]) == (200, "image/png")
    assert answer.headers["cross-origin-resource-policy"] == "cross-origin"


def test_a_badge_that_was_taken_back_is_shown_and_not_put_on_profiles(
    client: TestClient, service: Service, award: Award
):
    withdraw(service, award)

    page = client.get(f"/b/{award.id}").text

    assert "linkedin.com/profile/add" not in page
    assert (field(page, "resume"), field(page, "signature")) == (None, None)
    assert field(page, "address") is not None
    assert field(page, "frame") is not None


NASTY = ['"><script>alert(1)</script>', "</textarea><img src=x onerror=alert(1)>", "</script><script>alert(1)</script>"]


@pytest.mark.parametrize("name", NASTY)
def test_no_name_gets_out_of_the_text_that_it_stands_in(client: TestClient, make_award, make_achievement, name: str):
    award = make_award(make_achievement(name=name), name=name, name_shown=True, visibility=Visibility.PUBLIC)

    for path in (f"/b/{award.id}", f"/b/{award.id}/embed"):
        page = client.get(path).text

        assert "<script>alert" not in page
        assert "<img src=x" not in page
    answer = client.get(f"{OEMBED}http://badges.test/b/{award.id}").json()
    assert "<script>" not in answer["html"]


def test_the_page_stays_small(client: TestClient, make_award, make_achievement):
    skills = [{"name": f"Skill {n}", "url": f"https://skills.example/{n}", "level": n % 5 + 1} for n in range(10)]

    page = client.get(f"/b/{make_award(make_achievement(skills=skills), name_shown=True).id}")

    assert len(page.content) < 30_000


def test_every_date_on_the_page_is_marked_as_one(client: TestClient, service: Service, award: Award):
    withdraw(service, award)
    body = client.get(f"/b/{award.id}").text.partition("<main")[2]

    dates = re.findall(r"(\S*)\b\d{1,2} (?:November|May) 20\d\d", body)
    in_titles = re.findall(r'title="\d{1,2} \w+ 20\d\d, ', body)
    marked = re.findall(r'<time datetime="20\d\d-\d\d-\d\dT\d\d:\d\d:\d\dZ"[^>]*>\d{1,2} \w+ 20\d\d</time>', body)

    assert len(marked) == len(dates) - len(in_titles) >= 3


# -- schema.org -------------------------------------------------------------------------------------------


def schema(page: str) -> dict[str, object]:
    (written,) = re.findall(r'<script type="application/ld\+json">(.*?)</script>', page)
    document: dict[str, object] = json.loads(written)
    return document


def test_search_engines_read_the_badge_and_its_holder_only_where_it_is_public(
    client: TestClient, make_award, make_achievement
):
    of = make_achievement()
    unlisted = make_award(of, name_shown=True)
    found = schema(client.get(f"/b/{unlisted.id}").text)
    assert (found["@type"], found["name"]) == ("EducationalOccupationalCredential", "Phlebotomy Fundamentals")

    public = make_award(of, email="li@example.org", name="Li Na", name_shown=True, visibility=Visibility.PUBLIC)
    nameless = make_award(of, email="bo@example.org", name="Bo", visibility=Visibility.PUBLIC)

    assert schema(client.get(f"/b/{public.id}").text)["name"] == "Li Na"
    assert schema(client.get(f"/b/{nameless.id}").text)["@type"] == "EducationalOccupationalCredential"


# -- who stands behind it ---------------------------------------------------------------------------------


@pytest.fixture
def endorse(service: Service, make_issuer) -> Callable[..., Endorsement]:
    """The board endorses Northfield's achievement: `endorse(award, accepted=…)`."""
    board = make_issuer("board", "State Board of Nursing")

    def make(award: Award, *, accepted: bool) -> Endorsement:
        with service.database.write() as session:
            version = awards.version_of(session, awards.by_id(session, award.id))
            about = service.office.addresses.achievement_version(award.achievement_id, version.number)
            said = Statement(about, "We accept it for **relicensing**.")
            made = endorsements.endorse(session, service.office, issuers.by_id(session, board.id), said, actor="test")
            by = issuers.by_id(session, award.issuer_id)
            endorsements.accept(session, by, made, accepted=accepted, actor="test")
        return made

    return make


def test_an_accepted_endorsement_is_shown_with_its_date_and_state(client: TestClient, award: Award, endorse):
    made = endorse(award, accepted=True)

    page = client.get(f"/b/{award.id}").text

    assert "State Board of Nursing</bdi></a> (badges.test), of this achievement, on <time" in page
    assert "We accept it for <strong>relicensing</strong>." in page
    assert "Stands, no end date" in page
    assert f'href="/endorsements/{made.id}.json"' in page


def test_an_endorsement_that_was_not_accepted_is_not_shown(client: TestClient, award: Award, endorse):
    endorse(award, accepted=False)

    page = client.get(f"/b/{award.id}").text

    assert "relicensing" not in page
    assert "Endorsed by others" not in page


def test_an_endorsement_that_was_withdrawn_says_so(client: TestClient, service: Service, award: Award, endorse):
    made = endorse(award, accepted=True)
    with service.database.write() as session:
        found = endorsements.by_id(session, made.id)
        endorsements.withdraw(session, service.office, found, reason="fees", actor="test")

    page = client.get(f"/b/{award.id}").text

    assert re.search(r"Withdrawn on <time datetime=[^>]+>\d+ \w+ \d+</time>", page)
    assert "Stands" not in page


def test_an_endorsement_by_a_stolen_key_is_not_called_standing(
    client: TestClient, service: Service, award: Award, endorse
):
    made = endorse(award, accepted=True)
    with service.database.write() as session:
        key = session.get_one(signing_keys.SigningKey, made.embedded_kid)
        key.state, key.revoked_at = signing_keys.KeyState.REVOKED, made.created_at

    page = client.get(f"/b/{award.id}").text

    assert "Cannot tell: the key that signed it was withdrawn" in page
    assert "Stands" not in page


# -- the frame --------------------------------------------------------------------------------------------


def test_anybody_may_frame_the_small_page_and_nothing_else(client: TestClient, award: Award):
    frame, page = client.get(f"/b/{award.id}/embed"), client.get(f"/b/{award.id}")

    assert "frame-ancestors *" in frame.headers["content-security-policy"]
    assert "script" not in frame.headers["content-security-policy"]
    assert "x-frame-options" not in frame.headers
    assert frame.headers["cross-origin-resource-policy"] == "cross-origin"
    assert "<script" not in frame.text
    assert "frame-ancestors 'none'" in page.headers["content-security-policy"]
    assert page.headers["x-frame-options"] == "DENY"


def test_every_link_in_a_frame_opens_a_tab_that_knows_nothing_of_it(client: TestClient, award: Award):
    page = client.get(f"/b/{award.id}/embed").text

    links = re.findall(r"<a [^>]+>", page)
    assert len(links) == 3
    assert all('target="_blank" rel="noopener"' in each for each in links)


def test_a_frame_shows_the_state_of_this_moment(client: TestClient, service: Service, make_award):
    award = make_award(name_shown=True)
    before = client.get(f"/b/{award.id}/embed")
    withdraw(service, award)

    after = client.get(f"/b/{award.id}/embed", headers={"If-None-Match": before.headers["etag"]})

    assert "Good until" in before.text
    assert "Ana Ortiz" in before.text
    assert (after.status_code, "Withdrawn" in after.text, "Good until" in after.text) == (200, True, False)


def test_a_frame_of_a_badge_that_became_private_says_so_instead_of_staying_empty(
    client: TestClient, service: Service, award: Award
):
    with service.database.write() as session:
        awards.by_id(session, award.id).visibility = Visibility.PRIVATE

    answer = client.get(f"/b/{award.id}/embed")

    assert answer.status_code == 404
    assert "This badge is not shown" in answer.text
    assert "frame-ancestors *" in answer.headers["content-security-policy"]


# -- oEmbed -----------------------------------------------------------------------------------------------


def test_the_page_says_where_it_can_be_asked_for_a_frame(client: TestClient, award: Award):
    page = client.get(f"/b/{award.id}").text
    (address,) = re.findall(r'<link rel="alternate" type="application/json\+oembed" href="([^"]+)"', page)

    answer = client.get(unescape(address), headers={"Origin": "https://blog.example"})

    assert answer.headers["content-type"] == "application/json"
    assert answer.headers["access-control-allow-origin"] == "*"
    found = answer.json()
    assert (found["version"], found["type"], found["title"]) == ("1.0", "rich", "Phlebotomy Fundamentals (PHLB)")
    assert f'src="http://badges.test/b/{award.id}/embed"' in found["html"]
    assert f'width="{found["width"]}" height="{found["height"]}"' in found["html"]
    assert client.get(found["thumbnail_url"]).headers["content-type"] == "image/png"
    assert client.get(found["author_url"]).status_code == 200


@pytest.mark.parametrize(
    ("asked", "width"), [("", 480), ("&maxwidth=1000", 480), ("&maxwidth=300", 300), ("&maxwidth=1", 1)]
)
def test_a_frame_is_no_wider_than_asked_for(client: TestClient, award: Award, asked: str, width: int):
    found = client.get(f"{OEMBED}{quote(f'http://badges.test/b/{award.id}', safe='')}{asked}").json()

    assert found["width"] == width
    assert "thumbnail_url" not in found or width == 480


def test_a_frame_is_no_higher_than_asked_for(client: TestClient, award: Award):
    found = client.get(f"{OEMBED}http://badges.test/b/{award.id}&maxheight=150").json()

    assert found["height"] == 150
    assert "thumbnail_url" not in found


@pytest.mark.parametrize(
    "address",
    [
        "", "x", "https://elsewhere.example/b/{id}", "http://badges.test/achievements/{id}", "http://badges.test/b/",
        "http://badges.test.evil.example/b/{id}", "http://badges.test/b/{id}/embed", "http://badges.test/b/{id}x",
        "//badges.test/b/{id}", "http://badges.test/b/..%2f{id}", "javascript:alert(1)",
    ],
)  # fmt: skip
def test_no_other_address_can_be_framed(client: TestClient, award: Award, address: str):
    answer = client.get("/oembed", params={"url": address.format(id=award.id)})

    assert answer.status_code == 404


@pytest.mark.parametrize("tail", ["?from=mail", "#check", ""])
def test_the_address_of_a_badge_is_known_however_it_was_copied(client: TestClient, award: Award, tail: str):
    assert client.get("/oembed", params={"url": f"http://badges.test/b/{award.id}{tail}"}).status_code == 200


@pytest.mark.parametrize("form", ["xml", "yaml"])
def test_a_form_that_there_is_not_is_said_to_be_missing(client: TestClient, award: Award, form: str):
    answer = client.get("/oembed", params={"url": f"http://badges.test/b/{award.id}", "format": form})

    assert answer.status_code == 501


# -- the QR code ------------------------------------------------------------------------------------------


def test_the_code_comes_as_picture_and_as_drawing_under_names_for_people(client: TestClient, award: Award):
    picture, drawing = (client.get(f"/b/{award.id}/qr.{suffix}") for suffix in ("png", "svg"))

    assert (picture.headers["content-type"], drawing.headers["content-type"]) == ("image/png", "image/svg+xml")
    assert picture.headers["content-disposition"] == 'inline; filename="northfield-phlb-qr.png"'
    assert size_of(picture.content)[1][0] >= 600
    assert "sandbox" in drawing.headers["content-security-policy"]
    assert f"<title>QR code that leads to http://badges.test/b/{award.id}</title>" in drawing.text
