"""Whom an award is for: an e-mail address, or a name that another system gave."""

from __future__ import annotations

from typing import Annotated, Self

from pydantic import ConfigDict, Field, model_validator
from sqlalchemy.orm import Session

from app.errors import InvalidInput
from app.issuing import consent, inbox, learners
from app.issuing.issuers import Issuer
from app.issuing.learners import Learner
from app.issuing.office import Office
from app.web.api.fields import Email, In, Line200, Line255, Line320


class Recipient(In):
    """A person: by e-mail address, by `id` in a `namespace` (a system that names people), or by both."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"email": "ana.ortiz@hospital.example"}]})

    email: Email | None = None
    name: Line200 | None = None
    show_name: Annotated[
        bool | None, Field(description="the learner agreed, or no longer agrees, to show the name; left out: as before")
    ] = None
    id: Line320 | None = None
    namespace: Line255 | None = None

    @model_validator(mode="after")
    def _somebody(self) -> Self:
        if (self.id is None) != (self.namespace is None):
            raise ValueError("id and namespace belong together: the namespace says who gave out the id")
        if self.id is None and self.email is None:
            raise ValueError("give an email, or an id with its namespace")
        return self


def resolve(session: Session, office: Office, issuer: Issuer, stated: Recipient, *, actor: str) -> Learner:
    """The learner, made if new, with the consent that was stated. Raises InvalidInput, LearnerUnclear.

    Raises LearnerErased for who asked to be erased, until they are readmitted.
    """
    learner = learners.resolve(
        session,
        issuer,
        namespace=stated.namespace,
        source_id=stated.id,
        email=stated.email,
        display_name=stated.name,
        sealer=office.sealer,
    )
    if learner is None or learners.is_pending(learner):
        raise InvalidInput("This person is not known here yet; give an e-mail address too", pointer="/recipient/email")
    inbox.catch_up(session, office)
    if stated.show_name is not None:
        session.flush()
        consent.change(session, office, learner, name_shown=stated.show_name, actor=actor)
    return learner
