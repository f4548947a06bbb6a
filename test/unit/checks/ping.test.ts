/** What `ping` prints: iputils of several ages, and busybox. */
import { describe, expect, it } from 'vitest';
import { isNotPermitted, parsePing } from '../../../agent/checks/parse/ping.ts';

const IPUTILS = `PING 127.0.0.1 (127.0.0.1) 56(84) bytes of data.

--- 127.0.0.1 ping statistics ---
3 packets transmitted, 3 received, 0% packet loss, time 2035ms
rtt min/avg/max/mdev = 0.021/0.037/0.046/0.011 ms
`;
const ERRORS = `PING 192.0.2.1 (192.0.2.1) 56(84) bytes of data.

--- 192.0.2.1 ping statistics ---
4 packets transmitted, 1 received, +3 errors, 75% packet loss, time 3055ms
rtt min/avg/max/mdev = 1.000/1.000/1.000/0.000 ms, pipe 4
`;
const LOST = `PING 192.0.2.1 (192.0.2.1) 56(84) bytes of data.

--- 192.0.2.1 ping statistics ---
2 packets transmitted, 0 received, 100% packet loss, time 1001ms

`;
const BUSYBOX = `PING 127.0.0.1 (127.0.0.1): 56 data bytes

--- 127.0.0.1 ping statistics ---
3 packets transmitted, 2 packets received, 33% packet loss
round-trip min/avg/max = 0.047/0.085/1.106 ms
`;
const DUPLICATES = `--- 10.0.0.255 ping statistics ---
2 packets transmitted, 5 packets received, 3 duplicates, 0% packet loss
round-trip min/avg/max = 0.1/0.2/0.3 ms
`;

describe('parsePing', () => {
  it.each([
    ['iputils', IPUTILS, 3, 3, 0.037],
    ['iputils with errors', ERRORS, 4, 1, 1],
    ['busybox', BUSYBOX, 3, 2, 0.085],
    ['duplicates', DUPLICATES, 2, 2, 0.2],
  ])('%s', (_, text, sent, received, averageMs) => {
    const found = parsePing(text);
    expect(found).toMatchObject({ sent, received });
    expect(found?.rtt?.average).toBeCloseTo(averageMs / 1000, 9);
  });

  it('has no times when nothing came back', () => {
    expect(parsePing(LOST)).toEqual({ sent: 2, received: 0 });
  });

  it.each(['', 'ping: unknown host x', 'rtt min/avg/max/mdev = 1/2/3/4 ms'])(
    '%j says nothing',
    (text) => {
      expect(parsePing(text)).toBeUndefined();
    },
  );

  it('knows what a lack of rights sounds like', () => {
    expect(isNotPermitted('ping: socktype: SOCK_RAW\nping: socket: Operation not permitted')).toBe(
      true,
    );
    expect(isNotPermitted('ping: permission denied (are you root?)')).toBe(true);
    expect(isNotPermitted('ping: x: Name or service not known')).toBe(false);
  });
});
