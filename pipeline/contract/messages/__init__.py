"""Sentences as a run stores them: template, values, money and labels, from which every language is made."""
