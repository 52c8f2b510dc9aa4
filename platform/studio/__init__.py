"""What creators do: ask for shots, receive clips."""
