"""The words that the page's scripts say."""

from __future__ import annotations

from fastapi import APIRouter, Depends

from ecozone.text import room
from ecozone.web.service import Spoken, lang_of

router = APIRouter(prefix="/api", tags=["page"], dependencies=[Depends(lang_of)])

#: The page's own words, those of the offline map whose scripts it uses as well, and those of the field.
_ROOMS = ("map_page", "map_page_change", "page", "words")


@router.get("/texts", summary="The words of the page")
async def texts(lang: Spoken) -> dict[str, str]:
    """Return every word of the page's scripts in one language, by room and key."""
    return {f"{name}.{key}": entry[lang] for name in _ROOMS for key, entry in room(name).items()}
