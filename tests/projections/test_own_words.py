"""An issuer's own words: tiny placeholders and nothing behind them; what is filled in stays what it is (T38, T39)."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from app.errors import InvalidInput
from app.projections import markdown, messages
from app.projections.messages import Line

BADGE_URL = "https://badges.example/b/a_b_c"
VALUES = {
    "learner_name": "Mira Holm",
    "achievement_name": "Basic Life Support",
    "abbreviation": "BLS",
    "issuer_name": "St. Anna",
    "badge_url": BADGE_URL,
    "awarded_on": "2 March 2026",
    "valid_until": "",
    "criteria": "",
}
BODY = "Hallo **{{learner_name}}**,\n\n[Abzeichen ansehen]({{ badge_url }})\n\n{{badge_url}}\n"


def fill(body=BODY, subject="{{achievement_name}}", lines=(), **values):
    marked = messages.marked(body)
    return messages.filled(
        subject,
        markdown.to_html(marked),
        markdown.to_text(marked),
        values={**VALUES, **values},
        language="de",
        zone=ZoneInfo("UTC"),
        lines=lines,
    )


def test_text_and_html_come_from_one_source():
    content = fill()

    assert content.subject == "Basic Life Support"
    assert content.language == "de"
    assert content.text == f"Hallo Mira Holm,\n\nAbzeichen ansehen ({BADGE_URL})\n\n{BADGE_URL}\n"
    assert "<strong>Mira Holm</strong>" in content.html
    assert content.html.count(f'href="{BADGE_URL}"') == 2
    assert '<html lang="de"' in content.html


@pytest.mark.parametrize(
    "name",
    [
        '","admin":true,"x":"',
        "{{7*7}}",
        "{{issuer_name}}",
        "</text><script>alert(1)</script>",
        "**bold** [x](https://evil.example) `code`",
        "<b>&amp;",
    ],
)
def test_a_name_is_shown_as_it_is_and_never_read(name):
    content = fill(learner_name=name)

    assert f"Hallo {name}," in content.text
    assert "<script" not in content.html
    assert 'evil.example"' not in content.html
    assert "St. Anna" not in content.html
    assert name in _text_of(content.html)


def test_a_name_cannot_add_a_header():
    content = fill(subject="{{learner_name}}", learner_name="A\r\nBcc: x@y.example")

    assert content.subject == "A Bcc: x@y.example"


def test_our_own_mail_has_no_word_of_ours_in_it():
    content = fill()

    assert "lanyard" not in (content.text + content.html).lower()


def test_an_address_that_is_none_is_never_linked():
    with pytest.raises(InvalidInput):
        fill(badge_url="javascript:alert(1)")


def test_a_digest_lists_its_badges_with_their_addresses():
    lines = [
        Line(name="A <b>", url="https://badges.example/b/1", awarded_at=datetime(2026, 3, 2, tzinfo=UTC)),
        Line(name="C", url="https://badges.example/b/2", awarded_at=datetime(2026, 3, 3, tzinfo=UTC)),
    ]
    content = fill("Neu:\n\n{{badges}}\n\nEnde", lines=lines, badge_count="2", unsubscribe_url="https://x.example/u")

    assert content.text.startswith(
        "Neu:\n\n- A <b>, 2026-03-02\n  https://badges.example/b/1\n- C, 2026-03-03\n  https://badges.example/b/2\n"
    )
    assert '<ul><li><a href="https://badges.example/b/1">A &lt;b&gt;</a>, 2026-03-02</li>' in content.html
    assert "<p><ul>" not in content.html


@pytest.mark.parametrize(
    ("purpose", "subject", "body", "pointer"),
    [
        ("badge_earned", "x", "{{badge_url}} {{password}}", "/body"),
        ("badge_earned", "{{badges}}", "{{badge_url}}", "/subject"),
        ("badge_earned", "x", "{{badge_url}} {{7*7}}", "/body"),
        ("badge_earned", "x", "{{badge_url}} {{learner_name", "/body"),
        ("badge_earned", "x", "{{badge_url}} {% for a in b %}{{a.b}}", "/body"),
        ("badge_earned", "{{badge_url}}", "{{badge_url}}", "/subject"),
        ("badge_earned", "x", "no address", "/body"),
        ("digest", "x", "no list", "/body"),
        ("digest", "x", "inline {{badges}} here", "/body"),
        ("digest", "x", "{{badges}}\n\n{{achievement_name}}", "/body"),
    ],
)
def test_what_could_not_be_filled_in_is_refused_with_its_place(purpose, subject, body, pointer):
    assert pointer in [where for where, _ in messages.problems(purpose, subject, body)]


@pytest.mark.parametrize(
    ("purpose", "body"),
    [
        ("badge_earned", BODY),
        ("badge_earned", "<{{badge_url}}> {{criteria}}"),
        ("digest", "A\n{{ badges }}\nB"),
        ("digest", "{{badge_count}}\n\n{{badges}}\n\n[x]({{unsubscribe_url}})"),
    ],
)
def test_what_can_be_filled_in_has_no_problems(purpose, body):
    assert messages.problems(purpose, "Hello", body) == []


def _text_of(html: str) -> str:
    import html as html_lib  # noqa: PLC0415 - needed here alone

    return html_lib.unescape(html)
