"""What the faces ask for: facts fetched, counted, guarded and put together. No SQL and no drawing here."""
