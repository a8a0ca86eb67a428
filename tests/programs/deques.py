"""Deques: written to at both ends, full ones too."""

from collections import deque

import numpy as np

from programs.harness import program

X = np.array([0.7, 1.3, 0.2])


@program((X,))
def moving_mean(x):
    """A moving mean over the last two."""
    w = deque(maxlen=2)
    y = 0.0
    for v in x:
        w.append(v)
        y += (sum(w) / len(w)) ** 2
    return y


@program((X,))
def queue(x):
    """A queue that is filled at both ends while it is emptied."""
    q = deque([x[0]])
    y = 0.0
    n = 0
    while q and n < 5:
        v = q.popleft()
        y += v**2
        n += 1
        q.append(v * x[1])
        if n < 3:
            q.appendleft(v * x[2] + 0.3)
    return y + sum(q)


@program((X,))
def from_the_left(x):
    """Filled from the left."""
    q = deque()
    for v in x:
        q.appendleft(v * x[0])
    return q[0] * q[-1] + q[1]


@program((X,))
def from_both_ends(x):
    """Taken from at both ends."""
    q = deque(x)
    a = q.pop()
    b = q.popleft()
    return a * b**2 * q[0]


@program((X,))
def turned(x):
    """`rotate`, `reverse`, `extend` and `extendleft`."""
    q = deque(x * 2)
    q.rotate(1)
    q.rotate(-2)
    q.reverse()
    q.extend([x[0], x[1] ** 2])
    q.extendleft([x[2], 1.0])
    s = 1.0
    for i, v in enumerate(q):
        s = s * 0.7 + v * (i + 1)
    return s


@program((X,))
def items_written(x):
    """Items are written to."""
    q = deque([x[0], x[1]], maxlen=4)
    q[0] = q[1] * q[0]
    q[-1] += x[2]
    return q[0] * q[1]


@program((X,))
def copied(x):
    """A copy keeps what the original loses."""
    q = deque(x)
    r = q.copy()
    q.clear()
    q.append(3.0)
    return r[0] * r[2] + len(q) + q[0] * x[1]


@program((X,))
def last_two_arrays(x):
    """The last two of several arrays."""
    q = deque(maxlen=2)
    for i in range(3):
        q.append(x * i)
    return np.sum(q[0] * q[1]) + np.sum(np.array(q)) + np.mean(list(q)[0])


@program((X,))
def taken_for_an_array(x):
    """NumPy takes it for an array."""
    q = deque(x)
    return np.sum(q) + np.mean(q) ** 2 + np.max(q) * np.dot(q, x)


@program((X,))
def two_names(x):
    """Under two names."""
    q = deque()
    r = q
    for v in x:
        r.append(v)
        if v > 0.5:
            q.append(v**2)
    return sum(q) * len(r)


@program((X,))
def truth(x):
    """It is false when it is empty."""
    q = deque([1.0])
    y = 0.0
    for i in range(3):
        if q:
            y += q.pop() * x[i]
        else:
            q.append(x[i] ** 2)
    return y


@program((X,))
def of_no_length(x):
    """One that holds nothing."""
    q = deque(maxlen=0)
    q.append(x[0])
    return len(q) + x[1] ** 2


@program((X,))
def last_of_many(x):
    """It keeps the last of what it is made from."""
    q = deque(x, maxlen=2)
    return q[0] * q[1]


@program((X,))
def overflowing(x):
    """A full one gives up items at the other end."""
    q = deque(maxlen=2)
    q.extend(x)
    q.extend(x**2)
    q.appendleft(x[0])
    return q[0] * q[1] * len(q)


@program((X,))
def class_is_known(x):
    """It is no list."""
    q = deque(x)
    return x[0] if isinstance(q, deque) and not isinstance(q, list) else x[1]


@program((X,))
def zipped(x):
    """Beside itself, in reverse."""
    q = deque(x)
    return sum(a * b for a, b in zip(q, reversed(q)))


@program((X,))
def unpacked(x):
    """Unpacked."""
    a, b, c = deque(x)
    return a * b + c**2


@program((X,))
def extremes(x):
    """Its extremes, and sorted."""
    q = deque(x)
    return max(q) * min(q) + sorted(q)[1]


@program((X,))
def breadth_first(x):
    """The nodes of a graph in their order, with a dict of what has been reached."""
    adj = {0: [1, 2], 1: [2], 2: []}
    d = {0: x[0]}
    q = deque([0])
    while q:
        u = q.popleft()
        for v in adj[u]:
            if v not in d:
                d[v] = d[u] * x[v]
                q.append(v)
    return d[1] + d[2]


@program((X,))
def in_a_dict(x):
    """A deque in a dict."""
    class_ = {"q": deque(maxlen=2)}
    for v in x:
        class_["q"].append(v)
    return class_["q"][0] * class_["q"][1]


@program((X,))
def int_over_a_float(x):
    """A whole number takes the place of an item."""
    q = deque([x[0], x[1]])
    q.append(1)
    q[0] = 2
    return sum(v * v * (i + 1) for i, v in enumerate(q))
