"""Whose likeness and whose works may be shown, by whom, until when; and what rests on it."""
