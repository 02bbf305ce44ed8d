"""Watches: asked for by an organisation, agreed to or declined by the holder, ended by either (decision 0024)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import Select, delete, func, or_, select, update
from sqlalchemy.orm import Session

from app import clock
from app.db import claim
from app.errors import AlreadyExists, InvalidInput, NotFound, RateLimited
from app.issuing import achievements, audit, issuers, learners, mail, mail_languages, tongues
from app.issuing.accounts import people, tokens
from app.issuing.achievements import AchievementVersion
from app.issuing.awards import Award, AwardState, Visibility
from app.issuing.endpoints import EventType
from app.issuing.issuers import Issuer
from app.issuing.learners import Learner
from app.issuing.mail.configuring import put
from app.issuing.office import Office
from app.issuing.renewals import followers
from app.issuing.watching import telling
from app.issuing.watching.tables import Watch, WatchEvent, WatchState
from app.projections import messages

MOST_A_DAY = 200
MOST_SHOWN = 500
AT_ONCE = 100
LINK_DAYS = 30
LONGEST_PURPOSE = 300
WORDS_KEPT = timedelta(days=90)  # of a watch that is over
_ENDED = (AwardState.REVOKED, AwardState.SUPERSEDED)
NOTHING_HERE = "There is nothing at this address"


@dataclass(frozen=True, slots=True)
class WatchLine:
    """A watch with what lists show: the badge, its holder and who watches; `facts` are the badge's, as stored."""

    watch: Watch
    award: Award
    achievement: str
    holder: str | None
    watcher: str
    facts: dict[str, Any]


def ask(
    session: Session, office: Office, issuer: Issuer, award: Award, *, purpose: str, recipient: str | None, actor: str
) -> Watch:
    """Ask the holder of a badge of this service by mail whether an organisation may be told what becomes of it.

    `purpose` is read by the holder. Raises InvalidInput for one that is empty or longer than LONGEST_PURPOSE,
    NotFound for a private badge of another issuer, AlreadyExists while it is asked, agreed or declined and for
    LINK_DAYS after it was asked, InvalidInput when no mail reaches the holder or the badge does not
    count any more, and RateLimited.
    """
    check_purpose(purpose)
    is_hidden = award.visibility == Visibility.PRIVATE and award.issuer_id != issuer.id
    if is_hidden or award.state == AwardState.PENDING or award.erased_at is not None:
        raise NotFound("There is no badge at this address, or its holder keeps it private")
    if award.state in _ENDED:
        raise InvalidInput("This badge does not count any more, so there is nothing to watch", pointer="/address")
    if recipient is not None and learners.address_of(recipient) is None:
        raise InvalidInput("This is no e-mail address", pointer="/recipient")
    learner = session.get_one(Learner, award.learner_id)
    email = learners.email_of(session, learner)
    if email is None:
        raise InvalidInput("No mail reaches the holder of this badge, so nobody can agree", pointer="/address")
    issuers.take_turn(session, issuer.id)
    _refuse_many(session, issuer)
    token = tokens.new()
    watch = _asked(session, issuer, award, purpose, recipient, token=token, actor=actor)
    name = achievements.by_id(session, award.achievement_id).slug
    language = mail_languages.of_learner(session, learner)
    content = messages.watch_request(
        watcher=issuer.name,
        achievement=_name(session, award, language) or name,
        purpose=purpose,
        recipient=recipient,
        url=office.addresses.watch(token),
        language=language,
    )
    key = mail.recipient_key(office, award.issuer_id, email.normalised)
    event = f"watch.asked:{clock.new_id()}"
    put(session, award.issuer_id, content, to=email.written, key=key, subject_id=award.id, event=event)
    audit.record(session, issuer.id, actor=actor, action="watch.asked", object_id=watch.id, award_id=award.id)
    session.flush()
    return watch


def check_purpose(purpose: str) -> None:
    """Raise InvalidInput unless a holder can read what it is for."""
    if not purpose.strip() or len(purpose) > LONGEST_PURPOSE:
        raise InvalidInput(f"Say what it is for, in at most {LONGEST_PURPOSE} characters", pointer="/purpose")


def by_token(session: Session, token: str) -> Watch:
    """The watch of a mailed link, for as long as it is good. Raises NotFound."""
    found = session.scalars(select(Watch).where(Watch.token_sha256 == tokens.digest(token))).one_or_none()
    if found is None or (found.state == WatchState.ASKED and found.asked_at < clock.now() - timedelta(days=LINK_DAYS)):
        raise NotFound(NOTHING_HERE)
    return found


def by_id(session: Session, watch_id: str, *, issuer: Issuer) -> Watch:
    """The watch of this organisation with this id. Raises NotFound."""
    found = session.get(Watch, watch_id)
    if found is None or found.issuer_id != issuer.id:
        raise NotFound("There is no such watch")
    return found


def of_account(session: Session, account_id: str, watch_id: str) -> Watch:
    """The watch of a badge that is this person's. Raises NotFound."""
    found = session.get(Watch, watch_id)
    mine = {each.id for each in people.learners_of(session, account_id)}
    # By the badge, which goes along when two learners turn out to be one person.
    if found is None or session.get_one(Award, found.award_id).learner_id not in mine:
        raise NotFound("There is no such watch")
    return found


def agree(session: Session, watch: Watch, *, actor: str) -> None:
    """The holder agrees; again changes nothing. Raises InvalidInput once it was declined or ended."""
    session.refresh(watch, with_for_update=True)
    if watch.state == WatchState.ACTIVE:
        return
    if watch.state != WatchState.ASKED:
        raise InvalidInput("This was declined or ended; the organisation has to ask again")
    watch.state, watch.answered_at = WatchState.ACTIVE, clock.now()
    audit.record(session, watch.issuer_id, actor=actor, action="watch.agreed", object_id=watch.id)
    session.flush()


def end(session: Session, watch: Watch, *, actor: str, by_holder: bool) -> None:
    """End it: nothing is told any more. A holder who was only asked declines. Again changes nothing."""
    session.refresh(watch, with_for_update=True)
    if watch.state in {WatchState.DECLINED, WatchState.ENDED}:
        return
    is_no = by_holder  # whoever said no is not asked again
    watch.state, watch.ended_at = WatchState.DECLINED if is_no else WatchState.ENDED, clock.now()
    action = "watch.declined" if is_no else "watch.ended"
    audit.record(session, watch.issuer_id, actor=actor, action=action, object_id=watch.id)
    session.flush()


def of_issuer(session: Session, issuer: Issuer) -> list[WatchLine]:
    """What an organisation watches or has asked to, the newest first; names only of who agreed."""
    query = select(Watch).where(Watch.issuer_id == issuer.id, Watch.state != WatchState.ENDED)
    return lines(session, session.scalars(query.order_by(Watch.asked_at.desc(), Watch.id).limit(MOST_SHOWN)).all())


def of_holder(session: Session, account_id: str) -> list[WatchLine]:
    """Who watches this person's badges, or asks to."""
    mine = [each.id for each in people.learners_of(session, account_id)]
    standing = Watch.state.in_([WatchState.ASKED, WatchState.ACTIVE])
    query = select(Watch).join(Award, Award.id == Watch.award_id).where(Award.learner_id.in_(mine), standing)
    query = query.order_by(Watch.asked_at.desc(), Watch.id)
    return lines(session, session.scalars(query.limit(MOST_SHOWN)).all())


def of_watch(session: Session, watch: Watch) -> WatchLine:
    """A watch with what is shown of it."""
    return lines(session, [watch])[0]


def asked_by(issuer: Issuer, state: WatchState | None = None) -> Select[Watch]:
    """Every watch of an organisation, ended ones too, or those in one state; in no order."""
    query = select(Watch).where(Watch.issuer_id == issuer.id)
    return query if state is None else query.where(Watch.state == state)


def lines(session: Session, found: Sequence[Watch]) -> list[WatchLine]:
    """These watches with what is shown of them, names only of who agreed. Two queries, however many they are."""
    query = (
        select(Award, AchievementVersion.facts, Learner.display_name)
        .join(AchievementVersion, AchievementVersion.id == Award.version_id)
        .join(Learner, Learner.id == Award.learner_id)
        .where(Award.id.in_([each.award_id for each in found]))
    )
    badges = {award.id: (award, facts, name) for award, facts, name in session.execute(query)}
    of_issuers = select(Issuer.id, Issuer.name).where(Issuer.id.in_({each.issuer_id for each in found}))
    watchers: Mapping[str, str] = dict(session.execute(of_issuers).all())
    told = []
    for each in found:
        award, facts, name = badges[each.award_id]
        holder = name if each.state == WatchState.ACTIVE else None
        told.append(WatchLine(each, award, str(facts["name"]), holder, watchers[each.issuer_id], facts))
    return told


def tell_of_ends(session: Session, office: Office) -> int:
    """Tell of watched badges that end within 30 days and were not told of; how many. Call it again until it is 0."""
    now = clock.now()
    told = select(WatchEvent.watch_id).where(
        WatchEvent.watch_id == Watch.id, WatchEvent.event.startswith(f"{EventType.WATCH_EXPIRING}:")
    )
    untold = select(Watch.award_id).where(Watch.state == WatchState.ACTIVE, ~told.exists())
    query = select(Award).where(
        Award.id.in_(untold),
        Award.state == AwardState.ISSUED,
        Award.valid_until > now,
        Award.valid_until <= now + telling.SOON,
        ~followers.is_renewed(),
    )
    found = session.scalars(query.order_by(Award.id).limit(AT_ONCE)).all()
    return sum(telling.tell(session, office, each, EventType.BADGE_EXPIRING) for each in found)


def forget_people(session: Session, learner_ids: Sequence[str]) -> None:
    """Take away the watches of people who are erased, and what was told."""
    mine = select(Watch.id).where(Watch.learner_id.in_(learner_ids))
    session.execute(delete(WatchEvent).where(WatchEvent.watch_id.in_(mine)))
    session.execute(delete(Watch).where(Watch.learner_id.in_(learner_ids)))


def forget_old(session: Session) -> None:
    """Empty what was said in watches that were declined or ended long enough ago; that they were stays."""
    query = update(Watch).where(
        Watch.state.in_([WatchState.DECLINED, WatchState.ENDED]),
        Watch.ended_at < clock.now() - WORDS_KEPT,
        or_(Watch.recipient.is_not(None), Watch.purpose != ""),
    )
    session.execute(query.values(recipient=None, purpose=""))


def _asked(
    session: Session, issuer: Issuer, award: Award, purpose: str, recipient: str | None, *, token: str, actor: str
) -> Watch:
    said = {
        "state": WatchState.ASKED,
        "purpose": purpose,
        "recipient": recipient,
        "token_sha256": tokens.digest(token),
        "asked_by": actor,
        "asked_at": clock.now(),
    }
    key = {"issuer_id": issuer.id, "award_id": award.id}
    made = claim(session, Watch, id=clock.new_id(), learner_id=award.learner_id, **key, **said)
    if made is not None:
        return made
    query = select(Watch).where(Watch.issuer_id == issuer.id, Watch.award_id == award.id)
    found = session.scalars(query.with_for_update()).one()
    if found.state != WatchState.ENDED:
        words = {WatchState.ASKED: "was asked already", WatchState.ACTIVE: "agreed already"}
        said_already = words.get(WatchState(found.state), "said no; you cannot ask again")
        raise AlreadyExists(f"The holder of this badge {said_already}", state=found.state)
    if found.asked_at > clock.now() - timedelta(days=LINK_DAYS):  # else asking and ending in turn sends mail for ever
        sentence = f"The holder of this badge was asked within the last {LINK_DAYS} days; ask again after that"
        raise AlreadyExists(sentence, state=found.state)
    session.execute(update(Watch).where(Watch.id == found.id).values(**said, answered_at=None, ended_at=None))
    session.refresh(found)
    return found


def _refuse_many(session: Session, issuer: Issuer) -> None:
    since = clock.now() - timedelta(days=1)
    query = select(func.count()).select_from(Watch).where(Watch.issuer_id == issuer.id, Watch.asked_at > since)
    if (session.scalar(query) or 0) >= MOST_A_DAY:
        raise RateLimited("So many people were asked within a day that nobody else is", retry_after_seconds=3_600)


def _name(session: Session, award: Award, language: str) -> str:
    version = session.get_one(AchievementVersion, award.version_id)
    return tongues.name_in(version.facts, (language,))[0]
