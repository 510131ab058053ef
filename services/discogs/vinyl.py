"""What a release's ``formats`` say about its discs: size, colour, outline, picture, how many (discogs-api.md 5.2-5.4).

Discogs has no field for colour: contributors type it into a format's free text, mixed with sleeves, weights, plants and
editions. The rules here are heuristics; the raw formats are kept beside their result.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from storage.values import Format

DISCS = frozenset({"Vinyl", "Flexi-disc", "Shellac", "Lathe Cut", "Acetate", "Lacquer"})
"""The media that are cut or pressed discs with a groove; wrappers (Box Set, All Media) and everything else are not."""

_SIZE = re.compile(r'\d{1,2}½?"')
_SEPARATOR = re.compile(r"[,;]|\s\+\s")
_WEIGHT = re.compile(r"\b\d{2,3}\s?(?:grams?|gr|g)\b\.?", re.IGNORECASE)
_TRAILING_VINYL = re.compile(r"\s+vinyls?$", re.IGNORECASE)
_WORD = re.compile(r"[^\W\d_]+(?:[-'][^\W\d_]+)*")


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


# A segment that names one of these speaks of what is around the disc, or of where it came from.
_NOT_THE_DISC = _words(
    """
    sleeve sleeves sleeved cover covers label labels labeled labelled jacket jackets gatefold insert inserts
    inlay obi sticker stickers stickered poster posters box boxset boxed edition editions pressing pressings
    press pressed centre centres center centers centred centered prong print printed printing stamp stamped
    stamps paper back front logo lettering letters text font writing tour anniversary booklet innersleeve inner
    outer card cardboard bag matrix runout etching ink envelope folder slipcase spine hype
    """
)
_COLOURS = _words(
    """
    amber amethyst anthracite apricot aqua aquamarine aubergine auburn azure baby-blue beige black blue bluish
    bone bordeaux brass bronze brown burgundy butterscotch camel caramel champagne charcoal chartreuse cherry
    chocolate chrome citrine cobalt coffee copper coral cornflower cream creamy crimson curacao cyan denim ebony
    ecru eggplant eggshell emerald fawn flesh fuchsia fuschia garnet gold golden graphite gray green greenish
    grey greyish gunmetal honey indigo ivory jade khaki lavender lemon lilac lime magenta mahogany maroon mauve
    mint moss mustard navy ochre off-white olive onyx opal orange orangey orchid peach pearl periwinkle petrol
    pewter pink pinkish platinum plum pumpkin purple purplish raspberry red reddish rose rosé rouge ruby russet
    rust sage salmon sand sapphire scarlet seafoam sepia silver sky-blue slate snow tan tangerine taupe teal
    terracotta topaz turquoise ultramarine umber vanilla vermilion vermillion violet viridian white whitish wine
    yellow yellowish blau braun gelb grau grün rot schwarz weiß weiss lila rosa orangefarben blanc blanche bleu
    jaune noir rouge vert azul amarillo blanco negro rojo verde azzurro bianco giallo nero rosso viola arancione
    """
)
_EFFECTS = _words(
    """
    camouflage camo clear coke-bottle color-in-color colour-in-colour crystal dayglo fluorescent fluoro frosted
    galaxy glitter glow glowing haze hazy iridescent kaleidoscope luminescent luminous marble marbled marbling
    metallic mirror mottled multi-color multi-colored multi-colour multi-coloured multicolor multicolored
    multicolour multicoloured neon opaque pearlescent phosphorescent pinwheel quad-color rainbow see-through
    smoke smoked smokey smoky speckle speckled splash splashed splatter splattered splattering starburst
    sunburst swirl swirled swirls tie-dye transluscent translucent translucid transparent tri-color tri-colour
    tricolor tricolour two-tone ultra-clear uv-reactive zoetrope
    """
)
_LOOKS = _COLOURS | _EFFECTS


@dataclass(frozen=True, slots=True)
class Vinyl:
    """What the formats say. ``is_shaped`` is a cut outline only, ``is_picture_disc`` a picture in the disc.

    ``size`` is the first disc's that has one, ``sizes`` all distinct ones in order; ``color`` keeps the contributor's
    wording and is None when nothing is said (unknown is not black); ``discs`` counts grooved discs of any material.
    """

    has_vinyl: bool = False
    size: str | None = None
    sizes: tuple[str, ...] = ()
    color: str | None = None
    is_shaped: bool = False
    is_picture_disc: bool = False
    discs: int = 0


def read_formats(formats: Sequence[Format]) -> Vinyl:
    """Everything the formats say about the discs of a release (discogs-api.md 5.3)."""
    discs = [entry for entry in formats if entry.name in DISCS]
    if not discs:
        return Vinyl()
    sizes = tuple(dict.fromkeys(size for entry in discs if (size := _size(entry))))
    colors = dict.fromkeys(color for entry in discs if (color := _color(entry)))
    said = {description for entry in discs for description in entry.descriptions}
    return Vinyl(
        has_vinyl=any(entry.name == "Vinyl" for entry in discs),
        size=sizes[0] if sizes else None,
        sizes=sizes,
        color=" / ".join(colors) or None,
        is_shaped="Shape" in said or "Shaped" in said,
        is_picture_disc="Picture Disc" in said,
        discs=sum(max(entry.qty, 0) for entry in discs),
    )


def _size(entry: Format) -> str | None:
    """The size in inches as Discogs writes it; a long player is 12" unless another size is given."""
    for description in entry.descriptions:
        if _SIZE.fullmatch(description):
            return description
    return '12"' if "LP" in entry.descriptions else None


def _color(entry: Format) -> str | None:
    """The colour in the free text, else in a description outside the vocabulary (``Blue Vinyl``)."""
    kept = list(_colored(_SEPARATOR.split(entry.text))) if entry.text else []
    if not kept:
        kept = list(_colored(entry.descriptions))
    return ", ".join(kept) or None


def _colored(segments: Iterable[str]) -> Iterable[str]:
    for segment in segments:
        plain = " ".join(_WEIGHT.sub(" ", segment).split())
        spoken = {word.casefold() for word in _WORD.findall(plain)}
        spoken |= {part for word in spoken for part in word.split("-")}
        if spoken & _LOOKS and not spoken & _NOT_THE_DISC:
            yield _TRAILING_VINYL.sub("", plain).strip()
