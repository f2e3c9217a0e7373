"""Troubles: what went wrong, repeated ones folded, bounded, newest last."""

from dataclasses import replace

from meshdesk.model.trouble import Trouble

KEPT = 500  # distinct ones; the list is for people


def with_trouble(troubles: tuple[Trouble, ...], new: Trouble) -> tuple[Trouble, ...]:
    """The troubles with one more; the same one again moves to the end with its count."""
    for old in troubles:
        if (old.text, old.about) == (new.text, new.about):
            rest = tuple(trouble for trouble in troubles if trouble is not old)
            return (*rest, replace(new, count=old.count + new.count, first=old.first or old.seen))
    return (*troubles[-(KEPT - 1) :], new)
