"""Make sure that this machine has a Chromium for the browser tests, and print where it is.

A browser of the system or Playwright's own will do. Failing both, a package of Debian's is
installed where that is allowed without asking, and Playwright's own browser elsewhere.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

from playwright.sync_api import sync_playwright

# The first is the same browser without its windows: a third faster.
COMMANDS = (
    "chromium-headless-shell",
    "chromium",
    "chromium-browser",
    "google-chrome",
    "google-chrome-stable",
    "chrome",
)


def installed():
    """Return the path of a Chromium, or None."""
    if command := next(filter(None, map(shutil.which, COMMANDS)), None):
        return command
    with sync_playwright() as playwright:
        path = playwright.chromium.executable_path
    return path if Path(path).exists() else None


def administrator():
    """Return what goes before a command to run it as root, or None if that needs a password."""
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        return []
    if shutil.which("sudo") and succeeds("sudo", "-n", "true"):
        return ["sudo", "-n"]
    return None


def succeeds(*command):
    """Run a command, its output going to stderr, and say whether it did."""
    return subprocess.run(command, stdout=sys.stderr, stdin=subprocess.DEVNULL).returncode == 0


def install():
    """Install a Chromium: Debian's package, or else Playwright's own."""
    as_root = administrator()
    if as_root is not None and shutil.which("apt-get"):
        apt = [*as_root, "apt-get", "-q"]
        install_package = [*apt, "install", "-y", "--no-install-recommends"]
        if succeeds(*apt, "update") and any(
            succeeds(*install_package, one) for one in COMMANDS[:2]
        ):
            return
    playwright = [sys.executable, "-m", "playwright", "install", "chromium"]
    if as_root is None or not succeeds(*playwright, "--with-deps"):
        succeeds(*playwright)


def main():
    """Print the path of a Chromium, after installing one if there was none."""
    if not installed():
        install()
    path = installed()
    if path is None:
        sys.exit("No Chromium for the browser tests, and none could be installed: see above.")
    print(f"Chromium: {path}")


if __name__ == "__main__":
    main()
