"""The public pages in a real browser: what people see, on small screens, without scripts, in every time zone."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from app.issuing import award_status, awards
from app.issuing.awards import Award
from app.service import Service

# After the cheat sheets: each would run in some context if it were not escaped or taken out.
ATTACKS = """<script>alert(1)</script>
<img src=x onerror=alert(1)>
<svg/onload=alert(1)>
"><svg onload=alert(1)>
'><img src=x onerror=alert(1)>
</title><script>alert(1)</script>
</textarea><script>alert(1)</script>
</style><script>alert(1)</script>
<iframe src="javascript:alert(1)"></iframe>
<a href="javascript:alert(1)">x</a>
<details open ontoggle=alert(1)>
<body onload=alert(1)>
<input autofocus onfocus=alert(1)>
<video><source onerror=alert(1)></video>
<math><mi//xlink:href="data:x,<script>alert(1)</script>">
<object data="data:text/html,<script>alert(1)</script>"></object>
<base href="https://evil.example/">
<meta http-equiv="refresh" content="0;url=javascript:alert(1)">
<link rel=stylesheet href="data:,*{x:expression(alert(1))}">
<style>@import 'javascript:alert(1)';</style>
{{7*7}}${7*7}<%= 7*7 %>
\u202e<script>alert(1)</script>
%3Cscript%3Ealert(1)%3C/script%3E
&lt;script&gt;alert(1)&lt;/script&gt;
<scr<script>ipt>alert(1)</scr</script>ipt>
<IMG SRC=JaVaScRiPt:alert(1)>
<a href="java\tscript:alert(1)">x</a>
<form action="javascript:alert(1)"><button>x</button></form>
<noscript><p title="</noscript><img src=x onerror=alert(1)>">""".splitlines()
MARKDOWN_ATTACKS = """[x](javascript:alert(1))
[x](JaVaScRiPt:alert(1))
[x](data:text/html;base64,PHNjcmlwdD5hbGVydCgxKTwvc2NyaXB0Pg==)
[x](vbscript:alert(1))
![x](x" onerror="alert(1))
![x](https://evil.example/pixel.png)
[x]: javascript:alert(1)
<javascript:alert(1)>
[x](  javascript:alert(1))
[a](<javascript:alert(1)>)
`<img src=x onerror=alert(1)>`
```html
<img src=x onerror=alert(1)>
```""".splitlines()


@pytest.fixture
def award(make_award: Callable[..., Award]) -> Award:
    """Ana Ortiz' Phlebotomy Fundamentals, with her name shown."""
    return make_award(name_shown=True)


def test_the_badge_page_shows_holder_issuer_and_state(open_page: Callable[..., Any], award: Award):
    page = open_page(f"/b/{award.id}")

    assert page.get_by_role("heading", level=1).inner_text() == "Phlebotomy Fundamentals (PHLB)"
    for said in ("Ana Ortiz", "Northfield Health Academy", "Good until 24 November 2028"):
        page.get_by_text(said).first.wait_for()
    assert page.locator(".hero-image img").evaluate("image => image.naturalWidth") == 600
    assert page.complaints == []


def test_every_page_works_without_a_script(open_page: Callable[..., Any], award: Award):
    page = open_page(f"/b/{award.id}", javascript=False)

    page.get_by_text("Download", exact=True).click()
    page.get_by_role("link", name="Signed document JSON").wait_for()
    page.get_by_text("Share", exact=True).click()
    assert page.get_by_label("The address of this badge").input_value().endswith(award.id)
    page.get_by_role("link", name="Check it", exact=True).click()

    page.get_by_role("heading", level=1, name="Good until 24 November 2028", exact=True).wait_for()


def test_the_link_is_copied_with_one_click(open_page: Callable[..., Any], award: Award, base_url: str):
    page = open_page(f"/b/{award.id}")
    page.context.grant_permissions(["clipboard-read", "clipboard-write"], origin=base_url)

    page.get_by_text("Share", exact=True).click()
    page.get_by_role("button", name="Copy link").click()

    page.get_by_text("Copied").wait_for()
    assert page.evaluate("navigator.clipboard.readText()") == f"{base_url}/b/{award.id}"
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Copy link").wait_for(state="hidden")
    assert page.complaints == []


def test_downloads_are_the_files_under_names_for_people(open_page: Callable[..., Any], service: Service, award: Award):
    page = open_page(f"/b/{award.id}")
    page.get_by_text("Download", exact=True).click()

    with page.expect_download() as started:
        page.get_by_role("link", name="Signed document JSON").click()

    assert started.value.suggested_filename == "northfield-phlb.json"
    with service.database.read() as session:
        assert Path(started.value.path()).read_bytes() == awards.credential_of(session, award).json


def test_a_file_dropped_on_the_verify_page_is_judged(
    open_page: Callable[..., Any], service: Service, award: Award, tmp_path: Path
):
    file = tmp_path / "badge.json"
    with service.database.read() as session:
        file.write_bytes(awards.credential_of(session, award).json)
    page = open_page("/verify", width=320, javascript=False)

    page.get_by_label("Drop a badge here").set_input_files(file)
    page.get_by_label("Whose should it be?").fill("ana.ortiz@example.org")
    page.get_by_role("button", name="Check it").click()

    page.get_by_role("heading", level=1, name="Good until 24 November 2028", exact=True).wait_for()
    page.get_by_text("It was awarded to the person you asked about.").wait_for()
    page.get_by_text("Signed by localhost").first.wait_for()


@pytest.mark.parametrize("width", [320, 1280])
def test_the_whole_target_takes_the_file(open_page: Callable[..., Any], width: int):
    page = open_page("/verify", width=width)

    box = page.locator(".target").bounding_box()

    points = [
        (box["x"] + box["width"] * x, box["y"] + box["height"] * y) for x in (0.03, 0.5, 0.97) for y in (0.1, 0.9)
    ]
    hit = [page.evaluate("([x, y]) => document.elementFromPoint(x, y).id", list(point)) for point in points]
    assert set(hit) == {"file"}


@pytest.fixture
def award_in(make_issuer: Any, make_achievement: Any, make_award: Any) -> Callable[[str], Award]:
    """A badge of an issuer in a zone, awarded half an hour after midnight in Helsinki: the day before in UTC."""

    def make(zone: str) -> Award:
        made = make_achievement(by=make_issuer(slug="abroad", timezone=zone))
        return make_award(made, awarded_at=datetime.fromisoformat("2026-03-01T00:30:00+02:00").astimezone(UTC))

    return make


@pytest.mark.parametrize("timezone", ["America/Los_Angeles", "Pacific/Auckland"])
@pytest.mark.parametrize(
    "declared",
    [("UTC", "28 February 2026", "28 February 2028"), ("Europe/Helsinki", "1 March 2026", "1 March 2028")],
)
def test_dates_are_the_declared_ones_wherever_the_reader_is(
    open_page: Callable[..., Any], award_in: Callable[[str], Award], timezone: str, declared: tuple[str, str, str]
):
    """B24."""
    zone, earned, end = declared

    page = open_page(f"/b/{award_in(zone).id}", timezone=timezone)

    page.get_by_text(f"earned {earned}").wait_for()
    page.get_by_text(f"Good until {end}").wait_for()
    page.get_by_role("button", name="Check it in this browser").click()
    page.get_by_text(f"It is good until {end}.").wait_for()
    page.get_by_text(f"earned {earned}, signed by localhost").wait_for()


@pytest.fixture
def long_and_foreign(make_award: Callable[..., Award], make_achievement: Callable[..., Any]) -> list[Award]:
    """Badges whose names are hard to set."""
    long = "Interprofessional Pneumonoultramicroscopicsilicovolcanoconiosis Prevention in Rehabilitation " * 2
    names = [
        long[:200],
        "静脉采血基础与患者安全沟通微证书" * 6,
        "سحب الدم الوريدي وسلامة المرضى " * 6,
        "BLS® Provider – “Refresher”",
    ]
    wide = "| a | b |\n|---|---|\n| " + "Wolfeschlegelsteinhausenbergerdorff" * 4 + " | x |\n\n    " + "code" * 100
    return [
        make_award(
            make_achievement(slug=f"a{number}", name=name.strip()[:200], criteria_narrative=wide),
            name=name.strip()[:200],
            name_shown=True,
        )
        for number, name in enumerate(names)
    ]


def test_nothing_scrolls_sideways_on_a_small_phone(
    open_page: Callable[..., Any], service: Service, long_and_foreign: list[Award]
):
    with service.database.write() as session:
        found = awards.by_id(session, long_and_foreign[0].id)
        award_status.revoke(session, service.office, found, reason="issued-in-error-" * 12, actor="test")
    base = service.settings.public_base_url
    paths = ["/", "/verify", "/issuers/northfield", "/problems/not-found", "/nothing"]
    for each in long_and_foreign:
        paths += [f"/b/{each.id}", f"/achievements/{each.achievement_id}", f"/verify?badge={base}/b/{each.id}"]

    page = open_page("/", width=320)
    too_wide = {}
    for path in paths:
        page.goto(f"{base}{path}")
        for summary in page.locator("summary").all():
            summary.click()
        width = page.evaluate("document.documentElement.scrollWidth")
        if width > 320:
            too_wide[path] = width

    assert too_wide == {}


def test_what_one_touches_is_large_enough(open_page: Callable[..., Any], award: Award):
    page = open_page(f"/b/{award.id}", width=320)

    sizes = [button.bounding_box() for button in page.locator(".hero-actions .button:visible").all()]

    assert len(sizes) == 4
    assert all(size["height"] >= 44 and size["width"] >= 44 for size in sizes)


def test_attacks_in_every_field_open_no_dialog_and_break_no_policy(
    open_page: Callable[..., Any], make_award: Callable[..., Award], make_achievement: Callable[..., Any], base_url: str
):
    skills = [
        {"name": text[:200], "url": "https://skills.example/'\"x".replace('"', ""), "level": 1} for text in ATTACKS
    ]
    facts = {
        "name": ATTACKS[0] + ATTACKS[3],
        "abbreviation": "<b>'\"",
        "description": "\n".join(ATTACKS),
        "criteria_narrative": "\n\n".join(ATTACKS + MARKDOWN_ATTACKS),
        "tags": [text[:80] for text in ATTACKS],
        "image_alt": ATTACKS[3],
        "skills": skills,
    }
    award = make_award(make_achievement(**facts), name=ATTACKS[4], name_shown=True, narrative="\n\n".join(ATTACKS))

    page = open_page(f"/b/{award.id}")
    for path in (
        f"/achievements/{award.achievement_id}",
        f"/verify?badge={base_url}/b/{award.id}",
        "/issuers/northfield",
    ):
        page.goto(f"{base_url}{path}")
        page.wait_for_load_state("networkidle")

    assert page.complaints == []


def test_the_policy_would_stop_what_slipped_through(open_page: Callable[..., Any]):
    page = open_page("/")

    refused = "try { document.body.setAttribute('onclick', 'alert(1)') } catch (error) { error.message }"
    assert "TrustedScript" in page.evaluate(refused)
    page.evaluate("Object.assign(document.querySelector('main a'), {href: 'javascript:alert(1)'}).click()")

    page.wait_for_timeout(200)
    assert any("Content Security Policy" in text for text in page.complaints)
    assert not any(text.startswith("dialog") for text in page.complaints)


@pytest.mark.parametrize("dark", [False, True])
def test_text_stands_out_from_its_ground(
    open_page: Callable[..., Any],
    service: Service,
    award: Award,
    dark: bool,  # noqa: FBT001 - a value of the table
):
    with service.database.write() as session:
        found = awards.by_id(session, award.id)
        award_status.suspend(session, service.office, found, reason="under review", actor="test")
    page = open_page(f"/b/{award.id}", dark=dark)

    weak = page.evaluate(CONTRASTS)

    assert weak == []


# Every visible text against the nearest painted ground, by the formula of WCAG 2.2 (1.4.3: 4.5 to 1).
CONTRASTS = """() => {
  const parse = (text) => (text.match(/[\\d.]+/g) || []).map(Number);
  const light = ([r, g, b]) => [r, g, b].map((c) => c / 255)
    .map((c) => (c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4))
    .reduce((sum, c, i) => sum + c * [0.2126, 0.7152, 0.0722][i], 0);
  const ground = (element) => {
    for (let each = element; each; each = each.parentElement) {
      const colour = parse(getComputedStyle(each).backgroundColor);
      if (colour.length === 3 || colour[3] === 1) return colour;
    }
    return [255, 255, 255];
  };
  const weak = [];
  for (const element of document.querySelectorAll("body *")) {
    const own = [...element.childNodes].some((node) => node.nodeType === 3 && node.data.trim());
    if (!own || !element.checkVisibility() || element.closest(".skip, .unseen")) continue;
    const [a, b] = [light(parse(getComputedStyle(element).color)), light(ground(element))];
    const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
    if (ratio < 4.5) weak.push(`${element.className || element.tagName}: ${ratio.toFixed(2)}`);
  }
  return weak;
}"""
