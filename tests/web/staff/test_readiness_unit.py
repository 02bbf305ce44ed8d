"""One unit ahead of time, and its survey packet: what it shows, that the verify page believes it, and nothing else."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import openpyxl
import pypdf
import pytest
from sqlalchemy import select

from app import clock
from app.credentials import covering, pdf
from app.errors import TooLarge
from app.issuing import awards, definitions, endorsements
from app.issuing.awards import Award
from app.issuing.definitions import Kind
from app.issuing.issuers import Issuer
from app.issuing.learners import Learner
from app.issuing.stacks import careers, packets
from app.service import Service

HOME = "/staff/northfield/readiness/units/unit-ward"
UNIT = {"name": "Ward 3", "mandatory": [{"credential": "bls", "target_percent": "80"}]}
JSON = {"Accept": "application/json"}


@pytest.fixture
def ward(
    service: Service, issuer: Issuer, make_award: Callable[..., Award], make_achievement: Callable[..., Any]
) -> dict[str, Award]:
    """Ana is current for 45 more days, Bo's badge has ended, and Cy never had one."""
    days = {"kind": "days", "amount": 100}
    bls = make_achievement(slug="bls", name="Life Support", abbreviation="BLS", validity=days)
    other = make_achievement(slug="other", name="Other", abbreviation="OTH")
    now = clock.now()
    made = {
        "Ana": make_award(bls, email="a@x.example", name="Ana", awarded_at=now - timedelta(days=55)),
        "Bo": make_award(bls, email="b@x.example", name="Bo", awarded_at=now - timedelta(days=120)),
        "Cy": make_award(other, email="c@x.example", name="Cy"),
    }
    with service.database.write() as session:
        here = session.merge(issuer)
        definitions.put(session, here, Kind.UNIT, "unit-ward", definitions.parse(Kind.UNIT, UNIT), actor="test")
        for award in made.values():
            learner = session.get_one(Learner, award.learner_id)
            careers.put(session, here, learner, unit="unit-ward", actor="test")
    return made


@pytest.fixture
def packet(ward: dict[str, Award], omar: Any) -> bytes:
    """The signed file."""
    assert ward
    answer = omar.post(f"{HOME}/packet")
    assert answer.status_code == 200, answer.text
    return bytes(answer.content)


@pytest.fixture
def verdict(client: Any) -> Callable[[bytes], dict[str, Any]]:
    """What the verify page's own door says of a file."""

    def ask(file: bytes) -> dict[str, Any]:
        answer = client.post("/verify", files={"file": ("packet.pdf", file)}, headers=JSON)
        return dict(answer.json())

    return ask


@pytest.mark.usefixtures("ward")
def test_who_does_not_hold_it_and_who_will_not_are_listed_day_by_day(rita: Any):
    page = rita.get(HOME).text

    assert "1 of 3 hold it, the target is 80 %" in page
    now, in_30, in_60, in_90 = page.split('<th scope="row">')[1:5]
    assert [name in now for name in ("Ana", "Bo", "Cy")] == [False, True, True]
    assert ["Ana" in each for each in (in_30, in_60, in_90)] == [False, True, False]
    assert ["33 %" in each for each in (in_30, in_60)] == [True, False]


@pytest.mark.usefixtures("ward")
def test_another_day_is_judged_by_what_was_held_then(rita: Any):
    day = (clock.now() - timedelta(days=50)).date()

    assert "2 of 3 hold it" in rita.get(f"{HOME}?as_of={day}").text


def test_the_packet_shows_everybody_with_what_it_rests_on(packet: bytes):
    read = pypdf.PdfReader(io.BytesIO(packet))
    # Pairs of letters that stand closer are sometimes read apart, and a word may be broken where its line ends.
    text = re.sub(r"\W", "", "".join(page.extract_text() for page in read.pages))
    book = openpyxl.load_workbook(io.BytesIO(read.attachments["packet.xlsx"][0]))

    assert [name in text for name in ("Ana", "Bo", "Cy", "expired", "missing")] == [True] * 5, text
    rows = list(book.worksheets[0].values)
    found = {(row[0], row[2], row[5]) for row in rows[1:]}
    assert found == {("Ana", "current", 1), ("Bo", "expired", 1), ("Cy", "missing", None)}


def test_the_verify_page_believes_the_packet_as_it_is(packet: bytes, verdict: Any, client: Any):
    said = verdict(packet)
    page = client.post("/verify", files={"file": ("p.pdf", packet)}, headers={"Accept": "text/html"}).text

    assert said["verdict"] == "good"
    assert said["checks"][-1]["code"] == "file_unchanged"
    assert "bls: 1 of 3 current" in said["credential"]["endorsement_comment"]
    assert "to the last byte" in page


def test_a_packet_that_was_changed_anywhere_is_broken(packet: bytes, verdict: Any):
    at = packet.index(b"stream") + 40
    flipped = packet[:at] + bytes([packet[at] ^ 1]) + packet[at + 1 :]
    longer = packet + b"\n% one more line\n"
    writer = pypdf.PdfWriter(clone_from=io.BytesIO(packet))
    writer.add_blank_page(100, 100)
    anew = io.BytesIO()
    writer.write(anew)

    for file in (flipped, longer, anew.getvalue()):
        said = verdict(file)
        assert said["verdict"] in {"broken", "unreadable"}
        assert said.get("credential") is None
    assert verdict(longer)["checks"][-1]["code"] == "file_changed"


def test_other_pages_around_another_good_document_of_the_hospital_never_pass_for_a_packet(
    service: Service, packet: bytes, ward: dict[str, Award], verdict: Any, client: Any
):
    """The forgery that needs no key: edited pages, the statement taken out, any public badge attached instead."""
    with service.database.read() as session:
        badge = awards.credential_of(session, ward["Cy"]).json
    writer, out = pypdf.PdfWriter(), io.BytesIO()
    writer.append(io.BytesIO(packet), import_outline=False)
    writer.add_blank_page(100, 100)
    writer.add_attachment("signed-statement.json", badge)
    writer.write(out)

    said = verdict(out.getvalue())
    page = client.post("/verify", files={"file": ("p.pdf", out.getvalue())}, headers={"Accept": "text/html"}).text

    assert [each["code"] for each in said["warnings"]] == ["pages_not_signed"]
    assert "file" not in [each["name"] for each in said["checks"]]
    assert (covering.UNCHANGED in page, "Nothing says that the pages" in page) == (False, True)


def test_the_packet_says_what_the_verify_page_must_say(packet: bytes, client: Any):
    text = " ".join(pypdf.PdfReader(io.BytesIO(packet)).pages[0].extract_text().split())
    page = client.post("/verify", files={"file": ("p.pdf", packet)}, headers={"Accept": "text/html"}).text

    assert f"must say “{covering.UNCHANGED}”" in text
    assert covering.UNCHANGED in page
    assert "Nothing says that the pages" not in page


@pytest.mark.usefixtures("ward")
def test_a_file_that_the_verify_page_would_not_read_is_not_signed(service: Service, issuer: Any):
    with service.database.write() as session:
        here = session.merge(issuer)
        found = packets.gather(session, here, "unit-ward", clock.now().date())
        file = b"%PDF-1.7".ljust(pdf.MAX_BYTES + 1)

        with pytest.raises(TooLarge, match="divide the unit"):
            packets.sign(session, service.office, here, found, file=file, offset=8, actor="test")


def test_something_else_in_the_room_of_the_statement_is_found(packet: bytes, verdict: Any):
    blanks = packet.index(b"  " * 200)
    smuggled = packet[:blanks] + b"%EVIL" + packet[blanks + 5 :]

    assert verdict(smuggled)["verdict"] != "good"


def test_the_statement_without_its_file_says_nothing(packet: bytes, verdict: Any):
    statement = pypdf.PdfReader(io.BytesIO(packet)).attachments["signed-statement.json"][0]

    said = verdict(statement.strip())

    assert (said["verdict"], said["checks"][-1]["code"]) == ("cannot_tell", "file_not_here")


def test_a_packet_that_was_withdrawn_says_so(service: Service, packet: bytes, verdict: Any):
    with service.database.write() as session:
        made = session.scalars(select(endorsements.Endorsement)).one()
        endorsements.withdraw(session, service.office, made, reason="wrong unit", actor="test")

    assert verdict(packet)["verdict"] == "revoked"


@pytest.mark.usefixtures("ward")
def test_who_does_not_award_signs_no_packet_and_who_sees_no_names_sees_no_unit(rita: Any, dora: Any):
    assert rita.post(f"{HOME}/packet").status_code == 403
    assert rita.get(f"{HOME}/packet.xlsx").status_code == 200
    assert dora.get(HOME).status_code == 403
    assert rita.get("/staff/northfield/readiness/units/nowhere").status_code == 404
