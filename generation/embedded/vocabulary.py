"""The words that the embedded model was trained on, by attribute.

One table serves the caption writer (which phrases may say what), the report of what a prompt
asked for that the model knows, and the evaluation (which values exist). It draws nothing.
"""

from __future__ import annotations

from typing import Final

Attribute = str
Value = str

PHRASES: Final[dict[Attribute, dict[Value, tuple[str, ...]]]] = {
    "subject": {
        "ball": ("ball", "beach ball", "sphere"),
        "star": ("star", "smiling star"),
        "heart": ("heart", "love heart"),
        "balloon": ("balloon", "party balloon"),
        "fish": ("fish", "little fish", "goldfish"),
        "bird": ("bird", "little bird", "chick"),
        "rocket": ("rocket", "spaceship", "rocket ship"),
        "car": ("car", "toy car", "automobile"),
        "cat": ("cat", "kitten", "kitty"),
        "ghost": ("ghost", "friendly ghost"),
    },
    "colour": {
        "red": ("red", "crimson", "scarlet"),
        "orange": ("orange", "tangerine"),
        "yellow": ("yellow", "golden"),
        "green": ("green", "emerald"),
        "blue": ("blue", "azure"),
        "purple": ("purple", "violet"),
        "pink": ("pink", "rosy"),
        "white": ("white", "snow-white"),
    },
    "motion": {
        "bounce": ("bouncing", "bouncing up and down", "hopping", "jumping"),
        "left": ("moving left", "gliding to the left", "travelling from right to left"),
        "right": ("moving right", "gliding to the right", "travelling from left to right"),
        "rise": ("rising", "floating upwards", "flying up", "going up"),
        "fall": ("falling", "dropping down", "sinking", "going down"),
        "spin": ("spinning", "rotating", "turning around"),
        "grow": ("growing", "getting bigger"),
        "shrink": ("shrinking", "getting smaller"),
        "circle": ("flying in circles", "circling", "moving in a circle"),
        "still": ("standing still", "staying still", "resting"),
    },
    "scene": {
        "meadow": ("in a green meadow", "over the hills", "over grassy hills", "in a field"),
        "desert": ("in the desert", "over sand dunes"),
        "ocean": ("over the ocean", "at sea", "above the waves"),
        "city": ("in a city", "in front of skyscrapers", "downtown"),
        "mountains": ("in snowy mountains", "in front of mountains", "in the mountains"),
        "space": ("in outer space", "in space", "among the stars"),
    },
    "time": {
        "day": ("during the day", "in daylight", "on a sunny day"),
        "sunset": ("at sunset", "at dusk", "in the evening"),
        "night": ("at night", "in the moonlight", "at midnight"),
    },
    "weather": {
        "clear": ("clear weather", "clear sky"),
        "rain": ("in the rain", "rainy weather", "it is raining"),
        "snow": ("in the snow", "it is snowing", "snowfall"),
    },
    "camera": {
        "static": ("static camera", "fixed shot"),
        "pan_left": ("camera pans left", "camera moving left"),
        "pan_right": ("camera pans right", "camera moving right"),
        "zoom_in": ("camera zooms in", "slow zoom in"),
    },
    "style": {
        "cartoon": ("cartoon", "flat cartoon", "cartoon style"),
        "watercolour": ("watercolour", "watercolor", "watercolour painting"),
        "pixel": ("pixel art", "8-bit pixel art", "retro pixel game"),
        "neon": ("neon", "glowing neon", "neon lights"),
    },
}

ATTRIBUTES: Final = tuple(PHRASES)


def values(attribute: Attribute) -> tuple[Value, ...]:
    """All values of an attribute, in a fixed order (their index is the class number)."""
    return tuple(PHRASES[attribute])
