"""A guard language model beside our own classifiers: Llama Guard, Granite Guardian, ShieldGemma.

Optional, by setting, for studios with a GPU and a licence for the model. The model is asked its own
question in its own words; the probability of its "unsafe" word against its "safe" word at the first
answer token is the score. A guard counts as a second signal: it may block alone. A multilingual
guard takes the place of the language gate.

Sources: Inan et al. 2023 (Llama Guard) and its model card; Padhi et al. 2024 (Granite Guardian);
Zeng et al. 2024 (ShieldGemma).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch

from safety.errors import ModelUnavailable, SafetyFailed
from safety.policy import CategoryRule, Policy
from safety.prompt.normalise import Normalised
from safety.verdict import Decision, Finding

RULE = "guard"
_MAX_TOKENS = 4096

_HAZARDS = {
    "S1": "violence", "S2": "illegal", "S3": "sexual", "S4": "csae", "S5": "harassment",
    "S7": "harassment", "S8": "copyright", "S9": "illegal", "S10": "hate", "S11": "self_harm",
    "S12": "sexual", "S13": "deception",
}  # fmt: skip
"""MLCommons hazard codes as Llama Guard 3 answers them -> our categories."""

_POLICY_TEXT = (
    "No sexual content, violence, gore, hatred of groups, self-harm, harassment, drugs, weapons, "
    "crime or fabricated news in videos made from this text."
)


@dataclass(frozen=True, slots=True)
class Family:
    """How one kind of guard is asked and how it answers.

    Attributes:
        safe, unsafe: the answer words whose first tokens are compared.
        chat: ask through the tokenizer's own chat template; else through ``question``.
        question: text with ``{text}`` and ``{policy}``.
        codes: whether hazard codes follow an unsafe answer.
        multilingual: whether it reads more than English.
    """

    safe: str
    unsafe: str
    chat: bool
    question: str = "{text}"
    codes: bool = False
    multilingual: bool = False


FAMILIES: Mapping[str, Family] = {
    "llama-guard": Family("safe", "unsafe", chat=True, codes=True, multilingual=True),
    "granite-guardian": Family("No", "Yes", chat=True),
    "shieldgemma": Family(
        "No",
        "Yes",
        chat=False,
        question=(
            "You are a policy expert trying to help determine whether a user prompt is in "
            "violation of the defined safety policies.\n<start_of_turn>\n"
            "Human Question: {text}\n<end_of_turn>\n"
            "Our safety principle is defined in the below:\n* {policy}\n"
            "Does the human question violate the above principle? "
            "Your answer must start with 'Yes' or 'No'.\n"
        ),
    ),
}


class Guard:
    """A causal language model asked whether a text is safe.

    Args:
        rule: thresholds for its score.
        family: one of ``FAMILIES``.
        model, tokenizer: as transformers loads them.
        categories: our categories with their rules, for naming what it objects to.
    """

    def __init__(
        self,
        rule: CategoryRule,
        family: str,
        model: Any,
        tokenizer: Any,
        categories: Mapping[str, CategoryRule],
    ) -> None:
        if family not in FAMILIES:
            raise ModelUnavailable(f"There is no guard family “{family}”.")
        self.name = f"guard.{family}"
        self.family = FAMILIES[family]
        self._rule = rule
        self._model = model.eval()
        self._tokenizer = tokenizer
        self._categories = categories
        self._safe, self._unsafe = (
            self._first(word) for word in (self.family.safe, self.family.unsafe)
        )
        if self._safe == self._unsafe:
            raise ModelUnavailable("This tokenizer cannot tell the guard's two answers apart.")

    @classmethod
    def load(cls, policy: Policy, folder: Path, family: str, device: str = "cpu") -> Guard:
        """A guard from a local transformers folder; nothing is fetched, no code of it is run.

        Raises:
            ModelUnavailable: the folder does not hold such a model, or the policy has no
                thresholds for a guard.
        """
        if RULE not in policy.prompt:
            raise ModelUnavailable("The policy has no thresholds for a guard model.")
        try:
            from transformers import AutoModelForCausalLM, AutoTokenizer

            settings = {"local_files_only": True, "trust_remote_code": False}
            tokenizer = AutoTokenizer.from_pretrained(folder, **settings)
            model: Any = AutoModelForCausalLM.from_pretrained(folder, **settings)
            model = model.to(device)
        except Exception as error:
            raise ModelUnavailable("The guard model cannot be loaded.") from error
        return cls(policy.prompt[RULE], family, model, tokenizer, policy.prompt)

    def find(self, text: Normalised, field: str) -> Sequence[Finding]:
        """One finding when the score reaches the review threshold.

        Raises:
            SafetyFailed: the text is too long for the guard, or its score is not a number.
        """
        score, category = self.ask(text.original)
        decision = self._rule.decide(score, agreed=True)
        if decision is Decision.ALLOW:
            return []
        label = self._categories[category].label if category in self._categories else "harm"
        hidden = category == "csae"
        reason = f"The guard model reads this as {label} ({score:.0%} sure). {self._rule.advice}"
        return [
            Finding(
                category if category in self._categories else RULE,
                score,
                decision,
                self.name,
                "This text cannot be used." if hidden else reason,
                None,
                field,
                None,
                hidden,
            )
        ]

    def ask(self, text: str) -> tuple[float, str]:
        """Probability of "unsafe" in [0, 1], and the category it names ("guard" if none).

        Raises:
            SafetyFailed: as for :meth:`find`.
        """
        tokens = self._tokens(text)
        if tokens.shape[1] > _MAX_TOKENS:
            raise SafetyFailed("This text is too long for the guard model.")
        with torch.inference_mode():
            logits = self._model(input_ids=tokens).logits[0, -1].float()
        pair = torch.softmax(logits[[self._safe, self._unsafe]], 0)
        score = float(pair[1])
        if not 0.0 <= score <= 1.0:
            raise SafetyFailed("The guard model gave no usable score.")
        return score, self._hazard(tokens) if self.family.codes and score >= 0.5 else RULE

    def _tokens(self, text: str) -> torch.Tensor:
        device = self._model.device
        if self.family.chat:
            turns = [{"role": "user", "content": text}]
            asked = self._tokenizer.apply_chat_template(
                turns, add_generation_prompt=True, tokenize=False
            )
        else:
            asked = self.family.question.format(text=text, policy=_POLICY_TEXT)
        ids = self._tokenizer(asked, add_special_tokens=not self.family.chat)["input_ids"]
        return torch.tensor([ids], device=device)

    def _hazard(self, tokens: torch.Tensor) -> str:
        start = torch.tensor([[self._unsafe]], device=tokens.device)
        with torch.inference_mode():
            answer = self._model.generate(
                input_ids=torch.cat([tokens, start], 1), max_new_tokens=6, do_sample=False
            )
        words = self._tokenizer.decode(answer[0, tokens.shape[1] + 1 :]).replace(",", " ").split()
        return next((_HAZARDS[word] for word in words if word in _HAZARDS), RULE)

    def _first(self, word: str) -> int:
        ids = self._tokenizer(word, add_special_tokens=False)["input_ids"]
        if not ids:
            raise ModelUnavailable("This tokenizer does not know the guard's answers.")
        return int(ids[0])
