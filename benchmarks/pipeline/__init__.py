"""How long each stage of the pipeline takes for one clip, and what an install weighs."""
