"""Certificate and card: one page and one size whatever the words are, in every script; no word is ever a command."""

from __future__ import annotations

import io
import re
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from PIL import Image
from pypdf import PdfReader

from app.projections import drawing, fitting, qr
from app.projections.typesetting import (
    Card,
    Certificate,
    CertificateLabels,
    Paper,
    SkillLine,
    can_write,
    card,
    certificate,
    press,
)

URL = "https://badges.example/b/Yw3u0JYd5m2ZxwqA1B2C3D"
SIGNED = '{"@context": ["https://www.w3.org/ns/credentials/v2"], "name": "Šárka 李娜"}'.encode()
LABELS = CertificateLabels(
    "Certificate", "Awarded to", "The name is not shown here.", "Skills", "", "Check it at", "The badge is attached.",
    "named on the badge’s page", "Some words need other letters.",
)  # fmt: skip


def badge() -> bytes:
    return drawing.draw_badge(
        shape=drawing.Shape.HEXAGON, fill="#0b4f6c", accent=None, abbreviation="PHLB", name="Phlebotomy", level=3
    )


PICTURE = drawing.around(badge(), width=600, height=600).decode()


def sheet(**facts: Any) -> Certificate:
    """Ana's certificate as of 28 November 2026."""
    plain = Certificate(
        language="en", content_language="en", direction="ltr", labels=LABELS, name="Phlebotomy Fundamentals",
        abbreviation="PHLB", holder="Ana Ortiz", issuer="Northfield Health Academy", signs_as="badges.example",
        logo=None, logo_shape=1.0, picture=PICTURE, picture_alt="Badge", is_dimmed=False, tone="good", state="Good",
        sentence="As of 28 November 2026: good.", facts=(("Earned on", "24 November 2026"),),
        skills=(SkillLine("Venepuncture", 3, "competent, 3 of 5"),), qr=qr.as_svg(URL, title="QR").decode(),
        qr_alt="QR code", url=URL, as_of=datetime(2026, 11, 28, tzinfo=UTC),
    )  # fmt: skip
    return replace(plain, **facts)


def words_of(document: bytes) -> str:
    """The text of a PDF of one page, with single blanks and without places to break."""
    reader = PdfReader(io.BytesIO(document))
    assert len(reader.pages) == 1
    return " ".join(reader.pages[0].extract_text().replace("\u200b", "").split())


def test_a_certificate_says_who_what_when_and_where_to_check():
    said = words_of(certificate(sheet(), credential=SIGNED))

    for words in (
        "Phlebotomy Fundamentals (PHLB)", "Ana Ortiz", "Northfield Health Academy", "24 November 2026", "Venepuncture",
        "competent, 3 of 5", "As of 28 November 2026: good.", URL,
    ):  # fmt: skip
        assert words in said


def test_a_certificate_without_a_name_says_so():
    said = words_of(certificate(sheet(holder=None), credential=SIGNED))

    assert "The name is not shown here." in said
    assert "Awarded to" not in said


def test_the_signed_badge_is_attached_byte_for_byte():
    reader = PdfReader(io.BytesIO(certificate(sheet(), credential=SIGNED)))

    assert {name: list(content) for name, content in reader.attachments.items()} == {"credential.json": [SIGNED]}


@pytest.mark.parametrize(("paper", "size"), [(Paper.A4, (842, 595)), (Paper.LETTER, (792, 612))])
def test_a_certificate_is_one_sheet_of_its_paper_to_be_read_by_machines_and_in_fifty_years(
    paper: Paper, size: tuple[int, int]
):
    written = certificate(sheet(), credential=SIGNED, paper=paper)

    reader = PdfReader(io.BytesIO(written))
    assert [round(float(each)) for each in reader.pages[0].mediabox[2:]] == list(size)
    assert reader.trailer["/Root"]["/MarkInfo"]["/Marked"]  # type: ignore[index]  # pypdf types no nesting
    assert reader.trailer["/Root"]["/Lang"] == "en"  # type: ignore[index]
    metadata = re.search(rb"<x:xmpmeta.*</x:xmpmeta>", reader.trailer["/Root"]["/Metadata"].get_data(), re.DOTALL)  # type: ignore[index]
    assert metadata is not None
    assert b"pdfaid:part" in metadata[0]
    assert b"pdfuaid:part" in metadata[0]


def test_the_same_facts_give_the_same_bytes_and_others_do_not():
    first = certificate(sheet(), credential=SIGNED)

    assert certificate(sheet(), credential=SIGNED) == first
    assert certificate(sheet(holder="Ana Ortíz"), credential=SIGNED) != first


# Each would do something, or fail, if it were read as markup of the typesetter.
COMMANDS = [
    '#panic("x")', '#eval("1+1")', '#read("/etc/passwd")', "*bold* _it_ `code`", "$x^2$", "= Heading", "@ref <label>",
    "// gone", "/* gone */", "\\u{1F600} \\", "[#{1+1}]", '#import "@preview/x:1.0.0"', '"; #panic() //', "- - --- ~",
    "https://evil.example/x", "{{7*7}}", "#sys.inputs.given", "'quoted' \"text\"", "</script>", "%PDF-1.7 %%EOF",
]  # fmt: skip


def test_words_of_people_are_never_commands():
    for text in COMMANDS:
        said = words_of(certificate(sheet(name=text, holder=text, issuer=text), credential=SIGNED))

        assert said.count(" ".join(text.split())) >= 3, text


LONG = {
    "words": "Advanced Interprofessional Perioperative Patient Safety and Emergency Response " * 3,
    "one word": "W" * 250,
    "arabic": "أساسيات سحب الدم الوريدي " * 12,
    "hyphens": "a-b/c." * 40,
}


@pytest.mark.parametrize("text", LONG.values(), ids=LONG)
def test_words_of_any_length_stay_on_one_page_and_inside_of_it(text: str):
    skills = tuple(SkillLine(text, level, "competent") for level in (1, 2, 3, 4, 5, 1, 2, 3, 4, 5))
    stated = sheet(
        name=text, abbreviation=text[:40], holder=text, issuer=text, sentence=text, state=text, skills=skills,
        facts=(("Label", text), ("Label", text)),
    )  # fmt: skip

    reader = PdfReader(io.BytesIO(certificate(stated, credential=SIGNED)))

    assert len(reader.pages) == 1
    places: list[float] = []
    reader.pages[0].extract_text(
        visitor_text=lambda t, cm, tm, _f, _s: places.append(cm[4] + tm[4] if t.strip() else 0)
    )
    assert max(places) < 842 - 40
    assert len(card(plain_card(name=text, issuer=text, holder=text, state=text), picture=PICTURE)) < 500_000


@pytest.mark.parametrize("name", ["Šárka Nguyễn-O'Brien", "Ωμέγα Жанна", "שלום כהן", "Łukasz Ščerbić"])
def test_scripts_whose_letters_come_along_need_no_font_of_the_machine(name: str):
    assert can_write(name)
    assert words_of(certificate(sheet(name=f"{name} 1"), credential=SIGNED))


@pytest.mark.parametrize(
    ("name", "language"), [("محمد عبد الله الأنصاري", "ar"), ("李 娜", "zh"), ("한국어 이름", "ko"), ("สมชาย", "th")]
)
def test_a_name_is_written_in_its_script_or_the_page_says_where_to_read_it(name: str, language: str):
    said = words_of(certificate(sheet(holder=name, content_language=language), credential=SIGNED))

    if can_write(name, language=language):
        assert LABELS.unwritable not in said
    else:
        assert LABELS.named_elsewhere in said
        assert LABELS.unwritable in said


def test_what_no_font_can_write_is_replaced_by_what_is_there_instead():
    nowhere = "\U00013000\U00010400"  # hieroglyphs and Deseret: in no font of a usual machine

    said = words_of(certificate(sheet(name=nowhere, issuer=nowhere, holder=nowhere), credential=SIGNED))

    if not can_write(nowhere):
        assert "PHLB" in said
        assert "badges.example" in said
        assert LABELS.named_elsewhere in said


def test_controls_and_turning_characters_are_left_out():
    said = words_of(certificate(sheet(name="A\x00B\u202eC\ufeffD\ue000E\nF"), credential=SIGNED))

    assert "A BCD E F (PHLB)" in said


def plain_card(**facts: Any) -> Card:
    """Ana's card."""
    known = {
        "language": "en", "name": "Phlebotomy Fundamentals", "abbreviation": "PHLB", "issuer": "Northfield",
        "holder": "Held by Ana Ortiz", "tone": "good", "state": "Good", "is_dimmed": False, "address": "badges.example",
    }  # fmt: skip
    return Card(**known | facts)


@pytest.mark.parametrize("name", ["Phlebotomy", "静脉采血基础", "أساسيات سحب الدم", "#panic()", "x" * 200, ""])
def test_a_card_has_the_size_that_previews_ask_for_whatever_it_says(name: str):
    drawn = card(plain_card(name=name), picture=PICTURE)

    with Image.open(io.BytesIO(drawn)) as opened:
        assert (opened.format, opened.size) == ("PNG", (1200, 630))
    assert len(drawn) < 300_000


def test_a_card_says_its_state_and_is_the_same_every_time():
    first = card(plain_card(), picture=PICTURE)

    assert card(plain_card(), picture=PICTURE) == first
    assert card(plain_card(tone="stopped", state="Withdrawn", is_dimmed=True), picture=PICTURE) != first


def test_a_font_of_symbols_is_never_asked_for_the_letters_of_a_name():
    assert press.families("en")[0] == "Libertinus Serif"
    assert not [each for each in press.families("en") if "Math" in each or "Computer Modern" in each]


def test_a_huge_picture_is_made_small_and_a_small_one_stays_as_it_is():
    written = io.BytesIO()
    Image.new("RGBA", (4096, 1024), "#0b4f6c").save(written, "PNG")

    small, width, height = fitting.fit(written.getvalue())

    assert (width, height) == (800, 200)
    assert fitting.fit(small) == (small, 800, 200)
