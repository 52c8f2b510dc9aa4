"""What happens to a video on the internet: every attack a named transform through a real ffmpeg."""

from __future__ import annotations

import subprocess
from dataclasses import dataclass
from pathlib import Path

import imageio_ffmpeg
import numpy as np
from numpy.typing import NDArray

FFMPEG = (imageio_ffmpeg.get_ffmpeg_exe(), "-v", "error", "-y", "-nostdin", "-threads", "1")
H264 = ("-c:v", "libx264", "-preset", "medium", "-threads", "1")


@dataclass(frozen=True)
class Attack:
    """One transform: ffmpeg arguments between input and output.

    Args:
        group: heading in the report.
        filters: a filter chain, or a filter graph if it names [0:v].
        output: codec arguments.
        before: arguments before the input (trimming).
        suffix: container of the result.
        fps: frames per second of the result.
        alters: whether it changes what the clip shows, so that "altered" is the right answer.
    """

    name: str
    group: str
    filters: str = ""
    output: tuple[str, ...] = (*H264, "-pix_fmt", "yuv420p", "-crf", "23")
    before: tuple[str, ...] = ()
    suffix: str = "mp4"
    fps: float = 24.0
    alters: bool = False

    def apply(self, source: Path, folder: Path, name: str = "upload") -> Path:
        """The attacked video, a file in `folder`; the next attack may take its place."""
        result = folder / f"{name}.{self.suffix}"
        graph = ("-filter_complex" if "[0:v]" in self.filters else "-vf", self.filters)
        command = [*FFMPEG, *self.before, "-i", str(source), *(graph if self.filters else ()),
                   *self.output, "-an", "-map_metadata", "-1", str(result)]  # fmt: skip
        subprocess.run(command, check=True, capture_output=True, timeout=600)
        return result


@dataclass(frozen=True)
class Chain:
    """Attacks one after the other, each done to what the last one left."""

    name: str
    group: str
    links: tuple[Attack, ...]

    @property
    def alters(self) -> bool:
        return any(link.alters for link in self.links)

    def apply(self, source: Path, folder: Path) -> Path:
        for number, link in enumerate(self.links):
            source = link.apply(source, folder, f"link{number}")
        return source


def h264(crf: int, pixels: str = "yuv420p") -> tuple[str, ...]:
    return (*H264, "-pix_fmt", pixels, "-crf", str(crf))


def crop(share: float, x: float = 0.23, y: float = 0.31) -> str:
    """A window of `share` of each side."""
    side = f"trunc(i%s*{share}/2)*2"
    return f"crop={side % 'w'}:{side % 'h'}:iw*{x * (1 - share) * 2}:ih*{y * (1 - share) * 2}"


def scale(x: float, y: float | None = None) -> str:
    return f"scale=trunc(iw*{x}/2)*2:trunc(ih*{y or x}/2)*2"


def rotate(degrees: float) -> str:
    return f"rotate={degrees}*PI/180"


def screen(size: float) -> str:
    """A screen filmed by hand, its picture `size` times as large as the clip's."""
    return (f"{rotate(1.5)},{scale(size)},gblur=sigma=0.9,eq=gamma=1.15:contrast=0.9,"
            "noise=alls=6:allf=t")  # fmt: skip


def caption() -> str:
    letters = ",".join(
        f"drawbox=iw*{0.08 + 0.05 * n}:ih*0.87:iw*{0.02 + 0.012 * (n % 3)}:ih*0.07:white:fill"
        for n in range(16)
    )
    return f"drawbox=0:ih*0.82:iw:ih*0.18:black:fill,{letters}"


def inset(share: float) -> str:
    """Picture in picture: the clip in the corner of another, busy one."""
    return (f"[0:v]split[a][b];[a]{scale(share)}[small];[b]hue=s=0,boxblur=40,negate,"
            "noise=alls=20:all_seed=7[host];[host][small]overlay=W-w-12:H-h-20")  # fmt: skip


def ladder(side: int, crf: int, kilobits: int, fps: int) -> Attack:
    """One step of a site's ladder: at most `side` pixels on the short side, a rate cap, a key
    picture every two seconds, the sound dropped. The figures are ours, after what such sites
    publish; no site is named."""
    size = f"scale='if(gt(iw,ih),-2,min(iw,{side}))':'if(gt(iw,ih),min(ih,{side}),-2)'"
    rate = ("-maxrate", f"{kilobits}k", "-bufsize", f"{2 * kilobits}k", "-g", str(2 * fps))
    return Attack(f"{side}p ladder: CRF {crf}, ≤ {kilobits} kbit/s, {fps} fps",
                  "site", f"{size},fps={fps}", (*h264(crf), *rate), fps=fps)  # fmt: skip


LADDERS = (ladder(360, 30, 500, 24), ladder(480, 28, 1000, 24), ladder(720, 26, 2500, 24))

PERSPECTIVE = ("perspective=x0=W*0.03:y0=H*0.02:x1=W*0.99:y1=0:x2=0:y2=H:x3=W*0.97:y3=H*0.98:"
               "sense=destination")  # fmt: skip

ATTACKS = (
    Attack("published (CRF 18)", "codec", output=("-c:v", "copy")),
    Attack("H.264 CRF 23", "codec", output=h264(23)),
    Attack("H.264 CRF 30", "codec", output=h264(30)),
    Attack("H.264 CRF 36", "codec", output=h264(36)),
    Attack("H.264 CRF 42", "codec", output=h264(42)),
    Chain("H.264 CRF 28, five generations", "codec",
          (Attack("H.264 CRF 28", "codec", output=h264(28)),) * 5),
    Attack("HEVC CRF 32", "codec", output=(
        "-c:v", "libx265", "-preset", "fast", "-crf", "32", "-pix_fmt", "yuv420p",
        "-x265-params", "log-level=error:pools=1:frame-threads=1")),
    Attack("VP9 CRF 40", "codec", suffix="webm", output=(
        "-c:v", "libvpx-vp9", "-deadline", "realtime", "-cpu-used", "6", "-crf", "40",
        "-b:v", "0")),
    Attack("AV1 CRF 45", "codec", output=(
        "-c:v", "libsvtav1", "-preset", "9", "-crf", "45", "-svtav1-params", "lp=1")),
    Attack("GIF, 12 fps, 400 px", "codec", suffix="gif", fps=12, output=(),
           filters="[0:v]fps=12,scale=400:-1,split[a][b];[a]palettegen=max_colors=96[p];"
                   "[b][p]paletteuse"),
    Attack("scale 50 %", "size", scale(0.5)),
    Attack("scale 50 % + CRF 30", "size", scale(0.5), h264(30)),
    Attack("scale 150 % + CRF 28", "size", scale(1.5), h264(28)),
    Attack("to 720p + CRF 26", "size", "scale=-2:720", h264(26)),
    Attack("aspect × 0.8 + CRF 26", "size", scale(0.8, 1.0), h264(26)),
    Attack("to 360p + CRF 32", "size", "scale=-2:360", h264(32)),
    *LADDERS,
    Chain("480p ladder, then 360p ladder", "site", (LADDERS[1], LADDERS[0])),
    Chain("720p ladder, crop to 80 %, 480p ladder", "site",
          (LADDERS[2], Attack("", "", crop(0.8), h264(23)), LADDERS[1])),
    Attack("crop to 75 %", "crop", crop(0.75)),
    Attack("crop to 50 %", "crop", crop(0.5)),
    Attack("crop to 50 % + CRF 36", "crop", crop(0.5), h264(36)),
    Attack("scale 70 % + crop 75 % + CRF 30", "crop", f"{scale(0.7)},{crop(0.75)}", h264(30)),
    Attack("reel: 9:16 of it at 1.2×, caption, CRF 28", "crop",
           f"crop=trunc(ih*.28125)*2:ih,{scale(1.2)},{caption()}", h264(28), alters=True),
    Attack("portrait cut-out of 60 % width", "crop", "crop=trunc(iw*.6/2)*2:ih:iw*.2:0", h264(26)),
    Attack("mirrored", "geometry", "hflip"),
    Attack("rotate 3°", "geometry", rotate(3)),
    Attack("rotate 8°", "geometry", rotate(8)),
    Attack("rotate 15°", "geometry", rotate(15)),
    Attack("rotate −15° + CRF 28", "geometry", rotate(-15), h264(28)),
    Attack("perspective 3 %", "geometry", PERSPECTIVE),
    Attack("perspective 6 %", "geometry", PERSPECTIVE.replace(".03", ".06").replace(".97", ".94")),
    Attack("letterbox (80 % in a frame)", "frame",
           f"{scale(0.8)},pad=iw*1.4:ih*1.25:(ow-iw)/2:(oh-ih)/2"),
    Attack("picture in picture 50 %", "frame", inset(0.5)),
    Attack("caption bar 18 % + CRF 26", "frame", caption(), h264(26), alters=True),
    Attack("brightness, contrast, saturation", "picture",
           "eq=brightness=0.1:contrast=1.25:saturation=1.3"),
    Attack("grey", "picture", "hue=s=0"),
    Attack("hues turned by 90°", "picture", "hue=h=90", alters=True),
    Attack("blur σ 1.8", "picture", "gblur=sigma=1.8"),
    Attack("sharpen", "picture", "unsharp=5:5:1.5"),
    Attack("noise", "picture", "noise=alls=14:allf=t:all_seed=3", h264(26)),
    Attack("screen filmed (120 %, turn, blur, gamma, noise, CRF 28)", "picture", screen(1.2),
           h264(28)),
    Attack("screen filmed from afar (60 %, the same)", "picture", screen(0.6), h264(28)),
    Attack("24 → 15 fps", "time", "fps=15", fps=15),
    Attack("trimmed to 1 s", "time", before=("-ss", "0.6", "-t", "1")),
    Attack("trimmed to 1 s + CRF 36", "time", output=h264(36), before=("-ss", "0.6", "-t", "1")),
    Attack("half speed", "time", "setpts=2*PTS,fps=24"),
    Attack("three quarters of the speed", "time", "setpts=PTS/.75,fps=24"),
    Attack("one and a half times the speed", "time", "setpts=PTS/1.5,fps=24"),
    Attack("double speed", "time", "setpts=PTS/2,fps=24"),
    Attack("every third frame dropped", "time", "select='mod(n,3)',setpts=N/16/TB", fps=16),
    Attack("two of seven frames dropped (variable rate)", "format",
           "select='gt(mod(n,7),1)'", (*h264(23), "-fps_mode", "vfr")),
    Attack("10 bits", "format", output=h264(23, "yuv420p10le")),
    Attack("4:4:4", "format", output=h264(23, "yuv444p")),
    Attack("full range", "format", "scale=out_range=full", (*h264(23), "-color_range", "pc")),
    Attack("interlaced", "format", "interlace", (*h264(23), "-flags", "+ilme+ildct"), fps=12),
    Chain("lying, turned upright by metadata", "format", (
        Attack("", "", "transpose=clock", h264(23)),
        Attack("", "", before=("-display_rotation", "90"), output=("-c:v", "copy")))),
    Attack("median 5 × 5", "removal", "median=radius=2"),
    Attack("NLM denoiser", "removal", "nlmeans=s=5:p=5:r=7"),
    Attack("temporal denoiser", "removal", "hqdn3d=8:6:12:9"),
    Attack("down to 25 % and up", "removal", f"{scale(0.25)},scale=iw*4:ih*4:flags=bicubic"),
)  # fmt: skip


def publish(frames: NDArray[np.uint8], path: Path, codec: tuple[str, ...] = h264(18)) -> None:
    """Frames (T, H, W, 3) as BT.709, 24 fps, in H.264 unless another codec is asked for."""
    height, width = frames.shape[1:3]
    command = [*FFMPEG, "-f", "rawvideo", "-pix_fmt", "rgb24", "-s", f"{width}x{height}",
               "-r", "24", "-i", "-", "-vf", "scale=out_color_matrix=bt709:out_range=tv",
               *codec, str(path)]  # fmt: skip
    command.remove("-nostdin")
    subprocess.run(command, input=np.ascontiguousarray(frames).tobytes(), check=True, timeout=300)
