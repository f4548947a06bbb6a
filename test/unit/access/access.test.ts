/** Who may do what on a loopback listener, row by row of the topic table. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { loopbackAccess } from '../../../collector/core/access.ts';
import { buildTopic, deviceFilters, KINDS, type Kind } from '../../../protocol/topics.ts';

const kinds = Object.keys(KINDS) as Kind[];
const device = loopbackAccess({ clientId: 'dev-1' });
const observer = loopbackAccess({ clientId: 'mosq-X1' });

function topic(owner: string, kind: Kind, site = 'plant'): string {
  const id = KINDS[kind].id ? { id: 'x-1' } : {};
  return buildTopic({ site, device: owner, kind, ...id });
}

describe('a client whose id is a device id', () => {
  it('publishes the device kinds of its own branch, on any site', () => {
    for (const kind of kinds) {
      const allowed = KINDS[kind].from === 'device';
      for (const site of ['plant', 'elsewhere']) {
        const parts = device.mayPublish(topic('dev-1', kind, site));
        expect(parts !== undefined, kind).toBe(allowed);
        if (parts !== undefined) expect(parts).toMatchObject({ site, device: 'dev-1', kind });
      }
      expect(device.mayPublish(topic('dev-2', kind))).toBeUndefined();
    }
  });

  it('publishes nothing that is not in the table', () => {
    const base = 'muster/v1/plant/dev-1';
    const others = [`${base}/json/state`, `${base}/m/x`, `${base}/report`, base, `${base}/`, ''];
    const foreign = ['$SYS/x', 'muster/v2/plant/dev-1/m', 'muster/v1/Plant/dev-1/m', '/m', 'a/b'];
    for (const text of [...others, ...foreign])
      expect(device.mayPublish(text), text).toBeUndefined();
  });

  it('subscribes to the collector kinds of its branch and its own state', () => {
    for (const filter of deviceFilters('plant', 'dev-1')) {
      expect(device.maySubscribe(filter), filter).toBe(true);
    }
    const base = 'muster/v1/plant/dev-1';
    const more = [`${base}/cmd/x-1`, `${base}/cmd/#`, 'muster/v1/+/dev-1/ack'];
    for (const filter of more) expect(device.maySubscribe(filter), filter).toBe(true);
  });

  it('subscribes to nothing else', () => {
    const base = 'muster/v1/plant';
    const wide = ['#', '+', 'muster/#', 'muster/v1/#', `${base}/#`, `${base}/+/ack`];
    const own = [`${base}/dev-1/#`, `${base}/dev-1/+`, `${base}/dev-1/m`, `${base}/dev-1/schema`];
    const foreign = [`${base}/dev-2/state`, `${base}/dev-2/cmd/+`, `${base}/dev-1/json/state`];
    const odd = [`${base}/dev-1/cmd`, `${base}/dev-1/ack/x`, `${base}/dev-1/cmd/+/x`, '', '/'];
    const system = ['$SYS/#', '$share/g/muster/v1/plant/dev-1/ack', '$muster/refused'];
    for (const filter of [...wide, ...own, ...foreign, ...odd, ...system]) {
      expect(device.maySubscribe(filter), filter).toBe(false);
    }
  });
});

describe('any other client', () => {
  it('is no device, and publishes nothing', () => {
    for (const clientId of ['mosq-X1', 'aedes_1', '', 'Dev-1', '-dev', 'a'.repeat(64), 'dev/1']) {
      const rights = loopbackAccess({ clientId });
      expect(rights.device, clientId).toBeUndefined();
      for (const kind of kinds) {
        expect(rights.mayPublish(topic('dev-1', kind))).toBeUndefined();
        if (clientId !== '') expect(rights.mayPublish(topic('a', kind))).toBeUndefined();
      }
    }
  });

  it('watches everything of ours, and nothing of the broker itself', () => {
    for (const filter of ['#', 'muster/v1/#', 'muster/v1/+/+/json/#', 'muster/v1/plant/dev-1/m']) {
      expect(observer.maySubscribe(filter), filter).toBe(true);
    }
    const deep = Array.from({ length: 9 }, () => '+').join('/');
    for (const filter of ['$SYS/#', '$share/g/#', '$queue/x', deep, `a/${'b'.repeat(600)}`]) {
      expect(observer.maySubscribe(filter), filter).toBe(false);
    }
  });
});

it('never lets a device out of its branch, whatever it asks for', () => {
  const level = fc.oneof(
    fc.constantFrom('muster', 'v1', 'plant', 'dev-1', 'dev-2', '+', '#', '', '$SYS', ...kinds),
    fc.string({ maxLength: 5 }),
  );
  const path = fc.array(level, { maxLength: 8 }).map((levels) => levels.join('/'));
  fc.assert(
    fc.property(path, (text) => {
      const parts = device.mayPublish(text);
      if (parts !== undefined) expect(text.split('/')[3]).toBe('dev-1');
      if (device.maySubscribe(text)) expect(text.split('/')[3]).toBe('dev-1');
      if (observer.maySubscribe(text)) expect(text.startsWith('$')).toBe(false);
      expect(observer.mayPublish(text)).toBeUndefined();
    }),
  );
});
