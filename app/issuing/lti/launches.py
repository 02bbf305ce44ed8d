"""Launches: the question that a platform has to answer once, and what a good answer leaves behind."""

from __future__ import annotations

import hashlib
import secrets as random_secrets
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from app import clock
from app.db import claim
from app.errors import NotFound
from app.issuing import issuers, learners
from app.issuing.achievements import Achievement
from app.issuing.issuers import Issuer
from app.issuing.learners import Learner
from app.issuing.lti.tables import LtiCourse, LtiLineItem, LtiLogin, LtiPlatform
from app.issuing.office import Office
from app.lms.lti.claims import Launch

LOGIN_MINUTES = 10


@dataclass(frozen=True, slots=True)
class Question:
    """What is sent to the platform: `state` comes back as it is, `nonce` inside the signed answer."""

    state: str
    nonce: str


def begin(session: Session, platform: LtiPlatform) -> Question:
    """Ask the platform who is there."""
    question = Question(random_secrets.token_urlsafe(32), random_secrets.token_urlsafe(32))
    session.add(
        LtiLogin(
            state_sha256=_hash(question.state),
            platform_id=platform.id,
            nonce=question.nonce,
            created_at=clock.now(),
        )
    )
    return question


def under_way(session: Session, state: str) -> LtiLogin:
    """The launch that began with this state, not answered yet. Raises NotFound, for any reason in the same words."""
    login = session.get(LtiLogin, _hash(state))
    too_old = clock.now() - timedelta(minutes=LOGIN_MINUTES)
    if login is None or login.answered_at is not None or login.created_at < too_old:
        raise NotFound("This launch has ended or was used already; open the activity in your course once more")
    return login


def answer(session: Session, login: LtiLogin) -> None:
    """Use the question up. Raises NotFound when the same answer came a moment ago."""
    taken = (
        update(LtiLogin)
        .where(LtiLogin.state_sha256 == login.state_sha256, LtiLogin.answered_at.is_(None))
        .values(answered_at=clock.now())
        .returning(LtiLogin.state_sha256)
    )
    if session.execute(taken).first() is None:
        raise NotFound("This launch has ended or was used already; open the activity in your course once more")


def forget(session: Session) -> int:
    """Forget questions that can no longer be answered; how many."""
    too_old = clock.now() - timedelta(days=1)
    forgotten = session.execute(delete(LtiLogin).where(LtiLogin.created_at < too_old).returning(LtiLogin.state_sha256))
    return len(forgotten.all())


def recognise(session: Session, office: Office, platform: LtiPlatform, launch: Launch) -> Learner | None:
    """The learner who launched, made known here; None for an anonymous launch. Awards nothing by itself.

    Raises LearnerUnclear, LearnerErased, NotAPerson as `learners.resolve` does.
    """
    stated = launch.learner
    if stated is None:
        return None
    return learners.resolve(
        session,
        _issuer(session, platform),
        namespace=stated.namespace,
        source_id=stated.source_id,
        email=stated.email,
        display_name=stated.display_name,
        is_test_user=stated.is_test_user,
        sealer=office.sealer,
    )


def note_course(session: Session, platform: LtiPlatform, launch: Launch) -> LtiCourse | None:
    """Remember the course and where its services are, as the newest launch says it; None when it names no course."""
    place = launch.place
    if place is None:
        return None
    facts = {
        "title": place.title,
        "members_url": place.members_url,
        "line_items_url": place.line_items_url,
        "scopes": list(place.scopes),
    }
    course = course_of(session, platform, place.context_id) or claim(
        session, LtiCourse, id=clock.new_id(), platform_id=platform.id, context_id=place.context_id, **facts
    )
    if course is None:  # another launch of the same course came at the same moment, and says the same
        course = course_of(session, platform, place.context_id)
    if course is not None:
        for name, value in facts.items():
            setattr(course, name, value)
        resource_id = _chosen(session, platform, launch) or launch.resource_id
        if place.line_item_url is not None and resource_id is not None:
            note_line_item(session, course, resource_id, place.line_item_url)
    return course


def course_of(session: Session, platform: LtiPlatform, context_id: str) -> LtiCourse | None:
    """The platform's course of this id; None when nobody launched from it."""
    query = select(LtiCourse).where(LtiCourse.platform_id == platform.id, LtiCourse.context_id == context_id)
    return session.scalars(query).one_or_none()


def courses(session: Session, platform: LtiPlatform) -> list[LtiCourse]:
    """The courses from which was launched, by title."""
    query = select(LtiCourse).where(LtiCourse.platform_id == platform.id).order_by(LtiCourse.title, LtiCourse.id)
    return list(session.scalars(query))


def note_line_item(session: Session, course: LtiCourse, resource_id: str, url: str) -> None:
    """Remember a column of ours in the course's gradebook."""
    facts = {"id": clock.new_id(), "course_id": course.id, "resource_id": resource_id, "url": url}
    if claim(session, LtiLineItem, **facts) is None:
        query = update(LtiLineItem).where(
            LtiLineItem.course_id == course.id, LtiLineItem.resource_id == resource_id, LtiLineItem.url != url
        )
        session.execute(query.values(url=url))


def line_items(session: Session, course: LtiCourse) -> list[LtiLineItem]:
    """Our columns in the course's gradebook."""
    query = select(LtiLineItem).where(LtiLineItem.course_id == course.id).order_by(LtiLineItem.resource_id)
    return list(session.scalars(query))


def _chosen(session: Session, platform: LtiPlatform, launch: Launch) -> str | None:
    """The achievement that the activity was made for by deep linking; None for any other link."""
    achievement = session.get(Achievement, launch.custom.get("achievement", ""))
    return achievement.id if achievement is not None and achievement.issuer_id == platform.issuer_id else None


def _issuer(session: Session, platform: LtiPlatform) -> Issuer:
    return issuers.by_id(session, platform.issuer_id)


def _hash(state: str) -> str:
    return hashlib.sha256(state.encode("utf-8", "surrogatepass")).hexdigest()
