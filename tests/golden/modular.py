#!/usr/bin/env python3
"""usage: modular.py > modular.json

Modular addition with pairs held out, without the program: xoshiro256** seeded by SplitMix64 from seed,
purpose and index; all pairs a, b in the order of Durstenfeld's shuffle (purpose 7), the first share of them
to train on; a sequence "a b =" asks for (a + b) mod p of a pair drawn for its step and part (purpose 5,
index 2 step, of held-out pairs one more).
"""

import json

MASK = 2**64 - 1


def split_mix(state):
    state = (state + 0x9E3779B97F4A7C15) & MASK
    z = ((state ^ (state >> 30)) * 0xBF58476D1CE4E5B9) & MASK
    z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & MASK
    return state, z ^ (z >> 31)


def turned(x, by):
    return ((x << by) | (x >> (64 - by))) & MASK


class Draws:
    def __init__(self, seed, purpose, index=0):
        mixed = split_mix(seed)[1] ^ purpose
        mixed = split_mix(mixed)[1] ^ index
        self.state = []
        for _ in range(4):
            mixed, word = split_mix(mixed)
            self.state.append(word)

    def bits(self):
        s = self.state
        result = turned(s[1] * 5 & MASK, 7) * 9 & MASK
        shifted = s[1] << 17 & MASK
        s[2] ^= s[0]
        s[3] ^= s[1]
        s[1] ^= s[2]
        s[0] ^= s[3]
        s[2] ^= shifted
        s[3] = turned(s[3], 45)
        return result

    def below(self, bound):
        value = self.bits()
        while value < 2**64 % bound:
            value = self.bits()
        return value % bound


def case(modulus, share, seed, step, sequences):
    pairs = [[a, b] for a in range(modulus) for b in range(modulus)]
    draws = Draws(seed, 7)
    for i in range(len(pairs), 1, -1):
        j = draws.below(i)
        pairs[i - 1], pairs[j] = pairs[j], pairs[i - 1]
    count = int(share * len(pairs))
    parts = {"training": pairs[:count], "held_out": pairs[count:]}
    batches = {}
    for number, (part, some) in enumerate(parts.items()):
        draws = Draws(seed, 5, 2 * step + number)
        batches[part] = [some[draws.below(len(some))] for _ in range(sequences)]
    return {"modulus": modulus, "share": share, "seed": seed, "step": step,
            "count": count, "batches": {part: [[a, b, (a + b) % modulus] for a, b in batch]
                                        for part, batch in batches.items()}}


cases = [case(7, 0.6, 1, 3, 12), case(31, 0.5, 1, 0, 40), case(97, 0.3, 5, 1000, 40)]
print("[" + ",\n ".join(json.dumps(one) for one in cases) + "]")
