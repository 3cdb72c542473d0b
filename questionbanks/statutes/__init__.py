"""Statutes as text: labels of articles, citations in running text, reading and comparing editions. Pure."""
