"""What the studio remembers of every published clip."""
