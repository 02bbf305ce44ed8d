"""Learners: people as one issuer knows them, by identities (namespace, source id) and e-mail addresses.

Nobody is ever merged on a name. An address belongs to one learner of an issuer; facts that point at two people are
for a member of staff to decide.
"""

from app.issuing.learners import sharing
from app.issuing.learners.addresses import address_of
from app.issuing.learners.merging import came_over
from app.issuing.learners.resolving import (
    add_email,
    become_known,
    by_email,
    by_id,
    email_of,
    find_by_email,
    find_by_identity,
    is_pending,
    join,
    learn_name,
    newly_known,
    other_identity,
    refuse_ended,
    resolve,
)
from app.issuing.learners.tables import (
    EMAIL_NAMESPACE,
    ClaimLink,
    Learner,
    LearnerEmail,
    LearnerGroup,
    LearnerIdentity,
    LearnerMerge,
    LearnerState,
    Tombstone,
)

__all__ = [
    "EMAIL_NAMESPACE",
    "ClaimLink",
    "Learner",
    "LearnerEmail",
    "LearnerGroup",
    "LearnerIdentity",
    "LearnerMerge",
    "LearnerState",
    "Tombstone",
    "add_email",
    "address_of",
    "become_known",
    "by_email",
    "by_id",
    "came_over",
    "email_of",
    "find_by_email",
    "find_by_identity",
    "is_pending",
    "join",
    "learn_name",
    "newly_known",
    "other_identity",
    "refuse_ended",
    "resolve",
    "sharing",
]
