"""The page to look with: HTML made here, for people with a browser."""
