"""The views, in the order of the rail. A view is one file, and its name in this list.

Each file says NAME; TITLE, its words on the rail and in the top bar; ICON, one of resources/icons; IS_FRAMED, whether it
stands in the work area between explorer and inspector, or takes the page for itself; IS_AT_FOOT, whether its icon stands at
the foot of the rail; KEYS, its shortcut, where that is not Ctrl and its number; and `make(window)`, which gives a widget
with `refresh()`, called at each beat while it can be seen.
"""

VIEWS = (
    "start",
    "topology",
    "throughput",
    "consumers",
    "product",
    "records",
    "trouble",
    "settings",
    "help",
)  # names, no imports: the start page is on the screen before the others are there
