"""Screening of frames: rendered clips and uploads."""
