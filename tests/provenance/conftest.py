"""One small studio for all tests: keys, certificates, and a clip that is marked and signed."""

import datetime as dt
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import cv2
import imageio_ffmpeg
import numpy as np
import pytest
from numpy.typing import NDArray

from provenance import (
    Authority,
    ClipClaims,
    FolderRegistry,
    KeyRing,
    MarkKey,
    RegisteredClip,
    SignedClip,
    TrustStores,
    commit,
    embed,
    new_manifest_id,
    reference,
    sign_clip,
    write_video,
)

MARK_ID = 0x123456789ABC
Claims = Callable[..., ClipClaims]


@dataclass(frozen=True)
class Studio:
    """A studio at work, and its one published clip (512², 2 s)."""

    home: Path
    authority: Authority
    keys: KeyRing
    trust: TrustStores
    registry: FolderRegistry
    unsigned: Path
    clip: Path
    signed: SignedClip
    mark_id: int = MARK_ID


def moving_picture(seed: int = 0, side: int = 512, count: int = 48) -> list[NDArray[np.uint8]]:
    """A window that glides over a smooth random landscape with some grain."""
    random = np.random.default_rng(seed)
    wide = side + 2 * count
    coarse = random.integers(30, 220, (12, 12, 3), dtype=np.uint8)
    land = cv2.resize(coarse, (wide, wide), interpolation=cv2.INTER_CUBIC).astype(np.int16)
    land = np.clip(land + random.normal(0, 4, land.shape), 0, 255).astype(np.uint8)
    return [np.ascontiguousarray(land[i : i + side, 2 * i : 2 * i + side]) for i in range(count)]


def claims_for(**changes: object) -> ClipClaims:
    values: dict[str, object] = {
        "manifest_id": new_manifest_id(),
        "mark_id": MARK_ID,
        "model_name": "kinemark-embedded",
        "model_version": "1.0",
        "model_sha256": "ab" * 32,
        "model_licence": "Apache-2.0",
        "seed": 7,
        "steps": 30,
        "created_at": dt.datetime.now(dt.UTC),
        "duration_ms": 2000,
        "prompt_commitment": commit("a red balloon")[0],
    }
    return ClipClaims(**{**values, **changes})  # type: ignore[arg-type]


@pytest.fixture(autouse=True)
def home() -> None:
    """The engine knows no settings: the platform's home is not set up for its tests."""


@pytest.fixture(scope="session")
def claims() -> Claims:
    return claims_for


@pytest.fixture(scope="session")
def pictures() -> Callable[..., list[NDArray[np.uint8]]]:
    return moving_picture


@pytest.fixture(scope="session")
def small_clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An unmarked, unsigned clip: 128², 8 frames. Fast to sign and to read."""
    path = tmp_path_factory.mktemp("small") / "small.mp4"
    write_video(path, moving_picture(3, 128, 8), 8)
    return path


@pytest.fixture(scope="session")
def studio(tmp_path_factory: pytest.TempPathFactory) -> Studio:
    home = tmp_path_factory.mktemp("studio")
    authority = Authority.open(home / "pki")
    keys = KeyRing.of([MarkKey(1, bytes(range(32)))])
    unsigned, clip = home / "unsigned.mp4", home / "clip.mp4"
    frames = moving_picture()
    write_video(unsigned, embed(frames, MARK_ID, keys.current, fps=24), 24)
    signed = sign_clip(unsigned, clip, claims_for(), authority.signer())
    registry = FolderRegistry(home / "registry")
    content = reference(frames).to_bytes()
    registry.store(MARK_ID, RegisteredClip(signed.manifest_id, signed.manifest, content))
    trust = TrustStores.load(home / "pki")
    (home / "keys").mkdir()
    keys.save(home / "keys" / "mark-keys.json")
    return Studio(home, authority, keys, trust, registry, unsigned, clip, signed)


@pytest.fixture(scope="session")
def ffmpeg() -> Callable[..., None]:
    """Run ffmpeg with arguments, as an outsider would."""

    def run(*arguments: object) -> None:
        program = imageio_ffmpeg.get_ffmpeg_exe()
        line = [program, "-y", "-v", "error", "-nostdin", *map(str, arguments)]
        subprocess.run(line, check=True, capture_output=True)

    return run


@pytest.fixture(scope="session")
def reencoded(studio: Studio, ffmpeg: Callable[..., None]) -> Path:
    """The clip at CRF 30, halved, stripped of metadata."""
    path = studio.home / "reencoded.mp4"
    ffmpeg("-i", studio.clip, "-map_metadata", "-1", "-vf", "scale=256:256", "-crf", "30", path)
    return path
