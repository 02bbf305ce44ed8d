"""One box to search deliveries by what people know: somebody's address, name or id, an activity, or an id of ours."""

from __future__ import annotations

from sqlalchemy import ColumnElement, or_, select

from app.issuing.completions import Completion
from app.issuing.deliveries import Delivery
from app.issuing.learners import Learner, LearnerEmail, LearnerIdentity, address_of


def named(issuer_id: str, text: str) -> ColumnElement[bool]:
    """Whether a delivery is called so, or was the first to bring a fact of an activity or a person called so.

    Ids and addresses are compared as a whole, names by a part of them, in any case.
    """
    people = select(Learner.id).where(
        Learner.issuer_id == issuer_id, Learner.display_name.icontains(text, autoescape=True)
    )
    called = select(LearnerIdentity.learner_id).where(
        LearnerIdentity.issuer_id == issuer_id, LearnerIdentity.source_id == text
    )
    address = address_of(text)
    reached = select(LearnerEmail.learner_id).where(
        LearnerEmail.issuer_id == issuer_id, LearnerEmail.normalised == (address or text)
    )
    brought = select(Completion.delivery_id).where(
        Completion.issuer_id == issuer_id,
        or_(
            Completion.id == text,
            Completion.activity_id == text,
            Completion.activity_name.icontains(text, autoescape=True),
            Completion.learner_id == text,
            Completion.learner_id.in_(people),
            Completion.learner_id.in_(called),
            Completion.learner_id.in_(reached),
        ),
    )
    return or_(Delivery.id == text, Delivery.delivery_key == text, Delivery.id.in_(brought))
