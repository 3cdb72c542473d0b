"""Paper: question books, answer sheets, lists, slips and keys as PDF; the book also as Word. Pure."""
