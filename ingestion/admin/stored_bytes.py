"""Stored bytes so that people can read them: indented, with every value exactly as it was sent."""

import re

_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"|[{}\[\],:]|"[^"]*$|[^\s{}\[\],:"]+')
INDENT = "  "


def pretty(body: bytes) -> str:
    """Indent JSON without reading its values: numbers, escapes and duplicate names stay as they are.

    Bytes that are no JSON come back as the text they are, undecodable ones marked.
    """
    text = body.decode("utf-8", "replace")
    if not text.lstrip().startswith(("{", "[")):
        return text
    written: list[str] = []
    depth = 0
    last = ""
    for piece in _TOKEN.findall(text):
        if piece in ("]", "}"):
            depth = max(0, depth - 1)
            if last not in ("[", "{"):
                written.append("\n" + INDENT * depth)
        elif last in ("[", "{", ","):
            written.append("\n" + INDENT * depth)
        written.append(": " if piece == ":" else piece)
        depth += piece in ("[", "{")
        last = piece
    return "".join(written)


def record_in(body: bytes, index: int) -> str:
    """Return the bytes of one record of a batch, indented; empty where they cannot be found."""
    text = body.decode("utf-8", "replace")
    depth = found = 0
    begins: int | None = None
    in_array = text.lstrip().startswith("[")
    for token in _TOKEN.finditer(text):
        if token[0] == "{":
            if depth == (1 if in_array else 0) and begins is None:
                begins = token.start()
            depth += 1
        elif token[0] == "[":
            depth += 1
        elif token[0] in ("}", "]"):
            depth -= 1
            if token[0] == "}" and begins is not None and depth == (1 if in_array else 0):
                if found == index:
                    return pretty(text[begins : token.end()].encode())
                found, begins = found + 1, None
    return ""
