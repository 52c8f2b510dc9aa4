"""Batches: many clips from one table of prompts."""
