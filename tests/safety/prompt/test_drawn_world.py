"""What the embedded generator draws can always be asked for."""

import random

import pytest

from safety import Decision

THINGS = [
    "ball",
    "star",
    "heart",
    "balloon",
    "goldfish",
    "bird",
    "rocket",
    "car",
    "kitten",
    "ghost",
]
COLOURS = ["red", "orange", "yellow", "green", "blue", "purple", "pink", "white", "crimson"]
MOVES = [
    "bouncing", "moving left", "gliding to the right", "rising", "falling", "spinning", "growing",
    "shrinking", "flying in circles", "standing still", "explores the sky", "dropping down",
]  # fmt: skip
PLACES = [
    "in a green meadow", "in the desert", "over the ocean", "in a city", "in snowy mountains",
    "in outer space",
]  # fmt: skip
MOODS = ["", ", at night", ", at sunset, in the rain", ", neon style", ", pixel art", ", zoom in"]
RNG = random.Random(2026)
PROMPTS = sorted(
    {
        f"a {RNG.choice(COLOURS)} {thing} {move} {RNG.choice(PLACES)}{RNG.choice(MOODS)}"
        for thing in THINGS
        for move in MOVES
    }
)


@pytest.mark.parametrize("prompt", PROMPTS)
def test_it_is_allowed(prompt_gate, prompt):
    verdict = prompt_gate.screen(prompt)
    assert verdict.decision is Decision.ALLOW, verdict.findings
