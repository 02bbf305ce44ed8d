"""Platforms are asked for who is in a course and for the results in our columns, and every answer is a delivery."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from app.issuing import learners, lti, rules, sources
from app.issuing.achievements import Achievement
from app.issuing.awards import Award
from app.issuing.inbox import Delivery
from app.issuing.issuers import Issuer
from app.issuing.lti import LtiCourse, LtiPlatform
from app.lms.lti.claims import read_launch
from app.service import Service
from app.worker.lti import AskingLti
from tests.campus import ISS, Campus
from tests.strangers import Strangers


@pytest.fixture
def mapped(service: Service, campus: Campus, platform: LtiPlatform, achievement: Achievement) -> LtiPlatform:
    """A platform from whose course 7 somebody launched our activity `link-5`, which earns with 80 %."""
    with service.database.write() as session:
        made = lti.platforms.by_id(session, platform.id)
        lti.launches.note_course(session, made, read_launch(campus.claims("n"), iss=ISS))
        source = sources.by_id(session, made.source_id)
        sources.allow(session, source, achievement, actor="test")
        facts = {"activity_id": "link-5", "achievement": achievement, "minimum_score": Decimal("0.8")}
        rules.create(session, source, actor="test", **facts)
    return made


@pytest.fixture
def ask(service: Service, world: Strangers, mapped: LtiPlatform) -> Callable[[], Any]:
    return lambda: AskingLti(service, world.network()).ask(mapped.id)


def member(number: int, **more: Any) -> dict[str, Any]:
    return {"user_id": f"u-{number}", "email": f"p{number}@hospital.example", "name": f"P {number}", **more}


def result(number: int, score: Any, maximum: Any = 100) -> dict[str, Any]:
    return {"id": f"r{number}", "userId": f"u-{number}", "resultScore": score, "resultMaximum": maximum}


def test_members_and_results_together_make_awards(
    ask: Callable[[], Any],
    campus: Campus,
    service: Service,
    issuer: Issuer,
):
    campus.members = [member(1), member(2), member(3)]
    campus.results = [result(1, 92), result(2, 79), result(3, 80)]

    found = ask()

    with service.database.read() as session:
        holders = {award.learner_id for award in session.query(Award)}
        expected = {learners.find_by_identity(session, issuer, ISS, f"u-{number}").id for number in (1, 3)}  # type: ignore[union-attr]
    assert holders == expected
    assert (found.courses, found.results, found.failures) == (1, 3, [])
    assert found.people == {"added": 3}


def test_asking_again_changes_nothing(ask: Callable[[], Any], campus: Campus, service: Service):
    campus.members, campus.results = [member(1)], [result(1, 92)]
    ask()

    ask()

    with service.database.read() as session:
        assert session.query(Award).count() == 1
        assert session.query(Delivery).count() == 1


def test_a_better_score_is_seen_the_next_time(ask: Callable[[], Any], campus: Campus, service: Service):
    campus.members, campus.results = [member(1)], [result(1, 10)]
    ask()
    campus.results = [result(1, 95)]

    ask()

    with service.database.read() as session:
        assert session.query(Award).count() == 1


def test_a_result_waits_until_the_member_is_known(ask: Callable[[], Any], campus: Campus, service: Service):
    campus.results = [result(1, 92)]
    ask()
    with service.database.read() as session:
        assert session.query(Award).count() == 0
    campus.members = [member(1)]

    ask()

    with service.database.read() as session:
        assert session.query(Award).count() == 1


def test_all_pages_are_asked_for(ask: Callable[[], Any], campus: Campus):
    campus.members = [member(number) for number in range(5)]
    campus.results = [result(number, 90) for number in range(5)]

    found = ask()

    assert (found.people, found.results) == ({"added": 5}, 5)


@pytest.mark.parametrize(
    ("said", "code"),
    [
        (result(1, None), "ignored"),
        ({"userId": "u-1"}, "ignored"),
        (result(1, 0), "recorded"),
        (result(1, 5, 0), "unreadable"),
        ({"resultScore": 5}, "unreadable"),
        (result(1, "many"), "unreadable"),
        ("nonsense", "unreadable"),
    ],
    ids=["no score", "nothing", "zero is a score", "of nothing", "of nobody", "no number", "no object"],
)
def test_an_odd_result_is_told_and_spoils_no_other(
    ask: Callable[[], Any],
    campus: Campus,
    service: Service,
    said: Any,
    code: str,
):
    campus.members, campus.results = [member(1), member(2)], [said, result(2, 99)]

    found = ask()

    assert found.outcomes == {code: 1, "awarded": 1}
    with service.database.read() as session:
        assert session.query(Award).count() == 1


def test_the_default_maximum_is_one(ask: Callable[[], Any], campus: Campus):
    campus.members, campus.results = [member(1)], [{"userId": "u-1", "resultScore": 0.9}]

    assert ask().outcomes == {"awarded": 1}


@pytest.mark.parametrize("path", ["/courses/7/members", "/courses/7/line_items/3/results"])
def test_a_service_that_fails_is_told_and_tried_again(
    ask: Callable[[], Any],
    campus: Campus,
    service: Service,
    path: str,
):
    campus.members, campus.results, campus.refuses = [member(1)], [result(1, 92)], {path}

    (failure,) = ask().failures

    assert "Phlebotomy 101" in failure
    with service.database.read() as session:
        (course,) = session.query(LtiCourse).all()
        assert "500" in course.last_error
    campus.refuses = set()
    assert ask().failures == []


def test_inactive_members_and_those_without_an_address_are_passed_over(ask: Callable[[], Any], campus: Campus):
    campus.members = [
        member(1, status="Inactive"),
        member(2, email=None),
        member(3),
        {"name": "x"},
        member(4, email="no"),
    ]

    assert ask().people == {"added": 1, "refused": 1}


def test_the_token_is_shown_to_nobody_else(
    ask: Callable[[], Any],
    campus: Campus,
    world: Strangers,
):
    """A next page on another host is not followed."""
    real = campus._page

    def elsewhere(*arguments: Any) -> Any:
        found = real(*arguments)
        found.headers["Link"] = '<https://evil.example/more>; rel="next"'
        return found

    campus._page = elsewhere  # type: ignore[method-assign]
    campus.members = [member(1)]

    (failure,) = ask().failures

    assert "another host" in failure
    assert not any("evil.example" in asked for asked in world.asked)


def test_only_learners_of_the_course_are_learned(ask: Callable[[], Any], campus: Campus):
    role = "http://purl.imsglobal.org/vocab/lis/v2/membership#"
    campus.members = [member(1, roles=[role + "Learner"]), member(2, roles=[role + "Instructor"]), member(3, roles=[])]

    assert ask().people == {"added": 2}


def test_many_results_are_delivered_in_parts(ask: Callable[[], Any], campus: Campus, service: Service):
    campus.results = [result(number, 10) for number in range(250)]
    campus.page_size = 250

    found = ask()

    assert found.results == 250
    assert "unreadable" not in found.outcomes
    with service.database.read() as session:
        assert session.query(Delivery).count() == 3


def test_a_platform_is_asked_once_a_day(service: Service, world: Strangers, mapped: LtiPlatform):
    asking, stop = AskingLti(service, world.network()), threading.Event()

    asked = [asking.ask_due(stop)]
    with service.database.write() as session:
        lti.platforms.by_id(session, mapped.id).ask_at = datetime(2026, 1, 1, tzinfo=UTC)
    asked += [asking.ask_due(stop) for _ in range(2)]

    assert asked == [0, 1, 0]
