"""The way from a shot to a clip: states, queue, pipeline, worker."""
