"""Snapshots: a figure or a whole report frozen with what it rests on; whether it still holds, and why not.

A snapshot is never changed. Looking at it again finds out whether the rows still say the same; where they do
not, it is marked outdated with the cause, and says so wherever it is printed.
"""
