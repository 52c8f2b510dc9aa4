"""`python -m generation`."""

import json
from pathlib import Path

import av
import cv2
import numpy as np
import pytest

from generation.__main__ import ask, main, parse, write_mp4


@pytest.fixture
def folder(tmp_path):
    """An empty folder (the suite keeps its own things in tmp_path)."""
    empty = tmp_path / "clips"
    empty.mkdir()
    return empty


def test_a_sentence_becomes_a_video(folder, capsys):
    path = folder / "out.mp4"
    code = main(
        ["a red ball, a surgeon", "-o", str(path), "--seconds", "1", "--steps", "4", "--json"]
    )
    assert code == 0
    printed = capsys.readouterr()
    report = json.loads(printed.out)
    assert (report["width"], report["height"], report["frames"], report["fps"]) == (
        512,
        512,
        24,
        24,
    )
    assert report["understanding"] == {"drawn": ["red ball"], "unknown": ["surgeon"]}
    assert "drawing 4/4" in printed.err
    with av.open(path) as container:
        frames = [f.to_ndarray(format="rgb24") for f in container.decode(video=0)]
        assert container.streams.video[0].average_rate == 24
    assert np.stack(frames).shape == (24, 512, 512, 3)
    assert list(folder.iterdir()) == [path]


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        ([""], "generation.prompt-empty"),
        (["a cat", "--seconds", "0"], "generation.seconds"),
        (["a cat", "--seed", "-1"], "generation.seed"),
        (["a cat", "--aspect", "4:3"], "generation.aspect"),
        (["a cat", "--tier", "best"], "generation.tier"),
        (["a cat", "--first-frame", "none.png"], "generation.reference-unreadable"),
    ],
)
def test_an_invalid_request_exits_with_3(folder, capsys, arguments, code):
    assert main([*arguments, "-o", str(folder / "out.mp4"), "--json"]) == 3
    assert json.loads(capsys.readouterr().out)["error"] == code
    assert not list(folder.iterdir())


def test_a_first_frame_is_read_as_rgb(folder):
    picture = np.full((64, 96, 3), (200, 30, 10), np.uint8)
    cv2.imwrite(str(folder / "first.png"), picture[:, :, ::-1])
    request = ask(parse(["a cat", "-o", "x.mp4", "--first-frame", str(folder / "first.png")]))
    assert np.array_equal(request.first_frame, picture)


def test_an_unknown_model_exits_with_4(folder, capsys):
    assert main(["a cat", "-o", str(folder / "out.mp4"), "--model", "oracle"]) == 4
    assert "generation.model-unknown" in capsys.readouterr().err


@pytest.mark.parametrize(
    "arguments",
    [[], ["a cat"], ["a cat", "-o", "x.mp4", "--seed", "seven"], ["a", "-o", "x", "--steps", "0"]],
)
def test_wrong_usage_exits_with_2(arguments):
    with pytest.raises(SystemExit) as caught:
        main(arguments)
    assert caught.value.code == 2


def test_an_unwritable_place_exits_with_5(folder, capsys):
    path = folder / "none" / "out.mp4"
    assert main(["a cat", "-o", str(path), "--seconds", "1", "--steps", "4"]) == 5
    assert "cannot be written" in capsys.readouterr().err


def test_a_video_is_written_whole_or_not_at_all(folder: Path):
    path = folder / "out.mp4"
    path.write_bytes(b"before")
    frames = np.zeros((3, 64, 64, 3), np.uint8)
    with pytest.raises(ValueError, match="shape"):
        write_mp4(path, np.zeros((3, 64, 64, 5), np.uint8), 24)
    assert path.read_bytes() == b"before"
    write_mp4(path, frames, 24)
    assert path.read_bytes() != b"before"
    assert list(folder.iterdir()) == [path]
