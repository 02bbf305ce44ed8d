"""What the badge page shows, gathered from rows once; the template asks nothing."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from app.credentials import strict_json
from app.days import day_in
from app.issuing import achievement_facts, achievements, awards, holding, issuers
from app.issuing.achievement_facts import AchievementFacts
from app.issuing.achievements import AchievementVersion
from app.issuing.awards import Award, Credential, Visibility
from app.issuing.images import Image
from app.issuing.issuers import Issuer
from app.issuing.learners import Learner
from app.issuing.office import Office
from app.issuing.renewals import followers, policies
from app.issuing.signing_keys import SigningKey
from app.issuing.tongues import Told
from app.projections.typesetting import printable
from app.stacking.cycles import deadlines
from app.web import states, tongues, words
from app.web.accreditation_view import AccreditationView, accreditations_of
from app.web.achievement_view import Picture, Skill, picture_of, skills_of
from app.web.badge_endorsements import BadgeEndorsement, endorsements_of_badge
from app.web.built_view import BuiltView, Resting, built_view, resting_on
from app.web.dated import dated
from app.web.issuer_view import IssuerView, is_web_address, issuer_view
from app.web.languages import gettext as _
from app.web.leads_view import LeadsView, leads_view
from app.web.states import State, Tone
from app.web.tongues import Tongues


@dataclass(frozen=True, slots=True)
class EvidenceView:
    """Something that shows the badge was earned; `url` only when it is a web address."""

    name: str
    url: str | None
    text: str | None  # Markdown


@dataclass(frozen=True, slots=True)
class BadgeView:
    """Everything on the badge page. `holder` None = the holder did not consent to show the name."""

    id: str
    url: str
    state: State
    shown_state: State  # the same, with its dates marked as such
    is_public: bool
    name: str
    abbreviation: str
    description: str
    told: Told  # the same texts and the criteria with the language of each, and as they are signed
    tongues: Tongues | None  # None = its texts exist in one language only
    holder: str | None
    issuer: IssuerView
    picture: Picture
    image_sha256: str
    logo_sha256: str | None
    awarded_at: datetime
    valid_until: datetime | None
    signed_at: datetime
    zone: ZoneInfo  # the issuer's: every day on the page is one of its days
    facts: tuple[str, ...]  # hours, credits, how it was assessed
    details: tuple[tuple[str, str], ...]  # the same with a label each
    criteria_url: str | None
    narrative: str | None
    skills: tuple[Skill, ...]
    evidence: tuple[EvidenceView, ...]
    added: tuple[EvidenceView, ...]  # by the holder, and no part of what was signed
    endorsements: tuple[BadgeEndorsement, ...]
    accreditations: tuple[AccreditationView, ...]
    achievement_path: str
    leads: LeadsView | None
    built: BuiltView | None
    resting: tuple[Resting, ...]  # stacks of the same holder that rest on it

    @property
    def title(self) -> str:
        """Name and abbreviation on one line, as people write them; also where no template prints it (T20)."""
        return printable(f"{self.name} ({self.abbreviation})")

    @property
    def language(self) -> str:
        """The language of the name."""
        return self.told.language

    @property
    def criteria(self) -> str | None:
        """What it took, as Markdown."""
        return self.told.criteria

    @property
    def states_no_date(self) -> bool:
        """Whether the word of the state leaves the end date unsaid."""
        return self.state.tone in {Tone.STOPPED, Tone.UNKNOWN} or self.state.newer_url is not None

    @property
    def summary(self) -> str:
        """One sentence for a link preview."""
        holder = _("Held by %(name)s.", name=self.holder) + " " if self.holder else ""
        day = words.date_of(self.awarded_at, self.zone)
        return holder + _(
            "Awarded by %(issuer)s on %(day)s. %(state)s.", issuer=self.issuer.name, day=day, state=self.state.word
        )


def badge_view(session: Session, office: Office, award: Award, *, now: datetime) -> BadgeView:
    """The page of an issued award at this moment. Raises NotFound for one without a credential."""
    credential = awards.credential_of(session, award)
    version = awards.version_of(session, award)
    facts = achievement_facts.parse(version.facts)
    told = tongues.told(facts)
    issuer = issuers.by_id(session, award.issuer_id)
    standing = _standing(session, office, award, issuer, credential)
    state = states.of_award(award, standing, now=now)
    return BadgeView(
        id=award.id,
        url=office.addresses.badge(award.id),
        state=state,
        shown_state=_dated(state, award, credential, standing),
        is_public=award.visibility == Visibility.PUBLIC,
        holder=_holder(session, award, credential),
        issuer=issuer_view(office, issuer),
        picture=_picture(session, office, version, facts, name=told.name),
        image_sha256=version.image_sha256,
        logo_sha256=issuer.image_sha256,
        awarded_at=award.awarded_at,
        valid_until=award.valid_until,
        signed_at=credential.valid_from,
        zone=issuer.zone,
        narrative=award.narrative if award.results_shown else None,
        evidence=tuple(_evidence(item) for item in award.evidence) if award.results_shown else (),
        added=tuple(EvidenceView(each.name, each.url, each.text) for each in holding.evidence.shown(session, award)),
        endorsements=endorsements_of_badge(session, office, award, issuer, version, now=now),
        accreditations=accreditations_of(session, issuer, now=now),
        achievement_path=f"/achievements/{award.achievement_id}/v{version.number}",
        leads=leads_view(session, award.issuer_id, award.achievement_id, today=day_in(now, issuer.zone)),
        built=built_view(session, office, award, now=now) if facts.is_stack else None,
        resting=resting_on(session, award),
        **_stated(award, facts, told),
    )


def _stated(award: Award, facts: AchievementFacts, told: Told) -> dict[str, Any]:
    """What the achievement says, in the reader's language where it is there."""
    return {
        "name": told.name,
        "abbreviation": facts.abbreviation,
        "description": told.description,
        "told": told,
        "tongues": tongues.tongues_of(facts, told, lambda tag: f"/b/{award.id}?lang={tag}"),
        "facts": stated_facts(facts),
        "details": labelled_facts(facts),
        "criteria_url": facts.criteria_url,
        "skills": skills_of(facts),
    }


def stated_facts(facts: AchievementFacts) -> tuple[str, ...]:
    """Hours, credits and assessment in few words each, for the line below the name."""
    found = [words.counted(facts.hours, "hour", "hours")] if facts.hours else []
    found += words.credits(facts)
    if method := words.assessment(facts.assessment_method):
        found.append(_("assessed by %(method)s", method=method))
    return tuple(found)


def labelled_facts(facts: AchievementFacts) -> tuple[tuple[str, str], ...]:
    """The same with a label each, for a sheet of paper."""
    found = []
    if facts.hours:
        found.append((_("Learning time"), words.counted(facts.hours, "hour", "hours")))
    if credits_ := words.credits(facts):
        found.append((_("Credit"), ", ".join(credits_)))
    if method := words.assessment(facts.assessment_method):
        found.append((_("Assessed by"), method))
    return tuple(found)


def file_stem(session: Session, award: Award) -> str:
    """The name of downloads without a suffix: the slugs of issuer and achievement, plain ASCII."""
    achievement = achievements.by_id(session, award.achievement_id)
    return f"{issuers.by_id(session, award.issuer_id).slug}-{achievement.slug}"


def _standing(
    session: Session, office: Office, award: Award, issuer: Issuer, credential: Credential
) -> states.Standing:
    kids = (credential.embedded_kid, credential.token_kid)
    return states.Standing(
        issuer_name=issuer.name,
        valid_from=credential.valid_from,
        signed_with=tuple(session.get(SigningKey, kid) for kid in kids),
        newer_url=_newer_url(session, office, award),
        zone=issuer.zone,
        grace_until=_grace_until(session, award),
    )


def _grace_until(session: Session, award: Award) -> datetime | None:
    """Until when a badge can be renewed after its end; None = it has no grace, or was renewed."""
    if award.valid_until is None or followers.successor(session, award) is not None:
        return None
    policy = policies.of_achievement(session, award.achievement_id)
    has_grace = policy.renewal.grace_days > 0
    return deadlines(policy.renewal, award.valid_until, policy.zone).grace_until if has_grace else None


def _newer_url(session: Session, office: Office, award: Award) -> str | None:
    newer = session.get(Award, award.superseded_by_id) if award.superseded_by_id else None
    if newer is None or newer.visibility == Visibility.PRIVATE:
        return None
    return office.addresses.badge(newer.id)


def _holder(session: Session, award: Award, credential: Credential) -> str | None:
    """The name as it was signed, and only while the learner still consents; a later name was never vouched for."""
    learner = session.get_one(Learner, award.learner_id)
    if not learner.name_shown:
        return None
    subject = strict_json.loads(credential.json)["credentialSubject"]
    names = [
        entry["identityHash"] for entry in subject.get("identifier", []) if entry.get("identityType") == "ext:name"
    ]
    return names[0] if names else None


def _dated(state: State, award: Award, credential: Credential, standing: states.Standing) -> State:
    moments = (award.valid_until, standing.grace_until, credential.valid_from, award.revoked_at, award.suspended_at)
    return replace(
        state,
        word=dated(state.word, standing.zone, *moments),
        sentence=dated(state.sentence, standing.zone, *moments),
    )


def _picture(
    session: Session, office: Office, version: AchievementVersion, facts: AchievementFacts, *, name: str
) -> Picture:
    image = session.get_one(Image, version.image_sha256)
    return picture_of(image, facts, name=name, url=office.addresses.image(image.sha256))


def _evidence(item: dict[str, Any]) -> EvidenceView:
    address = str(item.get("id") or "")
    is_web = is_web_address(address)
    text = item.get("narrative") or item.get("description")
    return EvidenceView(
        name=item.get("name") or item.get("genre") or (_("Evidence") if text or not is_web else address),
        url=address if is_web else None,
        text=text,
    )
