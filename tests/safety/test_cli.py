import json
import subprocess
import sys

import pytest

from safety.__main__ import main


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("a red balloon over the hills", 0),
        ("Donald Trump dancing", 10),
        ("two people having sex", 11),
    ],
)
def test_the_exit_code_says_the_decision(capsys, text, code):
    assert main([text]) == code
    assert capsys.readouterr().out


def test_json_has_decision_and_findings(capsys):
    main(["Donald Trump dancing", "--json", "--field", "title"])
    answer = json.loads(capsys.readouterr().out)
    assert answer["decision"] == "review"
    assert answer["findings"][0]["category"] == "public_figure"
    assert answer["findings"][0]["field"] == "title"


def test_a_policy_that_cannot_be_read_is_a_usage_error(capsys, tmp_path):
    assert main(["text", "--policy", str(tmp_path / "gone.json")]) == 2
    assert "policy" in capsys.readouterr().err


def test_it_runs_as_a_module():
    done = subprocess.run(
        [sys.executable, "-m", "safety", "a red balloon", "--json"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["decision"] == "allow"
