"""The views, in the order in which they are offered. Each is one file with a NAME and a class that has `refresh()`."""

VIEWS = ("start", "records")  # names, no imports: the start page is on the screen before the others are there
