"""The explain program: the only one that interprets payload bytes, over captures, without any network.

Two roles, each a process of its own: *look* answers for the rows on the screen within milliseconds and is killed at its
deadline; *work* does what takes longer (copying, saving, later search and sort) with progress.
"""
