"""Policy as data: what is reviewed, what is blocked, and on what grounds those limits were set.

A policy is a JSON file. It names the models that its thresholds were fitted to by their SHA-256:
with any other model the gates answer ``review``. Its version contains a digest of its own content,
so two policies with the same version are the same policy.
"""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from safety.errors import InvalidPolicy
from safety.verdict import Decision

DATA = Path(__file__).parent / "data"
DEFAULT_POLICY = DATA / "policy.json"
NEVER = 1.01
"""A threshold that no score in [0, 1] reaches."""


@dataclass(frozen=True, slots=True)
class CategoryRule:
    """What happens at which score in one category.

    Attributes:
        label: the category in plain words, e.g. "violence".
        advice: what the creator can change.
        review: score in [0, 1.01] from which a person looks at it; 1.01 means never.
        block: score in [review, 1.01] from which it is refused, if a second signal agrees.
        target_fpr: share of harmless items that may reach ``review`` in this category, in [0, 1];
            None for rules, which have no score.
        queue: which moderation queue a held item goes to.
        second_reviewer: whether two people must decide.
    """

    label: str
    advice: str
    review: float
    block: float
    target_fpr: float | None = None
    queue: str = "general"
    second_reviewer: bool = False

    def __post_init__(self) -> None:
        texts = (self.label, self.advice, self.queue)
        if not all(isinstance(text, str) for text in texts):
            raise InvalidPolicy("Label, advice and queue of a category are texts.")
        if not isinstance(self.second_reviewer, bool):
            raise InvalidPolicy(f"“second_reviewer” of “{self.label}” is true or false.")
        values = (self.review, self.block)
        if not all(math.isfinite(value) and 0.0 <= value <= NEVER for value in values):
            raise InvalidPolicy(f"Thresholds of “{self.label}” must lie between 0 and {NEVER}.")
        if self.block < self.review:
            raise InvalidPolicy(f"“{self.label}” would block what it does not even review.")

    def decide(self, score: float, *, agreed: bool) -> Decision:
        """The decision for ``score``; a block needs a second signal that ``agreed``.

        Raises:
            ValueError: the score is no number from 0 to 1. A comparison with NaN would say "allow".
        """
        if not 0.0 <= score <= 1.0:
            raise ValueError("a score is not a number from 0 to 1")
        if score >= self.block and agreed:
            return Decision.BLOCK
        return Decision.REVIEW if score >= self.review else Decision.ALLOW


@dataclass(frozen=True, slots=True)
class FittedOn:
    """The set that thresholds were fitted on.

    Attributes:
        name: what the set is called in the model card.
        sha256: digest of its rows, in order.
        rows: how many.
    """

    name: str
    sha256: str
    rows: int


@dataclass(frozen=True, slots=True)
class Policy:
    """One version of the rules.

    Attributes:
        name: for people.
        date: ISO date on which the thresholds were fitted.
        audience: whom it is meant for, e.g. "general".
        prompt: category key -> rule, for text.
        frames: category key -> rule, for pictures.
        cannot_produce: category key -> why a closed-domain generator cannot show it; these need no
            classifier on frames that conform to its domain.
        fitted_on: gate ("prompt", "frames") -> set.
        models: model name -> SHA-256 of its file, hex.
        timeout: seconds that one screening may take, in (0, 60].
    """

    name: str
    date: str
    audience: str
    prompt: Mapping[str, CategoryRule]
    frames: Mapping[str, CategoryRule]
    cannot_produce: Mapping[str, str] = field(default_factory=dict)
    fitted_on: Mapping[str, FittedOn] = field(default_factory=dict)
    models: Mapping[str, str] = field(default_factory=dict)
    timeout: float = 10.0

    def __post_init__(self) -> None:
        if not 0 < self.timeout <= 60:
            raise InvalidPolicy("A screening may take more than 0 and at most 60 seconds.")

    @property
    def version(self) -> str:
        """``<name>-<date>-<first 8 hex digits of the content's SHA-256>``."""
        return f"{self.name}-{self.date}-{self.digest[:8]}"

    @property
    def digest(self) -> str:
        """SHA-256 of the content in canonical JSON, hex."""
        canonical = json.dumps(self.as_dict(), sort_keys=True, separators=(",", ":"))
        return hashlib.sha256(canonical.encode()).hexdigest()

    def as_dict(self) -> dict[str, Any]:
        """Plain JSON types."""
        return asdict(self)

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Policy:
        """Inverse of :meth:`as_dict`.

        Raises:
            InvalidPolicy: a field is missing, unknown or out of range.
        """
        try:
            return cls(
                name=str(data["name"]),
                date=str(data["date"]),
                audience=str(data["audience"]),
                prompt={key: CategoryRule(**rule) for key, rule in data["prompt"].items()},
                frames={key: CategoryRule(**rule) for key, rule in data["frames"].items()},
                cannot_produce=dict(data["cannot_produce"]),
                fitted_on={gate: FittedOn(**named) for gate, named in data["fitted_on"].items()},
                models=dict(data["models"]),
                timeout=float(data["timeout"]),
            )
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise InvalidPolicy(f"The policy cannot be read: {error}.") from error

    @classmethod
    def load_or_empty(cls, path: Path) -> Policy:
        """The policy in ``path``, or one without any rule when there is none yet."""
        return load_policy(path) if path.exists() else cls("", "", "", {}, {})

    def save(self, path: Path) -> None:
        """Write as JSON, keys in the order of the fields."""
        path.write_text(json.dumps(self.as_dict(), indent=2, ensure_ascii=False) + "\n")


def load_policy(path: Path = DEFAULT_POLICY) -> Policy:
    """Read a policy file.

    Raises:
        InvalidPolicy: the file is missing, no JSON, or breaks a rule of the format.
    """
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise InvalidPolicy(f"The policy {path.name} cannot be read: {error}.") from error
    return Policy.from_dict(data)
