"""Figures on paper: Word, workbooks, the evidence pack. Bytes out; what they say comes from reports."""
