"""A data set as a value of an option, in one of the kinds that both filters read."""


def lines(draw, rows):
    """The text of a file: a key and perhaps a value on each line, with what people put between."""
    text = draw.choice(["", "", "# all of it\n", "\n"])
    for key, value in rows:
        text += draw.choice(["", "", "", "", " ", "\t"]) + key
        if value is not None:
            text += draw.choice([" ", " ", "\t", "   ", " \t"]) + value
        text += draw.choice(["", "", "", "", " ", " # why"]) + draw.choice(["\n"] * 6 + ["\n\n"])
    return text if draw.random() < 0.9 else text.rstrip("\n")


def data_set(draw, site, name, rows, kinds=("file", "refile", "csl")):
    """Writes what the set needs beside `site`'s configuration, and gives the value of the option.
    Rows are `(key, None)` or `(key, value)`."""
    kind = draw.choice(kinds)
    if kind == "csl" and any("," in f"{key}{value}" or "#" in f"{key}{value}" for key, value in rows):
        kind = kinds[0]
    if kind == "csl":
        items = [key if value is None else f"{key}={value}" for key, value in rows]
        text = draw.choice([",", ", ", " ,"]).join(items)
        # Without its name it is another kind if there is a colon in it, or a path.
        plain = ":" not in text and not text.startswith("/") and not text.endswith(".db")
        return text if plain and draw.random() < 0.5 else f"csl:{text}"
    site.files[name] = lines(draw, rows)
    plain = kind == "file" and draw.random() < 0.3
    return f"DIR/{name}" if plain else f"{kind}:DIR/{name}"
