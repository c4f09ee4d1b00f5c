"""Finds the passage of a Vietnamese corpus that answers a question, and quotes it."""
