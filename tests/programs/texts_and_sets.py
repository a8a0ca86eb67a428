"""Texts and sets of keys in objects, which are no numbers, and change."""

from programs.harness import program
from s2s_ad import UnsupportedSyntaxError


class Visitor:
    """What has seen some keys."""

    def __init__(self, seen=()):
        self.seen, self.text, self.t = set(seen), "", 0.0

    def visit(self, k, v):
        """Counts each key once."""
        if k in self.seen:
            return 0.0
        self.seen.add(k)
        self.text += str(k)
        self.t = self.t + v
        return v * len(self.text)


@program((1.3,))
def visited(x):
    """A text grows, and so does a set."""
    s, r = Visitor(), 0.0
    for k in [1, 2, 1, 3]:
        r += s.visit(k, x**k)
    return r * len(s.seen) + s.t


@program((1.3,))
def set_of_two_objects(x):
    """It is one."""
    a, b = Visitor(), Visitor([5])
    b.seen = a.seen
    a.seen.add(3)
    own = b.seen
    own.add(4)
    return x ** len(a.seen) + sum(x**k for k in sorted(b.seen))


@program((1.3,))
def filled_on_one_side(x):
    """And emptied on the other."""
    s = Visitor()
    for i in range(5):
        if i % 2:
            s.seen.add(i)
        else:
            s.seen.discard(i - 1)
    s.seen.add(7)
    return sum(x**i for i in sorted(s.seen))


@program((1.3,), refused=UnsupportedSyntaxError)
def set_of_floats(x):
    """It would need a cotangent."""
    s = Visitor()
    s.seen.add(x)
    return sum(s.seen)


@program((1.3,))
def joined_in_place(x):
    """Whoever else has the set sees it."""
    s = Visitor()
    seen = s.seen
    s.seen |= {1, 2}
    return x ** len(seen) + x * len(s.seen)


class Reader:
    """Gives the characters of a text, but for spaces."""

    def __init__(self, text):
        self.text, self.at = text, 0

    def next(self):
        """The next one, or None."""
        while self.at < len(self.text) and self.text[self.at] == " ":
            self.at += 1
        c = self.text[self.at] if self.at < len(self.text) else None
        self.at += 1
        return c


@program((1.3, "x + x * 2"), (0.4, " 3x"))
def read_by_characters(x, text):
    """As a tokeniser does it."""
    reader, s = Reader(text), 0.0
    while (c := reader.next()) is not None:
        if c == "x":
            s += x**2
        elif c.isdigit():
            s *= int(c)
    return s
