"""A status list of a million entries: from rows to two signed forms, beside the compression of its bits."""

from __future__ import annotations

import gzip
import random
import zlib

from app.credentials import bitstring, model, sign
from app.credentials.model import Algorithm
from bench.credentials.documents import ISSUER, SIGNED_AT, key
from bench.rounds import Measured, side_by_side

SIZE = 1_048_576
SHARE_SET = 0.01
ROUNDS, EACH = 9, 2


def publishing() -> dict[str, Measured]:
    """Milliseconds to build the bits, encode them, and sign the list in both forms."""
    keys = {name: key(algorithm).signer for name, algorithm in (("ed", Algorithm.ED25519), ("rs", Algorithm.RS256))}
    chosen = frozenset(random.Random(1).sample(range(SIZE), int(SIZE * SHARE_SET)))
    facts = model.StatusListFacts(
        id="https://badges.example.org/status/r1",
        issuer_id=ISSUER,
        purpose=model.StatusPurpose.REVOCATION,
        size_bits=SIZE,
        set_indexes=chosen,
        valid_from=SIGNED_AT,
    )
    bits = bitstring.decode(bitstring.encode(chosen, SIZE))

    def publish() -> sign.Signed:
        prepared = sign.prepare_status_list(facts, bitstring.encode(facts.set_indexes, facts.size_bits))
        return sign.sign(prepared, embedded=keys["ed"], token=keys["rs"], created=SIGNED_AT)

    def runs_only() -> bytes:
        packer = zlib.compressobj(level=9, strategy=zlib.Z_RLE)
        return packer.compress(bits) + packer.flush()

    return side_by_side(
        {
            "lanyard": publish,
            "floor": lambda: gzip.compress(bits, compresslevel=9, mtime=0),
            "floor, runs only": runs_only,
        },
        rounds=ROUNDS,
        each=EACH,
    )
