"""The secrets behind a mark: one key per epoch and tenant, and the ring that the studio keeps.

Everything that the scheme draws at random comes from these keys through HKDF-SHA256 (RFC 5869),
one label for each use, so that knowing one derived key tells nothing about another:

    sync   where the pilot carriers lie and which phase they have     (epoch)
    data   phases of the data carriers                                (epoch and tenant)
    signs  signs and order of the coded symbols on them               (epoch and tenant)
    mac    the keyed check of a mark ID                               (epoch and tenant)

Tenants of one epoch share the epoch's secret and hence its sync key: an upload is searched for
pilots once per epoch, however many tenants a studio has. Keys rotate by adding an epoch; old epochs
stay on the ring so that clips marked under them remain readable.
"""

from __future__ import annotations

import json
import os
import secrets
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

import numpy as np
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

SECRET_BYTES = 32
MAX_KEYS = 256
"""Upper limit of a ring: the detection threshold and its cost grow with every key tried."""


@dataclass(frozen=True)
class MarkKey:
    """One key of the ring.

    Args:
        epoch: number of the key generation, 0 … 2**31 - 1.
        secret: 32 random bytes, the same for all tenants of an epoch.
        tenant: who marks with it; "" for a studio without tenants.

    Raises:
        ValueError: for a secret of another length or an epoch out of range.
    """

    epoch: int
    secret: bytes = field(repr=False)
    tenant: str = ""

    def __post_init__(self) -> None:
        if len(self.secret) != SECRET_BYTES:
            raise ValueError(f"a mark key needs {SECRET_BYTES} secret bytes")
        if not 0 <= self.epoch < 2**31:
            raise ValueError("a key epoch lies in 0 … 2**31 - 1")

    @classmethod
    def generate(cls, epoch: int = 1, tenant: str = "") -> MarkKey:
        """A fresh key from the operating system's random source."""
        return cls(epoch, secrets.token_bytes(SECRET_BYTES), tenant)

    @cached_property
    def sync(self) -> bytes:
        return self._derive(f"sync|{self.epoch}")

    @cached_property
    def data(self) -> bytes:
        return self._derive(f"data|{self.epoch}|{self.tenant}")

    @cached_property
    def signs(self) -> bytes:
        return self._derive(f"signs|{self.epoch}|{self.tenant}")

    @cached_property
    def mac(self) -> bytes:
        return self._derive(f"mac|{self.epoch}|{self.tenant}")

    def _derive(self, use: str) -> bytes:
        info = b"kinemark/watermark/1|" + use.encode()
        return HKDF(SHA256(), SECRET_BYTES, salt=None, info=info).derive(self.secret)


def generator(key: bytes) -> np.random.Generator:
    """The pseudo-random stream that a derived key stands for (Philox, counter based)."""
    return np.random.Generator(np.random.Philox(key=int.from_bytes(key[:16], "big")))


@dataclass(frozen=True)
class KeyRing:
    """All keys that a studio marks with or still recognises, in the order of their epochs.

    Raises:
        ValueError: for an empty ring, more than `MAX_KEYS` keys, the same epoch and tenant twice,
            or tenants of one epoch with different secrets.
    """

    keys: tuple[MarkKey, ...]

    def __post_init__(self) -> None:
        if not 1 <= len(self.keys) <= MAX_KEYS:
            raise ValueError(f"a key ring holds 1 to {MAX_KEYS} keys")
        if len({(key.epoch, key.tenant) for key in self.keys}) != len(self.keys):
            raise ValueError("a key ring holds each epoch and tenant once")
        if len({(key.epoch, key.secret) for key in self.keys}) != len(self.epochs):
            raise ValueError("the keys of one epoch share one secret")

    @classmethod
    def of(cls, keys: Iterable[MarkKey]) -> KeyRing:
        return cls(tuple(sorted(keys, key=lambda key: (key.epoch, key.tenant))))

    @property
    def epochs(self) -> tuple[int, ...]:
        return tuple(sorted({key.epoch for key in self.keys}))

    @property
    def current(self) -> MarkKey:
        """The key that new clips are marked with: the newest epoch's first."""
        newest = self.epochs[-1]
        return next(key for key in self.keys if key.epoch == newest)

    def of_epoch(self, epoch: int) -> tuple[MarkKey, ...]:
        return tuple(key for key in self.keys if key.epoch == epoch)

    def rotated(self) -> KeyRing:
        """The ring with a fresh epoch on top; every tenant of the newest epoch gets a key in it."""
        fresh = MarkKey.generate(self.epochs[-1] + 1)
        tenants = [key.tenant for key in self.of_epoch(self.epochs[-1])]
        return KeyRing.of(
            [*self.keys, *(MarkKey(fresh.epoch, fresh.secret, name) for name in tenants)]
        )

    def save(self, path: Path) -> None:
        """Write the ring as JSON, readable by its owner alone, whole or not at all."""
        rows = [
            {"epoch": key.epoch, "tenant": key.tenant, "secret": key.secret.hex()}
            for key in self.keys
        ]
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=path.name)  # created 0600
        try:
            with os.fdopen(handle, "w") as file:
                json.dump({"format": "kinemark-mark-keys/1", "keys": rows}, file, indent=1)
                file.flush()
                os.fsync(file.fileno())
            Path(name).replace(path)
        except BaseException:
            Path(name).unlink(missing_ok=True)
            raise

    @classmethod
    def load(cls, path: Path) -> KeyRing:
        """Read a ring that `save` wrote.

        Raises:
            OSError: if the file cannot be read.
            ValueError: if it is not a key ring.
        """
        try:
            rows = json.loads(path.read_text())["keys"]
            keys = [
                MarkKey(int(row["epoch"]), bytes.fromhex(row["secret"]), str(row["tenant"]))
                for row in rows
            ]
        except (KeyError, TypeError, json.JSONDecodeError) as error:
            raise ValueError(f"{path.name} is not a key ring") from error
        return cls.of(keys)
