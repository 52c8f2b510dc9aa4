"""Figures of the credentials: mutations, cost of signing and reading, memory."""
