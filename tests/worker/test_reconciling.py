"""Platforms are asked for what their pushes may have lost; what was pushed is known again, however it is told."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import time_machine

from app.errors import FetchFailed, InvalidInput, NotFound
from app.issuing import achievements, issuers, learners, reconciling, rules, sources
from app.issuing.awards import Award
from app.issuing.completions import Completion
from app.issuing.inbox import Delivery
from app.issuing.reconciling import Reconciliation
from app.outbound.reconcile import asking
from app.worker.asking import Asking
from app.worker.deliveries import Deliveries
from app.worker.reconciling import Reconciling
from tests.strangers import Answer, Asked, Strangers, strangers

HOST = "lms.example"
BASE = f"https://{HOST}"
ACCOUNT = "account-1"
DONE = "2026-03-02T10:15:00Z"
DONE_SECONDS = 1_772_446_500


@dataclass
class Platform:
    """A platform with students; `students` maps an id to (address, whether the course was completed)."""

    students: dict[str, tuple[str | None, bool]] = field(default_factory=dict)
    statements: list[dict[str, Any]] = field(default_factory=list)
    asked: list[Asked] = field(default_factory=list)
    refuses: dict[str, Answer] = field(default_factory=dict)
    untracked: dict[str, str] = field(default_factory=dict)
    page: int = 2

    def _students(self) -> list[tuple[str, tuple[str | None, bool]]]:
        return list(self.students.items())

    def answer(self, asked: Asked) -> Answer:
        self.asked.append(asked)
        parts = urlsplit(asked.path)
        for beginning, refusal in self.refuses.items():
            if parts.path.startswith(beginning):
                return refusal
        if parts.path.startswith("/api/v1/"):
            return self._canvas(asked, parts.path, parse_qs(parts.query))
        if parts.path == "/webservice/rest/server.php":
            return _json(self._moodle({name: each[0] for name, each in parse_qs(asked.body.decode()).items()}))
        if parts.path.startswith("/lrs/"):
            return self._lrs(asked, parse_qs(parts.query))
        return Answer(b"", status=404)

    def _canvas(self, asked: Asked, path: str, query: dict[str, list[str]]) -> Answer:
        if asked.headers.get("authorization") != "Bearer asked":
            return Answer(b"", status=401)
        if path.endswith("/profile"):
            user = path.split("/")[-2]
            address = self.students.get(user, (None, False))[0]
            found = {"id": user, "name": f"P {user}", "primary_email": address}
            return _json(found) if user in self.students else Answer(b"", status=404)
        begin = int(query.get("from", ["0"])[0])
        chosen = list(self.students.items())[begin : begin + self.page]
        if path.endswith("/users"):
            rows = [{"id": int(user), "name": f"P {user}", "email": address} for user, (address, _) in chosen]
        else:
            rows = [
                {"id": int(user), "display_name": f"P {user}", "progress": {"completed_at": DONE if done else None}}
                for user, (_, done) in chosen
            ]
        more = {"Link": f'<{BASE}{path}?from={begin + self.page}>; rel="next"'} if len(chosen) == self.page else {}
        return Answer(json.dumps(rows).encode(), "application/json", headers=more)

    def _moodle(self, form: dict[str, str]) -> Any:
        if form["wstoken"] != "asked":
            return {"exception": "x", "errorcode": "invalidtoken", "message": "Invalid token"}
        match form["wsfunction"]:
            case "core_enrol_get_enrolled_users":
                first = int(form["options[1][value]"])
                users = [{"id": int(user), "fullname": f"P {user}", "email": a} for user, (a, _) in self._students()]
                return [{"id": 1, "fullname": "Guest", "email": "root@localhost"}, *users][first : first + 100]
            case "core_completion_get_course_completion_status":
                if form["userid"] in self.untracked:
                    return {"exception": "x", "errorcode": self.untracked[form["userid"]], "message": "No"}
                done = self.students[form["userid"]][1]
                times = [{"timecompleted": DONE_SECONDS - 60}, {"timecompleted": DONE_SECONDS if done else None}]
                return {"completionstatus": {"completed": done, "completions": times}}
        found = self.students.get(form["values[0]"])
        return [] if found is None else [{"id": form["values[0]"], "fullname": "P", "email": found[0]}]

    def _lrs(self, asked: Asked, query: dict[str, list[str]]) -> Answer:
        assert asked.headers["x-experience-api-version"] == "1.0.3"
        begin = int(query.get("from", ["0"])[0])
        more = f"/lrs/more?from={begin + self.page}" if begin + self.page < len(self.statements) else ""
        return _json({"statements": self.statements[begin : begin + self.page], "more": more})


def _json(value: Any) -> Answer:
    return Answer(json.dumps(value).encode(), "application/json")


def statement(number: int, verb: str = "passed") -> dict[str, Any]:
    return {
        "id": f"00000000-0000-4000-8000-00000000000{number}",
        "actor": {"mbox": f"mailto:p{number}@hospital.example"},
        "verb": {"id": f"http://adlnet.gov/expapi/verbs/{verb}"},
        "object": {"id": "7", "definition": {"type": "http://adlnet.gov/expapi/activities/course"}}
        | {"id": "https://lms.example/courses/7"},
        "result": {"success": verb == "passed"},
        "timestamp": DONE,
        "stored": DONE,
    }


@pytest.fixture
def world(tmp_path: Path) -> Iterator[Strangers]:
    with strangers(tmp_path, HOST, "evil.example") as opened:
        yield opened


@pytest.fixture
def platform(world: Strangers) -> Platform:
    made = Platform()
    world.services[HOST] = made.answer
    return made


@pytest.fixture(autouse=True)
def _hurry(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(asking, "PAUSE_SECONDS", 0)


SETTINGS = {
    "canvas": {"root_account_uuid": ACCOUNT, "jwks_url": "https://lms.example/jwks"},
    "moodle": {"host": HOST},
    "xapi": {},
}


@pytest.fixture
def connect(back_door: Any, platform: Platform) -> Callable[..., str]:
    """A source of a type, asked about course 7, which earns the achievement; its id."""
    del platform
    service = back_door.service

    def connect_it(source_type: str, *, token: str = "asked", base: str = BASE, **more: Any) -> str:
        with service.database.write() as session:
            issuer = issuers.by_slug(session, "st-anna")
            achievement = achievements.by_slug(session, issuer, "bls")
            made = sources.create(
                session, service.office, issuer, name="LMS", source_type=source_type, settings=SETTINGS[source_type],
                actor="test",
            )  # fmt: skip
            sources.allow(session, made.source, achievement, actor="test")
            activity = "https://lms.example/courses/7" if source_type == "xapi" else "7"
            facts = {"activity_id": activity, "achievement": achievement}
            rules.create(session, made.source, actor="test", **facts)
            reconciling.configure(
                session, service.office, made.source, base_url=base, token=token, actor="test", **more
            )
        return made.source.id

    return connect_it


@pytest.fixture
def ask(back_door: Any, world: Strangers) -> Callable[[str], dict[str, Any]]:
    return lambda source_id: Reconciling(back_door.service, world.network()).ask_now(source_id).report


def count(back_door: Any, model: Any) -> int:
    with back_door.service.database.read() as session:
        return int(session.query(model).count())


@pytest.mark.parametrize("source_type", ["canvas", "moodle"])
def test_what_no_push_brought_is_awarded_and_told(
    connect: Any, ask: Any, platform: Platform, back_door: Any, source_type: str
):
    source_id = connect(source_type)
    platform.students = {str(n): (f"p{n}@hospital.example", n % 2 == 0) for n in range(2, 7)}

    report = ask(source_id)

    assert (report["seen"], report["missed"], report["awarded"]) == (3, 3, 3)
    assert count(back_door, Award) == 3


@pytest.mark.parametrize("source_type", ["canvas", "moodle"])
def test_asking_again_finds_nothing_missed(
    connect: Any, ask: Any, platform: Platform, back_door: Any, source_type: str
):
    source_id = connect(source_type)
    platform.students = {"5": ("p5@hospital.example", True)}
    ask(source_id)

    report = ask(source_id)

    assert (report["seen"], report["missed"]) == (1, 0)
    assert (count(back_door, Award), count(back_door, Delivery)) == (1, 1)


def test_what_canvas_pushed_is_known_again(connect: Any, ask: Any, platform: Platform, back_door: Any):
    source_id = connect("canvas")
    platform.students = {"5": ("p5@hospital.example", True), "6": ("p6@hospital.example", True)}
    _pushed(back_door, source_id, {"canvas": "5"})

    report = ask(source_id)

    assert (report["seen"], report["missed"], report["awarded"]) == (2, 1, 1)


def test_what_moodle_pushed_is_known_again_though_it_is_told_otherwise(
    connect: Any, ask: Any, platform: Platform, back_door: Any
):
    """A push has the id of the completion and the moment of the cron; the web service has neither."""
    source_id = connect("moodle")
    platform.students = {"5": ("p5@hospital.example", True)}
    _pushed(back_door, source_id, {"moodle": "5"})

    report = ask(source_id)

    assert (report["seen"], report["missed"]) == (1, 0)
    assert count(back_door, Completion) == 1


def test_an_address_that_the_platform_tells_lets_through_what_waited_for_it(
    connect: Any, ask: Any, platform: Platform, back_door: Any
):
    source_id = connect("moodle")
    _pushed(back_door, source_id, {"moodle": "5"})  # Moodle's events name nobody's address
    assert count(back_door, Award) == 0
    platform.students = {"5": ("p5@hospital.example", True)}

    ask(source_id)

    assert count(back_door, Award) == 1


@pytest.mark.parametrize("source_type", ["canvas", "moodle"])
def test_somebody_whom_a_source_only_named_is_asked_for(
    connect: Any, world: Strangers, platform: Platform, back_door: Any, source_type: str
):
    source_id = connect(source_type, courses=["999"])
    platform.students = {"5": ("p5@hospital.example", False)}
    _pushed(back_door, source_id, {source_type: "5"}, email=None)
    assert count(back_door, Award) == 0

    Asking(back_door.service, world.network()).work_through(threading.Event())

    assert count(back_door, Award) == 1


def test_statements_are_asked_for_page_by_page_and_only_new_ones_the_next_time(
    connect: Any, ask: Any, platform: Platform
):
    source_id = connect("xapi", token="us:secret", base=f"{BASE}/lrs/xapi")
    platform.statements = [statement(n) for n in range(1, 6)]

    first = ask(source_id)
    second = ask(source_id)

    assert (first["seen"], first["missed"], first["awarded"], first["pages"]) == (5, 5, 5, 3)
    assert (second["seen"], second["missed"]) == (5, 0)
    asked_since = [parse_qs(urlsplit(each.path).query).get("since") for each in platform.asked]
    begins = [each[0] for each in asked_since if each]
    assert begins[0] < begins[1]
    assert platform.asked[0].headers["authorization"].startswith("Basic ")


def test_a_run_that_is_broken_off_goes_on_where_it_was(connect: Any, ask: Any, platform: Platform, back_door: Any):
    source_id = connect("canvas", courses=["7", "8", "9"])
    platform.students = {"5": ("p5@hospital.example", True)}
    platform.refuses = {"/api/v1/courses/8": Answer(b"", status=502)}
    with pytest.raises(FetchFailed):
        ask(source_id)
    with back_door.service.database.read() as session:
        assert "502" in session.query(Reconciliation).one().last_error
    platform.refuses, before = {}, len(platform.asked)

    report = ask(source_id)

    paths = [urlsplit(each.path).path for each in platform.asked[before:]]
    assert {path.split("/")[4] for path in paths} == {"8", "9"}
    assert report["pages"] == 3


def test_a_platform_that_asks_for_a_pause_gets_it(connect: Any, world: Strangers, platform: Platform, back_door: Any):
    connect("canvas")
    platform.refuses = {"/api/": Answer(b"", status=429, headers={"Retry-After": "120"})}
    worker = Reconciling(back_door.service, world.network())

    with time_machine.travel("2027-01-01T00:00:00Z", tick=False) as traveller:
        asked = [worker.work_through(threading.Event()) for _ in range(2)]
        platform.refuses = {}
        traveller.shift(121)
        asked.append(worker.work_through(threading.Event()))

    assert asked == [1, 0, 1]


def test_a_source_is_asked_once_a_day(connect: Any, world: Strangers, back_door: Any):
    connect("canvas")
    worker = Reconciling(back_door.service, world.network())

    with time_machine.travel("2027-01-01T00:00:00Z", tick=False) as traveller:
        asked = [worker.work_through(threading.Event()) for _ in range(2)]
        traveller.shift(24 * 3600 + 1)
        asked.append(worker.work_through(threading.Event()))

    assert asked == [1, 0, 1]


@pytest.mark.parametrize("token", ["wrong", "us:wrong"])
@pytest.mark.parametrize("source_type", ["canvas", "moodle"])
def test_a_wrong_token_is_told_without_the_token(connect: Any, ask: Any, back_door: Any, source_type: str, token: str):
    source_id = connect(source_type, token=token)

    with pytest.raises(FetchFailed):
        ask(source_id)

    with back_door.service.database.read() as session:
        kept = session.query(Reconciliation).one()
    assert kept.last_error
    assert token not in kept.last_error + kept.sealed_token


def test_tokens_are_in_no_address(connect: Any, ask: Any, platform: Platform):
    platform.students = {"5": ("p5@hospital.example", True)}
    for source_type in ("canvas", "moodle"):
        ask(connect(source_type))

    assert not any("asked" in each.path for each in platform.asked)


def test_a_next_page_elsewhere_is_not_followed(connect: Any, ask: Any, platform: Platform, world: Strangers):
    source_id = connect("canvas")
    away = {"Link": '<https://evil.example/api>; rel="next"'}
    platform.refuses = {"/api/": Answer(b"[]", "application/json", headers=away)}

    with pytest.raises(FetchFailed):
        ask(source_id)

    assert not any("evil.example" in each for each in world.asked)


@pytest.mark.parametrize("answer", [b"", b"<html>", b"{}", b'{"statements": 5}', b"[1, null]"])
def test_nonsense_is_told_and_loses_nothing(connect: Any, ask: Any, platform: Platform, answer: bytes):
    source_id = connect("xapi", base=f"{BASE}/lrs/xapi")
    platform.refuses = {"/lrs/": Answer(answer, "application/json")}

    with pytest.raises(FetchFailed):
        ask(source_id)

    platform.refuses, platform.statements = {}, [statement(1)]
    assert ask(source_id)["awarded"] == 1


@pytest.mark.parametrize("base", ["https://127.0.0.1", "http://lms.example", "https://10.0.0.5:8443"])
def test_a_platform_in_the_own_network_must_be_named_by_the_operator(connect: Any, ask: Any, base: str):
    with pytest.raises(FetchFailed):
        ask(connect("canvas", base=base))


@pytest.mark.parametrize(
    "facts",
    [{"base_url": "lms"}, {"base_url": "https://u@lms.example"}, {"base_url": "https://lms.example/?a=1"},
     {"token": ""}, {"token": "ä"}, {"courses": [""]}],
    ids=repr,
)  # fmt: skip
def test_what_cannot_be_asked_is_refused_at_once(connect: Any, back_door: Any, facts: dict[str, Any]):
    source_id = connect("canvas")
    given = {"base_url": BASE, "token": "asked", "courses": ()} | facts

    with back_door.database.write() as session:
        source = sources.by_id(session, source_id)
        with pytest.raises(InvalidInput):
            reconciling.configure(session, back_door.service.office, source, actor="test", **given)


def test_a_source_that_is_asked_no_more_has_no_token(connect: Any, ask: Any, back_door: Any):
    source_id = connect("canvas")
    with back_door.service.database.write() as session:
        reconciling.remove(session, sources.by_id(session, source_id), actor="test")

    with pytest.raises(NotFound):
        ask(source_id)
    assert count(back_door, Reconciliation) == 0


def _pushed(back_door: Any, source_id: str, whom: dict[str, str], *, email: str | None = "p5@hospital.example") -> None:
    """A push that arrived as the platform sends it."""
    ((source_type, user),) = whom.items()
    canvas = {
        "metadata": {"event_name": "course_completed", "event_time": DONE, "root_account_uuid": ACCOUNT},
        "body": {
            "course": {"id": "7"},
            "progress": {"completed_at": DONE},
            "user": {"id": user, "name": "P", "email": email},
        },
    }
    moodle = {
        "eventname": "\\core\\event\\course_completed", "objectid": 881, "courseid": "7", "relateduserid": user,
        "userid": "0", "timecreated": DONE_SECONDS + 600, "host": HOST,
    }  # fmt: skip
    back_door.deliver(body=json.dumps(canvas if source_type == "canvas" else moodle).encode(), source_id=source_id)
    Deliveries(back_door.service, between=lambda: None).work_through(threading.Event())


def test_a_teacher_in_the_course_stops_nobody(connect: Any, ask: Any, platform: Platform, back_door: Any):
    """Moodle enrols teachers too, and tells of them no completion but an error."""
    source_id = connect("moodle")
    platform.students = {str(n): (f"p{n}@hospital.example", True) for n in (4, 5, 6)}
    platform.untracked = {"4": "usernotenroled", "6": "somethingnew"}

    report = ask(source_id)

    assert (report["awarded"], report["failures"]) == (1, ["course 7: Moodle says somethingnew of user 6"])
    assert count(back_door, Award) == 1


def test_a_large_course_is_asked_for_in_parts(connect: Any, ask: Any, platform: Platform):
    source_id = connect("moodle")
    platform.students = {str(n): (f"p{n}@hospital.example", n == 120) for n in range(2, 130)}

    report = ask(source_id)

    assert (report["pages"], report["awarded"]) == (2, 1)


def test_a_person_of_another_site_is_not_asked_for_here(
    connect: Any, world: Strangers, platform: Platform, back_door: Any
):
    """The same number is somebody else there."""
    source_id = connect("moodle", courses=["999"])
    with back_door.database.write() as session:
        sources.by_id(session, source_id).settings = {}
    platform.students = {"5": ("p5@hospital.example", False)}
    _pushed(back_door, source_id, {"moodle": "5"})
    with back_door.database.write() as session:
        sources.by_id(session, source_id).settings = {"host": "other.example"}

    Asking(back_door.service, world.network()).work_through(threading.Event())

    assert count(back_door, Award) == 0


@pytest.mark.parametrize("source_type", ["canvas", "moodle"])
def test_a_source_that_does_not_name_its_site_cannot_be_asked(connect: Any, back_door: Any, source_type: str):
    source_id = connect(source_type)

    with back_door.database.write() as session:
        source = sources.by_id(session, source_id)
        source.settings = {}
        with pytest.raises(InvalidInput, match="says whose ids"):
            reconciling.configure(session, back_door.service.office, source, base_url=BASE, token="asked", actor="test")


def test_a_second_statement_of_the_same_day_is_another_fact(connect: Any, ask: Any, platform: Platform, back_door: Any):
    source_id = connect("xapi", base=f"{BASE}/lrs/xapi")
    platform.statements = [statement(1)]
    ask(source_id)
    platform.statements = [statement(1), statement(2) | {"actor": statement(1)["actor"]}]

    assert ask(source_id)["missed"] == 1
    assert count(back_door, Completion) == 2


def test_a_store_that_forgot_its_page_is_asked_from_the_beginning(connect: Any, ask: Any, platform: Platform):
    source_id = connect("xapi", base=f"{BASE}/lrs/xapi")
    platform.statements = [statement(n) for n in range(1, 6)]
    platform.refuses = {"/lrs/more": Answer(b"", status=502)}
    with pytest.raises(FetchFailed):
        ask(source_id)
    platform.refuses = {"/lrs/more": Answer(b"", status=404)}
    platform.page = 10

    assert ask(source_id)["awarded"] == 5


def test_one_bad_statement_spoils_no_other(connect: Any, ask: Any, platform: Platform):
    source_id = connect("xapi", base=f"{BASE}/lrs/xapi")
    platform.statements = [statement(1), {"id": "nonsense"}, statement(2)]

    report = ask(source_id)

    assert report["awarded"] == 2
    assert len(report["failures"]) == 1


def test_a_token_that_cannot_be_opened_stops_no_other_source(
    connect: Any, world: Strangers, platform: Platform, back_door: Any
):
    broken, good = connect("canvas"), connect("moodle")
    platform.students = {"5": ("p5@hospital.example", True)}
    with back_door.database.write() as session:
        session.get_one(Reconciliation, broken).sealed_token = "A" * 80
        session.get_one(Reconciliation, broken).next_at = session.get_one(Reconciliation, good).next_at.replace(
            year=2000
        )

    Reconciling(back_door.service, world.network()).work_through(threading.Event())

    assert count(back_door, Award) == 1
    with back_door.database.read() as session:
        assert session.get_one(Reconciliation, broken).last_error


def test_a_source_that_is_set_up_anew_while_it_is_asked_ends_quietly(
    connect: Any, world: Strangers, platform: Platform, back_door: Any
):
    source_id = connect("canvas", courses=["7", "8"])
    platform.students = {"5": ("p5@hospital.example", True)}
    real = platform.answer

    def meddle(asked: Asked) -> Answer:
        if "/courses/8/users" in asked.path:
            with back_door.database.write() as session:
                source = sources.by_id(session, source_id)
                reconciling.configure(
                    session, back_door.service.office, source, base_url=BASE, token="asked", actor="test"
                )
        return real(asked)

    world.services[HOST] = meddle

    Reconciling(back_door.service, world.network()).ask_now(source_id)

    with back_door.database.read() as session:
        assert session.get_one(Reconciliation, source_id).cursor == {}


def test_the_learners_are_those_of_the_pushes(connect: Any, ask: Any, platform: Platform, back_door: Any):
    source_id = connect("canvas")
    platform.students = {"5": ("p5@hospital.example", True)}
    ask(source_id)

    with back_door.service.database.read() as session:
        issuer = issuers.by_slug(session, "st-anna")
        assert learners.find_by_identity(session, issuer, ACCOUNT, "5") is not None
