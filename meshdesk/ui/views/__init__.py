"""The views, in the order in which they are offered. Each is one file with a NAME and a class that has `refresh()`."""

from meshdesk.ui.views import records, start

VIEWS = (start.NAME, records.NAME)
