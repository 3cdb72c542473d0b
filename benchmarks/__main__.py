"""python -m benchmarks [NAME …]: run the benchmarks of docs/benchmarks.md, all or the named ones."""

from __future__ import annotations

import importlib
import sys

NAMES = ("assembly", "printing", "import_questions", "figures", "marking", "people", "sitting")


def main(names: list[str]) -> int:
    """Print every row; 1 when a limit is not met."""
    unknown = sorted(set(names) - set(NAMES))
    if unknown:
        print(f"no such benchmark: {', '.join(unknown)}; there are {', '.join(NAMES)}")
        return 2
    missed = 0
    for name in names or NAMES:
        print(f"== {name}", flush=True)
        for row in importlib.import_module(f"benchmarks.{name}").run():
            print(row, flush=True)
            missed += not row.is_met
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
