#!/usr/bin/env python3
"""Prints the samples of Muster batches. Needs Python 3.9 and python3-cbor2, nothing of Muster's.

    mosquitto_sub -h 127.0.0.1 -t 'muster/v1/+/+/schema' -t 'muster/v1/+/+/m' -F '%t %x' |
        python3 decode_batch.py

Each line on standard input is a topic and its payload in hexadecimal. docs/wire.md explains the
form; this file is short enough to be translated.
"""
import hashlib
import struct
import sys

import cbor2

STEPS = [(1, 10**digits) for digits in range(10)] + [(512, 1), (1024, 1), (4096, 1)]


def dictionary(payload):
    """The series of a `schema` payload by alias: (name, labels, reference or None)."""
    return [
        (name, dict(zip(labels[::2], labels[1::2])), tuple(reference[:2]) or None)
        for name, _type, _unit, members, *_ in cbor2.loads(payload)[1]
        for labels, *reference in members
    ]


def schema_id(payload):
    return hashlib.sha256(payload).digest()[:8]


class Body:
    def __init__(self, data):
        self.data, self.at = data, 0

    def raw(self, length):
        self.at += length
        return self.data[self.at - length : self.at]

    def varint(self):
        value = shift = 0
        while True:
            byte = self.raw(1)[0]
            value |= (byte & 127) << shift
            shift += 7
            if byte < 128:
                return value

    def zigzag(self):
        z = self.varint()
        return z // 2 if z % 2 == 0 else -(z + 1) // 2

    def bits(self, count, width=1):
        packed = int.from_bytes(self.raw((count * width + 7) // 8), "little")
        return [packed >> i * width & (1 << width) - 1 for i in range(count)]


def column(body, codec, scale, n, reference):
    """The n values of one column."""
    if codec == 5:
        return list(struct.unpack("<%dd" % n, body.raw(8 * n)))
    if codec == 0:
        first, (times, over) = reference[0], STEPS[reference[1]]
    else:
        times, over = STEPS[scale]
        first = base(reference, times, over) + body.zigzag()
    mantissas = [first] * n
    if codec == 2:
        steps = [body.zigzag() for _ in range(n - 1)]
    elif codec == 3:
        least, width = body.zigzag(), body.raw(1)[0]
        steps = [least + offset for offset in body.bits(n - 1, width)]
    elif codec == 4:
        steps = [body.zigzag() if changed else 0 for changed in body.bits(n - 1)]
    else:
        steps = []
    for i, step in enumerate(steps):
        mantissas[i + 1] = mantissas[i] + step
    return [m / over * float(times) for m in mantissas]


def base(reference, times, over):
    """The reference as a mantissa in the column's scale, 0 when it is none."""
    if reference is None:
        return 0
    ref_times, ref_over = STEPS[reference[1]]
    whole, rest = divmod(reference[0] * ref_times * over, ref_over * times)
    return whole if rest == 0 and abs(whole) <= 2**51 else 0


def blocks(data, wall, series):
    """Yields (times, first alias, columns); an absent cell is None."""
    body = Body(data)
    while body.at < len(data):
        rows, first, count = body.varint(), body.varint(), body.varint()
        times, step = [wall + body.zigzag()], 0
        for _ in range(rows - 1):
            step += body.zigzag()
            times.append(times[-1] + step)
        columns = []
        for alias in range(first, first + count):
            head = body.raw(1)[0]
            present = body.bits(rows) if head & 128 else [1] * rows
            values = iter(column(body, head >> 4 & 7, head & 15, sum(present), series[alias][2]))
            columns.append([next(values) if there else None for there in present])
        yield times, first, columns


def batch(payload, series):
    """The header's map and the blocks of an `m` or `h` payload."""
    header = cbor2.loads(payload)
    return header, list(blocks(header[9], header[5], series))


def main():
    known = {}
    for line in sys.stdin:
        topic, payload = line.split()[0], bytes.fromhex(line.split()[1])
        kind = topic.split("/")[4]
        if kind == "schema":
            known[schema_id(payload)] = dictionary(payload)
        elif kind in ("m", "h"):
            series = known.get(cbor2.loads(payload)[8])
            if series is None:
                print(topic, "waits for its dictionary")
                continue
            for times, first, columns in batch(payload, series)[1]:
                for alias, cells in enumerate(columns, first):
                    name, labels, _ = series[alias]
                    for time, value in zip(times, cells):
                        if value is not None:
                            print(topic.split("/")[3], name, labels, value, time)


if __name__ == "__main__":
    main()
