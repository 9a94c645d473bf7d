"""Recover the seed of NumPy's default generator from the generator's state: every step can be undone."""

import numpy as np

PCG_FACTOR, PCG_BITS = 0x2360ED051FC65DA44385DF649FCCF645, 2**128
INIT_A, MULT_A, INIT_B, MULT_B = 0x43B0D7E5, 0x931E8875, 0x8B51F9DD, 0x58F38DED  # of `numpy.random.SeedSequence`
MIX_L, MIX_R, WORD = 0xCA01F9DD, 0x4973F715, 2**32
POOL = 4  # words
MIXES = [(source, target) for source in range(POOL) for target in range(POOL) if source != target]


def seed_words(generator, most_draws=1000):
    """Return the 32-bit words of a generator's seed after at most `most_draws` draws, or None if there are none.

    Seeds of up to four words come back exactly, perhaps with zeros at the end. For a longer seed, these four words start alike.
    """
    state = generator.bit_generator.state["state"]
    value, increment = state["state"], state["inc"]
    for _ in range(most_draws):
        start = ((value - increment) * pow(PCG_FACTOR, -1, PCG_BITS) - increment) % PCG_BITS
        words = [
            half >> shift & WORD - 1
            for number in (start, increment >> 1)
            for half in halves(number)
            for shift in (0, 32)
        ]
        if (pool := pool_of(words)) is not None:
            return entropy_of(pool)
        value = (value - increment) * pow(PCG_FACTOR, -1, PCG_BITS) % PCG_BITS
    return None


def halves(number):
    return number >> 64, number % 2**64


def pool_of(words):
    """Return the pool from which `SeedSequence` draws these eight words, or None. The last word has lost its first bit."""
    constants, pool = constants_of(INIT_B, MULT_B), []
    for i, word in enumerate(words):
        before, after = constants[i], constants[i + 1]
        value = unfold(word) * pow(after, -1, WORD) % WORD ^ before
        if i < POOL:
            pool.append(value)
        elif i == 5:  # the high half of the increment
            if fold((value ^ before) * after % WORD) % 2**31 != fold((pool[1] ^ before) * after % WORD) % 2**31:
                return None
        elif value != pool[i - POOL]:
            return None
    return pool


def entropy_of(pool):
    """Return what was put into a pool, where twelve steps have mixed the words with each other."""
    pool, constants = [*pool], constants_of(INIT_A, MULT_A)
    for step, (source, target) in reversed(list(enumerate(MIXES, start=POOL))):
        mixed = fold((pool[source] ^ constants[step]) * constants[step + 1] % WORD)
        pool[target] = (unfold(pool[target]) + MIX_R * mixed) * pow(MIX_L, -1, WORD) % WORD
    return [unfold(word) * pow(constants[i + 1], -1, WORD) % WORD ^ constants[i] for i, word in enumerate(pool)]


def constants_of(first, factor):
    return [first * pow(factor, i, WORD) % WORD for i in range(POOL + len(MIXES) + 1)]


def fold(word):
    return word ^ word >> 16


unfold = fold  # `fold` is its own inverse


def starts_like(words, generator):
    """Return whether a seed of these words starts a generator in the same state."""
    return np.random.default_rng(words).bit_generator.state == generator.bit_generator.state
