"""Files that are not what they should be, made by seeded generators: none of them may do harm."""
