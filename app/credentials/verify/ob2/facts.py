"""What a badge of Open Badges 2.0 or 1.x says, out of objects that were had from where they are kept or were signed."""

from __future__ import annotations

from typing import Any

from app.credentials.report import VerifiedFacts
from app.credentials.verify.ob2.addresses import is_address
from app.credentials.verify.ob2.generations import Generation
from app.credentials.verify.ob2.graph import Node
from app.credentials.verify.ob2.moments import moment_of
from app.credentials.verify.shape import text_of


def extract(assertion: Node, badge_class: Node, issuer: Node) -> VerifiedFacts:
    """The facts of a badge whose checks of `schema`, `context`, `proof` and `issuer` passed.

    The issuer is called by its address, and by the address where its profile was found when it says another thing.
    """
    older = assertion.generation is not Generation.OB_2_0
    issued = moment_of(assertion.said["issuedOn"], or_seconds=older)
    assert issued is not None  # noqa: S101 - the `schema` check passed
    criteria = badge_class.said["criteria"]
    criteria = criteria[0] if isinstance(criteria, list) else criteria
    return VerifiedFacts(
        credential_id=assertion.id,
        credential_name=None,
        issuer_id=issuer_name_of(issuer),
        issuer_name=text_of(issuer.said, "name"),
        issuer_url=text_of(issuer.said, "url"),
        achievement_id=badge_class.id,
        achievement_name=text_of(badge_class.said, "name"),
        achievement_description=text_of(badge_class.said, "description"),
        achievement_type=None,
        human_code=None,
        criteria_narrative=text_of(criteria, "narrative"),
        criteria_url=criteria if isinstance(criteria, str) else text_of(criteria, "id"),
        image_url=_image(assertion.said) or _image(badge_class.said),
        subject_id=_subject_id(assertion.said["recipient"]),
        holder_names=(),
        valid_from=issued,
        valid_until=moment_of(assertion.said.get("expires"), or_seconds=older),
        awarded_date=issued,
        standard=assertion.generation.value,
    )


def issuer_name_of(issuer: Node) -> str:
    """The address that an issuer answers for: the one it states, else the one where its profile was found."""
    return issuer.id if is_address(issuer.id) else issuer.address or ""


def _subject_id(recipient: dict[str, Any]) -> str | None:
    if recipient.get("hashed") or recipient["type"] not in ("id", "url", "did"):
        return None
    return text_of(recipient, "identity")


def _image(said: dict[str, Any]) -> str | None:
    image = said.get("image")
    stated = image.get("id") if isinstance(image, dict) else image
    return stated if is_address(stated) else None
