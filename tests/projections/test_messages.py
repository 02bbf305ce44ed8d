from __future__ import annotations

from datetime import UTC, datetime
from html.parser import HTMLParser
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from app.errors import InvalidInput
from app.projections.messages import award_mail, written_date

HOSTILE = [
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "{{7*7}}",
    "{% include '/etc/passwd' %}",
    "{# x #}",
    "${7*7}",
    "</title><script>",
    "A\r\nBcc: x@evil.example",
    "A\nB",
    "A\x00B",
    "A\u2028B",
    "\u202eevil\u202c",
    "\u2066x\u2069",
    "A\ud800B",
    '","admin":true,"x":"',
    "' onmouseover='alert(1)",
    "مريم العلي",
    "O'Brien & Søn <ö>",
    "x" * 5000,
]


def mail(**changes: Any):
    facts = {
        "learner_name": "Ana Ortiz",
        "achievement_name": "Phlebotomy Fundamentals",
        "abbreviation": "PHLB",
        "issuer_name": "Northfield Health Academy",
        "badge_url": "https://badges.example/b/abc",
        "image_url": "https://badges.example/b/abc.png",
        "awarded_at": datetime(2026, 11, 24, 22, 15, tzinfo=UTC),
        "valid_until": datetime(2028, 11, 24, 23, 59, 59, tzinfo=UTC),
        "criteria": "Pass a quiz.\n\n- ten draws observed",
        "language": "en",
        "reader_language": "en",
        "zone": ZoneInfo("UTC"),
    }
    return award_mail(**(facts | changes))


class Reader(HTMLParser):
    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.words = ""
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]):
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str):
        self.words += data


def test_the_mail_says_what_was_earned_when_from_whom_and_where_it_is():
    found = mail()

    for words in (found.text, Reader(found.html).words):
        assert "Hello Ana Ortiz," in words
        assert "Phlebotomy Fundamentals (PHLB)" in words
        assert "Northfield Health Academy" in words
        assert "Earned 24 November 2026." in words
        assert "Good until 24 November 2028." in words
        assert "https://badges.example/b/abc" in words
        assert "ten draws observed" in words
    assert found.subject == "You earned a badge: Phlebotomy Fundamentals"


def test_what_is_not_known_is_not_mentioned():
    found = mail(learner_name=None, abbreviation=None, valid_until=None, criteria=None, image_url=None, language=None)

    assert found.text.startswith("Hello,\n")
    assert "It does not end." in found.text
    assert "What it took" not in found.text
    assert "None" not in found.text + found.html
    assert "<img" not in found.html


def test_the_voice_is_calm():
    found = mail()

    assert "!" not in found.subject + found.text + Reader(found.html).words


def test_the_only_thing_loaded_from_elsewhere_is_the_badge():
    tags = Reader(mail().html).tags

    assert [attributes["src"] for _, attributes in tags if "src" in attributes] == ["https://badges.example/b/abc.png"]
    assert {tag for tag, _ in tags}.isdisjoint({"script", "style", "link", "iframe", "object", "form", "svg"})
    assert "url(" not in mail().html


def test_the_image_has_words_for_those_who_do_not_see_it():
    (image,) = [attributes for tag, attributes in Reader(mail().html).tags if tag == "img"]

    assert image["alt"] == "Badge: Phlebotomy Fundamentals (PHLB)"


def test_our_sentences_are_marked_english_and_the_achievement_as_what_it_is():
    found = mail(language="de")

    tags = Reader(found.html).tags
    assert found.language == "en"
    assert ("html", {"lang": "en", "dir": "ltr"}) in tags
    assert ("bdi", {"lang": "de"}) in tags


def test_colours_are_set_only_in_pairs_so_that_dark_mail_programs_stay_readable():
    for _, attributes in Reader(mail().html).tags:
        style = attributes.get("style") or ""
        assert (";color:" in style) == ("background-color:" in style)


@pytest.mark.parametrize(
    "field", ["learner_name", "achievement_name", "abbreviation", "issuer_name", "criteria", "language"]
)
@pytest.mark.parametrize("hostile", HOSTILE)
def test_a_hostile_fact_is_words_and_nothing_else(field: str, hostile: str):
    found = mail(**{field: hostile})

    assert [tag for tag, _ in Reader(found.html).tags] == [tag for tag, _ in Reader(mail().html).tags]
    assert all(not name.startswith("on") for _, attributes in Reader(found.html).tags for name in attributes)
    assert len(found.subject.splitlines()) == 1
    for part in (found.subject, found.text, found.html):
        part.encode()
        assert not set("\x00\r\u2028\u202a\u202e\u2066") & set(part)
    assert "49" not in found.subject + found.text + Reader(found.html).words


def test_a_template_in_a_name_stays_a_name():
    found = mail(learner_name="{{7*7}}")

    assert "Hello {{7*7}}," in found.text
    assert "Hello {{7*7}}," in Reader(found.html).words


def test_a_name_of_another_direction_is_kept_and_fenced_in():
    found = mail(learner_name="مريم العلي")

    assert "<bdi>مريم العلي</bdi>" in found.html


def test_a_name_cannot_add_a_line_to_the_text():
    assert "Hello A Bcc: x@evil.example," in mail(learner_name="A\r\nBcc: x@evil.example").text


def test_long_words_are_cut_at_a_word_with_a_mark():
    found = mail(criteria="word " * 1000)

    assert "word…" in found.text
    assert len(found.text) < 1500


@pytest.mark.parametrize(
    "url", ["javascript:alert(1)", "https://a b", 'https://a"b', "https://a\r\nb", "", "//a.example"]
)
@pytest.mark.parametrize("field", ["badge_url", "image_url"])
def test_an_address_that_is_none_stops_the_mail(field: str, url: str):
    with pytest.raises(InvalidInput):
        mail(**{field: url})


def test_a_date_has_its_month_as_a_word():
    assert written_date(datetime(2026, 3, 5, tzinfo=UTC), ZoneInfo("UTC")) == "5 March 2026"
