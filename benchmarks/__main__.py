"""``make bench``."""

import sys

from benchmarks.panel import main

sys.exit(main())
