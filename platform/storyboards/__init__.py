"""Storyboards: several shots in order, made to one clip."""
