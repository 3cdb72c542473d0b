"""Lists of people as offices keep them → rows with addresses; rows against the people known → a plan.

Pure: no Django, no database. Bytes come in, dataclasses go out; what is wrong is data with a place and a fix.
"""
