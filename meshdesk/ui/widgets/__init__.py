"""Widgets: the parts that views are made of. Each draws itself in the colours of the theme."""
