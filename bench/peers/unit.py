"""Reads the QEMU command back from a VM's unit file."""

from peers.processes import Failed

ESCAPES = {"a": "\a", "b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "v": "\v", "\\": "\\", '"': '"', "'": "'", "s": " "}


def read_command(unit_file):
    """The arguments of ExecStart and the bytes of standard input, as systemd would give them to the program."""
    with open(unit_file, encoding="utf-8") as file:
        lines = file.read().replace("\\\n", " ").splitlines()
    command = [line.partition("=")[2] for line in lines if line.startswith("ExecStart=")]
    if len(command) != 1:
        raise Failed(f"{unit_file} has {len(command)} lines ExecStart=")
    texts = [line.partition("=")[2] for line in lines if line.startswith("StandardInputText=")]
    return split(command[0]), "".join(_unescape(text) + "\n" for text in texts).encode()


def split(line):
    """systemd's rules: blanks separate, quotes and C escapes go, %% and $$ stand for one (systemd.syntax(7))."""
    words, word, quote, at = [], None, None, 0
    while at < len(line):
        letter = line[at]
        if letter == "\\":
            text, at = _escape(line, at)
            word = (word or "") + text
            continue
        if quote is None and letter in " \t":
            if word is not None:
                words.append(word)
            word = None
        elif letter == quote:
            quote = None
        elif quote is None and letter in "\"'":
            quote, word = letter, word or ""
        else:
            word = (word or "") + letter
        at += 1
    if word is not None:
        words.append(word)
    return [word.replace("%%", "%").replace("$$", "$") for word in words]


def _unescape(text):
    out, at = "", 0
    while at < len(text):
        if text[at] == "\\":
            piece, at = _escape(text, at)
        else:
            piece, at = text[at], at + 1
        out += piece
    return out.replace("%%", "%")


def _escape(text, at):
    """The character that the backslash at this place makes, and where to read on."""
    kind = text[at + 1]
    if kind == "x":
        return chr(int(text[at + 2:at + 4], 16)), at + 4
    return ESCAPES[kind], at + 2
