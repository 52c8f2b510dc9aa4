"""What creators do with storyboards."""

from dataclasses import dataclass

from django.db import transaction

from accounts.models import Person
from accounts.sealing import commitment, new_salt, seal
from audit import services as audit
from config.errors import Conflict, UserFault
from generation import GenerationRequest, InvalidRequest
from generation.storyboard import Storyboard as Board
from generation.storyboard import Transition
from jobs import pipeline, queue
from jobs.disk import require_space
from jobs.models import Job
from storyboards.drafts import Draft
from storyboards.models import Scene, Storyboard
from studio.models import Shot
from studio.services import Ask
from studio.services import check as check_shot


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong with a draft; `key` names the shot, empty for the whole board."""

    key: str
    field: str
    message: str
    code: str


class NotReady(Exception):
    """The draft cannot be made as it stands."""

    def __init__(self, problems: list[Problem]) -> None:
        super().__init__()
        self.problems = problems


def begin(owner: Person, draft: Draft) -> Storyboard:
    """A new storyboard, for nobody but its owner to see."""
    return Storyboard.objects.create(owner=owner, draft_sealed=seal(draft.as_json()))


def save(storyboard: Storyboard, draft: Draft) -> None:
    """Keeps what was typed. Raises `Conflict` once the storyboard has been sent."""
    kept = Storyboard.objects.filter(pk=storyboard.pk, job=None)
    if kept.update(draft_sealed=seal(draft.as_json())) != 1:
        raise _sent()


def delete(storyboard: Storyboard) -> None:
    """Forgets a draft. Raises `Conflict` once the storyboard has been sent."""
    if storyboard.job_id:
        raise _sent()
    storyboard.delete()


def check(draft: Draft) -> Board:
    """What the draft asks for. Raises `NotReady` with everything that is wrong with it."""
    problems: list[Problem] = []
    requests: list[GenerationRequest] = []
    for shot in draft.shots:
        ask = Ask(
            prompt=shot.prompt,
            aspect=draft.aspect,
            seconds=shot.seconds,
            seed=draft.seed,
            style=draft.style,
        )
        try:
            requests.append(check_shot(ask))
        except UserFault as fault:
            problems.append(_problem(shot.key, fault))
    shared = [each for each in problems if each.field in {"aspect", "style", "seed"}]
    if shared:  # said once, not for every shot
        own = [each for each in problems if each not in shared]
        first = {each.code: each for each in reversed(shared)}.values()
        problems = [Problem("", each.field, each.message, each.code) for each in first] + own
    if problems:
        raise NotReady(problems)
    try:
        return Board(
            tuple(requests), Transition(draft.transition), requests[0].seed, draft.continuity
        )
    except InvalidRequest as error:
        raise NotReady([_problem("", error)]) from None
    except (ValueError, IndexError):
        message = "There is no such transition. Choose one of the list."
        code = "storyboards.transition"
        raise NotReady([Problem("", "transition", message, code)]) from None


def submit(storyboard: Storyboard, draft: Draft) -> Job:
    """Sends a storyboard off: one job for all of its shots, screened as any other.

    Raises `NotReady`, `Conflict` if it was sent already, `SystemFault` when the disk is full.
    """
    job = _place(storyboard, check(draft), draft)
    if lease := queue.claim(job.pk):  # should this process die now, a worker screens the prompts
        pipeline.run(lease)
    job.refresh_from_db()
    return job


def _place(storyboard: Storyboard, board: Board, draft: Draft) -> Job:
    require_space()
    owner = storyboard.owner
    first = board.shots[0]
    with transaction.atomic():
        cover = _shot(owner, "\n".join(shot.prompt for shot in board.shots), first)
        cover.seconds = sum(shot.seconds for shot in board.shots)
        cover.save()
        job = Job.objects.create(shot=cover, owner=owner)
        unsent = Storyboard.objects.filter(pk=storyboard.pk, job=None)
        if unsent.update(job=job, draft_sealed=seal(draft.as_json())) != 1:
            raise _sent()
        for position, request in enumerate(board.shots):
            shot = _shot(owner, request.prompt, request)
            shot.save()
            Scene.objects.create(storyboard=storyboard, position=position, shot=shot)
        audit.record("storyboard.submitted", job, owner, shots=len(board.shots))
    return job


def _shot(owner: Person, prompt: str, request: GenerationRequest) -> Shot:
    salt = new_salt()
    return Shot(
        owner=owner,
        prompt_sealed=seal(prompt),
        salt=salt,
        commitment=commitment(prompt, salt),
        aspect=request.aspect.value,
        seconds=request.seconds,
        seed=request.seed,
        style=request.style or "",
    )


def _problem(key: str, error: UserFault | InvalidRequest) -> Problem:
    known = ("prompt", "seconds", "aspect", "style", "seed")
    field = next((name for name in known if name in error.code), "")
    return Problem(key, field, f"{error.message} {error.advice}", error.code)


def _sent() -> Conflict:
    return Conflict(
        "storyboards.already-sent",
        "This storyboard has been sent; what was made of it stays as it is.",
        "Make a copy and change that.",
    )
