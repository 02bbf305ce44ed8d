"""What holders do with their badges: look, accept, show or hide, share for a while, add evidence, put into portfolios.

A holder is an account, through the learners that it joins; nobody comes here by a badge's address alone.
"""

from app.issuing.holding import choices, evidence, mail_choices, names, portfolios, sharing, shelf, traces
from app.issuing.holding.tables import (
    EvidenceState,
    HolderEvidence,
    NameRequest,
    NameState,
    Portfolio,
    PortfolioBadge,
    PortfolioKeptBadge,
    ShareLink,
)

__all__ = [
    "EvidenceState",
    "HolderEvidence",
    "NameRequest",
    "NameState",
    "Portfolio",
    "PortfolioBadge",
    "PortfolioKeptBadge",
    "ShareLink",
    "choices",
    "evidence",
    "mail_choices",
    "names",
    "portfolios",
    "sharing",
    "shelf",
    "traces",
]
