"""The invisible mark: a keyed spread-spectrum watermark that carries a 48-bit mark ID.

    embed   writes it into frames as they pass
    detect  reads it blind out of whatever became of the clip

How it works, module by module: `keys` (secrets), `code` (payload, MAC, channel code), `pattern`
(carriers), `mask` (what the eye does not see), `embed`; for the way back `channels` (averages in
which only the mark adds up), `folded`, `listener`, `fourier` (hearing the pilots), `sync`, `refine`
(finding the lattice), `detect`; `decision` for when a mark may be claimed, and the theorem behind
it.
"""

from provenance.watermark.decision import FALSE_POSITIVE_BOUND, Budget
from provenance.watermark.detect import MarkDetection, detect
from provenance.watermark.embed import SMALLEST_SIDE, embed
from provenance.watermark.geometry import FORMATS, Geometry
from provenance.watermark.keys import KeyRing, MarkKey
from provenance.watermark.mask import Mask
from provenance.watermark.names import Names

__all__ = [
    "FALSE_POSITIVE_BOUND",
    "FORMATS",
    "SMALLEST_SIDE",
    "Budget",
    "Geometry",
    "KeyRing",
    "MarkDetection",
    "MarkKey",
    "Mask",
    "Names",
    "detect",
    "embed",
]
