"""What a file unfolds to in memory, measured before it is read: a few kilobytes can say that they are gigabytes."""
