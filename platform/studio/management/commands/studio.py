"""`manage.py studio`: sets the studio up if need be, then runs web server and worker."""

import fcntl
import os
import socket
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import DatabaseError, connection

from config.errors import KinemarkError
from jobs.models import Job, State
from studio.first_start import clip_of, first_job, prepare, verification_address
from studio.supervisor import Child, Supervisor


class Command(BaseCommand):
    help = "Runs the studio: first-start set-up, web server and worker. Ctrl-C stops everything."
    requires_system_checks = ()  # the children check, and every second of the start counts

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--host", default="127.0.0.1", help="address to listen on")

    def handle(self, *args: Any, **options: Any) -> None:
        with _only_one_studio():
            _require_free_port(options["host"])
            self._prepare()
            supervisor = Supervisor(_children(options["host"]), _environment(), self._say)
            supervisor.listen()
            try:
                self._run(supervisor)
            finally:
                self._say("Stopping …")
                supervisor.stop()
                self._say("Stopped.")

    def _prepare(self) -> None:
        made = prepare()
        if not made:
            return
        self._say("These people can sign in. Their passwords are shown now and never again:\n")
        for new in made:
            self._say(
                f"  {new.person.get_role_display():<14} {new.person.email:<28} {new.password}"
            )
        self._say("")

    def _run(self, supervisor: Supervisor) -> None:
        supervisor.tend()
        announced = False
        watch: _FirstClip | None = None
        while not supervisor.stopping.wait(0.25):
            supervisor.tend()
            if not announced and _serves():
                self._say(f"\nThe studio is open:  {settings.KINEMARK_URL}/")
                announced = True
                watch = self._ask_for_first_clip()
            if watch and not watch.over and (news := watch.news()):
                self._say(news)

    def _ask_for_first_clip(self) -> "_FirstClip | None":
        try:
            return _FirstClip(first_job())
        except KinemarkError as error:
            self._say(f"No first clip yet ({error.code}): {error.message} {error.advice}")
            return None

    def _say(self, text: str) -> None:
        self.stdout.write(text)
        self.stdout.flush()


class _FirstClip:
    """Follows the first clip on its way and says what is new."""

    def __init__(self, job: Job) -> None:
        self._job_id = job.pk
        self._told = ""
        self.over = False

    def news(self) -> str | None:
        try:
            job = Job.objects.get(pk=self._job_id)
        except DatabaseError:
            connection.close()  # the database is away; web server and worker see to themselves
            return None
        if job.state == self._told:
            return None
        self._told = job.state
        self.over = job.is_over or job.state == State.HELD
        if clip := clip_of(job.pk):
            return f"The first clip, for anybody to verify:  {verification_address(clip)}"
        if job.state == State.HELD:
            return f"The first clip waits for a moderator:  {settings.KINEMARK_URL}/review/"
        if job.state == State.FAILED:
            return (
                f"The first clip failed ({job.fault_code}): {job.fault_message} {job.fault_advice}"
            )
        return f"The first clip: {job.get_state_display().lower()} …"


def _children(host: str) -> list[Child]:
    web = [
        *(sys.executable, "-m", "uvicorn", "config.asgi:application"),
        *("--host", host, "--port", str(settings.PORT), "--log-level", "warning"),
        *("--no-access-log", "--no-server-header", "--timeout-graceful-shutdown", "5"),
    ]
    worker = [sys.executable, str(settings.ROOT / "manage.py"), "worker"]
    return [Child("web server", web), Child("worker", worker)]


def _environment() -> dict[str, str]:
    paths = [str(settings.ROOT / "platform"), str(settings.ROOT), os.environ.get("PYTHONPATH", "")]
    return os.environ | {
        "PYTHONPATH": os.pathsep.join(filter(None, paths)),
        "DJANGO_SETTINGS_MODULE": "config.settings",
        "HF_HUB_OFFLINE": "1",
    }


def _require_free_port(host: str) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, settings.PORT))
        except OSError:
            raise CommandError(
                f"Port {settings.PORT} is in use. Choose another one: PORT=8001 make run"
            ) from None


def _serves() -> bool:
    try:
        address = f"http://127.0.0.1:{settings.PORT}/healthz"
        with urllib.request.urlopen(address, timeout=1) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False


@contextmanager
def _only_one_studio() -> Iterator[None]:
    settings.KINEMARK_HOME.mkdir(parents=True, exist_ok=True)
    with (settings.KINEMARK_HOME / "studio.lock").open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise CommandError(
                f"A studio is already running on {settings.KINEMARK_HOME}. Stop it first."
            ) from None
        yield
