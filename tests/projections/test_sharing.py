"""Links and texts that a holder takes along: LinkedIn, résumé, mail, signature, frame (B24, B25)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from html.parser import HTMLParser
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit
from zoneinfo import ZoneInfo

import pytest

from app.projections import linkedin, resume, snippets
from app.projections.linkedin import Certification
from app.projections.snippets import Shown

URL = "https://badges.example/b/Yw3u0JYd5m2ZxwqA1B2C3D"


def certification(**stated: Any) -> Certification:
    """Phlebotomy Fundamentals, earned in November 2026, without an end."""
    facts = {
        "name": "Phlebotomy Fundamentals (PHLB)",
        "organisation": "Northfield Health Academy",
        "awarded_at": datetime(2026, 11, 24, 9, 0, tzinfo=UTC),
        "zone": ZoneInfo("UTC"),
        "valid_until": None,
        "url": URL,
        "id": "Yw3u0JYd5m2ZxwqA1B2C3D",
    }
    return Certification(**facts | stated)


def asked(link: str) -> dict[str, str]:
    """The fields of a link, each of which stands there once."""
    fields = parse_qs(urlsplit(link).query, strict_parsing=True)
    assert all(len(values) == 1 for values in fields.values())
    return {name: values[0] for name, values in fields.items()}


def test_a_badge_without_an_end_states_no_end_at_linkedin():
    link = linkedin.add_to_profile(certification())

    assert link.startswith("https://www.linkedin.com/profile/add?startTask=CERTIFICATION_NAME&")
    assert asked(link) == {
        "startTask": "CERTIFICATION_NAME",
        "name": "Phlebotomy Fundamentals (PHLB)",
        "organizationName": "Northfield Health Academy",
        "issueYear": "2026",
        "issueMonth": "11",
        "certUrl": URL,
        "certId": "Yw3u0JYd5m2ZxwqA1B2C3D",
    }


def test_a_badge_with_an_end_states_its_month():
    fields = asked(linkedin.add_to_profile(certification(valid_until=datetime(2028, 1, 31, 23, 59, 59, tzinfo=UTC))))

    assert (fields["expirationYear"], fields["expirationMonth"]) == ("2028", "1")


def test_a_page_of_the_issuer_at_linkedin_goes_before_its_name():
    fields = asked(linkedin.add_to_profile(certification(organisation_id="1234567")))

    assert fields["organizationId"] == "1234567"
    assert "organizationName" not in fields


@pytest.mark.parametrize("hours", [-12, -8, 0, 5.5, 13, 14])
@pytest.mark.parametrize(
    ("signed", "month"),
    [
        (datetime(2026, 1, 1, 0, 0, tzinfo=UTC), ("2026", "1")),
        (datetime(2026, 1, 1, 0, 10, tzinfo=UTC), ("2026", "1")),
        (datetime(2025, 12, 31, 23, 59, 59, tzinfo=UTC), ("2025", "12")),
        (datetime(2028, 2, 29, 12, 0, tzinfo=UTC), ("2028", "2")),
    ],
)
def test_the_month_is_that_of_the_signed_date_in_whatever_zone_it_arrives(
    signed: datetime, month: tuple[str, str], hours: float
):
    elsewhere = signed.astimezone(timezone(timedelta(hours=hours)))

    fields = asked(linkedin.add_to_profile(certification(awarded_at=elsewhere, valid_until=elsewhere)))

    assert (fields["issueYear"], fields["issueMonth"]) == month
    assert (fields["expirationYear"], fields["expirationMonth"]) == month


@pytest.mark.parametrize("name", ["CPR & First-Aid v2.0 #1", "BLS® – “Refresher”", "静脉采血基础", "a=b&certUrl=x"])
def test_a_name_of_any_kind_arrives_whole(name: str):
    link = linkedin.add_to_profile(certification(name=name))

    assert asked(link)["name"] == name
    assert link.isascii()
    assert " " not in link


def test_a_post_is_about_the_page_of_the_badge():
    assert asked(linkedin.share(URL)) == {"url": URL}


@pytest.mark.parametrize(
    ("language", "month"), [("en", "November 2026"), ("es", "noviembre de 2026"), ("ar", "نوفمبر 2026")]
)
def test_a_line_of_a_resume_names_the_month_in_the_reader_s_language(language: str, month: str):
    line = resume.line(
        title="Phlebotomy  Fundamentals\n(PHLB)",
        issuer="Northfield Health Academy",
        awarded_at=datetime(2026, 11, 30, 23, 30, tzinfo=timezone(timedelta(hours=-2))) - timedelta(hours=2),
        zone=ZoneInfo("UTC"),
        language=language,
    )

    assert line == f"Phlebotomy Fundamentals (PHLB), Northfield Health Academy, {month}"


def test_a_line_of_a_resume_has_the_month_that_was_signed():
    late = datetime(2026, 12, 31, 22, 0, tzinfo=timezone(timedelta(hours=-5)))

    assert resume.line(title="A", issuer="B", awarded_at=late, zone=ZoneInfo("UTC")).endswith("January 2027")


def test_a_mail_has_subject_and_text_and_no_address():
    link = snippets.mail_link(
        subject="Badge & more\nBcc: x@evil.example", body="See it:\n\nhttps://badges.example/?a=b&c"
    )

    assert link.startswith("mailto:?subject=")
    subject, body = link.removeprefix("mailto:?subject=").split("&body=")
    assert unquote(subject) == "Badge & more Bcc: x@evil.example"
    assert unquote(body) == "See it:\r\n\r\nhttps://badges.example/?a=b&c"


class Read(HTMLParser):
    """The elements of some markup with their attributes, and its text."""

    def __init__(self, markup: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.feed(markup)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.text += data


NASTY = "\"><script>alert(1)</script> & ' x"


def test_a_signature_is_an_image_and_two_links_whatever_the_badge_is_called():
    read = Read(snippets.signature(Shown(NASTY, NASTY, URL, "https://badges.example/images/1.png", NASTY)))

    assert [tag for tag, _ in read.elements] == ["a", "img", "br", "a", "br"]
    assert read.elements[1][1]["src"] == "https://badges.example/images/1.png"
    assert read.elements[1][1]["alt"] == NASTY
    assert read.elements[3][1] == {"href": URL}
    assert read.text.split("\n") == ["", NASTY, NASTY]


def test_a_frame_may_open_tabs_and_nothing_else():
    read = Read(snippets.frame(url=f"{URL}/embed", title=NASTY, width=480, height=240))

    ((tag, attributes),) = read.elements
    assert (tag, attributes["src"], attributes["title"]) == ("iframe", f"{URL}/embed", NASTY)
    assert attributes["sandbox"] == "allow-popups allow-popups-to-escape-sandbox"
    assert (attributes["width"], attributes["height"], attributes["loading"]) == ("480", "240", "lazy")
