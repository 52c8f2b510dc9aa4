"""Make a clip from the command line: `python -m generation "a red balloon rising" -o out.mp4`."""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
from fractions import Fraction
from pathlib import Path
from typing import Any, Final

import av
import cv2
import numpy as np
from numpy.typing import NDArray

from generation import (
    Aspect,
    Frames,
    GenerationError,
    GenerationOutput,
    GenerationRequest,
    Generator,
    InvalidRequest,
    ModelUnavailable,
    Progress,
    load_generator,
)

DONE, FAILED, BAD_USAGE, INVALID, UNAVAILABLE, UNWRITABLE, INTERRUPTED = 0, 1, 2, 3, 4, 5, 130
_EXIT_CODES: Final = """exit codes:
  0 the clip was written     1 the generation failed      2 wrong usage
  3 the request is invalid   4 the model is unavailable   5 the file cannot be written
  130 interrupted"""


def parse(arguments: list[str] | None) -> argparse.Namespace:
    """Read the command line (argparse exits with 2 on wrong usage)."""
    parser = argparse.ArgumentParser(
        prog="python -m generation", description="Make a clip from a sentence.",
        epilog=_EXIT_CODES, formatter_class=argparse.RawDescriptionHelpFormatter,
    )  # fmt: skip
    parser.add_argument("prompt", help="what the clip should show")
    parser.add_argument("-o", "--output", type=Path, required=True, help="the MP4 to write")
    parser.add_argument("--seed", type=int, default=0, help="same seed, same clip (default 0)")
    parser.add_argument("--seconds", type=float, default=2.0, help="1 to 8 (default 2)")
    parser.add_argument("--aspect", default="1:1", help=f"one of {', '.join(Aspect)}")
    parser.add_argument("--style", help="cartoon, watercolour, pixel art or neon")
    parser.add_argument("--tier", default="final", help="draft or final (default final)")
    parser.add_argument("--negative", default="", help="what should not be seen")
    parser.add_argument("--first-frame", type=Path, help="the picture that the clip begins with")
    parser.add_argument("--steps", type=int, help="denoising steps, 4 to 100 (default 32)")
    parser.add_argument("--model", default="embedded", help="the generator (default embedded)")
    parser.add_argument("--json", action="store_true", help="report as JSON on standard output")
    options = parser.parse_args(arguments)
    if options.steps is not None and not 4 <= options.steps <= 100:
        parser.error("--steps must be from 4 to 100")
    return options


def write_mp4(path: Path, frames: NDArray[np.uint8], fps: int) -> None:
    """Write (T,H,W,3) RGB as H.264, whole or not at all: a temporary name, then a rename.

    Raises OSError (PyAV's errors for the file system are OSErrors too).
    """
    handle, name = tempfile.mkstemp(suffix=".mp4", prefix=".clip-", dir=path.parent)
    os.close(handle)
    try:
        with av.open(name, "w", format="mp4", options={"movflags": "+faststart"}) as container:
            stream: Any = container.add_stream("libx264", rate=Fraction(fps), options={"crf": "18"})
            stream.height, stream.width = frames.shape[1:3]
            stream.pix_fmt = "yuv420p"
            for picture in frames:
                container.mux(stream.encode(av.VideoFrame.from_ndarray(picture, format="rgb24")))
            container.mux(stream.encode(None))
        Path(name).chmod(0o644)
        Path(name).replace(path)
    finally:
        Path(name).unlink(missing_ok=True)


def show_progress(progress: Progress) -> None:
    """One line on standard error that is written over."""
    line = f"\r{progress.stage} {progress.step}/{progress.steps}  "
    print(line, end="", file=sys.stderr, flush=True)


def report(output: GenerationOutput, path: Path) -> dict[str, object]:
    """What `--json` prints."""
    frames, height, width, _ = output.frames.shape
    return {
        "file": str(path), "width": width, "height": height, "frames": frames, "fps": output.fps,
        "seed": output.seed, "steps": output.steps,
        "model": {
            "name": output.model.name, "version": output.model.version,
            "sha256": output.model.sha256, "upscaled": output.model.upscaled,
        },
        "understanding": {
            "drawn": list(output.understanding.drawn),
            "unknown": list(output.understanding.unknown),
        },
    }  # fmt: skip


def read_picture(path: Path) -> Frames:
    """The person's own picture file as (H,W,3) RGB, turned as its EXIF data says.

    Raises InvalidRequest (generation.reference-unreadable).
    """
    pixels = cv2.imread(str(path), cv2.IMREAD_COLOR_RGB)
    if pixels is None:
        raise InvalidRequest(
            "generation.reference-unreadable",
            f"The picture {path} cannot be read.",
            "Choose a PNG, JPEG or WebP picture.",
        )
    return pixels.astype(np.uint8, copy=False)


def ask(options: argparse.Namespace) -> GenerationRequest:
    """The request that the options make. Raises InvalidRequest."""
    return GenerationRequest(
        options.prompt, options.seed, options.aspect, options.seconds, options.style,
        tier=options.tier, negative=options.negative,
        first_frame=options.first_frame and read_picture(options.first_frame),
    )  # fmt: skip


def load(options: argparse.Namespace) -> Generator:
    """The generator that the options name, with their number of steps."""
    generator = load_generator(options.model)
    if options.steps is not None:
        generator.steps = options.steps  # type: ignore[attr-defined]
    return generator


def _fault(error: GenerationError, as_json: bool) -> None:
    if as_json:
        print(json.dumps({"error": error.code, "message": error.message, "advice": error.advice}))
    else:
        print(f"\n{error.message} {error.advice} [{error.code}]", file=sys.stderr)


def main(arguments: list[str] | None = None) -> int:
    """Run the command line; returns the exit code."""
    options = parse(arguments)
    try:
        request = ask(options)
        output = load(options).generate(request, show_progress)
        print(file=sys.stderr)
        write_mp4(options.output, output.frames, output.fps)
    except GenerationError as error:
        _fault(error, options.json)
        if isinstance(error, InvalidRequest):
            return INVALID
        return UNAVAILABLE if isinstance(error, ModelUnavailable) else FAILED
    except OSError as error:
        print(f"\nThe file {options.output} cannot be written: {error.strerror}.", file=sys.stderr)
        return UNWRITABLE
    except KeyboardInterrupt:
        print("\nStopped.", file=sys.stderr)
        return INTERRUPTED
    if options.json:
        print(json.dumps(report(output, options.output)))
    else:
        print(f"{options.output}: {output.understanding}")
    return DONE


if __name__ == "__main__":
    sys.exit(main())
