"""Signed badges of Open Badges 2.0: made in the transaction that signs the 3.0 form, stored and served as they are.

Never made by a request that only reads: whoever crawls the public addresses must change nothing (T31).
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, String, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from app import clock
from app.credentials import keys, ob2, sign_ob2, strict_json
from app.credentials.model import Algorithm
from app.db import Base
from app.errors import InvalidInput
from app.issuing.office import Office


class SignedAssertion(Base):
    """The signed 2.0 form of one revision of an award. `urn` is its id there, the same in every revision.

    It is no part of the award's address, because the public list of revoked badges names it: from that list nobody
    shall find the way to an unlisted badge.
    """

    __tablename__ = "signed_assertions"

    award_id: Mapped[str] = mapped_column(ForeignKey("awards.id"), primary_key=True)
    revision: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    urn: Mapped[str] = mapped_column(String(60))
    jws: Mapped[bytes]
    kid: Mapped[str] = mapped_column(String(80))
    created_at: Mapped[datetime]


def make(
    session: Session,
    office: Office,
    slug: str,
    key: keys.SigningKey,
    *,
    award_id: str,
    revision: int,
    credential: bytes,
    version: tuple[str, int],
) -> SignedAssertion | None:
    """Sign the 2.0 form of a credential that was just signed; None when 2.0 cannot say whose badge it is.

    `slug` is the issuer's, `version` the achievement's id and the number of its version. None also for an issuer whose
    tokens are not signed with RS256, since 2.0 knows nothing else. Raises LintFailed, SelfVerificationFailed.
    """
    if key.algorithm is not Algorithm.RS256:
        return None
    earlier = newest(session, award_id)
    urn = earlier.urn if earlier is not None else clock.new_urn()
    addresses = office.addresses
    try:
        assertion = ob2.signed_assertion(
            strict_json.loads(credential),
            urn=urn,
            badge=addresses.ob2_badge_class_of_key(*version, key.kid),
            key=addresses.ob2_key(slug, key.kid),
        )
    except InvalidInput:  # the learner has no address
        return None
    made = SignedAssertion(
        award_id=award_id,
        revision=revision,
        urn=urn,
        jws=sign_ob2.sign(sign_ob2.prepare(assertion), key=key),
        kid=key.kid,
        created_at=clock.now(),
    )
    session.add(made)
    return made


def newest(session: Session, award_id: str) -> SignedAssertion | None:
    """The newest signed 2.0 form of an award; None when there is none."""
    query = select(SignedAssertion).where(SignedAssertion.award_id == award_id)
    return session.scalars(query.order_by(SignedAssertion.revision.desc()).limit(1)).one_or_none()
