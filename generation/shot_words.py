"""The words by which `shots` tells the parts of an English prompt apart. It holds no rules."""

from __future__ import annotations

import re
from typing import Final


def _any(words: str) -> str:
    """Words, or phrases with _ for a space, as one alternative; the longest are tried first."""
    ordered = sorted(words.split(), key=len, reverse=True)
    return "|".join(re.escape(word).replace("_", r"\s+") for word in ordered)


def _words(listed: str) -> frozenset[str]:
    return frozenset(listed.split())


# ---------- the story ----------

DETERMINERS: Final = _words(
    "a an the one two three four five several some many his her its their this that each"
)
ADJECTIVES: Final = _words(
    "red orange yellow green blue purple pink white black grey gray brown golden silver crimson"
    " scarlet emerald azure violet snow-white big small little tiny huge old young new friendly"
    " happy sad brave gentle bright dark quiet lonely beautiful colourful ancient"
)
"""A word in -ing behind one of them describes: "a red smiling star"."""

SINGULAR: Final = _words("a an the one his her its this that each he she it")
"""A verb in -s is believed only of a subject that begins so: "the leaves" are no verb."""

SILENT: Final = _words("a an the of and or but while as with")
"""Words that say nothing when they stand alone."""

_WHERE: Final = (
    "in_front_of on_top_of next_to out_of in on at over above under below beneath beside between"
    " among amid behind inside outside near along across through against within around by past"
    " into onto toward towards from underneath alongside atop"
)
PREPOSITIONS: Final = _words("up down") | {phrase.split("_")[0] for phrase in _WHERE.split()}
"""Their first words, and two that begin a place only before an article."""
PLACE: Final = rf"(?:{_any(_WHERE)}|(?:up|down)(?=\s+(?:an?|the)\s))"
"""How a place begins; "with" and "of" belong to what stands before them."""

PARTICLES: Final = _words("in on over around by past along across inside outside through")
"""Followed by another preposition they belong to the verb: "turning around in a park"."""

AIMED: Final = _words("look stare gaze glance laugh smile point wave bark shout nod wink")
"""Verbs whose "at" says at what, not where."""

ADVERBIAL: Final = (
    r"in\s+(?:a\s+)?(?:circles?|place|pairs|line|unison|sync)"
    r"|from\s+(?:left\s+to\s+right|right\s+to\s+left|side\s+to\s+side|top\s+to\s+bottom)"
    r"|on\s+(?:and\s+on|its\s+own|tiptoes?)|at\s+(?:full|high|top)\s+speed"
    r"|over\s+and\s+over|around\s+and\s+around|by\s+itself"
)
"""They begin as a place does, but say how something moves."""

WORN: Final = _words(
    "dress coat hat suit shirt uniform jacket jumper sweater robe cloak cape kimono armour armor"
    " mask glasses scarf boots shoes costume helmet gown spacesuit pyjamas jeans apron raincoat"
    " black white red blue green head shoulder shoulders hand hands back face"
)
"""What ends "in a red dress" or "on her head": part of the subject, and no place."""

ADVERBS: Final = _words(
    "slowly quickly gently softly happily sadly quietly calmly gracefully suddenly smoothly rapidly"
    " majestically peacefully wildly lazily silently playfully gradually is are was were"
)
"""They begin the action when they stand right before its verb."""

VERBS: Final = _words(
    "arrive ascend bake balance bark bend blink bloom blow boil bounce bow break breathe build burn"
    " burst carry cast catch change chase circle clap climb close collapse collide cook crash crawl"
    " cross crumble cry dance descend disappear dissolve dive draw drift drink drip drive drop eat"
    " emerge enter erupt expand explode fade fall feed fight flap flash flicker float flow fly fold"
    " follow gallop gaze glance glide glow go grow hang hold hop hover hug jog juggle jump kick"
    " kiss knit laugh leap leave lift look march meet melt mend merge move nod open orbit paint"
    " pass pedal perform play plunge point pour pull push race reach read rest ride ripple rise"
    " roar roll rotate row run rush sail scatter search shatter shine shout shrink sing sink sit"
    " skate ski sleep slide smile soar spin spiral splash spread sprint stand stare stay step stir"
    " stretch stroll surf sway sweep swim swing take talk teach throw travel tremble tumble turn"
    " twirl twist unfold wake walk wander wash watch wave weave whirl wink work write"
)
NOT_VERBS: Final = _words(
    "being building ceiling clothing darling during duckling earring evening feeling herring icing"
    " interesting king lightning lighting lining meaning morning nothing offspring outing painting"
    " pudding ring sapling seedling sibling something spring starling sterling string stuffing"
    " surrounding thing viking wedding wing anything everything"
)
"""End in -ing and name things."""

PLURALS: Final = _words("people children men women fish they sheep")

# ---------- style, camera, mood ----------

_PICTURES: Final = (
    "painting drawing sketch cartoon animation anime illustration render rendering artwork woodcut"
    " engraving collage comic watercolour watercolor claymation etching mosaic photograph photo"
    " diorama pixel_art line_art concept_art digital_art vector_art"
)
_SHOTS: Final = "shot close-up closeup close_up view angle footage timelapse time-lapse zoom"
_PLAIN: Final = r"(?:(?!(?:an?|the|his|her|their|this|of|\w+ing)\s)[\w’'-]+\s+){0,3}?"
_LEAD: Final = r"(?:(?:an?|the)\s+)?({plain}(?:{words}))\s+of\s+(?=\S)"

STYLE_LEAD: Final = _LEAD.format(plain=_PLAIN, words=_any(_PICTURES))
CAMERA_LEAD: Final = _LEAD.format(plain=_PLAIN, words=_any(_SHOTS))

STYLE: Final = (
    r"in\s+(?:the|an?)\s+style\s+of\s+\S.*"
    r"|(?:in|as)\s+(?:an?\s+|the\s+)?(?:[\w’'-]+\s+){1,3}style$"
)
CAMERA: Final = (
    r"(?:the\s+)?camera\s+(?:slowly\s+|quickly\s+|gently\s+)?"
    r"(?:pans?|zooms?|tilts?|moves?|moving|pulls?|pushes|orbits?|circles?|follows?|tracks?|"
    r"panning|zooming|tilting|rotates?|flies|glides?|shakes?)"
    r"(?:\s+(?:left|right|in|out|up|down|back|away|forwards?|backwards?|closer|around))?"
    r"|(?:static|fixed|moving|steady|shaky|handheld|hand-held)\s+camera"
    r"|(?:(?:slow|fast|gentle|steady|quick|smooth)\s+)?(?:zoom|pan|tilt|dolly|push|pull)"
    r"\s+(?:in|out|left|right|up|down|back)(?!\s+(?:an?|the|his|her|its)\s)"
    r"|(?:(?:extreme|wide|long|medium|low|high|slow|aerial|drone|overhead|fixed|static|tracking|"
    r"dolly|establishing|close|tight|handheld|pov|macro|steadicam|low-angle|high-angle|wide-angle)"
    r"[\s-]+){1,3}(?:angle\s+shot|shot|angle|view|footage|lens)"
    r"|(?:extreme\s+)?close-?up|bird['’]s[\s-]eye(?:\s+view)?|time-?lapse"
    r"|(?:shallow\s+)?depth\s+of\s+field|in\s+slow[\s-]motion"
)
_LIGHT: Final = (
    r"dawn|sunrise|noon|midday|dusk|sunset|twilight|night|nightfall|midnight|daybreak"
    r"|golden\s+hour|blue\s+hour"
)
_WEATHER: Final = (
    r"rain|snow|fog|mist|storm|thunderstorm|wind|sun|sunshine|sunlight|moonlight|starlight"
    r"|candlelight|darkness|daylight|shade|haze|drizzle|blizzard|light"
)
_WEATHERED: Final = (
    r"heavy|light|pouring|soft|falling|thick|bright|warm|pale|evening|morning|early|late|driving"
    r"|gentle|dense|silver|golden"
)
MOOD: Final = (
    rf"(?:at|before|after|during|around)\s+(?:the\s+)?(?:{_LIGHT})"
    rf"|(?:in|under|through)\s+(?:the\s+)?(?:(?:{_WEATHERED})\s+){{0,3}}(?:{_WEATHER})"
    r"|(?:in|on|during)\s+(?:an?\s+|the\s+)?(?:(?:early|late|sunny|rainy|windy|foggy|cloudy|snowy"
    r"|stormy|warm|cold|hot|summer|winter|spring|autumn|quiet|misty|bright|grey|starry)\s+){0,2}"
    r"(?:day|morning|afternoon|evening|night)"
    r"|(?:it\s+is\s+|it['’]s\s+)(?:raining|snowing|foggy|windy|sunny|cloudy|dark)"
    r"|(?:rainy|snowy|clear|foggy|stormy|sunny|windy|cloudy|misty)\s+(?:weather|sky|skies)"
    r"|snowfall|rainfall"
)

CAMERA_HEADS: Final = _words(
    "camera shots lens pan dolly tracking pov bokeh handheld steadicam framing focus fps"
) | frozenset(_SHOTS.split())
MOOD_HEADS: Final = _words(
    "light lighting mood atmosphere fog mist rain snow storm wind haze sunlight moonlight shadows"
    " weather dawn dusk sunset sunrise night evening morning afternoon noon midnight twilight glow"
    " dreamy calm tense eerie joyful melancholic melancholy moody peaceful serene dramatic"
    " mysterious romantic gloomy cheerful nostalgic hopeful ominous playful cosy cozy tranquil"
    " whimsical spooky lonely energetic sad happy quiet warm cold dark bright colours colors"
    " palette summer winter autumn spring hour"
)
STYLE_HEADS: Final = _words(
    "style photorealistic photorealism realistic cinematic noir grain film hdr 4k 8k 16mm 35mm 70mm"
    " monochrome minimalist surreal impressionist neon art retro vintage detailed hyperrealistic"
    " stop-motion cut-out felt documentary halftone"
) | frozenset(word for word in _PICTURES.split() if "_" not in word)
