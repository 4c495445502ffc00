"""Coverage-guided fuzzing of what reads strangers' bytes, by ``make fuzz``; what it finds is kept in ``corpus/``."""
