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
    heartbeat,
    images,
    inbox,
    issuers,
    learners,
    outbox,
    rules,
    signing_keys,
    sources,
    status_lists,
)

__all__ = [
    "access",
    "achievements",
    "append_only",
    "audit",
    "audit_chain",
    "awards",
    "completions",
    "heartbeat",
    "images",
    "inbox",
    "issuers",
    "learners",
    "outbox",
    "rules",
    "signing_keys",
    "sources",
    "status_lists",
]
