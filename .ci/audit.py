"""Known vulnerabilities of what is locked for running: ``audit.py REQUIREMENTS``. Ends with 1 if there is one.

Without a network, or where the index does not tell, that is said and nothing fails: a build must not depend on it.
"""

import json
import subprocess
import sys
import tempfile
from collections.abc import Iterable
from pathlib import Path
from typing import Any

ACCEPTED: dict[str, str] = {}
"""Vulnerabilities that do not concern us, by their id, and why not."""


def main(requirements: str) -> int:
    """Ask, say what was found, and answer with the exit status."""
    with tempfile.TemporaryDirectory() as folder:
        told = Path(folder) / "audit.json"
        command = ["pip-audit", "--requirement", requirements, "--disable-pip", "--no-deps", "--timeout", "10"]
        done = subprocess.run(
            [*command, "--progress-spinner", "off", "--format", "json", "--output", str(told)],
            capture_output=True,
            text=True,
            check=False,
        )
        try:
            dependencies = json.loads(told.read_text())["dependencies"]
        except (OSError, ValueError, KeyError):
            last = done.stderr.strip().rpartition("\n")[2]
            print(f"warning: nothing was audited, the index does not answer ({last[:200]})")
            return 0
    lines, failed = judge(dependencies)
    print(*lines, sep="\n")
    return int(failed)


def judge(dependencies: Iterable[dict[str, Any]]) -> tuple[list[str], bool]:
    """What to say of pip-audit's findings, and whether one of them counts."""
    lines: list[str] = []
    unknown, clean, failed = 0, 0, False
    for each in dependencies:
        if "skip_reason" in each:
            unknown += 1
        elif not each.get("vulns"):
            clean += 1
        for vulnerability in each.get("vulns", ()):
            names = {vulnerability["id"], *vulnerability.get("aliases", ())}
            about = f"{each['name']} {each['version']}: {vulnerability['id']}"
            if why := next((ACCEPTED[name] for name in names if name in ACCEPTED), None):
                lines.append(f"accepted: {about}, because {why}")
                continue
            mend = ", ".join(vulnerability.get("fix_versions", ()))
            lines.append(f"VULNERABLE: {about}; {f'mended in {mend}' if mend else 'no version mends it yet'}")
            failed = True
    if unknown:
        lines.append(f"warning: the index tells nothing of {unknown} packages, so they were not audited")
    lines.append(f"{clean} packages without a known vulnerability")
    return lines, failed


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
