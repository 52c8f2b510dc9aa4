"""Muon for the transformer's matrices, AdamW for the rest.

Source: Jordan et al., "Muon: an optimizer for hidden layers in neural networks" (2024), with the
update scaled to AdamW's size as in Liu et al., "Muon is scalable for LLM training" (2025).
Matrices are orthogonalised in blocks of 64 rows (one attention head) by batched products: on a
CPU that costs an eighth of orthogonalising them whole.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import Any, Final

import torch
from torch import Tensor, nn

BLOCK_ROWS: Final = 64
_COEFFICIENTS: Final = (3.4445, -4.7750, 2.0315)
_ITERATIONS: Final = 5
_CACHED_BLOCKS: Final = 32  # as many as stay in a core's cache through the iterations


def orthogonalise(blocks: Tensor) -> Tensor:
    """Newton-Schulz towards the nearest semi-orthogonal matrix of each block (N, rows, columns)."""
    a, b, c = _COEFFICIENTS
    x: Tensor = blocks / (blocks.flatten(1).norm(dim=1)[:, None, None] + 1e-7)
    for _ in range(_ITERATIONS):
        gram = x @ x.transpose(1, 2)
        x = torch.baddbmm(x, torch.baddbmm(gram, gram, gram, beta=b, alpha=c), x, beta=a)
    return x


class BlockMuon(torch.optim.Optimizer):
    """Muon over blocks of rows, with Nesterov momentum and decoupled weight decay."""

    def __init__(
        self,
        matrices: Sequence[nn.Parameter],
        lr: float,
        momentum: float = 0.95,
        decay: float = 0.01,
    ) -> None:
        if any(m.ndim != 2 or m.shape[0] % BLOCK_ROWS for m in matrices):
            raise ValueError(f"every matrix needs a multiple of {BLOCK_ROWS} rows")
        super().__init__(matrices, {"lr": lr, "momentum": momentum, "decay": decay})

    @torch.no_grad()
    def step(self, closure: Any = None) -> None:  # type: ignore[override]
        """Apply one update."""
        for group in self.param_groups:
            by_columns: dict[int, list[nn.Parameter]] = defaultdict(list)
            for matrix in group["params"]:
                if matrix.grad is not None:
                    by_columns[matrix.shape[1]].append(matrix)
            for columns, matrices in by_columns.items():
                self._update(matrices, columns, group)

    def _update(self, matrices: list[nn.Parameter], columns: int, group: dict[str, Any]) -> None:
        pushes = []
        for matrix in matrices:
            state = self.state[matrix]
            if not state:
                state["momentum"] = torch.zeros_like(matrix)
            momentum, gradient = state["momentum"], matrix.grad
            if gradient is None:
                raise ValueError("only matrices with gradients are updated")
            momentum.lerp_(gradient, 1 - group["momentum"])
            pushes.append(gradient.lerp(momentum, group["momentum"]))
        blocks = torch.cat([p.reshape(-1, BLOCK_ROWS, columns) for p in pushes])
        parts = [orthogonalise(part) for part in torch.split(blocks, _CACHED_BLOCKS)]
        update = torch.cat(parts).reshape(-1, columns)
        size = 0.2 * max(columns, BLOCK_ROWS) ** 0.5 * group["lr"]
        updates = torch.split(update, [m.shape[0] for m in matrices])
        for matrix, part in zip(matrices, updates, strict=True):
            matrix.mul_(1 - group["lr"] * group["decay"]).add_(part, alpha=-size)


def split_parameters(
    net: nn.Module, blocks: nn.Module
) -> tuple[list[nn.Parameter], list[nn.Parameter]]:
    """(matrices of the transformer blocks, everything else)."""
    matrices = [p for p in blocks.parameters() if p.ndim == 2 and p.shape[0] % BLOCK_ROWS == 0]
    chosen = {id(p) for p in matrices}
    return matrices, [p for p in net.parameters() if id(p) not in chosen]
