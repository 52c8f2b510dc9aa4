"""The command line: embed, sign, verify, with JSON and documented exit codes."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

import provenance
from provenance import __main__ as cli


@pytest.fixture
def run(monkeypatch, capsys, studio):
    monkeypatch.setenv("KINEMARK_HOME", str(studio.home))

    def call(*arguments):
        code = cli.main([str(argument) for argument in arguments])
        return code, capsys.readouterr()

    return call


def test_verify_ours(run, studio):
    code, said = run("verify", studio.clip, "--json")
    result = json.loads(said.out)
    assert (code, result["state"], result["mark_id"]) == (0, "OURS_DEV", "123456789abc")
    assert {name: a["status"] for name, a in result["answers"].items()} == {
        "signature": "partly",
        "watermark": "yes",
        "record": "yes",
    }


def test_verify_recovered(run, reencoded):
    code, said = run("verify", reencoded, "--json")
    assert (code, json.loads(said.out)["state"]) == (0, "RECOVERED")


def test_verify_not_ours(run, small_clip):
    code, said = run("verify", small_clip)
    assert code == 1
    assert said.out.startswith("NOT_OURS")
    assert "no proof of human origin" in said.out


def test_verify_tampered(run, studio, tmp_path):
    content = bytearray(studio.clip.read_bytes())
    content[-5000] ^= 0xFF
    (tmp_path / "flip.mp4").write_bytes(content)
    assert run("verify", tmp_path / "flip.mp4")[0] == 3


def test_verify_unreadable(run, tmp_path):
    (tmp_path / "text.mp4").write_text("text")
    code, said = run("verify", tmp_path / "text.mp4", "--json")
    assert (code, json.loads(said.out)["state"]) == (4, "UNREADABLE")


def test_the_report_names_no_file(run, studio):
    assert "clip.mp4" not in run("verify", studio.clip, "--json")[1].out


def test_a_signed_report_can_be_checked(run, studio, tmp_path):
    signed, paper = tmp_path / "report.jws", tmp_path / "report.pdf"
    run("verify", studio.clip, "--report", signed, "--pdf", paper)
    assert paper.read_bytes().startswith(b"%PDF")
    code, said = run("check-report", signed, "--json")
    result = json.loads(said.out)
    assert (code, result["trusted_as"], result["state"]) == (0, "development", "OURS_DEV")
    assert result["report"]["content"]["sha256"] == studio.signed.sha256


def test_an_outsider_checks_it_with_the_studios_root(run, studio, monkeypatch, tmp_path):
    signed = tmp_path / "report.jws"
    run("verify", studio.clip, "--report", signed)
    monkeypatch.setenv("KINEMARK_HOME", str(tmp_path / "elsewhere"))
    assert run("check-report", signed)[0] == 1
    assert run("check-report", signed, "--root", studio.home / "pki" / "root.pem")[0] == 0


def test_a_forged_report_is_broken(run, studio, tmp_path):
    signed = tmp_path / "report.jws"
    run("verify", studio.clip, "--report", signed)
    header, payload, signature = signed.read_text().split(".")
    signed.write_text(f"{header}.{payload[:-8]}AAAAAAAA.{signature}")
    code, said = run("check-report", signed, "--json")
    assert (code, json.loads(said.out)["error"]["code"]) == (3, "provenance.report-forged")


def test_newer_trust_lists_are_taken_from_files(run, studio, monkeypatch, tmp_path):
    home = tmp_path / "home"
    monkeypatch.setenv("KINEMARK_HOME", str(home))
    root = studio.home / "pki" / "root.pem"
    code, said = run("trust", "--c2pa", root, "--source", "by hand, 2026", "--json")
    assert (code, "1 certificates" in said.out) == (0, True)
    assert json.loads(run("verify", studio.clip, "--json")[1].out)["state"] == "TRUSTED_OTHER"
    assert "by hand, 2026" in (home / "trust" / "C2PA-TRUST-LIST.pem.source").read_text()


def test_a_broken_trust_list_changes_nothing(run, monkeypatch, tmp_path):
    monkeypatch.setenv("KINEMARK_HOME", str(tmp_path / "home"))
    (tmp_path / "list.pem").write_text("no certificates")
    code, said = run("trust", "--c2pa", tmp_path / "list.pem", "--source", "x", "--json")
    assert (code, json.loads(said.out)["error"]["code"]) == (2, "provenance.trust-list-unreadable")
    assert not (tmp_path / "home" / "trust").exists()


def test_a_file_that_is_not_there(run, tmp_path):
    code, said = run("verify", tmp_path / "none.mp4", "--json")
    assert code == 2
    assert json.loads(said.out)["error"]["code"] == "provenance.file-not-opened"


def test_embedding_and_signing_make_a_recoverable_clip(
    run, monkeypatch, tmp_path, pictures, ffmpeg
):
    monkeypatch.setenv("KINEMARK_HOME", str(tmp_path / "home"))
    provenance.write_video(tmp_path / "in.mp4", pictures(4, 256, 24), 24)
    code, said = run(
        "embed", tmp_path / "in.mp4", "-o", tmp_path / "m.mp4", "--mark-id", "0xbeef", "--json"
    )
    assert (code, json.loads(said.out)["mark_id"]) == (0, "00000000beef")
    code, said = run(
        "sign", tmp_path / "m.mp4", "-o", tmp_path / "s.mp4", "--prompt", "hills", "--json"
    )
    assert (code, json.loads(said.out)["mark_id"]) == (0, "00000000beef")
    ffmpeg("-i", tmp_path / "s.mp4", "-map_metadata", "-1", "-crf", "28", tmp_path / "r.mp4")
    code, said = run("verify", tmp_path / "r.mp4", "--json")
    assert (code, json.loads(said.out)["state"]) == (0, "RECOVERED")


def test_signing_a_broken_video_is_refused(run, tmp_path):
    (tmp_path / "text.mp4").write_text("text")
    code, said = run("sign", tmp_path / "text.mp4", "-o", tmp_path / "s.mp4", "--json")
    assert (code, json.loads(said.out)["error"]["code"]) == (4, "provenance.unreadable")
    assert not (tmp_path / "s.mp4").exists()


@pytest.mark.parametrize(("text", "value"), [("0xff", 255), ("255", 255), ("0000000000ff", 255)])
def test_mark_ids_are_hex_or_decimal(text, value):
    assert cli._mark_id(text) == value


@pytest.mark.parametrize("text", ["0x1000000000000", "-1", "zz", ""])
def test_wrong_mark_ids_are_usage_errors(text, tmp_path):
    with pytest.raises(SystemExit) as caught:
        cli.main(["embed", "x.mp4", "-o", "y.mp4", f"--mark-id={text}"])
    assert caught.value.code == 2


def test_lost_mark_keys_are_not_made_anew(run, studio, monkeypatch, tmp_path):
    home = tmp_path / "home"
    (home / "registry").mkdir(parents=True)
    (home / "registry" / f"{studio.mark_id:012x}.json").write_text("{}")
    monkeypatch.setenv("KINEMARK_HOME", str(home))
    code, said = run("embed", studio.unsigned, "-o", tmp_path / "m.mp4", "--mark-id", "1", "--json")
    assert (code, json.loads(said.out)["error"]["code"]) == (5, "provenance.mark-key-missing")


def test_a_lost_signing_key_is_said(run, studio, monkeypatch, tmp_path):
    home = tmp_path / "home"
    provenance.Authority.open(home / "pki")
    (home / "pki" / "signer.key").unlink()
    monkeypatch.setenv("KINEMARK_HOME", str(home))
    code, said = run("sign", studio.unsigned, "-o", tmp_path / "s.mp4", "--json")
    assert (code, json.loads(said.out)["error"]["code"]) == (5, "provenance.signing-key-missing")
    assert not (tmp_path / "s.mp4").exists()


def test_the_exit_codes_are_documented():
    root = Path(provenance.__file__).parent.parent
    ran = subprocess.run(
        [sys.executable, "-m", "provenance", "verify", "--help"],
        capture_output=True,
        text=True,
        cwd=root,
        check=True,
    )
    assert "exit codes:" in ran.stdout
    assert all(f"  {code}  " in ran.stdout for code in range(6))
