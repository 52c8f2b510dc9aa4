"""Anyone asks about a video; the studio answers."""
