"""``python -m benchmarks.kill_sync``: 2,000 records, 200 of them only here, and a process that is killed 50 times.

Prints whether library and collection end as after an undisturbed sync, and how often each add was sent.
"""

from __future__ import annotations

import argparse
import asyncio
import tempfile
import time
from pathlib import Path

from tests.journeys.kills import aftermath


async def measure(records: int, pushes: int, kills: int, seed: int) -> bool:
    """Sync twice, calmly and killed; whether both ended alike."""
    with tempfile.TemporaryDirectory() as directory:
        calm = await aftermath(records - pushes, pushes, Path(directory) / "calm")
        began = time.perf_counter()
        killed = await aftermath(records - pushes, pushes, Path(directory) / "killed", kills=kills, seed=seed)
        seconds = time.perf_counter() - began
    twice = [path for path, count in killed.adds.items() if count > 1]
    alike = killed.library == calm.library and killed.collection == calm.collection
    print(f"records {len(killed.library)}, adds {len(killed.adds)}, kills {killed.kills}, {seconds:.0f} s")
    print(f"like an undisturbed run: {alike}; adds sent twice: {len(twice)}; adds left open: {killed.unsettled}")
    return alike and not twice and not killed.unsettled


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--records", type=int, default=2000)
    parser.add_argument("--pushes", type=int, default=200)
    parser.add_argument("--kills", type=int, default=50)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    if not asyncio.run(measure(given.records, given.pushes, given.kills, given.seed)):
        raise SystemExit(1)


if __name__ == "__main__":
    main()
