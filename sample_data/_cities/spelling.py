"""How clerks write: capitals, lost accents, short forms, and one slip in a word.

This shares no table with ``hotspots.geocoding``: what it does to an address is not what the
geocoder knows how to undo.
"""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING

from _cities.chance import choose, choose_weighted

if TYPE_CHECKING:
    import numpy as np

_SHORT = {
    "Avenida": {"Av.": 0.5, "Ave.": 0.15, "Avda.": 0.1, "Av": 0.2, "Avenida": 0.05},
    "Boulevard": {"Blvd.": 0.6, "Bulevar": 0.1, "Blvd": 0.2, "Boulevard": 0.1},
    "Calle": {"C.": 0.25, "Calle": 0.45, "": 0.3},
    "Calzada": {"Calz.": 0.6, "Calzada": 0.4},
    "Privada": {"Priv.": 0.6, "Privada": 0.4},
    "Andador": {"And.": 0.5, "Andador": 0.5},
    "Carretera": {"Carr.": 0.5, "Carretera": 0.5},
    "Eje Vial": {"Eje Vial": 0.8, "Eje": 0.2},
    "Jirón": {"Jr.": 0.75, "Jirón": 0.15, "Jr": 0.1},
    "Pasaje": {"Psje.": 0.5, "Pje.": 0.3, "Pasaje": 0.2},
    "Malecón": {"Malecón": 1.0},
}
_TITLES = {
    "General": ("Gral.", "Gral"),
    "Profesor": ("Prof.", "Profr."),
    "Doctor": ("Dr.",),
    "Licenciado": ("Lic.",),
    "Ingeniero": ("Ing.",),
    "Capitán": ("Cap.",),
    "Coronel": ("Cnel.", "Cor."),
    "Santa": ("Sta.",),
    "Santo": ("Sto.",),
    "San": ("S.",),
    "Comandante": ("Cmdte.",),
}
_SOUNDS = (
    ("v", "b"),
    ("b", "v"),
    ("z", "s"),
    ("s", "z"),
    ("c", "s"),
    ("ll", "y"),
    ("y", "ll"),
    ("h", ""),
    ("j", "g"),
    ("x", "j"),
    ("qu", "k"),
    ("ñ", "n"),
    ("rr", "r"),
    ("g", "j"),
)
_KEYS = {
    "a": "sq",
    "b": "vn",
    "c": "xv",
    "d": "sf",
    "e": "wr",
    "f": "dg",
    "g": "fh",
    "h": "gj",
    "i": "uo",
    "j": "hk",
    "k": "jl",
    "l": "k",
    "m": "n",
    "n": "bm",
    "o": "ip",
    "p": "o",
    "q": "w",
    "r": "et",
    "s": "ad",
    "t": "ry",
    "u": "yi",
    "v": "cb",
    "x": "zc",
    "y": "tu",
    "z": "x",
}
SLIPS = {
    "": 0.88,
    "sound": 0.035,
    "key": 0.02,
    "lost": 0.02,
    "doubled": 0.01,
    "swapped": 0.015,
    "order": 0.02,
}


def street(kind: str, name: str, rng: np.random.Generator) -> tuple[str, str]:
    """Return a street as a clerk writes it, and the slip that was made ("" for none)."""
    written = choose_weighted(rng, _SHORT.get(kind, {kind: 1.0}))
    slip = choose_weighted(rng, SLIPS)
    words = name.split()
    if words[0] in _TITLES and rng.random() < 0.55:
        words[0] = choose(rng, _TITLES[words[0]])
    wrong = slipped(" ".join(words), slip, rng)
    return f"{written} {wrong}".strip(), slip if wrong != " ".join(words) else ""


def slipped(text: str, slip: str, rng: np.random.Generator) -> str:
    """Return a name with one slip in its longest word, or with its words in another order."""
    words = text.split()
    if slip == "order":
        return " ".join([words[-1], *words[:-1]]) if len(words) > 1 else text
    longest = max(range(len(words)), key=lambda k: len(words[k]))
    if not slip or len(words[longest]) < 5:
        return text
    words[longest] = _edited(words[longest], slip, rng)
    return " ".join(words)


def hand(text: str, rng: np.random.Generator) -> str:
    """Return a whole address in the hand of one office: capitals, accents, spaces."""
    roll = rng.random()
    if roll < 0.45:
        text = text.upper()
    elif roll < 0.5:
        text = text.lower()
    if rng.random() < (0.75 if roll < 0.5 else 0.3):
        text = without_accents(text)
    if rng.random() < 0.01:
        text = text.replace(" ", "  ", 1)
    return text


def without_accents(text: str) -> str:
    """Return the text with plain letters; the ñ stays, as on a Spanish keyboard."""
    kept = [
        letter if letter in "ñÑ" else unicodedata.normalize("NFD", letter)[0] for letter in text
    ]
    return "".join(kept)


def _edited(word: str, slip: str, rng: np.random.Generator) -> str:
    at = 1 + int(rng.random() * (len(word) - 2))
    if slip == "lost":
        return word[:at] + word[at + 1 :]
    if slip == "doubled":
        return word[:at] + word[at] + word[at:]
    if slip == "swapped":
        return word[:at] + word[at + 1] + word[at] + word[at + 2 :]
    if slip == "key":
        return word[:at] + choose(rng, _KEYS.get(word[at].lower(), word[at])) + word[at + 1 :]
    fits = [(old, new) for old, new in _SOUNDS if old in word[1:]]
    if not fits:
        return word
    old, new = choose(rng, fits)
    return word[0] + word[1:].replace(old, new, 1)
