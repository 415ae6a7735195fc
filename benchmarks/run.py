"""Runs the benchmarks one after the other and repeats their figures at the end: `python -m benchmarks.run [P1]`.

A script `p1_ingest.py` belongs to P1. It prints its table and ends with one line per figure, `P1 2.61 bar>=2.5 ok`
or `… short`. A figure that falls short is told, not an error; a script that breaks, or prints no figure, is one.
"""

import re
import subprocess
import sys
from pathlib import Path

FOLDER = Path(__file__).parent
LONGEST_S = 300
FIGURE = re.compile(r"^(P\d+\w*) \S+ bar\S+ (ok|short)$")


def main(only: str = "") -> int:
    """Run all, or those of one bar; the exit code."""
    scripts = _scripts(only)
    if not scripts:
        print(f"No benchmark measures {only}.")
        return 1
    figures: list[str] = []
    broken: list[str] = []
    for script in scripts:
        print(f"--- {script.stem} ---", flush=True)
        found = _run(script)
        figures += found
        if not found:
            broken.append(script.stem)
    print("--- figures ---", *figures, sep="\n")
    if broken:
        print(f"No figure from: {', '.join(broken)}")
    return 1 if broken else 0


def _scripts(only: str) -> list[Path]:
    scripts = sorted(FOLDER.glob("p[0-9]*_*.py"), key=lambda path: (_number(path), path.name))
    wanted = only.lower()
    exact = [path for path in scripts if path.stem.split("_")[0] == wanted]
    # P1b may be measured by the script of P1.
    return exact or [
        path for path in scripts if path.stem.split("_")[0] == wanted.rstrip("abc") or not wanted
    ]


def _number(path: Path) -> int:
    return int(re.match(r"p(\d+)", path.stem)[1])


def _run(script: Path) -> list[str]:
    """The figures that the script printed; its output is shown as it comes."""
    command = ["timeout", str(LONGEST_S), sys.executable, "-u", "-m", f"benchmarks.{script.stem}"]
    figures = []
    with subprocess.Popen(command, cwd=FOLDER.parent, stdout=subprocess.PIPE, text=True) as process:
        for line in process.stdout:
            print(line, end="", flush=True)
            if FIGURE.match(line.strip()):
                figures.append(line.strip())
    if process.returncode:
        print(f"{script.stem} ended with exit code {process.returncode}", flush=True)
        return []
    return figures


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:2]))
