"""Public verification: a video goes in, a report comes out, and the video is gone."""
