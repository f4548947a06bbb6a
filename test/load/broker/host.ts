/** The broker in a process of its own, so that its CPU and memory are nobody else's. */
import { createEmbeddedBroker } from '../../../collector/io/broker/embedded-broker.ts';
import { openJournal } from '../../../collector/io/journal/segment-journal.ts';
import type { BusMessage } from '../../../collector/ports.ts';
import { certificate } from '../../support/notifiers/certificate.ts';
import { tempFolder } from '../../support/temp-folder.ts';

const [mode = 'sync', total = '0', secure = ''] = process.argv.slice(2);
const folder = await tempFolder('bench-broker');
const journal = mode === 'journal' ? await openJournal({ dir: folder.path }) : undefined;

/** How the collector answers: at once, with a promise, or when it is on disk. */
function answer({ topic, payload }: BusMessage): Promise<void> | undefined {
  if (journal !== undefined) {
    return journal.append({ topic, payload, receivedAt: Date.now() }).then(() => undefined);
  }
  return mode === 'promise' ? Promise.resolve() : undefined;
}

let received = 0;
let before = process.cpuUsage();
const limits = { messagesPerSecond: 1e9, bytesPerSecond: 1e12 };
const tls = secure === 'tls' ? { tls: certificate(folder.path) } : {};
const listen = { host: '127.0.0.1', port: 0, ...tls };
const broker = createEmbeddedBroker({ listen, limits });
await broker.start((message) => {
  received += 1;
  if (received === 1) before = process.cpuUsage();
  if (received === Number(total)) {
    const { user, system } = process.cpuUsage(before);
    process.send?.({ cpuUs: (user + system) / received });
  }
  return answer(message);
});
globalThis.gc?.();
const { rss } = process.memoryUsage();
process.on('message', () => {
  globalThis.gc?.();
  const { connections } = broker.stats();
  process.send?.({ connections, kbEach: (process.memoryUsage().rss - rss) / 1024 / connections });
});
process.on('disconnect', () => {
  void Promise.resolve(folder[Symbol.asyncDispose]()).finally(() => process.exit());
});
process.send?.({ url: broker.stats().listening[0] });
