"""Folders of files that describe a mesh (data contracts, data products), read into facts. A format is one file and one line.

bytes → text (text.py) → trees whose nodes know their lines (events.py, tree.py) → claims (reading.py, with one module a
format) → facts by difference (folder.py), looked after by a thread of its own (watching.py).
"""
