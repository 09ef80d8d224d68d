"""Plant faults in copies of tconv, and see that the notebooks and browser tests turn red.

    python tests/faults.py ["name of a fault" ...]

`faults.toml`, beside this file, says which fault stands where and what must catch it. Each notebook
and each browser test runs first without a fault and must be green, then once for each of its
faults, alone, and must be red. A table of all is printed; the exit status tells whether it is as
it should be.
"""

import os
import shutil
import subprocess
import sys
import tempfile
import tomllib
from pathlib import Path

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "tconv"
FAULTS = tomllib.loads((ROOT / "tests" / "faults.toml").read_text(encoding="utf-8"))["fault"]
NOTEBOOKS = sorted((ROOT / "book").glob("**/[!.]*.ipynb"))
SOUND = {"name": "none"}


def planted(fault, folder):
    """Copy tconv into the folder, with the fault in it; return the folder."""
    package = shutil.copytree(PACKAGE, folder / "tconv")
    if fault is not SOUND:
        path = package / fault["file"]
        text = path.read_text(encoding="utf-8")
        path.write_text(text.replace(fault["old"], fault["new"]), encoding="utf-8")
    return folder


def command(target):
    """Return the arguments of pytest that run the notebook or browser test until it fails."""
    if "::" in target:
        return ["-x", f"tests/browser/{target}"]
    return ["-x", "--nbval", "--nbval-current-env", f"book/{target}.ipynb"]


def is_red(target, fault):
    """Whether the notebook or the test fails with that fault in tconv."""
    with tempfile.TemporaryDirectory() as folder:
        search = {"PYTHONPATH": str(planted(fault, Path(folder)))}
        pytest = [
            sys.executable,
            "-P",
            "-m",
            "pytest",
            "-q",
            "-p",
            "no:cacheprovider",
            "--timeout=300",
        ]
        process = subprocess.run(
            pytest + command(target), cwd=ROOT, env=os.environ | search, capture_output=True
        )
    if process.returncode not in (0, 1):
        sys.exit(f"{target} could not be run:\n{process.stdout.decode()}{process.stderr.decode()}")
    return process.returncode == 1


def main(names):
    """Plant the faults named, or all, and print what caught them."""
    faults = [fault for fault in FAULTS if not names or fault["name"] in names]
    caught_by = {target for fault in FAULTS for target in fault["caught_by"]}
    chapters = {path.relative_to(ROOT / "book").with_suffix("").as_posix() for path in NOTEBOOKS}
    wrong = [(chapter, "has no fault to catch") for chapter in sorted(chapters - caught_by)]
    print("| caught by | fault | as it should be |\n|---|---|---|", flush=True)
    for target in dict.fromkeys(target for fault in faults for target in fault["caught_by"]):
        of_target = [fault for fault in faults if target in fault["caught_by"]]
        for fault in (SOUND, *of_target):
            right = is_red(target, fault) is (fault is not SOUND)
            print(f"| {target} | {fault['name']} | {'yes' if right else '**no**'} |", flush=True)
            if not right:
                wrong.append((target, fault["name"]))
    print(*(f"{target}: {what}" for target, what in wrong), sep="\n")
    sys.exit(bool(wrong))


if __name__ == "__main__":
    main(sys.argv[1:])
