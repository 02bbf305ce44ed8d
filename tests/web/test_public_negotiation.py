"""Which form of a badge its one address answers with (B94, B95, OB3-83)."""

from __future__ import annotations

from collections.abc import Callable

from fastapi.testclient import TestClient

from app.issuing.awards import Award

CHROME = "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,image/apng,*/*;q=0.8"
FIREFOX_IMG = "image/avif,image/webp,image/png,image/svg+xml,image/*;q=0.8,*/*;q=0.5"
JAVA = "text/html, image/gif, image/jpeg, *; q=.2, */*; q=.2"

VISITORS = [
    ("Mozilla/5.0 Chrome/140.0", CHROME, "text/html"),
    ("Mozilla/5.0 Firefox/143.0, in an img element", FIREFOX_IMG, "image/png"),
    ("facebookexternalhit/1.1", "*/*", "text/html"),
    ("Twitterbot/1.0", "*/*", "text/html"),
    ("LinkedInBot/1.0", "*/*", "text/html"),
    ("Slackbot-LinkExpanding 1.0", "*/*", "text/html"),
    ("WhatsApp/2.23", None, "text/html"),
    ("Mozilla/5.0 (compatible; Discordbot/2.0)", "*/*", "text/html"),
    ("SkypeUriPreview Preview/0.5 (Teams)", "*/*", "text/html"),
    ("Bluesky Cardyb/1.1", "text/html", "text/html"),
    ("Mastodon/4.4 (http.rb)", "text/html, application/xhtml+xml", "text/html"),
    ("Java/17, a validator that names nothing", JAVA, "text/html"),
    ("axios/1.7", "application/json, text/plain, */*", "application/json"),
    ("a wallet", "application/vc", "application/vc"),
    ("a wallet of Open Badges", "application/vc+ld+json", "application/vc+ld+json"),
    ("a JSON-LD processor", 'application/ld+json;profile="x", application/json;q=0.5', "application/ld+json"),
    ("a verifier of tokens", "application/vc+jwt", "application/vc+jwt"),
    ("a verifier that checks tokens best", "application/vc+jwt, application/vc", "application/vc+jwt"),
    ("a verifier that checks documents best", "application/vc, application/vc+jwt", "application/vc"),
    ("a verifier of tokens, older", "application/jwt;q=0.9, */*;q=0.1", "application/jwt"),
    ("a reader of plain text", "text/plain", "text/plain"),
    ("a viewer of images", "image/*", "image/png"),
    ("a viewer of drawings", "image/svg+xml", "image/svg+xml"),
    ("a viewer that likes drawings best", "image/svg+xml, image/*;q=0.5", "image/svg+xml"),
    ("a printer of certificates", "application/pdf", "application/pdf"),
    ("whoever takes any application", "application/*", "application/vc+ld+json"),
    ("whoever does not want a page", "text/html;q=0, */*", "application/vc+ld+json"),
    ("whoever wants what there is not", "application/xml", "text/html"),
    ("whoever writes nonsense", ";;;,/,q=,\u00e9", "text/html"),
]


def test_each_visitor_gets_the_form_that_suits_it(client: TestClient, award: Award):
    client.headers.pop("accept")
    got = {}
    for agent, accept, _ in VISITORS:
        sent = {"User-Agent": agent} | ({"Accept": accept} if accept is not None else {})
        answer = client.get(f"/b/{award.id}", headers=[(name, value.encode("latin-1")) for name, value in sent.items()])
        assert (answer.status_code, answer.headers["vary"].split(", ")[0]) == (200, "Accept")
        got[agent] = answer.headers["content-type"].partition(";")[0]

    assert got == {agent: wanted for agent, _, wanted in VISITORS}


def test_a_suffix_wins_whatever_accept_says(client: TestClient, award: Award):
    wanted = {".json": "application/vc+ld+json", ".jwt": "text/plain", ".png": "image/png", ".svg": "image/svg+xml"}
    wanted[".pdf"] = "application/pdf"

    for accept in (CHROME, "*/*", "text/html", "image/svg+xml"):
        got = {
            form: client.get(f"/b/{award.id}{form}", headers={"Accept": accept}).headers["content-type"]
            for form in wanted
        }
        assert got == wanted


def test_a_form_that_there_is_not_is_a_calm_404(client: TestClient, award: Award):
    for suffix in (".PDF", ".exe", ".", ".json.png", ".JSON"):
        answer = client.get(f"/b/{award.id}{suffix}")

        assert answer.status_code == 404
        assert answer.headers["content-type"] == "application/problem+json"


def test_a_shared_cache_that_honours_vary_never_mixes_the_forms(client: TestClient, make_award: Callable[..., Award]):
    address = f"/b/{make_award().id}"
    tags = {}
    documents = ("text/html", "application/vc", "application/json", "application/vc+jwt")
    for accept in (*documents, "image/png", "image/svg+xml"):
        first = client.get(address, headers={"Accept": accept})
        tags[accept] = first.headers["etag"]
        # What a cache asks again with another form's tag is answered in full, never with "you have it".
        for other, tag in tags.items():
            again = client.get(address, headers={"Accept": accept, "If-None-Match": tag})
            assert again.status_code == (304 if other == accept else 200)

    assert len(set(tags.values())) == len(tags)
