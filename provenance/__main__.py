"""Mark, sign and verify videos from the command line, without the studio and without a network."""

from __future__ import annotations

import argparse
import datetime as dt
import json
import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from provenance import fingerprint
from provenance.atomic import write_bytes
from provenance.attest import check_report, sign_report
from provenance.credentials import Authority, ClipClaims, TrustStores, commit, new_manifest_id
from provenance.credentials.sign import sign_clip
from provenance.credentials.trust import update_lists
from provenance.errors import InvalidMedia, LimitReached, ProvenanceError, ProvenanceFailed
from provenance.examination import Examination
from provenance.examine import examine
from provenance.media import probe, read_frames, write_video
from provenance.paper import pdf
from provenance.registry import FolderRegistry, RegisteredClip
from provenance.report import report
from provenance.verdict import VerdictState, decide
from provenance.watermark import KeyRing, MarkKey, embed

OK, OTHER, USAGE, BROKEN, UNREADABLE, INTERNAL = range(6)

_GOOD = {
    VerdictState.OURS_INTACT,
    VerdictState.OURS_DEV,
    VerdictState.RECOVERED,
    VerdictState.TRUSTED_OTHER,
}
_BROKEN = {
    VerdictState.CREDENTIALS_DAMAGED,
    VerdictState.REVOKED,
    VerdictState.TAMPERED,
    VerdictState.CONFLICT,
    VerdictState.OURS_SOURCE_PROBLEM,
    VerdictState.RECOVERED_ALTERED,
}
_UNREADABLE = {VerdictState.UNREADABLE, VerdictState.ERROR_TIMEOUT}
_HELP = """exit codes:
  0  done; verify: ours, recovered, or valid from a trusted issuer; check-report: known issuer
  1  verify: any other verdict (not ours, unknown issuer, expired, mark without a record, …);
     check-report: the signature holds, but we do not know the issuer
  2  wrong usage, or a file that cannot be opened or written
  3  verify: tampered, damaged, conflicting, altered, withdrawn, or from a doubtful source;
     check-report: forged
  4  the video is unreadable, or a limit was reached
  5  a fault of ours: a missing key, a missing system package

$KINEMARK_HOME (default ./var) holds keys/mark-keys.json, pki/, registry/ and trust/.
"""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; returns its exit code."""
    options = _parser().parse_args(arguments)
    command: Callable[[argparse.Namespace], tuple[int, dict[str, Any]]] = options.command
    try:
        code, result = command(options)
    except ProvenanceError as error:
        return _report_error(error, options.json)
    except OSError as error:
        message = f"{error.filename}: {error.strerror}."
        missing = InvalidMedia("file-not-opened", message, "Give another file.")
        return _report_error(missing, options.json)
    print(json.dumps(result, indent=1) if options.json else _plain(result))
    return code


def _embed(options: argparse.Namespace) -> tuple[int, dict[str, Any]]:
    info = probe(options.input)
    fps = max(1, round(info.fps))
    key = _keys(options.keys, create=True).current
    write_video(
        options.output, embed(read_frames(options.input), options.mark_id, key, fps=fps), fps
    )
    return OK, {
        "mark_id": f"{options.mark_id:012x}",
        "epoch": key.epoch,
        "file": options.output.name,
    }


def _sign(options: argparse.Namespace) -> tuple[int, dict[str, Any]]:
    keys = _keys(options.keys) if _key_file(options.keys).exists() else None
    registry = FolderRegistry(_home() / "registry")
    found = examine(options.input, keys, TrustStores.load(), registry)
    claims = _claims(found, options)
    signed = sign_clip(
        options.input, options.output, claims, Authority.open(_home() / "pki").signer()
    )
    if claims.mark_id is not None:
        content = fingerprint.reference(read_frames(options.output)).to_bytes()
        registry.store(claims.mark_id, RegisteredClip(signed.manifest_id, signed.manifest, content))
    mark = None if claims.mark_id is None else f"{claims.mark_id:012x}"
    return OK, {
        "manifest_id": signed.manifest_id,
        "mark_id": mark,
        "sha256": signed.sha256,
        "file": options.output.name,
    }


def _claims(found: Examination, options: argparse.Namespace) -> ClipClaims:
    if found.video is None or found.video.damaged or found.limit:
        raise InvalidMedia(
            "unreadable",
            "The video does not decode from beginning to end, so it is not signed.",
            "Give a complete video.",
        )
    return ClipClaims(
        manifest_id=new_manifest_id(),
        mark_id=found.mark.mark_id if found.mark else None,
        model_name=options.model,
        model_version=options.model_version,
        model_sha256="",
        model_licence="",
        seed=options.seed,
        steps=options.steps,
        created_at=dt.datetime.now(dt.UTC),
        duration_ms=round(1000 * found.video.seconds),
        prompt_commitment=commit(options.prompt)[0] if options.prompt else "",
    )


def _verify(options: argparse.Namespace) -> tuple[int, dict[str, Any]]:
    home = _home()
    keys = _keys(options.keys) if _key_file(options.keys).exists() else None
    found = examine(options.input, keys, _stores(), FolderRegistry(home / "registry"))
    verdict = decide(found)
    result = report(found, verdict)
    if options.report:
        reporter = Authority.open(home / "pki").reporter()
        write_bytes(options.report, sign_report(result, reporter).encode())
    if options.pdf:
        write_bytes(options.pdf, pdf(result))
    code = (
        OK
        if verdict.state in _GOOD
        else BROKEN
        if verdict.state in _BROKEN
        else UNREADABLE
        if verdict.state in _UNREADABLE
        else OTHER
    )
    return code, result


def _check_report(options: argparse.Namespace) -> tuple[int, dict[str, Any]]:
    root = options.root.read_text() if options.root else ""
    text = options.input.read_text(errors="replace")
    checked = check_report(text, _stores(production=root))
    known = checked.store.value if checked.store else None
    signed = {"issuer": checked.issuer, "trusted_as": known, "state": checked.report["state"]}
    if options.json:
        return (OK if known else OTHER), {**signed, "report": checked.report}
    content = {"sha256": checked.report["content"]["sha256"]}
    made = {"examined_at": checked.report["examined_at"]}
    return (OK if known else OTHER), {"signature": "holds", **signed, **content, **made}


def _trust(options: argparse.Namespace) -> tuple[int, dict[str, Any]]:
    told = update_lists(
        _home() / "trust", c2pa=options.c2pa, tsa=options.tsa, source=options.source
    )
    return OK, {"updated": told}


def _stores(*, production: str = "") -> TrustStores:
    home = _home()
    return TrustStores.load(home / "pki", production=production, lists=home / "trust")


def _home() -> Path:
    return Path(os.environ.get("KINEMARK_HOME") or "var")


def _key_file(given: Path | None) -> Path:
    return given or _home() / "keys" / "mark-keys.json"


def _keys(given: Path | None, *, create: bool = False) -> KeyRing:
    """The key ring; made anew only where no record depends on a lost one."""
    path = _key_file(given)
    if create and not path.exists() and not FolderRegistry(_home() / "registry").known_mark_ids():
        path.parent.mkdir(parents=True, exist_ok=True)
        KeyRing.of([MarkKey.generate()]).save(path)
    try:
        return KeyRing.load(path)
    except (OSError, ValueError) as fault:
        raise ProvenanceFailed(
            "mark-key-missing",
            "The studio's mark keys cannot be read.",
            f"Restore {path.name} from a backup.",
        ) from fault


def _mark_id(text: str) -> int:
    """12 characters or a leading 0x: hex; only digits: decimal."""
    try:
        value = int(text) if text.isdigit() and len(text) != 12 else int(text, 16)
    except ValueError:
        raise argparse.ArgumentTypeError("not a number") from None
    if not 0 <= value < 1 << 48:
        raise argparse.ArgumentTypeError("a mark ID has 48 bits")
    return value


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m provenance",
        description=__doc__,
        epilog=_HELP,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    commands = parser.add_subparsers(
        required=True, metavar="{embed,sign,verify,check-report,trust}"
    )

    def command(
        name: str, run: Callable[..., tuple[int, dict[str, Any]]], text: str
    ) -> argparse.ArgumentParser:
        added = commands.add_parser(
            name,
            help=text,
            description=text,
            epilog=_HELP,
            formatter_class=argparse.RawDescriptionHelpFormatter,
        )
        added.set_defaults(command=run)
        added.add_argument("input", type=Path, metavar="FILE")
        added.add_argument("--keys", type=Path, help="mark keys (default: from $KINEMARK_HOME)")
        added.add_argument("--json", action="store_true", help="answer in JSON, errors too")
        return added

    marking = command("embed", _embed, "write the invisible mark into a video")
    marking.add_argument("-o", "--output", type=Path, required=True)
    marking.add_argument(
        "--mark-id",
        type=_mark_id,
        required=True,
        help="48 bits: 12 hex digits, 0x…, or a decimal number",
    )
    signing = command(
        "sign", _sign, "sign a generated MP4; its mark, if it has one, is bound and registered"
    )
    signing.add_argument("-o", "--output", type=Path, required=True)
    signing.add_argument("--model", default="unnamed-model", help="model that generated the video")
    signing.add_argument("--model-version", default="0")
    signing.add_argument("--seed", type=int, default=0)
    signing.add_argument("--steps", type=int, default=0)
    signing.add_argument("--prompt", default="", help="is committed to, never written down")
    verifying = command("verify", _verify, "say where a video comes from and whether it is whole")
    verifying.add_argument("--report", type=Path, metavar="FILE", help="write the signed report")
    verifying.add_argument("--pdf", type=Path, metavar="FILE", help="write the report on paper")
    checking = command("check-report", _check_report, "check a signed report, offline")
    trusting = commands.add_parser("trust", help="take newer public trust lists from files")
    trusting.set_defaults(command=_trust)
    trusting.add_argument("--c2pa", type=Path, metavar="PEM", help="signers' list")
    trusting.add_argument("--tsa", type=Path, metavar="PEM", help="time-stamping authorities' list")
    trusting.add_argument("--source", required=True, help="where the files come from, and when")
    trusting.add_argument("--json", action="store_true")
    checking.add_argument("--root", type=Path, metavar="PEM", help="the issuing studio's root")
    return parser


def _plain(result: dict[str, Any]) -> str:
    if "answers" not in result:
        return "\n".join(f"{name}: {value}" for name, value in result.items() if value is not None)
    answers = result["answers"]
    lines = [f"{result['state']}: {result['headline']}", result["sentence"], ""]
    lines += [f"{name}: {a['status']}. {a['sentence']}" for name, a in answers.items()]
    lines += ["", *(f"- {item}" for item in result["evidence"])]
    lines += [
        "",
        f"What this does not mean: {result['not_meaning']}",
        f"Next: {result['next_step']}",
    ]
    return "\n".join(lines)


def _report_error(error: ProvenanceError, as_json: bool) -> int:
    if as_json:
        told = {"code": error.code, "message": error.message, "advice": error.advice}
        print(json.dumps({"error": told}, indent=1))
    else:
        print(f"{error.message} {error.advice} [{error.code}]", file=sys.stderr)
    if error.code == "provenance.report-forged":
        return BROKEN
    if isinstance(error, LimitReached) or error.code == "provenance.unreadable":
        return UNREADABLE
    return USAGE if isinstance(error, InvalidMedia) else INTERNAL


if __name__ == "__main__":
    sys.exit(main())
