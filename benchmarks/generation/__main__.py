"""All figures of the embedded model: `python -m benchmarks.generation`.

Speed and memory first, in a fresh process; then adherence (which trains its judge once, several
minutes, and keeps it in runs/judge.pt). Results go to benchmarks/generation/results.json.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

from generation.embedded.evaluate import evaluate, judge

_HERE = Path(__file__).parent


def main() -> None:
    """Measure, print, and keep the results."""
    speed = subprocess.run(
        [sys.executable, "-m", "benchmarks.generation.speed"], capture_output=True, check=True
    )
    results = {
        "speed": json.loads(speed.stdout),
        "adherence": evaluate(100, judge(4000, 600, Path("runs/judge.pt")), Path("runs/sheet.png")),
    }
    text = json.dumps(results, indent=2)
    (_HERE / "results.json").write_text(text + "\n")
    print(text)


if __name__ == "__main__":
    main()
