"""What manifests say about the software is what the package says about itself."""

import tomllib
from pathlib import Path

import provenance
from provenance.version import VERSION


def test_the_version_is_the_projects():
    project = Path(provenance.__file__).parent.parent / "pyproject.toml"
    assert tomllib.loads(project.read_text())["project"]["version"] == VERSION
