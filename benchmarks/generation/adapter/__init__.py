"""Figures of the diffusers adapter: what it adds to a call, how soon it stops, speed on a GPU."""
