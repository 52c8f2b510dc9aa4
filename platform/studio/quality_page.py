"""The quality card in plain words."""

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from config.pages import Tag
from generation.camera import CameraMove
from generation.quality import Measure, QualityCard, Thresholds

NAMES = {
    Measure.ADHERENCE: gettext_lazy("Shows what was asked"),
    Measure.FLICKER: gettext_lazy("Steady light"),
    Measure.WARP_ERROR: gettext_lazy("Smooth motion"),
    Measure.CAMERA: gettext_lazy("Camera"),
    Measure.DUPLICATE_FRAMES: gettext_lazy("No stuck frames"),
}
MOVES = {
    CameraMove.STATIC: gettext_lazy("standing still"),
    CameraMove.PAN_LEFT: gettext_lazy("panning left"),
    CameraMove.PAN_RIGHT: gettext_lazy("panning right"),
    CameraMove.TILT_UP: gettext_lazy("tilting up"),
    CameraMove.TILT_DOWN: gettext_lazy("tilting down"),
    CameraMove.ZOOM_IN: gettext_lazy("zooming in"),
    CameraMove.ZOOM_OUT: gettext_lazy("zooming out"),
}


@dataclass(frozen=True, slots=True)
class Line:
    """One measure: a verdict with icon and word, a sentence, and a bar where there is a number.

    `percent` is 100 for flawless and 50 at the threshold; None has no bar.
    """

    name: str
    tag: Tag
    sentence: str
    percent: int | None


@dataclass(frozen=True, slots=True)
class QualityView:
    lines: list[Line]
    retry: str
    """How often and why the clip was rendered again; empty if it was not."""


def quality_view(stored: dict[str, Any] | None) -> QualityView | None:
    """The card of a clip for the eye, from `Job.generation["quality"]`; None without one."""
    if not stored:
        return None
    attempts = stored["attempts"]
    card = QualityCard.from_dict(attempts[stored["kept"]]["card"])
    return QualityView(lines_of(card), _retry(attempts, stored["kept"]))


def lines_of(card: QualityCard) -> list[Line]:
    limits = Thresholds()
    failed = limits.failures(card)

    def line(measure: Measure, sentence: str, percent: int | None) -> Line:
        tag = (
            Tag(_("Weak"), "partly", "partly")
            if measure in failed
            else Tag(_("Good"), "yes", "yes")
        )
        return Line(str(NAMES[measure]), tag, sentence, percent)

    return [
        _adherence(card, line),
        line(
            Measure.FLICKER,
            _("Brightness swings by %(n).1f of 255 levels.") % {"n": card.flicker},
            _percent(card.flicker, limits.flicker),
        ),
        line(
            Measure.WARP_ERROR,
            _("After following the motion, frames differ by %(n).1f %%.")
            % {"n": 100 * card.warp_error},
            _percent(card.warp_error, limits.warp_error),
        ),
        _camera(card, line),
        line(
            Measure.DUPLICATE_FRAMES,
            _("%(n).0f %% of the frames are stuck.") % {"n": 100 * card.duplicate_frames},
            _percent(card.duplicate_frames, limits.duplicate_frames),
        ),
    ]


def _adherence(card: QualityCard, line: Any) -> Line:
    if card.adherence is None:
        name = str(NAMES[Measure.ADHERENCE])
        quiet = Tag(_("Not measured"), "quiet", "none")
        return Line(name, quiet, _("There is nothing here that could judge these words."), None)
    percent = round(100 * card.adherence)
    sentence = _("The studio's judge finds %(n)d %% of what you asked for.") % {"n": percent}
    return line(Measure.ADHERENCE, sentence, percent)


def _camera(card: QualityCard, line: Any) -> Line:
    seen = str(MOVES[card.camera])
    if card.camera_asked is None:
        return line(
            Measure.CAMERA, _("Seen %(seen)s; your words left it open.") % {"seen": seen}, None
        )
    asked = str(MOVES[card.camera_asked])
    if card.camera_agrees:
        return line(Measure.CAMERA, _("Seen %(seen)s, as you asked.") % {"seen": seen}, None)
    sentence = _("You asked for %(asked)s; seen %(seen)s.") % {"asked": asked, "seen": seen}
    if card.camera is CameraMove.STATIC:  # too faint to be measured is not wrong
        faint = Tag(_("Not clear"), "quiet", "none")
        return Line(str(NAMES[Measure.CAMERA]), faint, sentence, None)
    return line(Measure.CAMERA, sentence, None)


def _percent(value: float, threshold: float) -> int:
    return round(100 * max(0.0, 1 - value / (2 * threshold)))


def _retry(attempts: list[dict[str, Any]], kept: int) -> str:
    again = len(attempts) - 1
    if not again:
        return ""
    weak = ", ".join(str(NAMES[Measure(name)]).lower() for name in attempts[0]["failures"])
    first = ngettext(
        "The first try was weak (%(weak)s), so the studio rendered it again with another seed.",
        "The first try was weak (%(weak)s), so the studio rendered it %(n)d more times with other "
        "seeds.",
        again,
    ) % {"weak": weak, "n": again}
    chosen = (
        _("This is the first try: the others were no better.")
        if kept == 0
        else _("This is try %(n)d, with seed %(seed)d.")
        % {"n": kept + 1, "seed": attempts[kept]["seed"]}
    )
    return f"{first} {chosen}"
