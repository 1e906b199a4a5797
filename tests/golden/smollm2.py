#!/usr/bin/env python3
"""usage: smollm2.py SmolLM2-135M-Instruct.Q4_1.gguf > smollm2.json
                                    (needs gguf, tokenizers, torch and transformers from PyPI)

What SmolLM2 says, by transformers' LlamaForCausalLM in double: of a text the likeliest tokens after
each position and the divergence that two edits make, lengths of the residual stream, spectra, and answers to
questions, the likeliest token each time.
"""

import json
import sys

import gguf
import numpy
import tokenizers
import torch

torch.float32 = torch.float64  # norms and softmax, which transformers takes in float whatever the model
import transformers
from transformers import LlamaConfig, LlamaForCausalLM

TEXT = ("A matrix can be written as a sum of directions, each with a singular value that says how much it stretches. "
        "Most of them are small, and a few are large. In a language model one of those few may carry what keeps every "
        "sentence together; without it, the words that follow make no sense at all.")
QUESTIONS = ["What is the capital of France?", "What is 2 + 2?", "Name three colours.",
             "Write a haiku about the sea."]
SYSTEM = "You are a helpful AI assistant named SmolLM, trained by Hugging Face"
MOST = 32


def main():
    reader = gguf.GGUFReader(sys.argv[1])
    keys = {name: field.contents() for name, field in reader.fields.items()}
    tensors = {t.name: gguf.quants.dequantize(t.data, t.tensor_type) for t in reader.tensors}
    heads, kv_heads = keys["llama.attention.head_count"], keys["llama.attention.head_count_kv"]
    config = LlamaConfig(
        vocab_size=keys["llama.vocab_size"], hidden_size=keys["llama.embedding_length"],
        intermediate_size=keys["llama.feed_forward_length"], num_hidden_layers=keys["llama.block_count"],
        num_attention_heads=heads, num_key_value_heads=kv_heads,
        rms_norm_eps=keys["llama.attention.layer_norm_rms_epsilon"], tie_word_embeddings=True,
        rope_parameters={"rope_type": "default", "rope_theta": keys["llama.rope.freq_base"]},
        attn_implementation="eager")

    def split(rows):
        """rows of adjacent pairs as transformers has them"""
        by_head = rows.reshape(-1, keys["llama.rope.dimension_count"] // 2, 2, rows.shape[1])
        return by_head.swapaxes(1, 2).reshape(rows.shape)

    state = {"model.embed_tokens.weight": tensors["token_embd.weight"],
             "lm_head.weight": tensors["token_embd.weight"], "model.norm.weight": tensors["output_norm.weight"]}
    for i in range(config.num_hidden_layers):
        for ours, theirs in (("attn_norm", "input_layernorm"), ("attn_q", "self_attn.q_proj"),
                             ("attn_k", "self_attn.k_proj"), ("attn_v", "self_attn.v_proj"),
                             ("attn_output", "self_attn.o_proj"), ("ffn_norm", "post_attention_layernorm"),
                             ("ffn_gate", "mlp.gate_proj"), ("ffn_up", "mlp.up_proj"),
                             ("ffn_down", "mlp.down_proj")):
            tensor = tensors[f"blk.{i}.{ours}.weight"]
            state[f"model.layers.{i}.{theirs}.weight"] = split(tensor) if ours in ("attn_q", "attn_k") else tensor
    model = LlamaForCausalLM(config).double().eval()
    model.load_state_dict({name: torch.tensor(t, dtype=torch.float64) for name, t in state.items()})

    merges = [tuple(merge.split(" ")) for merge in keys["tokenizer.ggml.merges"]]
    pieces = keys["tokenizer.ggml.tokens"]
    made = tokenizers.Tokenizer(tokenizers.models.BPE(vocab={p: i for i, p in enumerate(pieces)}, merges=merges))
    made.pre_tokenizer = tokenizers.pre_tokenizers.Sequence([
        tokenizers.pre_tokenizers.Digits(individual_digits=True),
        tokenizers.pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=True)])
    made.decoder = tokenizers.decoders.ByteLevel()
    made.add_special_tokens([p for p, kind in zip(pieces, keys["tokenizer.ggml.token_type"]) if kind == 3])

    def read(tokens):
        with torch.no_grad():
            out = model(torch.tensor([tokens]), output_hidden_states=True)
        return torch.log_softmax(out.logits[0], -1), out.hidden_states

    tokens = made.encode(TEXT, add_special_tokens=False).ids
    log_p, hidden = read(tokens)
    best = torch.topk(log_p, 3)
    golden = {
        "transformers": transformers.__version__, "text": TEXT, "tokens": tokens,
        "best": best.indices.tolist(), "log_probabilities": [[round(p, 6) for p in row] for row in best.values.tolist()],
        "perplexity": float(torch.exp(-log_p[range(len(tokens) - 1), tokens[1:]].mean())),
        # After each block but the last, whose own is normalised there.
        "first_token_peaks": [[int(h[0, 0].abs().argmax()), float(h[0, 0][h[0, 0].abs().argmax()])] for h in hidden[:-1]],
        "first_token_lengths": [float(f"{float(h[0, 0].norm()):.7g}") for h in hidden[:-1]],
    }
    # By numpy's SVD of the rows as gguf reads them: |W|_F^2/s_1^2, mean over blocks.
    golden["largest"] = [float(s) for s in numpy.linalg.svd(
        tensors["token_embd.weight"].astype(numpy.float64), compute_uv=False)[:2]]
    kinds = {}
    for name, tensor in tensors.items():
        if tensor.ndim == 2 and name.startswith("blk."):
            s = numpy.linalg.svd(tensor.astype(numpy.float64), compute_uv=False)
            kinds.setdefault(name.split(".")[2], []).append((s ** 2).sum() / s[0] ** 2)
    golden["stable_ranks"] = {kind: float(numpy.mean(ranks)) for kind, ranks in kinds.items()}
    golden["edits"] = []
    for name, parameter in (("blk.11.ffn_down", model.model.layers[11].mlp.down_proj.weight),
                            ("blk.28.ffn_up", model.model.layers[28].mlp.up_proj.weight)):
        kept = parameter.data.clone()
        u, s, v = numpy.linalg.svd(kept.numpy(), full_matrices=False)
        parameter.data -= torch.tensor(s[0] * numpy.outer(u[:, 0], v[0]))
        edited, _ = read(tokens)
        parameter.data = kept
        apart = (log_p.exp() * (log_p - edited)).sum(-1)
        golden["edits"].append({
            "tensor": name, "first": float(s[0]), "second": float(s[1]), "mean": float(apart.mean()),
            "largest": float(apart.max()), "median": float(apart.median()),
            "same_top": int((log_p.argmax(-1) == edited.argmax(-1)).sum())})

    golden["answers"] = []
    for question in QUESTIONS:
        prompt = made.encode(f"<|im_start|>system\n{SYSTEM}<|im_end|>\n<|im_start|>user\n{question}<|im_end|>\n"
                             "<|im_start|>assistant\n", add_special_tokens=False).ids
        said, least = list(prompt), float("inf")
        with torch.no_grad():
            out = model(torch.tensor([said]), use_cache=True)
            for _ in range(MOST):
                first, second = torch.topk(torch.log_softmax(out.logits[0, -1], -1), 2).values.tolist()
                token = int(out.logits[0, -1].argmax())
                least = min(least, first - second)
                if token == 2:
                    break
                said.append(token)
                out = model(torch.tensor([[token]]), past_key_values=out.past_key_values, use_cache=True)
        golden["answers"].append({"question": question, "prompt": prompt, "answer": said[len(prompt):],
                                  "text": made.decode(said[len(prompt):]), "least_gap": round(least, 6)})
    print(json.dumps(golden))


main()
