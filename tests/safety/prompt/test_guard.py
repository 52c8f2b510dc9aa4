"""Guard models, run with tiny random models of the real architectures."""

import pytest
import torch
from tokenizers import Tokenizer, models, pre_tokenizers
from transformers import (
    Gemma2Config,
    Gemma2ForCausalLM,
    GraniteConfig,
    GraniteForCausalLM,
    LlamaConfig,
    LlamaForCausalLM,
    PreTrainedTokenizerFast,
)

from safety import CategoryRule, Decision, GuardSettings, load_policy, load_prompt_gate
from safety.errors import ModelUnavailable, SafetyFailed
from safety.policy import NEVER
from safety.prompt.guard import Guard
from safety.prompt.normalise import normalise

WORDS = ["<pad>", "<s>", "?", "safe", "unsafe", "No", "Yes", "a", "red", "balloon", "S1", "S10"]
SIZES = {
    "vocab_size": len(WORDS), "hidden_size": 32, "intermediate_size": 48, "num_hidden_layers": 2,
    "num_attention_heads": 2, "num_key_value_heads": 1, "max_position_embeddings": 512,
    "pad_token_id": 0, "bos_token_id": 1, "eos_token_id": 0,
}  # fmt: skip
MODELS = {
    "llama-guard": lambda: LlamaForCausalLM(LlamaConfig(**SIZES)),
    "granite-guardian": lambda: GraniteForCausalLM(GraniteConfig(**SIZES)),
    "shieldgemma": lambda: Gemma2ForCausalLM(Gemma2Config(**SIZES, head_dim=16)),
}
CHAT = "{% for m in messages %}<s> {{ m['content'] }} {% endfor %}"


def tokenizer():
    inner = Tokenizer(models.WordLevel({word: i for i, word in enumerate(WORDS)}, unk_token="?"))
    inner.pre_tokenizer = pre_tokenizers.Whitespace()
    made = PreTrainedTokenizerFast(tokenizer_object=inner, pad_token="<pad>", unk_token="?")
    made.chat_template = CHAT
    return made


@pytest.fixture(params=MODELS)
def folder(request, tmp_path):
    torch.manual_seed(3)
    MODELS[request.param]().save_pretrained(tmp_path)
    tokenizer().save_pretrained(tmp_path)
    return request.param, tmp_path


def test_every_family_runs_and_scores_between_zero_and_one(folder):
    family, path = folder
    score, category = Guard.load(load_policy(), path, family).ask("a red balloon")
    assert 0 <= score <= 1
    assert category


def test_the_gate_asks_the_guard_as_well(folder):
    family, path = folder
    verdict = load_prompt_gate(guard=GuardSettings(path, family)).screen("a red balloon")
    assert not any(found.category == "unscreened" for found in verdict.findings)


def test_a_guard_may_block_alone(folder):
    family, path = folder
    guard = Guard.load(load_policy(), path, family)
    guard._rule = CategoryRule("harm", "Leave it out.", 0.0, 0.0)
    finding = guard.find(normalise("a red balloon"), "prompt")[0]
    assert finding.decision is Decision.BLOCK
    assert finding.source == f"guard.{family}"


def test_below_review_a_guard_says_nothing(folder):
    family, path = folder
    guard = Guard.load(load_policy(), path, family)
    guard._rule = CategoryRule("harm", "", NEVER, NEVER)
    assert guard.find(normalise("a red balloon"), "prompt") == []


def test_a_missing_guard_means_review(tmp_path):
    gate = load_prompt_gate(guard=GuardSettings(tmp_path / "gone", "llama-guard"))
    verdict = gate.screen("a red balloon rising over the hills")
    assert verdict.decision is Decision.REVIEW
    assert any("guard model" in finding.reason for finding in verdict.findings)


def test_an_unknown_family_means_review(folder):
    gate = load_prompt_gate(guard=GuardSettings(folder[1], "surprise"))
    assert gate.screen("a red balloon").decision is Decision.REVIEW


def test_a_guard_whose_score_is_not_a_number_fails(folder):
    family, path = folder
    guard = Guard.load(load_policy(), path, family)
    with torch.no_grad():
        for parameter in guard._model.parameters():
            parameter.fill_(float("nan"))
    with pytest.raises(SafetyFailed):
        guard.ask("a red balloon")


def test_a_tokenizer_that_cannot_tell_the_answers_apart_is_refused(folder):
    family, path = folder
    guard = Guard.load(load_policy(), path, family)
    silent = tokenizer()
    silent._tokenizer = Tokenizer(models.WordLevel({"?": 0}, unk_token="?"))
    with pytest.raises(ModelUnavailable):
        Guard(guard._rule, family, guard._model, silent, {})
