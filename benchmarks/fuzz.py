"""Damage good workbooks by the thousand and read each: `python -m benchmarks.fuzz`.

Prints how many there were, their verdicts, how often reading had to be stopped,
the slowest and the largest. A reader that raises, or a pool that no longer
reads a good file afterwards, ends the run with an error. The seed is fixed, so
a run can be repeated; nothing is written.
"""

from __future__ import annotations

import argparse
import random
import resource
import time
import zipfile
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from io import BytesIO

from tbdx.model import Verdict
from tbdx.plan import Plan
from tbdx.settings import ROOT, Settings
from tbdx.workbook.protected import Limits, ProtectedReader

Parts = list[tuple[str, bytes]]
_NUMBERS = (b"0", b"-1", b"1048576", b"16384", b"4294967296", b"99999999999999999999", b"1e308")
_PIECES = (
    b"<",
    b">",
    b'"',
    b"&#0;",
    b"</row>",
    b"<c>",
    b"<v/>",
    b"\xff\xfe",
    b"\x00",
    b"XFD1048576",
)


def flip_bits(content: bytes, chance: random.Random) -> bytes:
    """A few bits of the file turned round."""
    changed = bytearray(content)
    for _ in range(chance.randint(1, 12)):
        changed[chance.randrange(len(changed))] ^= 1 << chance.randrange(8)
    return bytes(changed)


def cut(content: bytes, chance: random.Random) -> bytes:
    """A piece of the file missing."""
    first, second = sorted(chance.sample(range(len(content)), 2))
    return content[:first] + content[second:] if chance.random() < 0.5 else content[:second]


def _of_parts(change: Callable[[Parts, random.Random], Parts]) -> Callable[..., bytes]:
    """A change of an archive's parts as a change of its bytes; other files get flipped bits."""

    def changed(content: bytes, chance: random.Random) -> bytes:
        if not content.startswith(b"PK"):
            return flip_bits(content, chance)
        with zipfile.ZipFile(BytesIO(content)) as archive:
            parts = [(name, archive.read(name)) for name in archive.namelist()]
        stream = BytesIO()
        with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
            for name, part in change(parts, chance):
                archive.writestr(zipfile.ZipInfo(name), part)
        return stream.getvalue()

    return changed


@_of_parts
def drop_parts(parts: Parts, chance: random.Random) -> Parts:
    """Some parts of the archive missing, the others in another order."""
    return chance.sample(parts, chance.randint(1, len(parts)))


@_of_parts
def swap_parts(parts: Parts, chance: random.Random) -> Parts:
    """Two parts under each other's names."""
    (one, other) = chance.sample(range(len(parts)), 2)
    names = [name for name, _ in parts]
    names[one], names[other] = names[other], names[one]
    return [(name, part) for name, (_, part) in zip(names, parts, strict=True)]


@_of_parts
def break_xml(parts: Parts, chance: random.Random) -> Parts:
    """Bytes of one part replaced by pieces that mean something to a parser."""
    place = chance.randrange(len(parts))
    name, part = parts[place]
    changed = bytearray(part)
    for _ in range(chance.randint(1, 6)):
        at = chance.randrange(len(changed) + 1)
        changed[at : at + chance.randint(0, 4)] = chance.choice(_PIECES)
    parts[place] = (name, bytes(changed))
    return parts


@_of_parts
def change_numbers(parts: Parts, chance: random.Random) -> Parts:
    """Numbers of one part (rows, styles, counts, values) made absurd."""
    place = chance.randrange(len(parts))
    name, part = parts[place]
    digits = [at for at in range(len(part)) if part[at : at + 1].isdigit()]
    for at in sorted(chance.sample(digits, min(len(digits), chance.randint(1, 5))), reverse=True):
        part = part[:at] + chance.choice(_NUMBERS) + part[at + 1 :]
    parts[place] = (name, part)
    return parts


MUTATIONS = (flip_bits, cut, drop_parts, swap_parts, break_xml, change_numbers)


def seeds() -> list[tuple[str, bytes]]:
    """Good workbooks of several makers: those the product ships and the tests keep."""
    folders = (ROOT / "data" / "samples", ROOT / "tests" / "messes")
    paths = sorted(path for folder in folders for path in folder.glob("*.*"))
    return [(path.name, path.read_bytes()) for path in paths]


def mutants(
    originals: Sequence[tuple[str, bytes]], count: int, seed: int
) -> Iterator[tuple[str, bytes]]:
    """`count` damaged files (name, bytes), the same ones for the same seed."""
    chance = random.Random(seed)  # noqa: S311 (repeatable, not secret)
    for number in range(count):
        name, content = chance.choice(originals)
        mutation = chance.choice(MUTATIONS)
        yield f"{number}-{mutation.__name__}-{name}", mutation(content, chance)


@dataclass
class Figures:
    """What a run was like."""

    verdicts: Counter[Verdict] = field(default_factory=Counter)
    stopped: list[str] = field(default_factory=list)
    slowest: tuple[float, str] = (0.0, "")
    largest: tuple[int, str] = (0, "")

    def __str__(self) -> str:
        verdicts = ", ".join(f"{self.verdicts[verdict]} {verdict}" for verdict in Verdict)
        return f"""files     {self.verdicts.total()}: {verdicts}
stopped   {len(self.stopped)} {self.stopped[:5]}
slowest   {self.slowest[0]:.3f} s  {self.slowest[1]}
largest   {self.largest[0] // 1000} MB  {self.largest[1]}"""


def peak_memory() -> int:
    """The most memory a process has used so far, in kB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


def run(reader: ProtectedReader, files: Iterator[tuple[str, bytes]]) -> Figures:
    """Read each file by itself and note what happened. `reader` has one worker."""
    figures = Figures()
    for name, content in files:
        started = time.perf_counter()
        checked = reader.read(name, content)
        taken = time.perf_counter() - started
        figures.verdicts[checked.verdict] += 1
        figures.stopped += [name for f in checked.findings if f.code == "reading-stopped"]
        figures.slowest = max(figures.slowest, (taken, name))
        figures.largest = max(figures.largest, (reader.call(peak_memory), name))
    return figures


def main() -> None:
    """Read damaged files and print what happened."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--files", type=int, default=5000)
    options.add_argument("--seed", type=int, default=2023)
    chosen = options.parse_args()
    plan, good = Plan.load(Settings().plan), seeds()
    with ProtectedReader(plan, Limits(workers=1)) as reader:
        before = [reader.read(*file).verdict for file in good]
        print(f"seed      {chosen.seed}, {len(good)} originals")
        print(run(reader, mutants(good, chosen.files, chosen.seed)))
        after = [reader.read(*file).verdict for file in good]
    print("the originals are read as before" if before == after else "THE READER HAS SUFFERED")


if __name__ == "__main__":
    # Workers find functions by their module's name, which "__main__" is not.
    from benchmarks.fuzz import main as run_as_module

    run_as_module()
