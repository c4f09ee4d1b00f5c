"""Plain language data: question words, abbreviations, chat spelling, the English glossary."""
