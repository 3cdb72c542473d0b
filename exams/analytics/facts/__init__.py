"""The only SQL of the statistics: rows in, records out; what is not released yet has no result.

Every function is given `at` and tells what the rows said at that time: a later mark, void or roster change
is not seen, and a result that was not released then counts as unmarked, so that no figure tells a score
before its release.
"""
