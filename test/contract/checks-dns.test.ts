/** The check `dns` against a real name server of the test. */
import { describe, expect, it } from 'vitest';
import { dnsCheck } from '../../agent/checks/dns.ts';
import { encodeName, NameServer } from '../support/checks/name-server.ts';
import { refusals, runCheck } from '../support/checks/run-check.ts';

const NAME = 'device.example';
const number = (value: number) => Buffer.of(value >> 8, value & 0xff);
const long = (value: number) => Buffer.concat([number(0), number(value)]);
const RECORDS = [
  { name: NAME, type: 1, data: Buffer.of(192, 0, 2, 1) },
  { name: NAME, type: 1, data: Buffer.of(192, 0, 2, 2) },
  { name: NAME, type: 28, data: Buffer.concat([Buffer.alloc(15), Buffer.of(1)]) },
  { name: NAME, type: 15, data: Buffer.concat([number(10), encodeName('mail.example')]) },
  { name: NAME, type: 16, data: Buffer.from('\u0003v=1\u0002ok') },
  { name: NAME, type: 2, data: encodeName('ns.example') },
  {
    name: NAME,
    type: 6,
    data: Buffer.concat([
      encodeName('ns.example'),
      encodeName('admin.example'),
      ...[1, 2, 3, 4, 5].map(long),
    ]),
  },
  {
    name: NAME,
    type: 33,
    data: Buffer.concat([number(1), number(2), number(1883), encodeName('mq.example')]),
  },
  { name: NAME, type: 257, data: Buffer.from('\u0000\u0005issueca.example') },
  { name: 'alias.example', type: 5, data: encodeName(NAME) },
  { name: '1.2.0.192.in-addr.arpa', type: 12, data: encodeName(NAME) },
];

describe('dns', () => {
  it.each([
    ['A', NAME, '192.0.2.2'],
    ['AAAA', NAME, '::1'],
    ['MX', NAME, '10 MAIL.example.'],
    ['TXT', NAME, 'v=1ok'],
    ['NS', NAME, 'ns.example'],
    ['SOA', NAME, 'ns.example admin.example 1 2 3 4 5'],
    ['SRV', NAME, '1 2 1883 mq.example'],
    ['CAA', NAME, '0 issue "ca.example"'],
    ['CNAME', 'alias.example', 'device.example.'],
    ['PTR', '1.2.0.192.in-addr.arpa', NAME],
  ])('finds the expected %s record', async (type, name, expected) => {
    await using server = await NameServer.start(RECORDS);
    const options = { name, type, server: server.address, expect: [expected], budget: '10s' };
    expect(await runCheck(dnsCheck, options)).toMatchObject({ state: 'ok', withinBudget: true });
  });

  it('says what it found, in a stable order, and how many', async () => {
    await using server = await NameServer.start(RECORDS);
    const found = await runCheck(dnsCheck, { name: NAME, server: server.address });
    expect(found.text).toContain(`${NAME} A at ${server.address}: 192.0.2.1, 192.0.2.2 in `);
    expect(found.figures).toContainEqual({ name: 'answers', unit: '', value: 2 });
  });

  it.each([
    [{ expect: ['192.0.2.9'] }, 'expected 192.0.2.9'],
    [{ expect: ['192.0.2.1'], exact: true }, 'not expected: 192.0.2.2'],
    [{ name: 'other.example' }, 'its name is not known'],
    [{ type: 'CNAME' }, 'the name has no record of this type'],
  ])('fails with %j', async (options, text) => {
    await using server = await NameServer.start(RECORDS);
    const found = await runCheck(dnsCheck, { name: NAME, server: server.address, ...options });
    expect(found).toMatchObject({
      state: 'critical',
      text: expect.stringContaining(text) as string,
    });
  });

  it('fails when the server fails or refuses', async () => {
    await using failing = await NameServer.start(RECORDS, 2);
    await using refusing = await NameServer.start(RECORDS, 5);
    const ask = (server: NameServer) => runCheck(dnsCheck, { name: NAME, server: server.address });
    expect((await ask(failing)).text).toContain('the name server failed');
    expect((await ask(refusing)).text).toContain('the name server refused the question');
  });

  it('gives a silent server up when its time is over', async () => {
    await using server = await NameServer.start('silent');
    const options = { name: NAME, server: server.address, budget: '10ms' };
    const found = await runCheck(dnsCheck, options, { timeoutMs: 100 });
    expect(found).toMatchObject({ state: 'critical', withinBudget: false });
    expect(found.text).toContain('no answer in time');
    expect(server.asked).toBeGreaterThan(0);
  });

  it.each([
    [{}, 'name: is needed'],
    [{ name: 'x', type: 'ANY' }, 'type: '],
    [{ name: 'x', server: 'ns.example' }, 'server: '],
    [{ name: 'x', exact: true }, 'exact: needs the expected answers'],
  ])('%j is refused', (tree, message) => {
    expect(refusals(dnsCheck, tree).join('\n')).toContain(message);
  });

  it.each(['192.0.2.1', '192.0.2.1:53', '::1', '[2001:db8::1]', '[2001:db8::1]:53'])(
    'a server may be written %s',
    (server) => {
      expect(refusals(dnsCheck, { name: 'x', server })).toEqual([]);
    },
  );
});
