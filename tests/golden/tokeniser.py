#!/usr/bin/env python3
"""usage: tokeniser.py > tokeniser.json                               (needs tokenizers from PyPI)
       tokeniser.py --model FILE.gguf [--count N] > smollm2_tokens.json   (and gguf)

Tokens of many strings by the package `tokenizers`: with a small vocabulary that it learns from the text
below, or with that of a file. `tokens` are of what somebody wrote, `template` of a template, where
control tokens are cut out. Strings are drawn with a seed.
"""

import argparse
import json
import random
import unicodedata

import tokenizers
from tokenizers import Tokenizer, models, pre_tokenizers, trainers

TEXT = """
A deep linear network learns the singular values of its target one after the other, largest first. Muon's step
moves all of them by the same amount; what it gives up is the gradient's own scale. Here's what we'd say if they're
asked why it's so: the update isn't the gradient, it's the nearest matrix with orthonormal rows, and so they'll all
arrive together. I've seen 12 modes at step 564, the last at 70; you'd expect 3.14159 or 2,718 of 65536.

    for (int i = 0; i < 1024; ++i) {
        sum += weights[i] * x[i];   // rounds once
    }

Die Singulärwerte werden größer, die Übergänge glätten sich. Les valeurs propres grossissent déjà. Собственные
значения растут. 特異値は大きくなる。奇异值变大了。 특이값이 커진다. القيم المفردة تكبر. 😀 🚀 ∑ σ₁ ≥ σ₂ → ½‖W‖²
"""

CONTROLS = ["<|endoftext|>", "<|im_start|>", "<|im_end|>", "<|im_start|>x"]

EDGES = [
    "", " ", "  ", "\n", " \n", "\n\n", "a", " a", "  a", "a ", "a  ", "a  b", "a\t\tb", "a \n b", "\r\n", "a\r\n\r\nb",
    "a  42", "x = 3.14", "007", "1 2  3", " 12", "12 ", "a1b22c", "½²³①Ⅳ", "٣٤", "१२", "x²", "1\u00a02", "it's", "IT'S",
    "they're we'll I'd you've I'm don't", "'s't're", "''s", "' s", "it’s", "a'b'c", "'", "' '", "don't...", "...!?",
    " !", "  !", "a.b", "a . b", "_", "__init__", "camelCase", "\u00a0x", " \u00a0 x", "\u3000日本", "\u2028x", "\u200bx",
    "\u0085x", "\x1c x", "\ufeffx", "日本語", "日本 語", "한국어", "中文，标点。", "e\u0301", "é", "ﬁ", "ǅ", "ª", "ʰ", "𝔘𝔫𝔦", "𐐷",
    "😀", "😀😀", "👩‍👩‍👧‍👦", "🇩🇪", "☝🏽", "a😀b", " 😀", "∑σ₁", "→", "‖W‖", "<|im_end|>", "a<|im_start|>b", "<|im_start|>x",
    "<|im_start|>xy", "<|im_start|>system\nhello<|im_end|>\n", "<|im_start|><|im_end|>", "<|im_start", "<|endoftext|> 1",
    "<<|im_end|>>", "<|IM_END|>", "a" * 300, " " * 70, "ab" * 90 + " " + "!" * 40, "\t" * 9 + "x", "\u0000x", "\x07",
    "\ud7ff", "\ue000", "\U0010fffd", "\U000e0041", "a\u0300\u0301b", "ⵣ", "ꙮ", "᠎x", "x\u1680y", "1\u0660a\u0966",
]


def drawn(random_, count):
    """Strings of words, digits, spaces and characters of many kinds."""
    points = [p for p in range(0x110000) if not 0xd800 <= p < 0xe000 and unicodedata.category(chr(p)) != "Cn"]
    words = TEXT.split()
    spaces = [" "] * 8 + ["  ", "   ", "\n", "\n\n", "\t", "\r\n", " \n ", "\u00a0", "\u3000", "\u2003"]
    kinds = [
        lambda: random_.choice(words), lambda: random_.choice(words), lambda: random_.choice(spaces),
        lambda: random_.choice(spaces), lambda: str(random_.randrange(10 ** random_.randrange(1, 9))),
        lambda: random_.choice(["'s", "'t", "'re", "'ve", "'m", "'ll", "'d", "'", "''", "'S"]),
        lambda: random_.choice("!?.,;:()[]{}<>|/\\#%&*+-=_~^$\"`@"), lambda: random_.choice(CONTROLS),
        lambda: random_.choice(CONTROLS)[:random_.randrange(1, 12)], lambda: chr(random_.choice(points)),
        lambda: chr(random_.randrange(0x4e00, 0x9fa5)), lambda: chr(random_.randrange(0x1f300, 0x1f600)),
        lambda: chr(random_.randrange(0x20, 0x7f)), lambda: chr(random_.randrange(0xa0, 0x2ff)),
    ]
    return ["".join(random_.choice(kinds)() for _ in range(random_.randrange(1, 16))) for _ in range(count)]


def cut(pre):
    levels = pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=True)
    digits = pre_tokenizers.Digits(individual_digits=True)
    return levels if pre == "gpt-2" else pre_tokenizers.Sequence([digits, levels])


def cases(vocabulary, merges, controls, pre, strings):
    made = Tokenizer(models.BPE(vocab=vocabulary, merges=merges))
    made.pre_tokenizer = cut(pre)
    made.add_special_tokens(controls)
    found = []
    for text in strings:
        made.encode_special_tokens = True
        case = {"text": text, "tokens": made.encode(text, add_special_tokens=False).ids}
        made.encode_special_tokens = False
        template = made.encode(text, add_special_tokens=False).ids
        if template != case["tokens"]:
            case["template"] = template
        found.append(case)
    return found


def learned():
    learner = Tokenizer(models.BPE())
    learner.pre_tokenizer = cut("smollm")
    learner.train_from_iterator([TEXT], trainers.BpeTrainer(
        vocab_size=600, min_frequency=2, show_progress=False, special_tokens=CONTROLS,
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet()))
    model = json.loads(learner.to_str())["model"]
    return model["vocab"], [tuple(merge) for merge in model["merges"]]


def main():
    options = argparse.ArgumentParser()
    options.add_argument("--model")
    options.add_argument("--count", type=int, default=120)
    options = options.parse_args()
    strings = EDGES + drawn(random.Random(17), options.count)
    if options.model:
        import gguf
        keys = gguf.GGUFReader(options.model).fields
        own = {name: keys[f"tokenizer.ggml.{name}"].contents() for name in ("pre", "tokens", "token_type", "merges")}
        vocabulary = {piece: i for i, piece in enumerate(own["tokens"])}
        controls = [piece for piece, kind in zip(own["tokens"], own["token_type"]) if kind == 3]
        merges = [tuple(merge.split(" ")) for merge in own["merges"]]
        print(json.dumps({"tokenizers": tokenizers.__version__,
                          "cases": cases(vocabulary, merges, controls, own["pre"], strings)}))
        return
    vocabulary, merges = learned()
    pieces = sorted(vocabulary, key=vocabulary.get)
    print(json.dumps({
        "tokenizers": tokenizers.__version__, "pieces": pieces,
        "types": [3 if piece in CONTROLS else 1 for piece in pieces],
        "merges": [" ".join(merge) for merge in merges],
        **{pre: cases(vocabulary, merges, CONTROLS, pre, strings) for pre in ("smollm", "gpt-2")}}))


main()
