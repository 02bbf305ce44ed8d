"""The inbox: every authenticated delivery as it was received, and the one function that works through it.

A small delivery is worked through in the request that brought it; a large one, and one that failed on the way, by
the worker, with the same function. Each can be run again and gives the same result.
"""

from app.issuing.deliveries import WAITING, Delivery, DeliveryState, Standing, settle
from app.issuing.inbox.looking import Wanted, by_id, counts, items_of, newest, query_of
from app.issuing.inbox.parked import Decided, catch_up
from app.issuing.inbox.processing import (
    QUEUED,
    decide,
    decide_stored,
    failed_item,
    finish,
    finish_unreadable,
    next_stored,
    process,
    read,
    replay,
)
from app.issuing.inbox.queue import RETRY_SECONDS, hold, lease, mark_failed, release
from app.issuing.inbox.raw import FORGET_AT_ONCE, Raw, forget, forget_old, read_raw
from app.issuing.inbox.receiving import KEPT_HEADERS, Received, count_conflict, receive, store
from app.issuing.inbox.replaying import replay_all, still_replaying, would_replay
from app.issuing.inbox.summaries import Summary, summaries
from app.issuing.inbox.traffic import Traffic, traffic
from app.issuing.inbox.unmapped import UnmappedActivity, count_as_education, map_and_decide, unmapped

__all__ = [
    "FORGET_AT_ONCE",
    "KEPT_HEADERS",
    "QUEUED",
    "RETRY_SECONDS",
    "WAITING",
    "Decided",
    "Delivery",
    "DeliveryState",
    "Raw",
    "Received",
    "Standing",
    "Summary",
    "Traffic",
    "UnmappedActivity",
    "Wanted",
    "by_id",
    "catch_up",
    "count_as_education",
    "count_conflict",
    "counts",
    "decide",
    "decide_stored",
    "failed_item",
    "finish",
    "finish_unreadable",
    "forget",
    "forget_old",
    "hold",
    "items_of",
    "lease",
    "map_and_decide",
    "mark_failed",
    "newest",
    "next_stored",
    "process",
    "query_of",
    "read",
    "read_raw",
    "receive",
    "release",
    "replay",
    "replay_all",
    "settle",
    "still_replaying",
    "store",
    "summaries",
    "traffic",
    "unmapped",
    "would_replay",
]
