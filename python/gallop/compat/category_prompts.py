"""The prompt lists by category, read from a folder of the user's."""

from __future__ import annotations

from pathlib import Path

from gallop._gallop import InvalidArgument, NotFound


def category_prompts(full_info: str | Path, category: str | None) -> list[str]:
    """Prompts of one category, one a line. Looked for in ``prompts/prompts_per_category`` of the working folder, then beside
    the suite file; the package that this stands in for does not ship them either."""
    places = [
        Path("prompts/prompts_per_category"),
        Path(full_info).parent / "prompts" / "prompts_per_category",
        Path(full_info).parent / "prompts_per_category",
    ]
    folder = next((place for place in places if place.is_dir()), None)
    if folder is None:
        raise NotFound(
            f"category prompts: none of {', '.join(map(str, places))} is there; copy the published prompts_per_category folder to one of them"
        )
    known = sorted(file.stem for file in folder.glob("*.txt"))
    if category not in known:
        raise InvalidArgument(f"category: {category!r}, expected one of {', '.join(known)}")
    return [line.strip() for line in (folder / f"{category}.txt").read_text(encoding="utf-8").splitlines() if line.strip()]
