# SPDX-License-Identifier: Apache-2.0
"""Just enough reading of C for tidy.py: comments out, functions and prototypes in."""
import re


def strip(text):
    """The text with comments and string contents blanked; line breaks stay where they are."""
    pattern = re.compile(
        r"//[^\n]*|/\*.*?\*/|\"(?:\\.|[^\"\\\n])*\"|'(?:\\.|[^'\\\n])*'", re.S)

    def blank(match):
        found = match.group(0)
        if found[0] == '"' and not found.startswith("//"):
            return '"' + " " * (len(found) - 2) + '"'
        return re.sub(r"[^\n]", " ", found)

    return pattern.sub(blank, text)


def parameters(head):
    """How many parameters the last parenthesised list at depth 0 of a declaration has."""
    head = re.sub(r"(ASSAY_PRINTF|__attribute__)\s*\(.*$", "", head, flags=re.S)
    depth, start, last = 0, 0, ""
    for place, character in enumerate(head):
        if character == "(":
            if depth == 0:
                start = place + 1
            depth += 1
        elif character == ")":
            depth -= 1
            if depth == 0:
                last = head[start:place]
    last = last.strip()
    if last in ("", "void"):
        return 0
    while re.search(r"\([^()]*\)", last):
        last = re.sub(r"\([^()]*\)", "", last)
    return last.count(",") + 1


def name_of(head):
    """The name that a function's head declares."""
    match = re.search(r"(\w+)\s*\(", re.sub(r"__attribute__\s*\(\(.*?\)\)\)?", "", head))
    return match.group(1) if match else "?"


def functions(text):
    """(name, first line, number of lines, parameters) of every function defined in the text."""
    lines = strip(text).split("\n")
    found = []
    for number, line in enumerate(lines):
        if line.rstrip() != "{":
            continue
        first = number
        while first > 0 and lines[first - 1].strip() and lines[first - 1][0] not in "#}":
            if lines[first - 1].rstrip().endswith((";", "{")):
                break
            first -= 1
        end = number
        while end < len(lines) and lines[end].rstrip() != "}":
            end += 1
        head = "\n".join(lines[first:number])
        found.append((name_of(head), first + 1, end - first + 1, parameters(head)))
    return found


def declarations(text):
    """(name, line, documented, parameters) of every prototype and inline function of a header.

    Documented: a comment that begins with two stars ends right above it, or it follows a
    documented one without a blank line between.
    """
    raw = text.split("\n")
    lines = strip(text).split("\n")
    found = []
    documented, number = False, 0
    while number < len(lines):
        line = lines[number]
        if not raw[number].strip():
            documented = False
        if line and (line[0].isalpha() or line[0] == "_") and not line.startswith("typedef"):
            end = number
            while end < len(lines) and not re.search(r"[;{]", lines[end]):
                end += 1
            head = "\n".join(lines[number:end + 1])
            is_type = re.match(r"(struct|enum|union)\s+\w+\s*[{;]", head) or "(" not in head
            if not is_type:
                documented = documented or comment_above(raw, number)
                found.append((name_of(head), number + 1, documented,
                              parameters(re.split(r"[;{]", head)[0])))
            if "{" in head:
                while end < len(lines) and not lines[end].startswith("}"):
                    end += 1
            number = end
        number += 1
    return found


def comment_above(raw, number):
    """True if a documentation comment ends on the line above this one."""
    above = number - 1
    if above < 0 or not raw[above].rstrip().endswith("*/"):
        return False
    while above >= 0 and "/*" not in raw[above]:
        above -= 1
    return "/**" in raw[above]
