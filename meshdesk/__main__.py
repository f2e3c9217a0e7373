"""`python -m meshdesk`, and the command `meshdesk`."""

import sys

INTERRUPTED = 130  # what shells expect of a program that Ctrl+C has ended


def run() -> int:
    """Runs what the command line says. Ctrl+C while that is still imported ends it without a word; later each verb decides."""
    try:
        from meshdesk.program import main  # takes a moment, within which somebody may have thought better of it

        return main()
    except KeyboardInterrupt:
        return INTERRUPTED


if __name__ == "__main__":
    sys.exit(run())
