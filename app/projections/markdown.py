"""Markdown of issuers as safe HTML for pages and as plain text for mails and descriptions (T37). Pure."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

import nh3
from markdown_it import MarkdownIt
from markdown_it.token import Token

_HEADING_SHIFT = 2  # the page has its own h1 and h2
_LOWEST_HEADING = 6
_LINK = re.compile(r"(?:https?://|mailto:)[^\s\\]+", re.IGNORECASE)
_TAGS = {
    "p", "br", "hr", "h3", "h4", "h5", "h6", "strong", "em", "s", "code", "pre", "blockquote",
    "ul", "ol", "li", "a", "table", "thead", "tbody", "tr", "th", "td",
}  # fmt: skip
_ATTRIBUTES = {"a": {"href", "title"}, "ol": {"start"}}
_BIDI = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


def to_html(text: str) -> str:
    """CommonMark with tables as HTML of a short list of tags; raw HTML and images are shown as text or links.

    Links go to https, http and mailto only; any other is left as the author typed it. Headings begin at h3.
    The result is safe to insert into a page as it is.
    """
    parser = _parser()
    tokens = parser.parse(_cleaned(text))
    for token in tokens:
        if token.type in {"heading_open", "heading_close"}:
            token.tag = f"h{min(int(token.tag[1]) + _HEADING_SHIFT, _LOWEST_HEADING)}"
    html = parser.renderer.render(tokens, parser.options, {})
    return nh3.clean(
        html,
        tags=_TAGS,
        attributes=_ATTRIBUTES,
        url_schemes={"https", "http", "mailto"},
        link_rel="nofollow noopener noreferrer",
    ).strip()


@lru_cache(maxsize=256)  # every mail about a badge repeats its criteria
def to_text(text: str) -> str:
    """The words of Markdown without its marks, for plain text: lists keep a dash, a link its address in brackets."""
    blocks: list[str] = []
    items: list[str] = []  # the marker of the list item that is open, outermost first
    for token in _parser().parse(_cleaned(text)):
        match token.type:
            case "inline":
                blocks.append(_hang(items) + _inline_text(token.children or []))
            case "fence" | "code_block":
                blocks.append(token.content.rstrip("\n") + "\n\n")
            case "list_item_open":
                items.append(f"{token.info}{token.markup} " if token.info else "- ")
            case "list_item_close":
                items.pop()
            case "td_close" | "th_close":
                blocks.append(" | ")
            case "tr_close" | "bullet_list_close" | "ordered_list_close":
                blocks.append("\n")
            case "hr":
                blocks.append("---\n\n")
            case "paragraph_close" | "heading_close" | "blockquote_close" | "table_close":
                blocks.append("\n" if token.hidden or items else "\n\n")
            case _:
                pass  # the openings of blocks have no mark in plain text
    lines = (line.rstrip(" |") for line in "".join(blocks).split("\n"))
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()


def _hang(items: list[str]) -> str:
    """The marker of the innermost open item, once, behind an indent; nothing outside of lists."""
    if not items:
        return ""
    marker, items[-1] = items[-1], "  "
    return "  " * (len(items) - 1) + marker


def _inline_text(tokens: list[Token]) -> str:
    parts: list[str] = []
    address, started = "", 0
    for token in tokens:
        match token.type:
            case "text" | "code_inline":
                parts.append(token.content)
            case "softbreak":
                parts.append(" ")
            case "hardbreak":
                parts.append("\n")
            case "link_open":
                address, started = str(token.attrGet("href") or ""), len(parts)
            case "link_close":
                shown = "".join(parts[started:])
                bare = address.removeprefix("mailto:")
                parts.append("" if shown in {address, bare} else f" ({bare})")
            case _:
                pass  # emphasis has no mark in plain text
    return "".join(parts)


def _cleaned(text: str) -> str:
    """Without characters that show nothing or turn the reading order around (T20); tabs and line ends stay."""
    return "".join(c for c in text if c in "\n\t" or (unicodedata.category(c) not in {"Cc", "Cs"} and c not in _BIDI))


def _parser() -> MarkdownIt:
    parser = MarkdownIt("commonmark", {"html": False, "linkify": False, "typographer": False})
    parser.enable(["table", "strikethrough"]).disable(["image"])
    parser.validateLink = _may_link  # type: ignore[method-assign] # the documented way to narrow what may be a link
    return parser


def _may_link(url: str) -> bool:
    return _LINK.fullmatch(url) is not None
