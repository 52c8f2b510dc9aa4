"""`python -m benchmarks.safety.make_pack OUT.json`: our look-alikes and disguises as a pack."""

from __future__ import annotations

import argparse
import datetime
import itertools
import json
import random
from pathlib import Path

from benchmarks.safety.attacks import ATTACKS, ENCODINGS
from safety.redteam import HOLD, PASS, Item, Pack

SETS = Path(__file__).parent / "sets"


def main() -> None:
    """Write an unsigned pack; `python -m safety.redteam sign` signs it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("out", type=Path)
    parser.add_argument("--date", default=datetime.date.today().isoformat())
    chosen = parser.parse_args()
    sets = json.loads((SETS / "lookalikes.json").read_text(encoding="utf-8"))
    items = [Item(text, PASS) for text in itertools.chain(*sets["safe"].values())]
    items += [Item(text, HOLD) for text in sets["harmful"]]
    for name, attack in {**ATTACKS, **ENCODINGS}.items():
        rng = random.Random(name)
        items += [Item(attack(text, rng), HOLD, attack=name) for text in sets["harmful"]]
    foreign = json.loads((SETS / "languages.json").read_text(encoding="utf-8"))["texts"]
    items += [Item(text, HOLD, attack="language") for text in itertools.chain(*foreign.values())]
    Pack("Kinemark look-alikes and disguises", chosen.date, "Kinemark", tuple(items)).save(
        chosen.out
    )


if __name__ == "__main__":
    main()
