"""The meaning of the warehouse, slow and readable: raw rows in, expected tables out.

Written from the rules alone and sharing no code with the models, so that both being wrong in the
same way is unlikely. Nothing here is incremental: everything is computed from all raw rows.
"""
