"""What integrators are told works as it stands there."""

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from accounts.api_keys import create_key
from accounts.models import Scope
from provenance import FINGERPRINT_ALGORITHM, MARK_ALGORITHM
from registry.models import Deposit, Record
from tests.verification.conftest import reencoded

ROOT = Path(__file__).resolve().parents[2]
DOCUMENT = (ROOT / "docs" / "api.md").read_text()
EXAMPLES = "\n".join(re.findall(r"```sh\n(.*?)```", DOCUMENT, re.DOTALL))
PYTHON = "\n".join(re.findall(r"```python\n(.*?)```", DOCUMENT, re.DOTALL))
ENTRIES = json.loads((ROOT / "docs" / "softbinding-algorithm.json").read_text())


@pytest.mark.skipif(shutil.which("curl") is None, reason="there is no curl here")
@pytest.mark.django_db(transaction=True)
def test_the_examples_of_the_document(live_server, published, outside, admin, settings, tmp_path):
    settings.KINEMARK_URL = live_server.url
    record, file = published
    folder = tmp_path / "integrator"
    folder.mkdir()
    reencoded(file).rename(folder / "clip.mp4")
    (folder / "own.c2pa").write_bytes(outside.manifest)
    done = subprocess.run(
        ["bash", "-eu", "-c", EXAMPLES],
        cwd=folder,
        env={
            "PATH": "/usr/bin:/bin",
            "STUDIO": live_server.url,
            "KEY": create_key(admin, "test", list(Scope), 1).secret,
        },
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr + done.stdout
    assert (folder / "manifest.c2pa").read_bytes() == bytes(record.manifest)
    bound = json.loads((folder / "bound.json").read_text())
    assert bound == {"matches": [{"manifestId": outside.manifest_id}]}
    assert not Deposit.objects.exists()
    assert Record.objects.count() == 1
    checked = subprocess.run(
        [sys.executable, "-c", PYTHON],
        cwd=folder,
        env={"PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
    )
    assert "assertion.bmffHash.mismatch" in checked.stdout, checked.stderr


def test_every_code_that_is_named_is_one_of_ours():
    named = set(re.findall(r"`((?:registry|verification|api|studio)\.[a-z-]+)`", DOCUMENT))
    code = "".join(file.read_text() for file in (ROOT / "platform").rglob("*.py"))
    assert named
    assert [each for each in named if f'"{each}"' not in code] == []


@pytest.mark.parametrize(
    ("entry", "algorithm", "kind"),
    [
        (ENTRIES[0], MARK_ALGORITHM, "watermark"),
        (ENTRIES[1], FINGERPRINT_ALGORITHM, "fingerprint"),
    ],
)
def test_the_entries_for_the_algorithm_list_name_our_algorithms(entry, algorithm, kind):
    assert entry["alg"] == algorithm
    assert re.fullmatch(
        r"[A-Za-z]{2,63}(?:\.[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?)+", entry["alg"]
    )
    assert entry["type"] == kind
    assert entry["decodedMediaTypes"] == ["video"]
    assert set(entry["entryMetadata"]) >= {
        "description",
        "dateEntered",
        "contact",
        "informationalUrl",
    }


def test_what_a_studio_has_to_fill_in_is_explained():
    """Capitals in the entries are blanks; each has its line in the page beside them."""
    blanks = set(re.findall(r"YOUR-[A-Z]+\.example|SHA-256-OF[-.A-Z]+", json.dumps(ENTRIES)))
    explained = (ROOT / "docs" / "softbinding-algorithm.md").read_text()
    assert len(blanks) == 3
    assert [blank for blank in blanks if f"| `{blank}` |" not in explained] == []
