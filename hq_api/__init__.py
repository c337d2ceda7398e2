"""The HQ Database API: one HTTP service over schema api, and one door for payloads."""
