"""Screening of text: prompts, negative prompts, titles, shot cards."""
