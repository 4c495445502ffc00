"""Sums that are equal to the last bit whatever the order: numbers as two whole-number limbs of one common scale.

Of a column whose values lie below 2**e, the upper limb counts steps of 2**(e - 31) and the lower one steps of
2**(e - 62), so that up to 2**32 of them add up exactly in 64 bits; float64 itself holds 53 bits below each value. This
is the fixed-point accumulator of Kulisch, cut to the two words that columns of measured things need.
"""

from __future__ import annotations

import math

import numpy as np

from pipeline.folding.kernels.kernel import Array

LIMB = 31
# What lies below 2**-900 counts as 0, since the scale must be a float, and what lies above 2**500 as that, since its
# square must be one.
_LEAST, _MOST = -900, 500


def exponents(largest: Array) -> Array:
    """The common scale of columns with these largest absolute values, (c,): the least e with abs(x) < 2**e."""
    powers: Array = np.clip(np.frexp(np.asarray(largest, dtype=np.float64))[1], _LEAST, _MOST)
    return powers


def squared(scale: Array) -> Array:
    """The common scale of the squares."""
    scales: Array = np.maximum(2 * np.asarray(scale), _LEAST)
    return scales


def limbs(values: Array, scale: Array) -> tuple[Array, Array]:
    """Upper and lower limb of each value, whole numbers in float64; ``values`` (n, c), ``scale`` (c,) exponents.

    The magnitudes stay within 2**31, so that 2**21 of a limb add up exactly in float64 too.
    """
    steps = values * np.ldexp(1.0, LIMB - np.asarray(scale))  # exact: a power of two
    np.clip(steps, -(2.0**LIMB), 2.0**LIMB, out=steps)
    upper = np.rint(steps)
    steps -= upper  # exact: what is left are lower bits of the same number
    steps *= 2.0**LIMB
    return upper, np.rint(steps, out=steps)


def total(upper: Array, lower: Array, scale: Array) -> Array:
    """The sums as float64, rounded once; whole-number sums of the limbs, with ``scale`` broadcast against them."""
    wide = np.broadcast_to(scale, np.shape(upper))
    sums = [
        math.ldexp(float((int(high) << LIMB) + int(low)), int(exponent) - 2 * LIMB)
        for high, low, exponent in zip(np.ravel(upper), np.ravel(lower), np.ravel(wide), strict=True)
    ]
    return np.array(sums, dtype=np.float64).reshape(np.shape(upper))
