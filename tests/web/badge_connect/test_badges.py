"""The holder's badges and profile for programs that were let in: read page by page, added, brought up to date."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

import pytest
from jsonschema import Draft201909Validator
from sqlalchemy import select

from app.issuing import awards, kept_badges
from app.issuing.audit import AuditEntry
from app.issuing.kept_badges import KeptBadge
from app.web.rates import Rates
from tests.badges_elsewhere import AWARDED_AT, badge
from tests.endorsers import Endorser, endorser
from tests.web.badge_connect.conftest import House
from tests.web.badge_connect.consumer import PROFILE, READ, UPSERT, Consumer

Agree = Callable[..., str]
JSON, TEXT = {"Content-Type": "application/json"}, {"Content-Type": "text/plain"}
# Written from OB 3.0, "Imsx_StatusInfo".
STATUS_INFO = {
    "type": "object",
    "required": ["imsx_codeMajor", "imsx_severity"],
    "additionalProperties": False,
    "properties": {
        "imsx_codeMajor": {"enum": ["failure", "processing", "success", "unsupported"]},
        "imsx_severity": {"enum": ["error", "status", "warning"]},
        "imsx_description": {"type": "string", "minLength": 1},
        "imsx_codeMinor": {
            "type": "object",
            "required": ["imsx_codeMinorField"],
            "properties": {
                "imsx_codeMinorField": {
                    "type": "array",
                    "minItems": 1,
                    "items": {
                        "type": "object",
                        "required": ["imsx_codeMinorFieldName", "imsx_codeMinorFieldValue"],
                        "additionalProperties": False,
                        "properties": {
                            "imsx_codeMinorFieldName": {"type": "string"},
                            "imsx_codeMinorFieldValue": {
                                "enum": [
                                    "forbidden", "fullsuccess", "internal_server_error", "invalid_data",
                                    "invalid_query_parameter", "misdirected_request", "not_acceptable", "not_allowed",
                                    "not_modified", "server_busy", "unauthorizedrequest", "unknown",
                                ]
                            },
                        },
                    },
                }
            },
        },
    },
}  # fmt: skip


@pytest.fixture(scope="module")
def dales() -> Endorser:
    """An organisation elsewhere, whose key names itself."""
    return endorser("Dales Hospital")


def failure(answer: Any) -> tuple[int, str]:
    """The status and the code of a refusal, which has the form of the standard."""
    Draft201909Validator(STATUS_INFO).validate(answer.json())
    minor = answer.json()["imsx_codeMinor"]["imsx_codeMinorField"][0]["imsx_codeMinorFieldValue"]
    return answer.status_code, minor


def reads(house: House, award_ids: set[str]) -> list[AuditEntry]:
    """The lines about reads of any of these badges, the oldest first."""
    with house.service.database.read() as session:
        every = session.scalars(select(AuditEntry).where(AuditEntry.action == "app.read").order_by(AuditEntry.id)).all()
    return [each for each in every if award_ids & set(each.facts["ids"])]


def links(answer: Any) -> dict[str, str]:
    """The `Link` header: relation -> address."""
    found = {}
    for part in answer.headers["link"].split(", "):
        address, _, rel = part.partition("; ")
        found[rel.removeprefix('rel="').removesuffix('"')] = address.strip("<>")
    return found


def test_json_and_tokens_are_told_apart_and_come_as_they_were_signed(
    let_in: Consumer, house: House, ana: str, dales: Endorser
):
    """OB3-67."""
    own = house.award(ana)
    token = badge(dales, ana, as_token=True)
    assert let_in.call("POST", "/credentials", content=token, headers=TEXT).status_code == 201

    answer = let_in.call("GET", "/credentials")
    with house.service.database.read() as session:
        signed = awards.credential_of(session, awards.by_id(session, own.id)).json

    assert answer.headers["content-type"].startswith("application/json")
    assert signed in answer.content
    assert [each["id"] for each in answer.json()["credential"]] == [f"http://badges.test/b/{own.id}"]
    assert answer.json()["compactJwsString"] == [token.decode()]


def test_each_read_stands_in_the_audit_log_with_the_program_and_what_it_was_told(
    let_in: Consumer, house: House, ana: str, dales: Endorser
):
    own = {house.award(ana, number + 1).id for number in range(2)}
    let_in.call("POST", "/credentials", json=json.loads(badge(dales, ana)))

    let_in.call("GET", "/credentials")
    page = let_in.call("GET", "/credentials?limit=2").text  # at least one of the two: the third is Dales'
    let_in.call("GET", "/credentials?offset=3")  # nothing is told

    (first, second) = reads(house, own)
    assert (set(first.facts["ids"]), set(second.facts["ids"])) == (own, {each for each in own if each in page})
    assert first.facts["interaction"] == "getCredentials"
    assert first.actor == f"app:{first.object_id}"
    assert ana not in json.dumps(first.facts)


def test_a_read_that_is_refused_tells_nothing_and_leaves_no_line(house: House, let_in: Consumer, ana: str):
    own = house.award(ana)

    refused = house.client().get("http://badges.test/ims/ob/v3p0/credentials")

    assert (refused.status_code, reads(house, {own.id})) == (401, [])
    let_in.call("GET", "/credentials")
    assert len(reads(house, {own.id})) == 1


def test_reading_changes_nothing_of_what_is_read(house: House, let_in: Consumer, ana: str):
    own = house.award(ana)
    let_in.call("GET", "/credentials")

    with house.service.database.read() as session:
        about = select(AuditEntry).where(AuditEntry.object_id.in_([own.id, own.learner_id]))
        assert "app.read" not in {each.action for each in session.scalars(about)}


def test_what_waits_was_declined_or_is_another_s_is_not_told(let_in: Consumer, house: House, ana: str):
    house.award(ana, state="pending")
    house.award(ana, 2, declined_at=datetime(2026, 11, 25, tzinfo=UTC))
    house.award(f"other-{ana}", 3)
    private = house.award(ana, 4, visibility="private")

    found = let_in.call("GET", "/credentials").json()["credential"]

    assert [each["id"] for each in found] == [f"http://badges.test/b/{private.id}"]


def test_pages_lead_from_the_first_to_the_last_and_miss_none(let_in: Consumer, house: House, ana: str, dales: Endorser):
    """OB3-68."""
    mine = {f"http://badges.test/b/{house.award(ana, number + 1).id}" for number in range(4)}
    pushed = json.loads(badge(dales, ana))
    let_in.call("POST", "/credentials", json=pushed)
    page = let_in.call("GET", "/credentials?limit=2")
    first = links(page)
    seen = [each["id"] for each in page.json()["credential"]]
    while "next" in links(page):
        where = urlsplit(links(page)["next"])
        page = let_in.call("GET", f"/credentials?{where.query}")
        seen += [each["id"] for each in page.json()["credential"]]

    assert set(first) == {"first", "last", "next"}
    assert first["last"] == "http://badges.test/ims/ob/v3p0/credentials?limit=2&offset=4"
    assert set(links(page)) == {"first", "last", "prev"}
    assert page.headers["x-total-count"] == "5"
    assert sorted(seen) == sorted(mine | {pushed["id"]})


def test_since_leaves_out_what_was_signed_before(let_in: Consumer, house: House, ana: str):
    """OB3-68."""
    house.award(ana)
    old = let_in.call("GET", "/credentials", params={"since": "2026-01-01T00:00:00+02:00"})
    new = let_in.call("GET", "/credentials", params={"since": "2999-01-01T00:00:00Z"})

    assert (old.headers["x-total-count"], new.headers["x-total-count"]) == ("1", "0")
    assert "since=2025-12-31T22%3A00%3A00Z" in links(old)["first"]
    assert set(links(new)) == {"first", "last"}


def test_a_page_that_cannot_be_is_refused_in_the_words_of_the_standard(let_in: Consumer):
    """OB3-68."""
    for query in (
        "limit=0",
        "limit=-1",
        "limit=x",
        "offset=-1",
        "offset=1e3",
        "since=yesterday",
        "since=0000-00-00T00:00:00Z",
    ):
        assert failure(let_in.call("GET", f"/credentials?{query}")) == (400, "invalid_query_parameter"), query
    assert let_in.call("GET", "/credentials?limit=999999&offset=99999").json() == {
        "credential": [],
        "compactJwsString": [],
    }


def test_a_new_badge_is_created_an_equal_one_replaced_and_each_comes_back_as_it_was_sent(
    let_in: Consumer, dales: Endorser, ana: str
):
    """OB3-69: 201, then 200 by issuer and id; GET gives the newest, byte for byte."""
    first, later = badge(dales, ana), badge(dales, ana, valid_from=AWARDED_AT + timedelta(days=200))
    answers = [let_in.call("POST", "/credentials", content=each, headers=JSON) for each in (first, first, later, first)]

    assert [each.status_code for each in answers] == [201, 200, 200, 200]
    assert [each.content for each in answers] == [first, first, later, first]
    assert later in let_in.call("GET", "/credentials").content
    assert let_in.call("GET", "/credentials").headers["x-total-count"] == "1"


def test_a_token_is_sent_and_comes_back_as_text(let_in: Consumer, dales: Endorser, ana: str):
    """OB3-69."""
    token = badge(dales, ana, as_token=True)
    answer = let_in.call("POST", "/credentials", content=token, headers=TEXT)

    assert (answer.status_code, answer.content) == (201, token)
    assert answer.headers["content-type"].startswith("text/plain")


def test_what_was_added_stands_among_the_holder_s_badges_with_who_brought_it(
    let_in: Consumer, house: House, ana: str, dales: Endorser
):
    let_in.call("POST", "/credentials", content=badge(dales, ana), headers=JSON)
    with house.service.database.read() as session:
        kept = session.scalars(select(KeptBadge).where(KeptBadge.source == "https://portfolio.example")).all()

        mine = kept_badges.of_account(session, house.enter(ana).account_id)

    assert {each.origin for each in kept} == {kept_badges.Origin.PUSH}
    assert [each.title for each in mine] == ["Wound Care"]


def test_what_is_no_good_badge_of_this_holder_is_refused_and_kept_nowhere(let_in: Consumer, dales: Endorser, ana: str):
    good = badge(dales, ana)
    refused = {
        "tampered with": (good.replace(b"Wound Care", b"Wound Cure"), JSON),
        "unsigned": (json.dumps({name: value for name, value in json.loads(good).items() if name != "proof"}), JSON),
        "somebody else's": (badge(dales, "nora@example.org"), JSON),
        "no JSON": (b"{", JSON),
        "no object": (b"[]", JSON),
        "no token": (b"a.b", TEXT),
        "a token that is none": (b"a.b.c", TEXT),
        "empty": (b"", JSON),
    }
    for name, (body, kind) in refused.items():
        assert failure(let_in.call("POST", "/credentials", content=body, headers=kind)) == (400, "invalid_data"), name
    assert failure(let_in.call("POST", "/credentials", content=good, headers={"Content-Type": "text/html"}))[0] == 415
    assert let_in.call("GET", "/credentials").headers["x-total-count"] == "0"


def test_a_badge_that_was_issued_here_is_there_already(let_in: Consumer, house: House, ana: str):
    mine = house.award(ana)
    with house.service.database.read() as session:
        signed = awards.credential_of(session, awards.by_id(session, mine.id)).json

    answer = let_in.call("POST", "/credentials", content=signed, headers=JSON)

    assert (answer.status_code, answer.content) == (200, signed)
    assert let_in.call("GET", "/credentials").headers["x-total-count"] == "1"


def test_a_badge_of_another_issuer_with_the_id_of_one_from_here_is_another_badge(
    let_in: Consumer, house: House, dales: Endorser, ana: str
):
    mine = house.award(ana)
    pushed = badge(dales, ana, badge_id=f"http://badges.test/b/{mine.id}")

    answer = let_in.call("POST", "/credentials", content=pushed, headers=JSON)

    assert answer.status_code == 201
    assert pushed in let_in.call("GET", "/credentials").content


def test_a_badge_of_this_service_that_is_somebody_else_s_is_refused(let_in: Consumer, house: House, ana: str):
    theirs = house.award(f"other-{ana}")
    with house.service.database.read() as session:
        signed = awards.credential_of(session, awards.by_id(session, theirs.id)).json

    assert failure(let_in.call("POST", "/credentials", content=signed, headers=JSON)) == (400, "invalid_data")


def test_each_operation_needs_its_own_scope(consumer: Consumer, agree: Agree, dales: Endorser, ana: str):
    """OB3-66: 403 for a scope that was not granted, 401 without a token, both as Imsx_StatusInfo."""
    consumer.exchange(consumer.come_back(agree(scope=PROFILE)))
    body = badge(dales, ana)
    refused = [
        consumer.call("GET", "/credentials"),
        consumer.call("POST", "/credentials", content=body, headers=JSON),
        consumer.call("PUT", "/profile", json={"name": "x"}),
    ]
    with_nothing = [
        consumer.http.request(method, f"{consumer.base}{path}")
        for method, path in (
            ("GET", "/credentials"),
            ("POST", "/credentials"),
            ("GET", "/profile"),
            ("PUT", "/profile"),
        )
    ]

    assert [failure(each) for each in refused] == [(403, "forbidden")] * 3
    assert [failure(each) for each in with_nothing] == [(401, "unauthorizedrequest")] * 4
    assert all(each.headers["www-authenticate"].startswith("Bearer") for each in with_nothing)
    assert consumer.call("GET", "/profile").status_code == 200


def test_a_token_opens_the_badges_of_its_holder_alone(consumer: Consumer, agree: Agree, house: House, ana: str):
    """OB3-66: what another let the same program read stays another's."""
    other = f"other-{ana}"
    house.award(other)
    consumer.exchange(consumer.come_back(agree(scope=f"{READ} {UPSERT}")))
    mine = consumer.tokens
    consumer.exchange(consumer.come_back(agree(email=other, scope=READ)))
    theirs = consumer.call("GET", "/credentials").headers["x-total-count"]
    consumer.tokens = mine

    assert (theirs, consumer.call("GET", "/credentials").headers["x-total-count"]) == ("1", "0")


def test_other_methods_and_addresses_are_refused_in_the_words_of_the_standard(let_in: Consumer):
    assert failure(let_in.call("DELETE", "/credentials")) == (405, "not_allowed")
    assert failure(let_in.call("GET", "/nothing")) == (404, "unknown")
    assert failure(let_in.call("POST", "/credentials", content=b"x" * 5_000_000, headers=JSON)) == (413, "invalid_data")


def test_a_token_in_an_address_is_refused(let_in: Consumer):
    answer = let_in.http.get(f"{let_in.base}/credentials?access_token={let_in.tokens['access_token']}")

    assert failure(answer) == (400, "invalid_data")


def test_the_profile_is_read_and_written_as_a_whole(let_in: Consumer, house: House, ana: str):
    house.award(ana)
    before = let_in.call("GET", "/profile").json()
    wanted = {"id": "https://elsewhere.example/me", "type": ["Profile"], "name": "Ana O.", "phone": "+1 555 0100"}
    put = let_in.call("PUT", "/profile", json=wanted | {"email": "boss@hospital.test"})
    after = let_in.call("GET", "/profile").json()

    assert (before["type"], before["name"], before["email"]) == (["Profile"], "Ana Ortiz", ana)
    assert (put.status_code, put.json()) == (200, after)
    assert (after["name"], after["phone"]) == ("Ana O.", "+1 555 0100")
    assert (after["id"], after["email"]) == (before["id"], ana)  # which are ours to say
    assert "phone" not in let_in.call("PUT", "/profile", json={"type": "Profile", "name": "Ana"}).json()


def test_what_is_no_profile_is_refused(let_in: Consumer):
    for body in (b"[]", b'{"type": ["Person"]}', b'{"name": 7}', b"{", b'{"x": "%s"}' % (b"x" * 70_000)):
        answer = let_in.call("PUT", "/profile", content=body, headers=JSON)

        assert failure(answer)[1] == "invalid_data"
        assert answer.status_code in {400, 413}


def test_badges_are_added_for_one_holder_as_often_as_one_caller_has_any_checked(
    consumer: Consumer, agree: Agree, house: House, dales: Endorser, ana: str
):
    """Whichever program adds them and however often it was let in: each is judged, and may ask strangers' hosts."""
    house.app.state.rates = Rates(verify_per_minute=2)

    def add(email: str) -> int:
        consumer.exchange(consumer.come_back(agree(email=email)))
        answer = consumer.call("POST", "/credentials", content=badge(dales, email), headers=JSON)
        return int(answer.status_code)

    theirs = [add(ana) for _ in range(3)]

    assert theirs[2] == 429
    assert 429 not in theirs[:2]
    assert add(f"other-{ana}") != 429
    assert consumer.call("GET", "/credentials").status_code == 200
