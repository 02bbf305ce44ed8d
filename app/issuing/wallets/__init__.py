"""Badges in wallets: offers that end soon, and documents bound to a wallet's key (decision 0026)."""

from app.issuing.wallets import claiming, nonces, offers, refusing
from app.issuing.wallets.tables import (
    Event,
    Format,
    WalletCredential,
    WalletNonce,
    WalletOffer,
    forget_awards,
    forget_old,
    holds_any,
    of_award,
)

__all__ = [
    "Event",
    "Format",
    "WalletCredential",
    "WalletNonce",
    "WalletOffer",
    "claiming",
    "forget_awards",
    "forget_old",
    "holds_any",
    "nonces",
    "of_award",
    "offers",
    "refusing",
]
