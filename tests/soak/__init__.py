"""What takes too long for each change: `make soak`."""
