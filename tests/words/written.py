"""What a number that is written somewhere may stand for, and how one is changed to see it refused.

A claim is a number, which must agree at the digits it is written with, or has
holds(token, sentence, place): token as written, standing at place (from, to) of the sentence.
"""

import math
import re


def value_of(token):
    return float(token.replace("−", "-"))


def half_of_last_digit(token):
    mantissa, _, exponent = token.lstrip("−-").partition("e")
    decimals = len(mantissa.partition(".")[2])
    return 0.5 * 10.0 ** (int((exponent or "0").replace("−", "-")) - decimals)


class Rounded:
    """The value in whole units, and never another: "after step 500" of 564 in hundreds."""

    how, words = round, "about"

    def __init__(self, value, unit=1):
        self.value, self.unit = value, unit

    def holds(self, token, *_):
        nearest = type(self).how(self.value / self.unit) * self.unit
        return abs(value_of(token) - nearest) < 1e-9 * self.unit

    def __repr__(self):
        return f"{self.words} {self.value:.6g} in {self.unit}s"


class Over(Rounded):
    how, words = math.floor, "over"


class Under(Rounded):
    how, words = math.ceil, "under"


class Rule:
    """This number and no other stands in a rule, and the rule was found to hold."""

    def __init__(self, number, true, what):
        self.number, self.true, self.what = number, bool(true), what

    def holds(self, token, *_):
        return self.true and value_of(token) == self.number

    def __repr__(self):
        return f"{self.number:g} ({self.what}: {self.true})"


class Name:
    """A number that measures nothing: part of this very text, where it stands."""

    def __init__(self, text):
        self.text = text

    def holds(self, _, sentence, place):
        return any(
            m.start() <= place[0] and place[1] <= m.end()
            for m in re.finditer(re.escape(self.text), sentence)
        )

    def __repr__(self):
        return f"part of “{self.text}”"


def agrees(claim, token, sentence, place):
    if hasattr(claim, "holds"):
        return claim.holds(token, sentence, place)
    return abs(claim - value_of(token)) <= half_of_last_digit(token) * (1 + 1e-9)


def changed(token, sentence, place):
    """The same with one digit one up or one down, at every digit: (token, sentence) each."""
    for i, digit in enumerate(token):
        if not digit.isdigit():
            continue
        for other in {(int(digit) + 1) % 10, (int(digit) + 9) % 10}:
            new = f"{token[:i]}{other}{token[i + 1 :]}"
            if value_of(new) != value_of(token):
                yield new, sentence[: place[0]] + new + sentence[place[1] :]
