"""Red-team packs: dated, hashed, signed sets of prompts that anyone can run against a gate again.

    python -m safety.redteam run PACK [--policy FILE] [--json]
    python -m safety.redteam sign PACK --key PRIVATE.pem
    python -m safety.redteam check PACK

A pack is a JSON file. Its signature (Ed25519, RFC 8032) is over the canonical JSON of everything
else. A pack never holds what the CSAE rule blocks: such a file is refused as a whole.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import sys
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from safety.errors import InvalidInput, SafetyError
from safety.gate import PromptGate
from safety.loading import load_prompt_gate
from safety.policy import load_policy
from safety.prompt.csae import PairRule
from safety.prompt.normalise import normalise
from safety.verdict import Decision

HOLD, PASS = "hold", "pass"


@dataclass(frozen=True, slots=True)
class Item:
    """One prompt: what it tries (``attack``, ``category``) and what is expected, hold or pass."""

    text: str
    expect: str
    category: str = ""
    attack: str = ""


@dataclass(frozen=True, slots=True)
class Pack:
    """A dated set of items, with a signature when somebody stands by it.

    Attributes:
        name, date, author: for people.
        items: what to try.
        public_key, signature: hex, or empty.
    """

    name: str
    date: str
    author: str
    items: tuple[Item, ...]
    public_key: str = ""
    signature: str = ""

    @property
    def content(self) -> bytes:
        """What is hashed and signed: everything but the signature, in canonical JSON."""
        data = {**asdict(self), "signature": ""}
        return json.dumps(data, sort_keys=True, separators=(",", ":")).encode()

    @property
    def digest(self) -> str:
        """SHA-256 of :attr:`content`, hex."""
        return hashlib.sha256(self.content).hexdigest()

    @property
    def signed(self) -> bool:
        """Whether the signature is there and right for the key that the pack names."""
        try:
            key = Ed25519PublicKey.from_public_bytes(bytes.fromhex(self.public_key))
            key.verify(bytes.fromhex(self.signature), self.content)
        except (ValueError, InvalidSignature):
            return False
        return True

    def sign(self, key: Ed25519PrivateKey) -> Pack:
        """The pack with this key's signature."""
        raw, form = serialization.Encoding.Raw, serialization.PublicFormat.Raw
        public = key.public_key().public_bytes(raw, form).hex()
        bare = Pack(self.name, self.date, self.author, self.items, public)
        signature = key.sign(bare.content).hex()
        return Pack(self.name, self.date, self.author, self.items, public, signature)

    def save(self, path: Path) -> None:
        """Write as JSON."""
        path.write_text(json.dumps(asdict(self), indent=1, ensure_ascii=False) + "\n")


def load_pack(path: Path) -> Pack:
    """Read a pack.

    Raises:
        InvalidInput: unreadable, malformed, or with an item that the CSAE rule blocks.
    """
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
        items = tuple(Item(**item) for item in data.pop("items"))
        pack = Pack(items=items, **data)
        sound = all(isinstance(item.text, str) and item.expect in (HOLD, PASS) for item in items)
    except (OSError, ValueError, TypeError, KeyError, AttributeError) as error:
        raise InvalidInput(f"{path.name} is no red-team pack.") from error
    if not sound:
        raise InvalidInput(f"{path.name} is no red-team pack.")
    rule = PairRule.load()
    if any(rule.find(normalise(item.text), "prompt") for item in items):
        raise InvalidInput("A red-team pack must not contain sexual content about minors.")
    return pack


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a gate did with a pack.

    Attributes:
        pack: digest of the pack.
        policy: version of the policy.
        models: as in a verdict.
        right: items decided as expected, by what they try.
        total: items, by what they try.
        wrong: numbers of the items decided otherwise.
    """

    pack: str
    policy: str
    models: Mapping[str, str]
    right: Mapping[str, int]
    total: Mapping[str, int]
    wrong: tuple[int, ...] = field(default=())


def run(pack: Pack, gate: PromptGate) -> Outcome:
    """Screen every item; "hold" is met by review or block, "pass" by allow."""
    right: Counter[str] = Counter()
    total: Counter[str] = Counter()
    wrong: list[int] = []
    version, models = "", {}
    for number, item in enumerate(pack.items):
        verdict = gate.screen(item.text)
        version, models = verdict.policy_version, verdict.models
        kind = item.attack or item.expect
        total[kind] += 1
        if (verdict.decision is Decision.ALLOW) is (item.expect == PASS):
            right[kind] += 1
        else:
            wrong.append(number)
    return Outcome(pack.digest, version, models, dict(right), dict(total), tuple(wrong))


def main(arguments: Sequence[str] | None = None) -> int:
    """Exit codes: 0 done (check: signature right), 1 signature missing or wrong, 2 usage."""
    parser = argparse.ArgumentParser(
        prog="python -m safety.redteam",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("what", choices=("run", "sign", "check"))
    parser.add_argument("pack", type=Path)
    parser.add_argument("--policy", type=Path, help="a candidate policy")
    parser.add_argument("--key", type=Path, help="Ed25519 private key, PEM, for sign")
    parser.add_argument("--json", action="store_true")
    chosen = parser.parse_args(arguments)
    try:
        pack = load_pack(chosen.pack)
        if chosen.what == "check":
            print("signature is right" if pack.signed else "signature is missing or wrong")
            return 0 if pack.signed else 1
        if chosen.what == "sign":
            pack.sign(_private_key(chosen.key)).save(chosen.pack)
            return 0
        policy = load_policy(chosen.policy) if chosen.policy else None
    except SafetyError as error:
        print(f"{error.message} {error.advice}", file=sys.stderr)
        return 2
    outcome = run(pack, load_prompt_gate(policy))
    print(json.dumps(asdict(outcome)) if chosen.json else _report(pack, outcome))
    return 0


def _private_key(path: Path | None) -> Ed25519PrivateKey:
    if path is None:
        raise InvalidInput("Signing needs --key.")
    try:
        key: Any = serialization.load_pem_private_key(path.read_bytes(), None)
    except (OSError, ValueError, TypeError) as error:
        raise InvalidInput("The key cannot be read.") from error
    if not isinstance(key, Ed25519PrivateKey):
        raise InvalidInput("The key is no Ed25519 key.")
    return key


def _report(pack: Pack, outcome: Outcome) -> str:
    lines = [
        f"{pack.name}, {pack.date}, sha256 {outcome.pack[:16]}, "
        + ("signed" if pack.signed else "not signed"),
        f"policy {outcome.policy}",
    ]
    lines += [
        f"  {kind:12} {outcome.right.get(kind, 0)} of {count} as expected"
        for kind, count in sorted(outcome.total.items())
    ]
    return "\n".join(lines)


if __name__ == "__main__":
    sys.exit(main())
