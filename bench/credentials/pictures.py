"""A PNG of 100 kB: baking a badge into the file and reading it back, beside reading and writing the same bytes."""

from __future__ import annotations

import random
import zlib
from pathlib import Path

from app.credentials import baking, png
from bench.credentials.embedded import Badge
from bench.rounds import Measured, side_by_side

SIDE = 183  # pixels of three random bytes, which no compression makes smaller: about 100 kB
ROUNDS, EACH = 11, 40


def baking_and_reading(made: Badge, folder: Path) -> dict[str, Measured]:
    """Milliseconds to read a picture's file, bake the badge in, write the file, and read the badge out of it again."""
    plain, baked = folder / "plain.png", folder / "baked.png"
    plain.write_bytes(picture())
    baked.write_bytes(baking.bake(plain.read_bytes(), made.data))
    content = baked.read_bytes()

    def ours() -> None:
        baked.write_bytes(baking.bake(plain.read_bytes(), made.data))
        assert baking.extract(baked.read_bytes()) == made.data

    def floor() -> bytes:
        plain.read_bytes()
        baked.write_bytes(content)
        return baked.read_bytes()

    return side_by_side({"lanyard": ours, "floor": floor}, rounds=ROUNDS, each=EACH)


def picture() -> bytes:
    """A picture of noise, the same each time."""
    noise = random.Random(1)
    rows = b"".join(b"\x00" + noise.randbytes(3 * SIDE) for _ in range(SIDE))
    header = SIDE.to_bytes(4, "big") * 2 + bytes((8, 2, 0, 0, 0))
    chunks = ((b"IHDR", header), (b"IDAT", zlib.compress(rows)), (b"IEND", b""))
    return png.write(tuple(png.Chunk(type=kind, data=data) for kind, data in chunks))
