"""Keys that are well written and still prove nothing: points of small order, moduli that anybody can take apart."""

from __future__ import annotations

import math

from app.errors import InvalidInput

# The y coordinates of the eight points of small order: under such a "key" one signature fits any message (T19).
P = 2**255 - 19
D = -121665 * pow(121666, -1, P) % P
ORDER_8 = 0x05FC536D880238B13933C6D305ACDFD5F098EFF289F4C345B027B2C28F95E826
_Y_OF_SMALL_ORDER = frozenset({0, 1, P - 1, ORDER_8, P - ORDER_8})

_SMALL = 1 << 12
_PRIMES = [n for n in range(3, _SMALL, 2) if all(n % d for d in range(3, math.isqrt(n) + 1, 2))]
_PRODUCT = math.prod(_PRIMES)
_FERMAT_ROUNDS = 100
# Infineon's broken generator made every prime a power of 65537 modulo each of these (CVE-2017-15361, "ROCA").
_ROCA = {p: frozenset(pow(65537, k, p) for k in range(p)) for p in _PRIMES if p <= 167}  # noqa: PLR2004 - the 38th


def refuse_ed25519(data: bytes) -> None:
    """Refuse 32 bytes that are no point, another spelling of one, or a point of small order. Raises InvalidInput."""
    y = int.from_bytes(data, "little") & (2**255 - 1)
    if y >= P or y in _Y_OF_SMALL_ORDER:
        raise InvalidInput("This Ed25519 key is unsafe: a signature under it proves nothing")
    # x² = (y² - 1) / (d y² + 1) must be a square; the product has the same character as the quotient.
    if pow((y * y - 1) * (D * y * y + 1), (P - 1) // 2, P) != 1:
        raise InvalidInput("This Ed25519 key is not a point of the curve")


def refuse_modulus(n: int) -> None:
    """Refuse an RSA modulus that is even, has a small factor, or shows a known generator's fault. Raises InvalidInput.

    Not every weak modulus can be told; these are the ones that were found in use and cost next to nothing to tell.
    """
    if n % 2 == 0 or math.gcd(n, _PRODUCT) != 1:
        raise InvalidInput("This RSA key is unsafe: its modulus has a small factor")
    if all(n % p in residues for p, residues in _ROCA.items()):
        raise InvalidInput("This RSA key is unsafe: it comes from a generator whose keys can be taken apart")
    # Two primes close to each other (CVE-2022-26320): n = a² - b² with a just above the root.
    a = math.isqrt(n - 1) + 1
    for _ in range(_FERMAT_ROUNDS):
        rest = a * a - n
        if math.isqrt(rest) ** 2 == rest:
            raise InvalidInput("This RSA key is unsafe: its two primes are too close to each other")
        a += 1
