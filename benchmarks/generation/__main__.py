"""All figures of the embedded model: `python -m benchmarks.generation`.

Speed and memory first, in a fresh process; then adherence, by the judge that ships. Results go to
benchmarks/generation/results.json, contact sheets to runs/. Beside it: `quality`, `storyboards`,
`batch` and `adapter`, each a command of its own.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

from generation.embedded.evaluate import evaluate

_HERE = Path(__file__).parent


def main() -> None:
    """Measure, print, and keep the results."""
    speed = subprocess.run(
        [sys.executable, "-m", "benchmarks.generation.speed"], capture_output=True, check=True
    )
    results = {
        "speed": json.loads(speed.stdout),
        "adherence": evaluate(100, Path("runs/sheet.png")),
    }
    text = json.dumps(results, indent=2)
    (_HERE / "results.json").write_text(text + "\n")
    print(text)


if __name__ == "__main__":
    main()
