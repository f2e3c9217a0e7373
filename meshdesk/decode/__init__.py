"""Decoding: bytes in, a tree with its reasoning out. Pure: no I/O, no clock. One file a format."""
