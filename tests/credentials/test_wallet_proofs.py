"""What a wallet signed to prove its key: read without any world around, and refused with a sentence."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any, cast

import httpx
import pytest

from app.credentials import wallet_proofs
from app.credentials.vc.embedded import Expectation, Question
from app.credentials.vc.verify import verify_presentation
from app.credentials.wallet_proofs import BadProof
from app.errors import CredentialRefused
from tests.web.wallets.simulator import Key, Offer, Wallet

HERE = "https://badges.example/wallets/northfield"
OFFER = Offer({"credential_issuer": HERE}, {}, {})


@pytest.fixture
def wallet() -> Wallet:
    """A wallet that talks to nobody."""
    return Wallet(cast(httpx.Client, None), Key("EdDSA"))


def test_a_wallet_is_named_by_the_key_that_it_proved_to_hold(wallet: Wallet):
    proven = wallet_proofs.of_token(wallet.proof(OFFER, "n"), audience=HERE, now=datetime.now(UTC))

    assert (proven.holder, proven.nonce) == (wallet.key.did_key, "n")


def test_a_proof_is_good_for_five_minutes_and_for_one_issuer(wallet: Wallet):
    proof, now = wallet.proof(OFFER, "n"), datetime.now(UTC)

    for audience, moment in ((HERE, now + timedelta(minutes=6)), (HERE, now - timedelta(minutes=6)), (f"{HERE}/", now)):
        with pytest.raises(BadProof):
            wallet_proofs.of_token(proof, audience=audience, now=moment)


@pytest.mark.parametrize("v1", [True, False])
def test_presentations_of_older_wallets_hold_and_are_refused_with_a_word_changed(wallet: Wallet, *, v1: bool):
    shown = wallet.presentation(challenge="c", domain=HERE, old=True, v1=v1)
    question = Question(now=datetime.now(UTC), resolve=cast(Any, wallet_proofs._NobodyToAsk()),
                        expected=Expectation(domain=HERE, challenge="c"))  # fmt: skip

    assert verify_presentation(shown, question) == []
    with pytest.raises(CredentialRefused):
        verify_presentation({**shown, "id": "urn:uuid:0d4e2c1a-9c5d-4d2b-8f0e-5a6b7c8d9e0f"}, question)
