"""The house's walls: what the folder names promise."""

import platform
import subprocess
import sys
import sysconfig
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def test_platform_folder_is_no_package():
    assert not (ROOT / "platform" / "__init__.py").exists()


def test_platform_is_the_standard_librarys():
    stdlib = Path(sysconfig.get_path("stdlib")).resolve()
    assert Path(platform.__file__).resolve() == stdlib / "platform.py"


def test_engines_import_neither_django_nor_one_another():
    linter = Path(sys.executable).with_name("lint-imports")
    done = subprocess.run([linter, "--no-cache"], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout


def test_every_direct_dependency_is_documented():
    import tomllib

    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    wanted = project["dependencies"] + project["optional-dependencies"]["dev"]
    documented = (ROOT / "docs" / "dependencies.md").read_text()
    missing = [pin for pin in wanted if pin.split("==")[0] not in documented]
    assert missing == []


def test_every_direct_dependency_is_pinned():
    import tomllib

    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    wanted = project["dependencies"] + project["optional-dependencies"]["dev"]
    assert [pin for pin in wanted if "==" not in pin] == []
