"""Finding, comparing and handing in, in a real browser: without scripts at 320 px, and what scripts add."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from app.issuing.awards import Award

DETECTOR = """
window.looks = 0;
window.BarcodeDetector = class {
  static async getSupportedFormats() { return ["qr_code"]; }
  async detect() { return ++window.looks > 2 ? [{ rawValue: "%s" }] : []; }
};
navigator.mediaDevices.getUserMedia = async () => {
  const canvas = document.createElement("canvas");
  canvas.getContext("2d").fillRect(0, 0, 9, 9);
  return window.seen = canvas.captureStream(10);
};
"""


@pytest.fixture
def award(make_award: Callable[..., Award]) -> Award:
    """Ana Ortiz' Phlebotomy Fundamentals."""
    return make_award()


@pytest.fixture
def offers(make_achievement: Callable[..., Any]) -> list[Any]:
    """Five achievements with long names, one of which is evil and one in Spanish."""
    long = "Interprofessional Pneumonoultramicroscopicsilicovolcanoconiosis Prevention "
    skill = {"name": long + "Skills", "url": "https://skills.example/long", "level": 4}
    teaching = {"name": "Teaching", "url": "https://skills.example/teaching", "level": 2}
    unit = [{"amount": "2", "unit": "Pneumonoultramicroscopicsilicovolcanoconiosispoints"}]
    facts: list[dict[str, Any]] = [
        {"name": long, "skills": [skill, teaching], "continuing_education": unit},
        {"name": "Énfermería básica", "abbreviation": "ENF", "language": "es"},
        {"name": '</script><script>alert(1)</script>"><img src=x onerror=alert(1)>', "hours": "40"},
        {"name": "Basic Life Support", "abbreviation": "BLS", "price": {"amount": "70", "currency": "USD"}},
        {"name": "Wound Care", "abbreviation": "WND", "skills": [teaching]},
    ]
    return [make_achievement(f"a{number}", **each) for number, each in enumerate(facts)]


def until(page: Any, expression: str) -> None:
    """Wait for a page until an expression is true. Asked anew each time: the page's policy forbids `eval` in a loop."""
    for _ in range(200):
        if page.evaluate(expression):
            return
        page.wait_for_timeout(50)
    raise AssertionError(f"it never came true: {expression}")


def width_of(page: Any) -> int:
    return int(page.evaluate("document.documentElement.scrollWidth"))


@pytest.mark.usefixtures("offers")
def test_somebody_finds_ticks_and_compares_without_a_script_on_a_small_phone(open_page: Callable[..., Any]):
    page = open_page("/", width=320, javascript=False)

    page.get_by_role("link", name="Catalogue", exact=True).click()
    page.get_by_text("5 achievements").wait_for()
    assert width_of(page) == 320
    page.get_by_label("Name or abbreviation").fill("enfermeria BASICA")
    page.get_by_role("button", name="Find").click()
    page.get_by_text("1 achievement", exact=True).wait_for()
    page.get_by_role("link", name="Take off:").click()
    page.get_by_text("Filters", exact=True).click()
    page.get_by_label("Skill", exact=True).fill("teach")
    assert width_of(page) == 320
    page.get_by_role("button", name="Apply").click()
    page.get_by_text("2 achievements", exact=True).wait_for()
    for tick in page.get_by_role("checkbox").all():
        box = tick.bounding_box()
        assert min(box["width"], box["height"]) >= 24
        tick.check()
    page.get_by_role("button", name="Compare the ticked ones").click()

    page.get_by_role("columnheader").first.wait_for()
    assert page.get_by_role("columnheader").count() == 2
    page.get_by_role("rowheader", name="Teaching").wait_for()
    assert width_of(page) == 320


def test_a_wide_comparison_scrolls_in_a_region_that_the_keyboard_reaches(
    open_page: Callable[..., Any], offers: list[Any]
):
    names = "&".join(f"a={each.id}" for each in offers)
    page = open_page(f"/compare?{names}", width=320)

    region = page.get_by_role("region", name="Side by side")
    region.focus()
    page.keyboard.press("ArrowRight")
    until(page, "document.querySelector('.sideways').scrollLeft > 0")

    assert width_of(page) == 320
    assert region.evaluate("each => each.scrollWidth > each.clientWidth")
    assert page.get_by_role("columnheader").count() == 5
    assert page.complaints == []


def test_the_data_block_for_search_engines_breaks_no_policy_and_runs_nothing(
    open_page: Callable[..., Any], offers: list[Any]
):
    page = open_page(f"/achievements/{offers[2].id}")

    block = page.evaluate("JSON.parse(document.querySelector('script[type=\"application/ld+json\"]').textContent)")
    page.goto(page.url.partition("/achievements")[0] + "/issuers/northfield?q=script")
    page.wait_for_load_state("networkidle")

    assert block["name"].startswith("</script>")
    assert page.complaints == []


def test_a_badge_is_pasted_anywhere_on_the_page_that_checks_it(open_page: Callable[..., Any], award: Award):
    page = open_page("/verify")
    assert page.locator("[data-camera]").is_hidden(), "this browser cannot read QR codes"

    address = f"{page.url.removesuffix('/verify')}/b/{award.id}"
    page.evaluate(
        """text => {
          const data = new DataTransfer();
          data.setData("text/plain", text);
          document.body.dispatchEvent(new ClipboardEvent("paste", { clipboardData: data, bubbles: true }));
        }""",
        address,
    )

    assert page.get_by_label("Paste a badge").input_value() == address
    page.get_by_text("Taken. Now press “Check it”.").wait_for()
    page.keyboard.press("Enter")  # on the button, which has the focus; a key waits for no page
    page.get_by_role("heading", level=1, name="Good until 24 November 2028", exact=True).wait_for()
    page.get_by_role("button", name="Print this answer").wait_for()
    assert page.complaints == []


def test_a_qr_code_before_the_camera_is_checked_at_once(open_page: Callable[..., Any], award: Award):
    page = open_page("/verify", width=320)
    page.add_init_script(DETECTOR % f"{page.url.removesuffix('/verify')}/b/{award.id}")
    page.reload()

    page.get_by_role("button", name="Scan a QR code").click()

    page.get_by_role("heading", name="Good until 24 November 2028").wait_for()
    assert page.complaints == []


def test_a_print_of_the_answer_says_when_where_and_of_which_badge_and_has_no_buttons(
    open_page: Callable[..., Any], award: Award, base_url: str
):
    page = open_page(f"/verify?badge={base_url}/b/{award.id}")
    page.emulate_media(media="print")

    page.get_by_text(f"{base_url}/b/{award.id}", exact=True).wait_for()
    page.get_by_text("Checked on").wait_for()
    for gone in (".buttons", ".document", ".top", ".on-screen"):
        assert page.locator(gone).first.is_hidden(), gone
