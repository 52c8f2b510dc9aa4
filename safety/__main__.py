"""Command line: `python -m safety "a prompt"`."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

from safety.errors import SafetyError
from safety.loading import load_prompt_gate
from safety.policy import load_policy
from safety.verdict import Decision, SafetyVerdict

EXIT_CODES = {Decision.ALLOW: 0, Decision.REVIEW: 10, Decision.BLOCK: 11}
_USAGE = 2

_EPILOG = """exit codes:
   0  allow
   2  wrong usage, or a policy that cannot be read
  10  review: a person has to look at it (also when a check failed or is missing)
  11  block
"""


def main(arguments: list[str] | None = None) -> int:
    """Screen one text and print the verdict."""
    parser = argparse.ArgumentParser(
        prog="python -m safety",
        description="Screens a text as the studio does, and says why.",
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("text", help="what to screen; - reads standard input")
    parser.add_argument("--field", default="prompt", help="prompt, negative_prompt, title, …")
    parser.add_argument("--policy", type=Path, help="a policy file instead of the one that ships")
    parser.add_argument("--json", action="store_true", help="print the verdict as JSON")
    chosen = parser.parse_args(arguments)
    try:
        policy = load_policy(chosen.policy) if chosen.policy else None
    except SafetyError as error:
        print(f"{error.message} {error.advice}", file=sys.stderr)
        return _USAGE
    text = sys.stdin.read() if chosen.text == "-" else chosen.text
    verdict = load_prompt_gate(policy).screen(text, chosen.field)
    print(json.dumps(verdict.as_dict(), ensure_ascii=False) if chosen.json else report(verdict))
    return EXIT_CODES[verdict.decision]


def report(verdict: SafetyVerdict) -> str:
    """The verdict for a person; hidden findings show no grounds."""
    lines = [verdict.decision.value]
    for finding in verdict.findings:
        if finding.hidden:
            lines.append(f"  {finding.reason}")
            continue
        place = f" [{finding.span[0]}:{finding.span[1]}]" if finding.span else ""
        lines.append(
            f"  {finding.decision.value} · {finding.category} {finding.score:.2f}"
            f" · {finding.source}{place}\n    {finding.reason}"
        )
    lines.append(f"  support code {verdict.support_code}")
    return "\n".join(lines)


if __name__ == "__main__":
    sys.exit(main())
