"""Engines that score passages, behind one protocol."""
