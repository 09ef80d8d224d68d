"""``python -m tconv animate``: moving pictures of convolutions from the command line."""

import argparse
import sys

import numpy as np
from tqdm import tqdm

from .plotting import animate, guide_presets

SETTINGS = ("input_size", "kernel_size", "stride", "padding", "output_padding", "dilation")
DEFAULTS = {"direction": "transposed", "input_size": 2, "kernel_size": 3, "stride": 1, "padding": 0}
DEFAULTS |= {"output_padding": 0, "dilation": 1}


def parser():
    """Return the command line's parser."""
    top = argparse.ArgumentParser(prog="python -m tconv", description=__doc__)
    commands = top.add_subparsers(required=True, metavar="command")
    command = commands.add_parser("animate", help="write a GIF or MP4 of one convolution")
    command.add_argument("path", help="file to write: .gif, or .mp4 where ffmpeg is installed")
    command.add_argument(
        "--preset",
        choices=guide_presets(),
        metavar="NAME",
        help="a setting of Dumoulin & Visin's guide: " + ", ".join(guide_presets()),
    )
    command.add_argument("--direction", choices=["direct", "transposed"])
    for name in SETTINGS:
        command.add_argument(f"--{name.replace('_', '-')}", type=int, metavar="N")
    command.add_argument("--ndim", type=int, choices=[1, 2], default=2, help="axes (default 2)")
    command.add_argument("--fps", type=float, default=2, help="steps a second (default 2)")
    command.add_argument("--seed", type=int, default=0, help="of the numbers shown (default 0)")
    return top


def main(arguments=None):
    """Run the command line; return its exit status."""
    options = vars(parser().parse_args(arguments))
    chosen = {name: options[name] for name in DEFAULTS if options[name] is not None}
    settings = DEFAULTS | guide_presets().get(options["preset"], {}) | chosen
    rng = np.random.default_rng(options["seed"])
    shapes = [(settings.pop(f"{name}_size"),) * options["ndim"] for name in ("input", "kernel")]
    try:
        input, kernel = (rng.integers(0, 5, shape) for shape in shapes)
        with tqdm(unit="frame") as bar:

            def progress(frame, frames):
                bar.total = frames
                bar.update(frame + 1 - bar.n)

            written = animate(
                options["path"],
                settings.pop("direction"),
                input,
                kernel,
                fps=options["fps"],
                progress=progress,
                **settings,
            )
    except (ValueError, OSError) as error:
        print(f"tconv animate: {error}", file=sys.stderr)
        return 1
    print(written)
    return 0


if __name__ == "__main__":
    sys.exit(main())
