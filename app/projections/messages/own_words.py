"""An issuer's own words: Markdown with tiny placeholders, `{{learner_name}}`, and no language behind them (T38).

A template is checked when it is saved and filled in after Markdown has become HTML and text: values are never read
as Markdown, HTML or as another placeholder.
"""

from __future__ import annotations

import html as html_lib
import re
from collections.abc import Mapping, Sequence
from zoneinfo import ZoneInfo

from markupsafe import Markup

from app.projections.messages import wording
from app.projections.messages.content import MailContent, templates
from app.projections.messages.digest import Line

URLS = frozenset({"badge_url", "unsubscribe_url"})
LIST = "badges"
ALLOWED: Mapping[str, frozenset[str]] = {
    "badge_earned": frozenset(
        {
            "learner_name", "achievement_name", "abbreviation", "issuer_name", "badge_url", "awarded_on",
            "valid_until", "criteria",
        }
    ),
    "digest": frozenset({"learner_name", "issuer_name", "badge_count", "unsubscribe_url", LIST}),
}  # fmt: skip
NEEDED: Mapping[str, str] = {"badge_earned": "badge_url", "digest": LIST}

_PLACEHOLDER = re.compile(r"\{\{[ \t]*([a-z_]{1,40})[ \t]*\}\}")
_ALONE = re.compile(rf"^[ \t]*\{{\{{[ \t]*{LIST}[ \t]*\}}\}}[ \t]*$", re.MULTILINE)
_STAND_IN = "https://placeholder.invalid/"  # a URL that Markdown takes for one; `.invalid` is nobody's (RFC 2606)


def problems(purpose: str, subject: str, body: str) -> list[tuple[str, str]]:
    """What is wrong with a template: pointer and sentence of each fault. None when it can be used."""
    found = [
        (pointer, sentence)
        for pointer, text in (("/subject", subject), ("/body", body))
        for sentence in _unknown(text, ALLOWED[purpose])
    ]
    in_subject = {name for name in _PLACEHOLDER.findall(subject) if name in URLS or name == LIST}
    found += [("/subject", f"{{{{{name}}}}} cannot stand in a subject") for name in sorted(in_subject)]
    needed = NEEDED[purpose]
    if needed not in _PLACEHOLDER.findall(body):
        found.append(("/body", f"The mail has to say {{{{{needed}}}}} somewhere"))
    if len(_ALONE.findall(body)) != _PLACEHOLDER.findall(body).count(LIST):
        found.append(("/body", f"{{{{{LIST}}}}} stands on a line of its own"))
    return found


def marked(body: str) -> str:
    """The Markdown with a stand-in for each placeholder of an address, so that links can be made of them."""

    def stand_in(match: re.Match[str]) -> str:
        if match[1] not in URLS:
            return match[0]
        before = body[match.start() - 1 : match.start()]
        return f"{_STAND_IN}{match[1]}" if before in {"(", "<"} else f"<{_STAND_IN}{match[1]}>"

    return _PLACEHOLDER.sub(stand_in, _ALONE.sub(f"\n{{{{{LIST}}}}}\n", body))


def has_placeholder_in_address(html: str) -> bool:
    """Whether a placeholder that is no address became a part of one; it would never be filled in."""
    return "%7B%7B" in html


def filled(
    subject: str,
    html: str,
    text: str,
    *,
    values: Mapping[str, str],
    language: str,
    zone: ZoneInfo,
    lines: Sequence[Line] = (),
) -> MailContent:
    """The mail of a checked template, whose body is here as HTML and text of `marked()`.

    Each value is one line, except `criteria`. Addresses are http(s). Raises InvalidInput.
    """
    stated = {name: _cleaned(name, value) for name, value in values.items()}
    in_html = {name: html_lib.escape(value) for name, value in stated.items()}
    listed = {**in_html, LIST: _list_in_html(lines, language, zone)}
    body = html.replace(f"<p>{{{{{LIST}}}}}</p>", f"{{{{{LIST}}}}}")
    title = " ".join(_fill(subject, stated).split())
    framed = (
        templates()
        .get_template("own_words.html")
        .render(
            title=title,
            language=language,
            body=Markup(_fill(body, listed)),  # noqa: S704 - sanitised Markdown and escaped values
        )
    )
    return MailContent(
        subject=title,
        text=_fill(text, {**stated, LIST: _list_in_text(lines, language, zone)}).strip() + "\n",
        html=framed.strip() + "\n",
        language=language,
    )


def _unknown(text: str, allowed: frozenset[str]) -> list[str]:
    names = dict.fromkeys(_PLACEHOLDER.findall(text))
    found = [f"There is no placeholder {{{{{name}}}}} here" for name in names if name not in allowed]
    rest = _PLACEHOLDER.sub("", text)
    if "{{" in rest or "}}" in rest:
        found.append("Between {{ and }} stands the name of a placeholder, and nothing else")
    return found


def _fill(text: str, values: Mapping[str, str]) -> str:
    """Everything in one pass, so that a value is never looked through for placeholders."""
    pattern = re.compile(rf"{re.escape(_STAND_IN)}({'|'.join(sorted(URLS))})|{_PLACEHOLDER.pattern}")
    return pattern.sub(lambda match: values.get(match[1] or match[2], ""), text)


def _cleaned(name: str, value: str) -> str:
    if name in URLS:
        return wording.address(value, f"/{name}")
    return wording.shortened(value) if name == "criteria" else wording.one_line(value)


def _list_in_html(lines: Sequence[Line], language: str, zone: ZoneInfo) -> str:
    items = "".join(
        f'<li><a href="{html_lib.escape(wording.address(line.url, "/badges"))}">{html_lib.escape(line.title)}</a>, '
        f"{wording.written_date(line.awarded_at, zone, language)}</li>"
        for line in lines
    )
    return f"<ul>{items}</ul>"


def _list_in_text(lines: Sequence[Line], language: str, zone: ZoneInfo) -> str:
    return "\n".join(
        f"- {line.title}, {wording.written_date(line.awarded_at, zone, language)}\n"
        f"  {wording.address(line.url, '/badges')}"
        for line in lines
    )
