"""Sentences for specs: synonyms, free word order, and things left unsaid as people leave them."""

from __future__ import annotations

import random

from generation.embedded.vocabulary import PHRASES
from generation.embedded.world.spec import Spec

_FINITE = {
    "bounce": "bounces", "left": "moves left", "right": "moves right", "rise": "rises",
    "fall": "falls", "spin": "spins", "grow": "grows", "shrink": "shrinks",
    "circle": "flies in circles", "still": "stands still",
}  # fmt: skip


def _article(word: str) -> str:
    return "an" if word[0] in "aeiou" else "a"


def _subject(spec: Spec, rng: random.Random, colour: str, noun: str) -> str:
    if not colour:
        return f"{rng.choice((_article(noun), 'the', 'one'))} {noun}"
    if rng.random() < 0.12:
        return f"{_article(noun)} {noun} that is {colour}"
    return f"{rng.choice((_article(colour), _article(colour), 'the'))} {colour} {noun}"


def caption(spec: Spec, rng: random.Random) -> str:
    """One sentence (at most about 30 words) that says what the spec shows.

    The usual (day, clear, static camera, cartoon) is mostly left unsaid, and now and then so is
    anything else, so that the model also learns what to draw when it is not told.
    """

    def say(attribute: str) -> str:
        return rng.choice(PHRASES[attribute][getattr(spec, attribute)])

    colour = say("colour") if rng.random() > 0.03 else ""
    noun = say("subject") if rng.random() > 0.015 else rng.choice(("thing", "something"))
    who = _subject(spec, rng, colour, noun)
    motion = ""
    if rng.random() > (0.5 if spec.motion == "still" else 0.04):
        motion = _FINITE[spec.motion] if rng.random() < 0.25 else say("motion")
    scene = say("scene") if rng.random() > 0.04 else ""
    extras = []
    if spec.scene != "space" and rng.random() < (0.3 if spec.time == "day" else 0.96):
        extras.append(say("time"))
    if rng.random() < (0.1 if spec.weather == "clear" else 0.96) and spec.scene != "space":
        extras.append(say("weather"))
    if rng.random() < (0.1 if spec.camera == "static" else 0.96):
        extras.append(say("camera"))
    prefix = ""
    if rng.random() < (0.3 if spec.style == "cartoon" else 0.97):
        style = say("style")
        if rng.random() < 0.4:
            prefix = f"{style} of "
        else:
            extras.append(style if "style" in style else f"{style} style")
    rng.shuffle(extras)
    order = rng.random()
    if order < 0.65:
        body = " ".join(p for p in (who, motion, scene) if p)
    elif order < 0.85:
        body = f"{scene}, " * bool(scene) + " ".join(p for p in (who, motion) if p)
    else:
        body = " ".join(p for p in (who, scene, motion) if p)
    parts = [prefix + body, *extras]
    if extras and not prefix and rng.random() < 0.2:
        parts = [*extras, body]
    text = rng.choice((", ", ", ", " ")).join(parts)
    return text[0].upper() + text[1:] + "." if rng.random() < 0.3 else text


def full_caption(spec: Spec, rng: random.Random) -> str:
    """A caption that leaves nothing unsaid of subject, colour, motion, scene and style."""
    said = {a: rng.choice(PHRASES[a][getattr(spec, a)]) for a in PHRASES}
    who = f"{_article(said['colour'])} {said['colour']} {said['subject']}"
    parts = [f"{who} {said['motion']} {said['scene']}"]
    if spec.scene != "space":
        parts += [said["time"]] + [said["weather"]] * (spec.weather != "clear")
    parts += [said["camera"]] * (spec.camera != "static")
    style = said["style"]
    return ", ".join([*parts, style if "style" in style else f"{style} style"])
