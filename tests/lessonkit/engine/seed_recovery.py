"""From the state of NumPy's default generator back to the seed that it was made of: every step of that can be undone."""

import numpy as np

PCG_FACTOR, PCG_BITS = 0x2360ED051FC65DA44385DF649FCCF645, 2**128
INIT_A, MULT_A, INIT_B, MULT_B = 0x43B0D7E5, 0x931E8875, 0x8B51F9DD, 0x58F38DED  # of `numpy.random.SeedSequence`
MIX_L, MIX_R, WORD = 0xCA01F9DD, 0x4973F715, 2**32
POOL = 4  # words
MIXES = [(source, target) for source in range(POOL) for target in range(POOL) if source != target]


def seed_words(generator, most_draws=1000):
    """The words of 32 bits that a generator's seed consists of, after at most so many draws; None where there are none.

    Up to four words come back exactly, the last ones perhaps 0. Of a longer seed, these are four that would start alike.
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
    """The pool that `SeedSequence` draws these eight words from, or None; the generator has lost the last one's first bit."""
    constants, pool = constants_of(INIT_B, MULT_B), []
    for i, word in enumerate(words):
        before, after = constants[i], constants[i + 1]
        value = unfold(word) * pow(after, -1, WORD) % WORD ^ before
        if i < POOL:
            pool.append(value)
        elif i == 5:  # high half of the increment
            if fold((value ^ before) * after % WORD) % 2**31 != fold((pool[1] ^ before) * after % WORD) % 2**31:
                return None
        elif value != pool[i - POOL]:
            return None
    return pool


def entropy_of(pool):
    """What was put into a pool: its words are mixed with each other, in twelve steps."""
    pool, constants = [*pool], constants_of(INIT_A, MULT_A)
    for step, (source, target) in reversed(list(enumerate(MIXES, start=POOL))):
        mixed = fold((pool[source] ^ constants[step]) * constants[step + 1] % WORD)
        pool[target] = (unfold(pool[target]) + MIX_R * mixed) * pow(MIX_L, -1, WORD) % WORD
    return [unfold(word) * pow(constants[i + 1], -1, WORD) % WORD ^ constants[i] for i, word in enumerate(pool)]


def constants_of(first, factor):
    return [first * pow(factor, i, WORD) % WORD for i in range(POOL + len(MIXES) + 1)]


def fold(word):
    return word ^ word >> 16


unfold = fold  # it undoes itself


def starts_like(words, generator):
    """Whether a seed of these words starts a generator in the same state."""
    return np.random.default_rng(words).bit_generator.state == generator.bit_generator.state
