"""Reports that need more than an empty examination."""

from provenance import ContentFacts, Credentials, MarkFacts, RecordFacts, VideoFacts
from provenance.credentials import ManifestFacts
from provenance.examination import RegionFacts
from studio.models import Clip
from tests.web.conftest import make_report
from verification.models import Report


def altered_report(clip: Clip) -> Report:
    """On a stripped copy of `clip` that begins late and has a box in its top right corner."""
    history = ManifestFacts(
        clip.manifest_id,
        "A studio",
        "Kinemark 0.1.0",
        ("c2pa.created", "c2pa.watermarked.bound"),
        (("inputTo", ""),),
    )
    signed = Credentials(
        manifest_id=clip.manifest_id,
        successes=("claimSignature.validated",),
        failures=("assertion.bmffHash.mismatch",),
        issuer="A studio",
        history=(history,),
    )
    heat = [[0] * 8 for _ in range(8)]
    heat[1][5:7] = [255, 120]
    content = ContentFacts(
        state="altered",
        score=0.8,
        coverage=0.75,
        segments=((0.25, 0.5),),
        regions=(RegionFacts(0.6, 0.1, 0.3, 0.2, 0.25, 0.5),),
        heatmap=tuple(map(tuple, heat)),
        start=-0.25,
        clip_seconds=1.0,
        missing=((0.0, 0.25),),
    )
    return make_report(
        video=VideoFacts(64, 64, 24.0, 18, 0.75, "h264", capped=False, damaged=False),
        mark=MarkFacts(clip.mark_id, 20.0, 10.0, 1e-60, 1, too_small=False),
        record=RecordFacts(clip.manifest_id, clip.mark_id, "mark", False, signed),
        content=content,
    )
