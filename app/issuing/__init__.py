"""The office: one file per concept, with its tables, its rules and its queries.

Functions take a Session first, may flush, never commit: transactions begin and end in doors.
"""

from app.issuing import (
    access,
    achievements,
    append_only,
    audit,
    audit_chain,
    awards,
    completions,
    endorsements,
    heartbeat,
    images,
    inbox,
    issuers,
    learners,
    open_badges_2,
    outbox,
    records,
    rules,
    signed_assertions,
    signing_keys,
    sources,
    status_lists,
    stored_keys,
)

__all__ = [
    "access",
    "achievements",
    "append_only",
    "audit",
    "audit_chain",
    "awards",
    "completions",
    "endorsements",
    "heartbeat",
    "images",
    "inbox",
    "issuers",
    "learners",
    "open_badges_2",
    "outbox",
    "records",
    "rules",
    "signed_assertions",
    "signing_keys",
    "sources",
    "status_lists",
    "stored_keys",
]
