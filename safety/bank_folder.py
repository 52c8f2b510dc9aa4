"""The hash lists of a studio: a folder of files in the exchange formats.

Every `*.csv` and `*.json` in the folder is a list (`safety/exchange.py`) whose entries say by their
status whether they block or allow. Lists in its subfolder `references` hold works of right holders:
the first tag is the work's name, the owner its holder.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from safety.banks import BankCheck, Entry, HashBank, Purpose
from safety.clips import ClipBank, ClipCheck, ClipEntry
from safety.errors import InvalidExchange, ModelUnavailable, SafetyFailed
from safety.exchange import Import, read_csv, read_json
from safety.gate import FrameScreener
from safety.policy import Policy
from safety.references import CATEGORY, ReferenceCheck
from safety.verdict import Decision, Finding

REFERENCES = "references"
_READERS = {".csv": read_csv, ".json": read_json}


class BankFolder:
    """All checks against known pictures, known clips and works, as one screener.

    Args:
        checks: asked in order; a hidden block ends it.
    """

    name = "banks"

    def __init__(self, checks: Sequence[FrameScreener]) -> None:
        self._checks = tuple(checks)

    @classmethod
    def load(cls, folder: Path, policy: Policy) -> BankFolder:
        """The lists of a folder. Works need the rule “copyright” in ``policy``.

        Raises:
            ModelUnavailable: the folder is not there, or holds no list.
            InvalidExchange: a list cannot be read.
            SafetyFailed: there are works, but the policy has no rule for them.
        """
        lists = _lists(folder)
        works = _lists(folder / REFERENCES)
        if not lists and not works:
            raise ModelUnavailable(f"There is no hash list in {folder}.")
        checks: list[FrameScreener] = []
        block, allow = _entries(lists)
        if block:
            allowed = HashBank("allow", Purpose.ALLOW, allow)
            checks.append(BankCheck(HashBank("block", Purpose.BLOCK, block), allowed))
        block_clips, allow_clips = _clips(lists)
        if block_clips:
            allowed_clips = ClipBank("allow", Purpose.ALLOW, allow_clips)
            checks.append(ClipCheck(ClipBank("block", Purpose.BLOCK, block_clips), allowed_clips))
        if works:
            if CATEGORY not in policy.prompt:
                raise SafetyFailed(f"The policy has no rule for {CATEGORY}.")
            bank = HashBank(REFERENCES, Purpose.BLOCK, _entries(works)[0])
            checks.append(ReferenceCheck(bank, policy.prompt[CATEGORY]))
        return cls(checks)

    def find(self, frames: NDArray[np.uint8], fps: int) -> Sequence[Finding]:
        """What the checks find; a hidden block is answered alone."""
        findings: list[Finding] = []
        for check in self._checks:
            found = check.find(frames, fps)
            if any(each.hidden and each.decision is Decision.BLOCK for each in found):
                return found
            findings.extend(found)
        return findings


def list_files(folder: Path) -> list[Path]:
    """The lists of a folder by name, then those of works; none if it is not there."""
    places = (folder, folder / REFERENCES)
    return [
        path
        for place in places
        for path in sorted(place.glob("*"))
        if path.suffix in _READERS and path.is_file()
    ]


def stamp(folder: Path) -> tuple[tuple[str, int, int], ...]:
    """Changes whenever a list of a folder does: name, time of change in ns, and bytes of each."""
    return tuple(
        (str(path), told.st_mtime_ns, told.st_size)
        for path in list_files(folder)
        for told in [path.stat()]
    )


def read_list(path: Path) -> Import:
    """One list.

    Raises:
        InvalidExchange: it does not follow the format that its name promises.
        ModelUnavailable: it cannot be read.
    """
    if path.suffix not in _READERS:
        raise InvalidExchange("A hash list is a .csv or a .json file.")
    try:
        return _READERS[path.suffix](path.read_bytes())
    except OSError as error:
        raise ModelUnavailable(f"The hash list {path.name} cannot be read.") from error


def titles(folder: Path) -> frozenset[str]:
    """Names of the works on its reference lists. Raises as `read_list`."""
    works = _lists(folder / REFERENCES)
    return frozenset(entry.label for each in works for entry in each.block if entry.label)


def _lists(folder: Path) -> list[Import]:
    return [read_list(path) for path in list_files(folder) if path.parent == folder]


def _entries(lists: Sequence[Import]) -> tuple[list[Entry], list[Entry]]:
    block = [entry for each in lists for entry in each.block]
    return block, [entry for each in lists for entry in each.allow]


def _clips(lists: Sequence[Import]) -> tuple[list[ClipEntry], list[ClipEntry]]:
    block = [entry for each in lists for entry in each.clips_block]
    return block, [entry for each in lists for entry in each.clips_allow]
