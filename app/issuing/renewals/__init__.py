"""Renewals and continuing education: how badges stand in their cycles, ledgers, reminders, samples, calendars.

The arithmetic is in `stacking/cycles.py` and `stacking/continuing_education.py`; here it meets the rows.
"""

from app.issuing.renewals import activities, calendars, ledger, listing, policies, sampling, standing, verdicts
from app.issuing.renewals.activities import Worth, post, retract
from app.issuing.renewals.activities import is_counted as is_education
from app.issuing.renewals.forgetting import forget
from app.issuing.renewals.listing import DueWanted
from app.issuing.renewals.policies import Policy
from app.issuing.renewals.reminding import digest, lapsed, remind
from app.issuing.renewals.renewing import Grounds, renew
from app.issuing.renewals.standing import Standing
from app.issuing.renewals.tables import CEActivity, CEEntry, CEVerdict, RenewalReminder

__all__ = [
    "CEActivity",
    "CEEntry",
    "CEVerdict",
    "DueWanted",
    "Grounds",
    "Policy",
    "RenewalReminder",
    "Standing",
    "Worth",
    "activities",
    "calendars",
    "digest",
    "forget",
    "is_education",
    "lapsed",
    "ledger",
    "listing",
    "policies",
    "post",
    "remind",
    "renew",
    "retract",
    "sampling",
    "standing",
    "verdicts",
]
