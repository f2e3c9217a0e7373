"""`python -m meshdesk`."""

import sys

from meshdesk.program import main

if __name__ == "__main__":
    sys.exit(main())
