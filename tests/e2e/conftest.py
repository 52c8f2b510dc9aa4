"""A whole studio in its own folder: web server, worker, and a real browser before it."""

import json
import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, StorageState, expect

from tests.e2e.seed import PASSWORD

ROOT = Path(__file__).resolve().parents[2]
CHROMIUM = Path("/usr/bin/chromium")
_WANTED = ("status of 4", "htmx:sendAbort", "htmx:afterRequest")
"""Logged as errors though they are meant: refusals, and questions that a newer one replaced
(`hx-sync`). "afterRequest" comes with every end of a request; one that failed logs its own
"sendError" or "timeout" beside it."""
expect.set_options(timeout=60_000)


@dataclass(frozen=True)
class Studio:
    url: str
    home: Path
    seeds: dict[str, str]
    """Addresses of things that are there from the start, by name."""
    signed_in: dict[str, StorageState] = field(default_factory=dict)
    """Cookies of who has signed in before, by name."""

    def pause(self) -> None:
        """Renderings stop in the middle until `resume`."""
        (self.home / "pause").touch()

    def resume(self) -> None:
        (self.home / "pause").unlink(missing_ok=True)


@pytest.fixture(scope="session")
def browser_type_launch_args() -> dict[str, object]:
    if not CHROMIUM.exists():
        pytest.skip(f"no browser: {CHROMIUM} is missing (apt-get install chromium)")
    return {
        "executable_path": str(CHROMIUM),
        "args": ["--no-sandbox", "--disable-gpu", "--disable-background-networking"],
    }


@pytest.fixture(scope="session")
def studio(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Studio]:
    """A studio whose generator is quick, and waits when it is told to."""
    with _running(tmp_path_factory.mktemp("studio"), "tests.fakes:AbleGenerator") as found:
        yield found


@pytest.fixture(scope="module")
def drawing_studio(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Studio]:
    """A studio with the model that ships."""
    with _running(tmp_path_factory.mktemp("drawing"), "embedded") as found:
        yield found


@contextmanager
def _running(home: Path, generator: str) -> Iterator[Studio]:
    port = _free_port()
    environment = os.environ | {
        "KINEMARK_HOME": str(home),
        "KINEMARK_GENERATOR": generator,
        "KINEMARK_POLL_SECONDS": "0.1",
        "KINEMARK_FREE_SPACE_FLOOR_MB": "0",
        "KINEMARK_SAFETY_BANKS": str(_hash_lists(home)),
        "KINEMARK_VERIFY_PER_HOUR": "1000",
        "PORT": str(port),
        "DJANGO_SETTINGS_MODULE": "config.settings",
        "PYTHONPATH": f"{ROOT}{os.pathsep}{ROOT / 'platform'}",
    }
    seeded = subprocess.run(
        [sys.executable, "-m", "tests.e2e.seed"],
        env=environment,
        cwd=ROOT,
        capture_output=True,
        text=True,
    )
    assert seeded.returncode == 0, seeded.stderr
    web = [sys.executable, "-m", "uvicorn", "config.asgi:application", "--port", str(port)]
    worker = [sys.executable, str(ROOT / "manage.py"), "worker"]
    with (home / "log").open("wb") as log:
        running = [
            subprocess.Popen(command, env=environment, cwd=ROOT, stdout=log, stderr=log)
            for command in (web, worker)
        ]
        try:
            url = f"http://127.0.0.1:{port}"
            _until(lambda: _answers(f"{url}/healthz"))
            seeds = json.loads(seeded.stdout.splitlines()[-1])
            yield Studio(url, home, seeds)
        finally:
            for process in running:
                process.kill()
                process.wait()


@pytest.fixture
def visit(browser: Browser, studio: Studio) -> Iterator[Callable[..., Page]]:
    """Opens a page for a person ("creator", "moderator") or for nobody; fails the test if the
    page logs an error, which includes whatever the content security policy stops."""
    with _visits(browser, studio) as open_page:
        yield open_page


@pytest.fixture
def visit_drawing(browser: Browser, drawing_studio: Studio) -> Iterator[Callable[..., Page]]:
    """The same in the studio with the model that ships."""
    with _visits(browser, drawing_studio) as open_page:
        yield open_page


@contextmanager
def _visits(browser: Browser, studio: Studio) -> Iterator[Callable[..., Page]]:
    contexts: list[BrowserContext] = []
    problems: list[str] = []

    def open_page(who: str = "", *, scripts: bool = True) -> Page:
        context = browser.new_context(
            base_url=studio.url,
            storage_state=studio.signed_in.get(who),
            viewport={"width": 1280, "height": 900},
            reduced_motion="reduce",
            java_script_enabled=scripts,
        )
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(120_000)  # busy machines
        page.on("pageerror", lambda error: problems.append(str(error)))
        page.on("console", lambda said: _note(said, problems))
        if who in studio.signed_in:
            page.goto("/studio/")
        elif who:
            _sign_in(page, who)
            studio.signed_in[who] = context.storage_state()
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert problems == []


def _note(said, problems: list[str]) -> None:
    if said.type == "error" and not any(wanted in said.text for wanted in _WANTED):
        problems.append(said.text)


def _sign_in(page: Page, who: str) -> None:
    page.goto("/accounts/login/")
    page.get_by_label("Email").fill(f"{who}@kinemark.example")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url("**/studio/")


def _hash_lists(home: Path) -> Path:
    """A folder with one list that no picture of the tests is on."""
    folder = home / "lists"
    folder.mkdir()
    rows = f"td_raw_indicator,td_subjective_tags\n{'0f' * 32},a picture that must not appear\n"
    (folder / "known.csv").write_text(rows)
    return folder


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _answers(url: str) -> bool:
    try:
        return urllib.request.urlopen(url, timeout=1).status == 200
    except OSError:
        return False


def _until(condition: Callable[[], bool], seconds: float = 90) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, f"nothing happened in {seconds:g} s"
        time.sleep(0.1)
