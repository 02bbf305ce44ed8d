"""Every address of a signed document or of something that one points at, and the file that stands for it.

A web server that knows only files finds the file by the address: `/b/{id}.json` is the file `b/{id}.json`. An address
that has others below it, or a page, is a folder, and its document the `index.json` in there.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from http import HTTPStatus
from typing import Any

from sqlalchemy import CompoundSelect, func, select, union
from sqlalchemy.orm import Session

from app.credentials.model import Algorithm
from app.issuing import issuers, signing_keys, tongues
from app.issuing.achievements import Achievement, AchievementVersion
from app.issuing.any_credentials import ListedCredential
from app.issuing.awards import Award, AwardState, Visibility
from app.issuing.endorsements import Endorsement
from app.issuing.images import Image
from app.issuing.issuers import Issuer
from app.issuing.office import Office
from app.issuing.pathways import PathwayRow, PathwayVersion
from app.issuing.received_endorsements import ReceivedEndorsement
from app.issuing.status_lists import StatusList
from app.web.negotiation import CREDENTIAL_JSON, CREDENTIAL_JWT, CTDL, DRAWING, HTML, LINKED_DATA, PICTURE

BADGE_FORMS = (CREDENTIAL_JSON, CREDENTIAL_JWT, PICTURE, DRAWING)
_TOKEN = CREDENTIAL_JWT.media_types[1]
_JSON = CREDENTIAL_JSON.media_types[0]
_PNG = b"\x89PNG"
_OK = frozenset({HTTPStatus.OK})
# A hosted badge of 2.0 that does not count says so in its document as well; a server of files has no other way.
_ALSO_ENDED = _OK | {HTTPStatus.NOT_FOUND, HTTPStatus.GONE}


@dataclass(frozen=True, slots=True)
class Wanted:
    """A file: what is asked at the public doors, and where the answer is kept, with `/` between folders.

    `may_be_gone`: that it is not for everyone any more, by the time that it is asked, is no fault.
    """

    path: str
    file: str
    accept: str = "*/*"
    statuses: frozenset[HTTPStatus] = _OK
    may_be_gone: bool = False

    @classmethod
    def at(cls, path: str) -> Wanted:
        """What has an address of its own with a file's name at its end."""
        return cls(path, path.removeprefix("/"))

    @classmethod
    def page(cls, path: str) -> Wanted:
        """The page at an address."""
        return cls(path, f"{path.removeprefix('/')}/index.html", HTML)

    @classmethod
    def below(cls, path: str, accept: str = "*/*") -> Wanted:
        """What stands at an address that is a folder."""
        return cls(path, f"{path.removeprefix('/')}/index.json", accept)


# Those that whoever has the address may see.
SHOWN = (Award.visibility != Visibility.PRIVATE, Award.state != AwardState.PENDING, Award.erased_at.is_(None))


def of_things(session: Session, office: Office) -> Iterator[Wanted]:
    """Keys, profiles, achievements, pathways, endorsements and pictures: what badges point at."""
    yield Wanted.at("/.well-known/jwks.json")
    for issuer in issuers.every(session):
        yield from _of_issuer(session, issuer)
    for achievement_id, number, is_2_0, facts in session.execute(
        select(
            AchievementVersion.achievement_id,
            AchievementVersion.number,
            AchievementVersion.open_badges_2,
            AchievementVersion.facts,
        )
    ):
        path = f"/achievements/{achievement_id}/v{number}"
        others = tongues.offered_by(facts) if facts.get("translations") else ()
        for each in (path, *(f"{path}/{tag}" for tag in others)):
            yield Wanted.page(each)
            yield Wanted.at(f"{each}{LINKED_DATA.suffix}")
            yield Wanted(f"{each}{LINKED_DATA.suffix}", f"{each[1:]}/index.json")
        if is_2_0:
            yield Wanted.below(f"/ob2{path}")
    for pathway_id, number in session.execute(
        select(PathwayRow.id, PathwayVersion.number).join(PathwayVersion, PathwayVersion.pathway_id == PathwayRow.id)
    ):
        yield Wanted.page(f"/pathways/{pathway_id}/v{number}")
        yield Wanted.at(f"/pathways/{pathway_id}/v{number}{CTDL.suffix}")
    for pathway_id in session.scalars(select(PathwayRow.id).where(PathwayRow.current_version.is_not(None))):
        yield Wanted.page(f"/pathways/{pathway_id}")
        yield Wanted.at(f"/pathways/{pathway_id}{CTDL.suffix}")
    for achievement_id in session.scalars(select(Achievement.id).where(Achievement.current_version.is_not(None))):
        yield Wanted.page(f"/achievements/{achievement_id}")
    yield from (Wanted.at(f"/images/{sha256}.png") for sha256 in session.scalars(_pictures()) if sha256)
    yield from _of_endorsements(session, office)


def _pictures() -> CompoundSelect[Any]:
    """Those of versions and issuers, and whatever else badges may point at: logos that issuers had before, above all.

    Not those that only a draft has. Drawings are among the images under digests of their own, which nothing names.
    """
    of_drafts = select(Achievement.draft_image_sha256).where(Achievement.draft_image_sha256.is_not(None))
    is_picture = func.substr(Image.content, 1, len(_PNG)) == _PNG
    others = select(Image.sha256).where(is_picture, Image.sha256.not_in(of_drafts))
    return union(select(AchievementVersion.image_sha256), select(Issuer.image_sha256), others)


def _of_endorsements(session: Session, office: Office) -> Iterator[Wanted]:
    """What is said of things that everybody may see, and, of things of this service, was accepted by whose they are."""
    for said in session.execute(
        select(Endorsement.id, Endorsement.about, Endorsement.about_issuer_id, Endorsement.accepted_at).where(
            Endorsement.json != b""
        )
    ):
        if (said.about_issuer_id and said.accepted_at is None) or _is_hidden(session, office, said.about):
            continue
        yield Wanted(f"/endorsements/{said.id}.json", f"endorsements/{said.id}")
        yield from (Wanted.at(f"/endorsements/{said.id}{form.suffix}") for form in BADGE_FORMS[:2])
    received = select(ReceivedEndorsement.id, ReceivedEndorsement.form, ReceivedEndorsement.about)
    for endorsement_id, form_name, about in session.execute(received):
        if not _is_hidden(session, office, about):
            path = f"/endorsements/{endorsement_id}.{form_name}"
            yield Wanted(path, f"endorsements/{endorsement_id}", may_be_gone=True)
            yield replace(Wanted.at(path), may_be_gone=True)


def _is_hidden(session: Session, office: Office, about: str) -> bool:
    about, badge = office.renamed(about), office.addresses.badge("")
    if not about.startswith(badge):
        return False
    return session.scalar(select(Award.id).where(Award.id == about.removeprefix(badge), *SHOWN)) is None


def _of_issuer(session: Session, issuer: Issuer) -> Iterator[Wanted]:
    path = f"/issuers/{issuer.slug}"
    yield Wanted.page(path)
    yield Wanted.at(f"{path}.json")
    yield Wanted(f"{path}.json", f"{path[1:]}/index.json")
    yield Wanted.at(f"{path}/did.json")
    yield Wanted.at(f"{path}/jwks.json")
    keys = signing_keys.of_issuer(session, issuer)
    for key in keys:
        if key.revoked_at is None:
            yield Wanted.at(f"{path}/keys/{key.kid}")
    if not issuers.has_open_badges_2(session, issuer):
        return
    yield Wanted.below(f"/ob2{path}")
    yield Wanted.at(f"/ob2{path}/revocations")
    numbers = session.execute(
        select(AchievementVersion.achievement_id, AchievementVersion.number)
        .join(Achievement, Achievement.id == AchievementVersion.achievement_id)
        .where(Achievement.issuer_id == issuer.id, AchievementVersion.open_badges_2)
    ).all()
    for key in keys:
        if key.algorithm != Algorithm.RS256 or key.revoked_at is not None:
            continue
        yield Wanted.below(f"/ob2{path}/keys/{key.kid}")
        yield Wanted.at(f"/ob2{path}/keys/{key.kid}/issuer")
        yield from (Wanted.at(f"/ob2/achievements/{its}/v{number}/keys/{key.kid}") for its, number in numbers)


def of_badges(awards: Iterable[Award]) -> Iterator[Wanted]:
    """The pages and signed forms of awards, those of Open Badges 2.0 included where it was switched on."""
    for award in awards:
        yield from (replace(each, may_be_gone=True) for each in _of_badge(award))


def _of_badge(award: Award) -> Iterator[Wanted]:
    path = f"/b/{award.id}"
    yield Wanted.page(path)
    yield from (Wanted.at(f"{path}{form.suffix}") for form in BADGE_FORMS)
    yield Wanted(f"{path}{CREDENTIAL_JSON.suffix}", f"{path[1:]}/refresh")
    if award.open_badges_2:
        hosted = f"/ob2/assertions/{award.id}"
        yield Wanted(hosted, hosted[1:], statuses=_ALSO_ENDED)
        yield Wanted.at(f"{hosted}.jws")


def of_lists(session: Session) -> Iterator[Wanted]:
    """The status lists. They come after the badges: a badge that is withdrawn meanwhile is withdrawn in its list."""
    for list_id in session.scalars(select(StatusList.id)):
        yield Wanted(f"/status/{list_id}", f"status/{list_id}", _JSON)
        yield Wanted(f"/status/{list_id}", f"status/{list_id}{CREDENTIAL_JWT.suffix}", _TOKEN)
    # What the VC-API signed names its list by the key. The door is shut where the VC-API is off, and for revoked keys.
    for list_id, kid in session.execute(select(ListedCredential.list_id, ListedCredential.kid).distinct()):
        yield replace(Wanted.at(f"/credentials/status/{list_id}/{kid}"), may_be_gone=True)
