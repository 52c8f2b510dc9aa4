"""How a job looks to its creator: the rail of stages, a sentence, a picture."""

from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from config.pages import Tag
from generation.quality import AGAIN
from generation.storyboard import shot_of
from jobs import selectors
from jobs.models import Gate, Job, State
from studio.models import TakenDown

RAIL = (
    (State.SCREENING, gettext_lazy("Prompt check")),
    (State.QUEUED, gettext_lazy("Queue")),
    (State.RENDERING, gettext_lazy("Rendering")),
    (State.INSPECTING, gettext_lazy("Frame check")),
    (State.MARKING, gettext_lazy("Mark and sign")),
    (State.PUBLISHED, gettext_lazy("Published")),
)
ICONS = {"done": "yes", "now": "arrow", "waiting": "clock", "stopped": "no", "next": "none"}
TAGS = {
    State.PUBLISHED: ("yes", "yes"),
    State.HELD: ("partly", "clock"),
    State.REFUSED: ("no", "no"),
    State.FAILED: ("no", "partly"),
    State.CANCELLED: ("quiet", "stop"),
}
SENTENCES = {
    State.SCREENING: gettext_lazy("Your words are being checked."),
    State.RENDERING: gettext_lazy("The film is being rendered."),
    State.INSPECTING: gettext_lazy("The rendered frames are being checked."),
    State.MARKING: gettext_lazy("The clip gets its invisible mark and its signature."),
    State.PUBLISHED: gettext_lazy("Your clip is ready."),
    State.REFUSED: gettext_lazy("The studio will not make this clip."),
    State.CANCELLED: gettext_lazy("You cancelled this clip."),
    State.FAILED: gettext_lazy("This clip could not be made."),
}
DOWN = {
    True: gettext_lazy("You withdrew this clip."),
    False: gettext_lazy("This clip was taken down."),
}

MARKING = {
    "marking": gettext_lazy("Marking every frame"),
    "signing": gettext_lazy("Signing"),
    "reading back": gettext_lazy("Reading mark and signature back"),
    "publishing": gettext_lazy("Publishing"),
}
"""What `jobs.marking` reports while it works."""


@dataclass(frozen=True, slots=True)
class Stop:
    """One stage on the rail: `state` is done, now, waiting, stopped or next."""

    name: str
    state: str
    icon: str
    word: str


@dataclass(frozen=True, slots=True)
class Progress:
    state: str
    over: bool
    sentence: str
    progress: str
    step: int
    steps: int
    preview: str
    working: bool
    cancellable: bool
    part: int
    """Number of the shot that is being rendered, from 1; 0 where there is only one."""

    def as_dict(self) -> dict[str, Any]:
        return {name: getattr(self, name) for name in self.__slots__}


def is_down(job: Job) -> bool:
    """Whether the clip that it became was taken down."""
    clip = getattr(job, "clip", None)
    return clip is not None and clip.taken_down_at is not None


def job_tag(job: Job) -> Tag:
    if is_down(job):
        return Tag(_("Taken down"), "no", "no")
    tone, icon = TAGS.get(State(job.state), ("info", "film"))
    return Tag(str(State(job.state).label), tone, icon)


def progress_of(job: Job) -> Progress:
    """What changes while a job runs; the same for the page, the stream and the poll."""
    return Progress(
        state=job.state,
        over=job.is_over,
        sentence=_sentence(job),
        progress=_step(job),
        step=min(job.step, job.steps),
        steps=job.steps,
        preview=_preview(job),
        working=job.state in {State.RENDERING, State.INSPECTING, State.MARKING},
        cancellable=not job.is_over and not job.cancel_requested,
        part=part_of(job)[0],
    )


def rail(job: Job) -> list[Stop]:
    """The six stages, up to where the job is or stopped."""
    states = [state for state, _name in RAIL]
    at = states.index(_reached(job))
    now = {State.HELD: "waiting", State.PUBLISHED: "done"}.get(
        State(job.state), "stopped" if job.is_over else "now"
    )
    words = {
        "done": _("done"),
        "now": _("now"),
        "waiting": _("waiting for a moderator"),
        "stopped": _("stopped here"),
        "next": _("to come"),
    }
    stops = []
    for place, (_state, name) in enumerate(RAIL):
        state = "done" if place < at else "next" if place > at else now
        stops.append(Stop(str(name), state, ICONS[state], words[state]))
    return stops


def _reached(job: Job) -> State:
    """The stage on the rail where a job is, or where it ended."""
    state = State(job.state)
    if state in {each for each, _name in RAIL}:
        return state
    if state in {State.HELD, State.REFUSED}:
        gate = job.held_at_stage or _last_gate(job)
        return State.INSPECTING if gate == Gate.MEDIA else State.SCREENING
    if job.generation:
        return State.MARKING if job.mark_id else State.INSPECTING
    return State.RENDERING


def _last_gate(job: Job) -> str:
    last = job.screenings.last()
    return last.gate if last else Gate.PROMPT


def _sentence(job: Job) -> str:
    if job.cancel_requested and not job.is_over:
        return _("Stopping: the current step is finished first.")
    if job.state == State.HELD:
        if job.held_at_stage == Gate.MEDIA:
            return _("The clip is rendered. A moderator looks at it before it is published.")
        return _("A moderator reads your words before anything is rendered.")
    if is_down(job):
        return str(DOWN[job.clip.taken_down_reason == TakenDown.WITHDRAWN])
    if job.state == State.QUEUED:
        ahead = selectors.queue_position(job) or 0
        if not ahead:
            return _("Your clip is next.")
        return ngettext(
            "%(n)d clip is ahead of yours.", "%(n)d clips are ahead of yours.", ahead
        ) % {"n": ahead}
    return str(SENTENCES[State(job.state)])


def _step(job: Job) -> str:
    if job.state == State.MARKING:
        return str(MARKING.get(job.stage, ""))
    if job.state != State.RENDERING or not job.steps:
        return ""
    part, parts = part_of(job)
    if part:
        shot = {"part": part, "parts": parts}
        if job.stage.endswith(AGAIN):
            return (
                _("Shot %(part)d of %(parts)d: the first try was weak, so it is drawn again") % shot
            )
        return _("Shot %(part)d of %(parts)d") % shot
    step = {"step": min(job.step, job.steps), "steps": job.steps}
    if job.stage.endswith(AGAIN):
        return _("The first try was weak, so it is drawn again: step %(step)d of %(steps)d") % step
    return _("Step %(step)d of %(steps)d") % step


def part_of(job: Job) -> tuple[int, int]:
    """Which shot of a storyboard is being rendered, and of how many; zeros for a single shot."""
    return (shot_of(job.stage) if job.state == State.RENDERING else None) or (0, 0)


def _preview(job: Job) -> str:
    """Address of the newest picture, new with each step; none before and after the rendering."""
    if job.state != State.RENDERING or not job.preview:
        return ""
    return f"{reverse('studio:preview', args=[job.pk])}?step={job.step}"
