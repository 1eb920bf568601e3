"""Changes to an input that a blind change of bytes would seldom make: lines, fields, numbers, words, members."""

from __future__ import annotations

import io
import random
import re
import zipfile
from collections.abc import Callable, Sequence

#: Words of the formats, and numbers that readers stumble over.
WORDS = (
    *"""
    [属性描述] [地块坐标] 坐标系=2000国家大地坐标系 坐标系=1980西安坐标系 几度分带=3 几度分带=6 带号=39
    带号=20 投影类型=高斯克吕格 计量单位=度 中央子午线=117 转换参数=,,,,,, 精度=0.001 面 线 点 @ ＠
    0.7655公顷 10.5亩 点号 圈号 X坐标 Y坐标 X(北) Y(东) 经度 纬度 东经 北纬 度 分 秒 地块编号 地块名称
    面积(公顷) 面积（亩） 边长 半径 坐标系 EPSG:4527 CGCS2000 序号 备注 续表 J1 J01 界1 117°23′15.20″
    39°8′5.1″ 117度23分15秒 E117.3 N39.1 117.231520 39.080510 39530120.000 4331250.000 530120.000 20530120.0
    38530120 4,331,250.5 39,530,120.5 4331250,125 0 -0 1e400 1e-400 1e5 nan inf -1 0.0 99999999999999999999
    1_000 ١ ² ½ ． −5 , ， ; ； | 、 " "" ' = : ： {} {field} {file} () （ [ < SRID=4527;
    注：2000国家大地坐标系 第1页 合计
    """.split(),  # noqa: SIM905  a list of a hundred literals would hide them
    "\t",
    " ",
    "\u3000",
    "\ufeff",
    "\x00",
    "\x1a",
    "\u2028",
    "\x85",
    "\x0b",
    "\x1c",
    "\r",
    "\n",
    "\n\n",
    "POINT (117.3 39.1)",
)
_XML = (
    *"""
    <v/> <v>1</v> <f>1+1</f> <is><t>甲</t></is> <v>1e308</v> <v>nan</v> <v>#REF!</v> <v>-1</v> <v>99999</v>
    <t/> <si/> <r><t>1</t></r> &#10; &lt; ]]>
    """.split(),  # noqa: SIM905  a list of a hundred literals would hide them
    '<c r="A1"/>',
    '<c r="XFD1048576"><v>1</v></c>',
    '<row r="1048576"/>',
    '<row r="0"/>',
    ' t="s"',
    ' t="b"',
    ' t="e"',
    ' t="str"',
    ' t="inlineStr"',
    ' t="d"',
    ' t="n"',
    ' s="1"',
    ' s="99"',
    '<mergeCell ref="A1:B2"/>',
    '<mergeCell ref="A1:XFD1048576"/>',
    '<mergeCell ref="B2:A1"/>',
    '<mergeCells count="1"><mergeCell ref="A2:A5"/></mergeCells>',
    '<dimension ref="A1"/>',
    '<dimension ref="A1:XFD1048576"/>',
    ' hidden="1"',
    ' state="hidden"',
    ' date1904="1"',
    ' numFmtId="14"',
    ' numFmtId="22"',
    ' formatCode="00000"',
    ' formatCode="yyyy-mm-dd"',
    "<!DOCTYPE a>",
)
_number = re.compile(r"[-+]?\d+(?:\.\d*)?")
_xml_piece = re.compile(r"(?=<(?:c|row|si|mergeCell|sheet|xf|numFmt|Relationship|v|f)\b)")
_separator = re.compile(r"[,，;；\t|]")


def text_of(data: bytes) -> tuple[str, str]:
    """Return bytes as text that can be changed, and the codec that makes bytes of it again."""
    for codec in ("utf-8", "gb18030"):
        try:
            return data.decode(codec), codec
        except UnicodeDecodeError:
            continue
    return data.decode("latin-1"), "latin-1"


def mutate(target: str, data: bytes, chance: random.Random, others: Sequence[bytes]) -> bytes:
    """Return an input changed in one to four places.

    Parameters
    ----------
    others : sequence of bytes
        Inputs of the same target, from which parts may come.
    """
    for _ in range(chance.choice((1, 1, 2, 4))):
        data = _workbook(data, chance, others) if target == "xlsx" else _text(data, chance, others, WORDS)
    return data


def _text(
    data: bytes, chance: random.Random, others: Sequence[bytes], words: Sequence[str], pieces: str = "\n"
) -> bytes:
    if not data or chance.random() < 0.1:
        return _bytes(data, chance)
    text, codec = text_of(data)
    if chance.random() < 0.5:
        text = chance.choice(_ON_TEXT)(text, chance, words)
    else:
        parts = _xml_piece.split(text) if pieces == "xml" else text.split(pieces)
        more = []
        if others and chance.random() < 0.3:
            other = text_of(chance.choice(others))[0]
            more = _xml_piece.split(other) if pieces == "xml" else other.split(pieces)
        text = ("" if pieces == "xml" else pieces).join(chance.choice(_ON_PARTS)(parts, chance, more))
    return text.encode(codec, "replace")


def _bytes(data: bytes, chance: random.Random) -> bytes:
    """Change, drop or add a byte, or cut the end."""
    at = chance.randrange(len(data) + 1)
    byte = bytes([chance.randrange(256)])
    return chance.choice(
        (data[:at] + byte + data[at + 1 :], data[:at] + data[at + 1 :], data[:at] + byte + data[at:], data[:at])
    )


def _word(text: str, chance: random.Random, words: Sequence[str]) -> str:
    at = chance.randrange(len(text) + 1)
    return text[:at] + chance.choice(words) + text[at + chance.choice((0, 0, 1, 3)) :]


def _other_number(text: str, chance: random.Random, words: Sequence[str]) -> str:
    """Put another number, or any word, in a number's place."""
    found = list(_number.finditer(text))
    if not found:
        return _word(text, chance, words)
    match = chance.choice(found)
    digits = match[0]
    new = chance.choice(
        (
            chance.choice(words),
            chance.choice(found)[0],
            digits[:-1],
            digits + chance.choice("0123456789"),
            digits.replace(".", ",", 1),
            "-" + digits,
            digits[1:],
            str(chance.randrange(10**9)),
            "".join(
                chance.choice("0123456789") if sign.isdigit() and chance.random() < 0.2 else sign for sign in digits
            ),
        )
    )
    return text[: match.start()] + new + text[match.end() :]


def _other_separator(text: str, chance: random.Random, _: Sequence[str]) -> str:
    found = _separator.findall(text)
    return text.replace(chance.choice(found), chance.choice(",，;；\t| ")) if found else text


def _slice(text: str, chance: random.Random, _: Sequence[str]) -> str:
    """Repeat or drop a stretch."""
    start = chance.randrange(len(text) + 1)
    end = min(len(text), start + chance.choice((1, 3, 20, 200)))
    return text[:start] + chance.choice(("", text[start:end] * 2)) + text[end:]


def _shuffled(parts: list[str], chance: random.Random, more: list[str]) -> list[str]:
    at, to = chance.randrange(len(parts)), chance.randrange(len(parts) + 1)
    kept = list(parts)
    kept.insert(to, chance.choice(more) if more else kept[at])
    if chance.random() < 0.5:
        del kept[at]
    return kept


def _dropped(parts: list[str], chance: random.Random, _: list[str]) -> list[str]:
    at = chance.randrange(len(parts))
    return parts[:at] + parts[at + chance.choice((1, 1, 3)) :]


def _crossed(parts: list[str], chance: random.Random, more: list[str]) -> list[str]:
    other = more or parts
    return parts[: chance.randrange(len(parts) + 1)] + other[chance.randrange(len(other)) :]


def _fields(parts: list[str], chance: random.Random, more: list[str]) -> list[str]:
    """Drop, double or swap fields of one line, or of all."""
    marks = _separator.findall("\n".join(parts))
    if not marks:
        return _dropped(parts, chance, more)
    mark = chance.choice(marks)
    at, to = chance.randrange(6), chance.randrange(6)
    every, how = chance.random() < 0.5, chance.randrange(3)
    chosen = range(len(parts)) if every else [chance.randrange(len(parts))]
    kept = list(parts)
    for place in chosen:
        cells = kept[place].split(mark)
        if max(at, to) >= len(cells):
            continue
        if how == 0:
            del cells[at]
        elif how == 1:
            cells.insert(to, cells[at])
        else:
            cells[at], cells[to] = cells[to], cells[at]
        kept[place] = mark.join(cells)
    return kept


_ON_TEXT: tuple[Callable[[str, random.Random, Sequence[str]], str], ...] = (
    _word,
    _other_number,
    _other_number,
    _other_separator,
    _slice,
)
_ON_PARTS: tuple[Callable[[list[str], random.Random, list[str]], list[str]], ...] = (
    _shuffled,
    _dropped,
    _crossed,
    _fields,
)


def members(data: bytes) -> dict[str, bytes] | None:
    """Return the members of an archive, None where it is none that can be opened."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            if sum(info.file_size for info in archive.infolist()) > 1_000_000:
                return None
            return {info.filename: archive.read(info) for info in archive.infolist()}
    except Exception:  # noqa: BLE001  any damage at all: the archive is then changed as bytes
        return None


def packed(held: dict[str, bytes]) -> bytes:
    """Return an archive of these members, the same for the same members."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for name, data in held.items():
            archive.writestr(zipfile.ZipInfo(name), data, zipfile.ZIP_DEFLATED)
    return out.getvalue()


def choose_member(held: dict[str, bytes], chance: random.Random) -> str:
    """Return the name of a member, most often of one that holds cells."""
    cells = [name for name in held if "sheet" in name or "sharedStrings" in name]
    return chance.choice(cells if cells and chance.random() < 0.85 else list(held))


def _workbook(data: bytes, chance: random.Random, others: Sequence[bytes]) -> bytes:
    held = members(data)
    if not held or chance.random() < 0.1:
        return _bytes(data, chance)
    name = choose_member(held, chance)
    if chance.random() < 0.03:
        del held[name]
        return packed(held)
    words = _XML if chance.random() < 0.6 else WORDS
    beside = [found[name] for other in others[:20] if (found := members(other)) and name in found]
    return packed(held | {name: _text(held[name], chance, beside, words, "xml")})
