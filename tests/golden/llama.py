#!/usr/bin/env python3
"""usage: llama.py [--transformers] > llama.json     (needs numpy from PyPI)

Log-probabilities and residual streams of tiny llamas with random weights, by numpy in double, in the
words of Touvron et al. (arXiv 2302.13971), Ainslie et al. (arXiv 2305.13245) and Su et al. (arXiv
2104.09864). Weights are floats, drawn alike in any language: a 64-bit congruential generator, times
powers of two.

--transformers holds every case against transformers' own LlamaForCausalLM (PyTorch, in double)
instead, and says the largest difference of a log-probability; needs both packages.
"""

import json
import sys

import numpy

CASES = [
    # grouped queries; tied
    dict(blocks=3, width=48, hidden=80, heads=6, kv_heads=2, head_width=8, rotary=8, rope_base=10000.0,
         rms_epsilon=1e-5, vocabulary=61, pairs="adjacent", tied=True),
    # one head of keys, part of each head turns; untied; no size is a multiple of a vector
    dict(blocks=2, width=37, hidden=51, heads=5, kv_heads=1, head_width=10, rotary=6, rope_base=500.0,
         rms_epsilon=1e-6, vocabulary=43, pairs="adjacent", tied=False),
    # as many as queries; pairs as PyTorch's files have them
    dict(blocks=2, width=32, hidden=96, heads=4, kv_heads=4, head_width=8, rotary=8, rope_base=100000.0,
         rms_epsilon=1e-5, vocabulary=50, pairs="half_split", tied=False),
    # the same with grouped queries, and heads wider than the stream has room for; tied
    dict(blocks=4, width=24, hidden=40, heads=6, kv_heads=3, head_width=6, rotary=4, rope_base=10000.0,
         rms_epsilon=1e-5, vocabulary=35, pairs="half_split", tied=True),
]
TOKENS = 21


class Draws:
    def __init__(self, seed):
        self.state = seed

    def bits(self):
        self.state = (6364136223846793005 * self.state + 1442695040888963407) % 2**64
        return self.state >> 11

    def tensor(self, rows, cols, scale, offset):
        values = [[offset + scale * (self.bits() * 2.0**-52 - 1.0) for _ in range(cols)] for _ in range(rows)]
        return numpy.array(values).astype(numpy.float32).astype(numpy.float64)


def weights_of(case, draws):
    width, hidden, head = case["width"], case["hidden"], case["head_width"]
    queries, kv = case["heads"] * head, case["kv_heads"] * head
    shapes = {"token_embd": (case["vocabulary"], width)}
    for i in range(case["blocks"]):
        shapes.update({f"blk.{i}.{name}": shape for name, shape in {
            "attn_norm": (1, width), "attn_q": (queries, width), "attn_k": (kv, width), "attn_v": (kv, width),
            "attn_output": (width, queries), "ffn_norm": (1, width), "ffn_gate": (hidden, width),
            "ffn_up": (hidden, width), "ffn_down": (width, hidden)}.items()})
    shapes["output_norm"] = (1, width)
    if not case["tied"]:
        shapes["output"] = (case["vocabulary"], width)
    return {name: draws.tensor(*shape, *((0.25, 1.0) if name.endswith("norm") else (0.5, 0.0)))
            for name, shape in shapes.items()}


def rms_norm(x, weight, epsilon):
    return x / numpy.sqrt((x * x).mean(axis=-1, keepdims=True) + epsilon) * weight


def rotated(x, case):
    """x: positions x heads x head_width"""
    n, half = case["rotary"], case["rotary"] // 2
    rates = case["rope_base"] ** (-numpy.arange(0, n, 2) / n)
    angles = numpy.arange(len(x))[:, None, None] * rates
    first, second = ((slice(0, n, 2), slice(1, n, 2)) if case["pairs"] == "adjacent"
                     else (slice(0, half), slice(half, n)))
    result = x.copy()
    result[..., first] = x[..., first] * numpy.cos(angles) - x[..., second] * numpy.sin(angles)
    result[..., second] = x[..., first] * numpy.sin(angles) + x[..., second] * numpy.cos(angles)
    return result


def forward(case, weights, tokens):
    """log-probabilities (tokens x vocabulary), residual stream before the first block and after each"""
    n, head, group = len(tokens), case["head_width"], case["heads"] // case["kv_heads"]
    x = weights["token_embd"][tokens]
    stream = [x]
    mask = numpy.triu(numpy.full((n, n), -numpy.inf), 1)
    for i in range(case["blocks"]):
        own = {name: weights[f"blk.{i}.{name}"] for name in (
            "attn_norm", "attn_q", "attn_k", "attn_v", "attn_output", "ffn_norm", "ffn_gate", "ffn_up",
            "ffn_down")}
        h = rms_norm(x, own["attn_norm"][0], case["rms_epsilon"])
        q = rotated((h @ own["attn_q"].T).reshape(n, -1, head), case)
        k = rotated((h @ own["attn_k"].T).reshape(n, -1, head), case)
        v = (h @ own["attn_v"].T).reshape(n, -1, head)
        gathered = []
        for j in range(case["heads"]):
            scores = q[:, j] @ k[:, j // group].T / numpy.sqrt(head) + mask
            scores = numpy.exp(scores - scores.max(axis=1, keepdims=True))
            gathered.append(scores / scores.sum(axis=1, keepdims=True) @ v[:, j // group])
        x = x + numpy.concatenate(gathered, axis=1) @ own["attn_output"].T
        h = rms_norm(x, own["ffn_norm"][0], case["rms_epsilon"])
        gate = h @ own["ffn_gate"].T
        x = x + (gate / (1 + numpy.exp(-gate)) * (h @ own["ffn_up"].T)) @ own["ffn_down"].T
        stream.append(x)
    h = rms_norm(x, weights["output_norm"][0], case["rms_epsilon"])
    logits = h @ weights.get("output", weights["token_embd"]).T
    largest = logits.max(axis=1, keepdims=True)
    return logits - largest - numpy.log(numpy.exp(logits - largest).sum(axis=1, keepdims=True)), stream


def by_transformers(case, weights, tokens):
    """The log-probabilities of transformers; q and k rows of adjacent pairs are put as it has them."""
    import torch
    from transformers import LlamaConfig, LlamaForCausalLM
    config = LlamaConfig(
        vocab_size=case["vocabulary"], hidden_size=case["width"], intermediate_size=case["hidden"],
        num_hidden_layers=case["blocks"], num_attention_heads=case["heads"],
        num_key_value_heads=case["kv_heads"], head_dim=case["head_width"], rms_norm_eps=case["rms_epsilon"],
        rope_parameters={"rope_type": "default", "rope_theta": case["rope_base"],
                         "partial_rotary_factor": case["rotary"] / case["head_width"]},
        tie_word_embeddings=case["tied"], attn_implementation="eager")
    model = LlamaForCausalLM(config).double().eval()

    def split(rows):
        n, heads = case["rotary"], rows.reshape(-1, case["head_width"], rows.shape[1])
        order = [*range(0, n, 2), *range(1, n, 2), *range(n, case["head_width"])]
        return heads[:, order].reshape(rows.shape) if case["pairs"] == "adjacent" else rows

    state = {"model.embed_tokens.weight": weights["token_embd"], "model.norm.weight": weights["output_norm"][0]}
    for i in range(case["blocks"]):
        for ours, theirs in (("attn_norm", "input_layernorm"), ("attn_q", "self_attn.q_proj"),
                             ("attn_k", "self_attn.k_proj"), ("attn_v", "self_attn.v_proj"),
                             ("attn_output", "self_attn.o_proj"), ("ffn_norm", "post_attention_layernorm"),
                             ("ffn_gate", "mlp.gate_proj"), ("ffn_up", "mlp.up_proj"),
                             ("ffn_down", "mlp.down_proj")):
            tensor = weights[f"blk.{i}.{ours}"]
            tensor = tensor[0] if ours.endswith("norm") else split(tensor) if ours in ("attn_q", "attn_k") else tensor
            state[f"model.layers.{i}.{theirs}.weight"] = tensor
    state["lm_head.weight"] = weights.get("output", weights["token_embd"])
    model.load_state_dict({name: torch.tensor(tensor) for name, tensor in state.items()})
    # Its table of angles is in float: here in double, as everything else.
    rotary = model.model.rotary_emb
    n = case["rotary"]
    rotary.inv_freq = torch.tensor(case["rope_base"] ** (-numpy.arange(0, n, 2) / n))
    rotary.forward = lambda x, position_ids: (lambda angles: (angles.cos(), angles.sin()))(
        torch.cat([position_ids[0, :, None] * rotary.inv_freq] * 2, dim=-1)[None])
    with torch.no_grad():
        logits = model(torch.tensor([tokens])).logits[0]
    return torch.log_softmax(logits, dim=-1).numpy()


def main():
    cases = []
    for seed, case in enumerate(CASES):
        draws = Draws(4000 + seed)
        weights = weights_of(case, draws)
        tokens = [draws.bits() % case["vocabulary"] for _ in range(TOKENS)]
        log_probabilities, stream = forward(case, weights, tokens)
        if "--transformers" in sys.argv:
            full = case["rotary"] == case["head_width"]
            print(f"{case['heads']}/{case['kv_heads']} heads, {case['rotary']} of {case['head_width']} turn, {case['pairs']}:",
                  abs(by_transformers(case, weights, tokens) - log_probabilities).max() if full else "not there")
            continue
        cases.append({**case, "seed": 4000 + seed, "tokens": tokens,
                      "log_probabilities": [[float(f"{p:.9f}") for p in row] for row in log_probabilities],
                      "residual_norms": [[float(f"{r:.9g}") for r in numpy.linalg.norm(x, axis=1)] for x in stream]})
    if cases:
        print(json.dumps({"numpy": numpy.__version__, "cases": cases}))


main()
