"""An achievement in several languages: whoever reads one of them is shown it, and told what was signed."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Callable
from typing import Any

import pypdf
import pytest
from fastapi.testclient import TestClient

from app.issuing import achievement_facts, achievements
from app.issuing.achievements import Achievement
from app.issuing.awards import Award
from app.projections.typesetting import can_write
from app.service import Service
from app.web import finished

PAGE = {"Accept": "text/html"}
SPANISH = {
    "name": "Fundamentos de flebotomía",
    "description": "Extrae sangre venosa con seguridad.",
    "criteria_narrative": "Diez extracciones **observadas**.",
}
ARABIC = {"name": "PHLB أساسيات سحب الدم", "description": "يسحب الدم الوريدي بأمان.", "criteria_narrative": "عشر مرات."}
TRANSLATIONS: dict[str, dict[str, str]] = {"es": SPANISH, "ar": ARABIC, "fr": {"name": "Bases de la phlébotomie"}}
BOTH = pytest.mark.parametrize("database", ["sqlite", "postgresql"], indirect=True)


@pytest.fixture
def achievement(make_achievement: Callable[..., Achievement]) -> Achievement:
    """Phlebotomy Fundamentals, signed in English, and in Spanish and Arabic whole, in French by its name."""
    return make_achievement(translations=TRANSLATIONS)


@pytest.fixture
def award(make_award: Callable[..., Award], achievement: Achievement) -> Award:
    return make_award(achievement)


@pytest.fixture
def read(client: TestClient) -> Callable[..., str]:
    """A page as somebody reads it whose browser asks for a language: `read(path, "es-MX")`."""

    def at(path: str, languages: str = "", **headers: str) -> str:
        answer = client.get(path, headers=PAGE | {"Accept-Language": languages} | headers)
        assert answer.status_code == 200, answer.text
        return answer.text

    return at


def heading(page: str) -> str:
    found = re.search(r"<h1[^>]*>(.*?)</h1>", page, re.DOTALL)
    assert found is not None
    return found[1]


PAGES = ("/b/{award}", "/achievements/{achievement}", "/achievements/{achievement}/v1")


@BOTH
@pytest.mark.parametrize("page", PAGES)
def test_a_spanish_reader_reads_spanish_and_is_told_what_was_signed(read: Callable[..., str], award: Award, page: str):
    shown = read(page.format(award=award.id, achievement=award.achievement_id), "es-MX,es;q=0.9")

    assert '<bdi lang="es" dir="auto">Fundamentos de flebotomía</bdi>' in heading(shown)
    assert '<p class="lead" lang="es" dir="auto">Extrae sangre venosa con seguridad.</p>' in shown
    assert '<div class="prose" lang="es" dir="auto"><p>Diez extracciones <strong>observadas</strong>.</p>' in shown
    assert "Texto firmado en inglés; aquí se muestra en español." in shown


@pytest.mark.parametrize("page", PAGES)
def test_an_arabic_reader_reads_from_right_to_left_also_where_a_name_begins_in_latin_letters(
    read: Callable[..., str], award: Award, page: str
):
    shown = read(page.format(award=award.id, achievement=award.achievement_id), "ar")

    assert '<html lang="ar" dir="rtl">' in shown
    assert f'<bdi lang="ar" dir="rtl">{ARABIC["name"]}</bdi>' in heading(shown)


def test_arabic_texts_run_from_right_to_left_in_a_page_that_does_not(read: Callable[..., str], award: Award):
    english_page = read(f"/achievements/{award.achievement_id}/v1/ar", "en")

    assert '<html lang="en" dir="ltr">' in english_page
    assert f'<p class="lead" lang="ar" dir="rtl">{ARABIC["description"]}</p>' in english_page


def test_texts_from_left_to_right_keep_their_way_in_an_arabic_page(read: Callable[..., str], award: Award):
    arabic_page = read(f"/achievements/{award.achievement_id}/v1/es", "ar")

    assert '<html lang="ar" dir="rtl">' in arabic_page
    assert '<bdi lang="es" dir="auto">Fundamentos de flebotomía</bdi>' in heading(arabic_page)


@pytest.mark.parametrize("page", PAGES)
def test_a_french_reader_reads_french_where_there_is_some_on_an_english_page(
    read: Callable[..., str], award: Award, page: str
):
    shown = read(page.format(award=award.id, achievement=award.achievement_id), "fr-CA,fr;q=0.8,en;q=0.5")

    assert '<html lang="en"' in shown
    assert '<bdi lang="fr" dir="auto">Bases de la phlébotomie</bdi>' in heading(shown)
    assert '<p class="lead" lang="en" dir="auto">Draws venous blood safely' in shown
    assert "Signed in English; shown here in French." in shown


@pytest.mark.parametrize("languages", ["", "en", "de,en;q=0.5", "de", "*", "es;q=0", "x" * 5000, "\u00e9, ;;;=q"])
def test_whoever_reads_none_of_them_reads_what_was_signed_and_is_told_nothing(
    client: TestClient, award: Award, languages: str
):
    shown = client.get(f"/b/{award.id}", headers={"Accept": "text/html", "Accept-Language": languages.encode()}).text

    assert '<bdi lang="en" dir="auto">Phlebotomy Fundamentals</bdi>' in heading(shown)
    assert "Signed in English" not in shown
    assert f'<a href="/b/{award.id}?lang=es" lang="es" hreflang="es" rel="nofollow">Español</a>' in shown


def test_an_address_asks_for_a_language_before_the_cookie_and_that_before_the_browser(client: TestClient, award: Award):
    asked = PAGE | {"Accept-Language": "ar", "Cookie": "lang=es"}

    assert 'lang="es"' in heading(client.get(f"/b/{award.id}", headers=asked).text)
    assert 'lang="fr"' in heading(client.get(f"/b/{award.id}?lang=fr", headers=asked).text)
    assert 'lang="en"' in heading(client.get(f"/b/{award.id}?lang=en", headers=asked).text)
    assert 'lang="es"' in heading(client.get(f"/b/{award.id}?lang=<b>", headers=asked).text)


def test_texts_in_one_language_offer_no_other(read: Callable[..., str], make_award: Callable[..., Award]):
    award = make_award()

    for path in (f"/b/{award.id}", f"/achievements/{award.achievement_id}"):
        shown = read(path, "es")
        assert 'class="tongues"' not in shown
        assert "hreflang" not in shown.split("</head>")[0]
        assert '<bdi lang="en" dir="auto">Phlebotomy Fundamentals</bdi>' in heading(shown)


def test_caches_on_the_way_are_told_that_a_page_differs_by_language(client: TestClient, award: Award):
    oembed = f"/oembed?url=http://badges.test/b/{award.id}"
    files = [f"/b/{award.id}.pdf", f"/b/{award.id}/card.png", f"/b/{award.id}/embed", oembed]
    for path in (f"/b/{award.id}", f"/achievements/{award.achievement_id}", "/catalogue", *files):
        assert "Accept-Language" in client.get(path, headers=PAGE).headers["vary"], path


@pytest.mark.parametrize(
    "path",
    [
        "/catalogue", "/catalogue?q=flebotomia", "/catalogue?q=أساسيات", "/catalogue?q=phlebotomie",
        "/issuers/northfield", "/compare?a={achievement}", "/b/{award}/embed",
    ],
)  # fmt: skip
def test_lists_comparisons_and_frames_name_it_in_the_language_of_the_reader(
    read: Callable[..., str], award: Award, path: str
):
    shown = read(path.format(award=award.id, achievement=award.achievement_id), "es")

    assert "Fundamentos de flebotomía" in shown
    assert re.search(r'lang="es"[^>]*>Fundamentos de flebotomía', shown)
    assert "Phlebotomy Fundamentals" not in re.sub(r'(alt|title|content)="[^"]*"', "", shown)


def test_a_comparison_says_the_language_of_each_text(read: Callable[..., str], award: Award):
    shown = read(f"/compare?a={award.achievement_id}", "fr")

    assert '<span class="shelf-name" lang="fr" dir="auto">Bases de la phlébotomie</span>' in shown
    assert '<td lang="en" dir="auto">Draws venous blood' in shown


def test_oembed_and_link_previews_name_it_in_the_language_that_is_asked_for(
    client: TestClient, read: Callable[..., str], award: Award
):
    url = f"http://badges.test/b/{award.id}"

    told = client.get("/oembed", params={"url": url}, headers={"Accept-Language": "fr"})

    assert told.json()["title"] == "Bases de la phlébotomie (PHLB)"
    assert '<meta property="og:title" content="Bases de la phlébotomie (PHLB)">' in read(f"/b/{award.id}", "fr")


def test_the_line_for_a_cv_is_in_the_language_of_the_reader(read: Callable[..., str], award: Award):
    assert re.search(r'id="resume"[^>]*value="Fundamentos de flebotomía \(PHLB\)', read(f"/b/{award.id}", "es"))


def test_the_certificate_is_in_the_language_of_the_reader(client: TestClient, award: Award):
    for languages, name in (("fr", "Bases de la phlébotomie"), ("de", "Phlebotomy Fundamentals")):
        answer = client.get(f"/b/{award.id}.pdf", headers={"Accept-Language": languages})
        assert name in " ".join(pypdf.PdfReader(io.BytesIO(answer.content)).pages[0].extract_text().split())


def test_a_certificate_in_letters_that_are_not_there_has_the_signed_name(
    client: TestClient, make_award: Callable[..., Award], make_achievement: Callable[..., Achievement]
):
    name = "採血の基礎"
    award = make_award(make_achievement(translations={"ja": {"name": name}}))

    answer = client.get(f"/b/{award.id}.pdf", headers={"Accept-Language": "ja"})

    written = " ".join(pypdf.PdfReader(io.BytesIO(answer.content)).pages[0].extract_text().split())
    assert (name if can_write(name, language="ja") else "Phlebotomy Fundamentals") in written


def test_search_engines_read_the_signed_texts_whatever_is_shown(read: Callable[..., str], award: Award):
    found = re.search(r'<script type="application/ld\+json">(.*?)</script>', read(f"/b/{award.id}", "es"))

    assert found is not None
    document = json.loads(found[1])
    assert (document["name"], document["inLanguage"]) == ("Phlebotomy Fundamentals", "en")


def test_signed_files_are_the_same_for_every_reader(client: TestClient, award: Award):
    for suffix in (".json", ".jwt", ".png", ".svg"):
        every = {
            client.get(f"/b/{award.id}{suffix}", headers={"Accept-Language": each}).content for each in ("en", "es")
        }
        assert len(every) == 1


# -- bytes that are kept -----------------------------------------------------------------------------------


def test_strangers_who_ask_for_ever_more_languages_make_no_more_answers_than_there_are_texts(
    client: TestClient, award: Award, monkeypatch: pytest.MonkeyPatch
):
    kept: set[finished.Key] = set()
    put = finished.Shelf.put

    def noted(shelf: finished.Shelf, key: finished.Key, made: finished.Finished) -> None:
        kept.add(key)
        put(shelf, key, made)

    monkeypatch.setattr(finished.Shelf, "put", noted)
    for number in range(120):
        letters = chr(97 + number % 26) + chr(97 + number // 26)
        asked = f"{letters}-{number},x{letters};q=0.9,{('es', 'fr', 'en')[number % 3]};q=0.1"
        client.get(f"/b/{award.id}", headers=PAGE | {"Accept-Language": asked})

    assert len(kept) <= len(TRANSLATIONS) * 2 + 2


def test_bytes_that_are_kept_for_one_reader_are_not_sent_to_another(read: Callable[..., str], award: Award):
    for languages, tag in (("en", "en"), ("fr", "fr"), ("en", "en"), ("fr-BE", "fr"), ("es", "es"), ("fr", "fr")):
        assert f'lang="{tag}"' in heading(read(f"/b/{award.id}", languages))


# -- what is signed, and where it leads ----------------------------------------------------------------------


@BOTH
def test_the_badge_says_where_its_texts_are_in_other_languages_and_each_address_answers(
    client: TestClient, award: Award
):
    signed = client.get(f"/b/{award.id}.json").json()["credentialSubject"]["achievement"]

    assert (signed["name"], signed["inLanguage"]) == ("Phlebotomy Fundamentals", "en")
    assert signed["related"] == [
        {"id": f"{signed['id']}/{tag}", "type": ["Related"], "inLanguage": tag, "version": "1"}
        for tag in ("ar", "es", "fr")
    ]
    for each in signed["related"]:
        assert "<h1" in client.get(each["id"], headers=PAGE).text
        document = client.get(each["id"], headers={"Accept": "application/json"})
        assert (document.json()["id"], document.json()["inLanguage"]) == (each["id"], each["inLanguage"])
        assert client.get(f"{each['id']}.json").content == document.content


def test_a_translated_document_says_what_was_translated_and_leads_back(client: TestClient, award: Award):
    signed = client.get(f"/achievements/{award.achievement_id}/v1.json").json()

    french = client.get(f"/achievements/{award.achievement_id}/v1/fr.json").json()

    back = {"id": signed["id"], "type": ["Related"], "inLanguage": "en", "version": "1"}
    others = [each for each in signed["related"] if each["inLanguage"] != "fr"]
    assert french["related"] == [back, *others]
    changed = {name for name in signed if signed[name] != french[name]}
    assert changed == {"id", "name", "inLanguage", "related"}


def test_the_address_in_the_signed_language_gives_what_is_signed(
    client: TestClient, read: Callable[..., str], award: Award
):
    path = f"/achievements/{award.achievement_id}/v1"

    assert client.get(f"{path}/en.json").content == client.get(f"{path}.json").content
    assert 'lang="en"' in heading(read(f"{path}/en", "es"))


@pytest.mark.parametrize("path", ["v1/de", "v1/ES", "v2/es", "v0/es", "v1/es.jsonld", "v1/..%2Fes", "latest/es"])
def test_there_is_nothing_in_a_language_in_which_it_was_not_written(client: TestClient, award: Award, path: str):
    assert client.get(f"/achievements/{award.achievement_id}/{path}").status_code == 404


def test_without_translations_a_document_says_nothing_of_languages(
    client: TestClient, make_achievement: Callable[..., Achievement]
):
    made = make_achievement()

    assert "related" not in client.get(f"/achievements/{made.id}/v1.json").json()


def test_a_newer_version_leaves_the_translations_of_the_older_ones(
    client: TestClient, award: Award, renew: Callable[..., None]
):
    path = f"/achievements/{award.achievement_id}"
    before = client.get(f"{path}/v1/es.json").content

    renew(award.achievement_id, translations={"es": SPANISH | {"name": "Otra flebotomía"}})

    assert client.get(f"{path}/v1/es.json").content == before
    assert client.get(f"{path}/v2/es.json").json()["name"] == "Otra flebotomía"
    assert client.get(f"{path}/v2/fr.json").status_code == 404


@pytest.fixture
def renew(service: Service) -> Callable[..., None]:
    """Publishes the next version: `renew(achievement_id, **facts)`."""

    def make(achievement_id: str, **facts: Any) -> None:
        with service.database.write() as session:
            found = achievements.by_id(session, achievement_id)
            changed = achievements.current_facts(session, found).to_json() | facts
            achievements.change(session, found, facts=achievement_facts.parse(changed), actor="test")
            achievements.publish(session, service.office, found, actor="test")

    return make


def test_a_version_carries_its_translations_on_to_the_next(
    client: TestClient, award: Award, renew: Callable[..., None]
):
    renew(award.achievement_id, hours="14")

    assert client.get(f"/achievements/{award.achievement_id}/v2/es.json").json()["name"] == SPANISH["name"]


def test_markup_in_a_translation_stays_text(
    read: Callable[..., str], make_achievement: Callable[..., Achievement], make_award
):
    bad = '"><script>alert(1)</script>'
    texts = {"name": bad, "description": bad, "criteria_narrative": f"{bad} [x](javascript:alert(1))"}
    award = make_award(make_achievement(translations={"fr": texts}))

    for path in (f"/b/{award.id}", f"/achievements/{award.achievement_id}", "/catalogue", f"/b/{award.id}/embed"):
        shown = read(path, "fr")
        assert "&lt;script&gt;alert(1)" in shown, path
        assert "<script>alert" not in shown
        assert 'href="javascript' not in shown
