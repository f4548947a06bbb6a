/** The helper's client against helpers that are not there, broken, slow or hostile: it always answers. */
import { chmod, writeFile } from 'node:fs/promises';
import { createServer, type Socket } from 'node:net';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { createHelper } from '../../agent/io/helper-client.ts';
import type { HelperRequest } from '../../agent/ports/caretaking.ts';
import { tempFolder } from '../support/temp-folder.ts';

const RESTART: HelperRequest = { verb: 'restart-unit', unit: 'web.service' };
const ANSWER = '{"answer":{"ok":true,"text":"done"}}\n';

/** A helper that does with its connection what the test wants, once the request is there. */
async function against(
  act: (socket: Socket, line: string) => void,
  use: (path: string) => Promise<void>,
): Promise<void> {
  await using folder = await tempFolder('helper');
  const path = join(folder.path, 's');
  const open = new Set<Socket>();
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    open.add(socket);
    socket.on('error', () => undefined);
    socket.once('data', (bytes: Buffer) => act(socket, bytes.toString()));
  });
  await new Promise<void>((resolve) => server.listen(path, resolve));
  try {
    await use(path);
  } finally {
    for (const socket of open) socket.destroy();
    server.close();
  }
}

describe('an answer', () => {
  test('with output before it, in pieces of any size', async () => {
    const text = `${JSON.stringify({ output: 'eins ä\n' })}\n${JSON.stringify({ output: '2' })}\n${ANSWER}`;
    let request = '';
    await against(
      (socket, line) => {
        request = line;
        const bytes = Buffer.from(text);
        const send = (at: number) => {
          if (at < bytes.length) socket.write(bytes.subarray(at, at + 1), () => send(at + 1));
        };
        send(0);
      },
      async (path) => {
        const output: string[] = [];
        const answer = await createHelper(path).ask(RESTART, { output: (one) => output.push(one) });
        expect(answer).toEqual({ ok: true, text: 'done' });
        expect(output).toEqual(['eins ä\n', '2']);
        expect(JSON.parse(request)).toEqual(RESTART);
        expect(request.endsWith('\n')).toBe(true);
      },
    );
  });

  test("with a task's outcome", async () => {
    const sent = { ok: true, text: 'x', outcome: { changes: ['a'] } };
    await against(
      (socket) => socket.end(`${JSON.stringify({ answer: sent })}\n`),
      async (path) => {
        expect(await createHelper(path).ask(RESTART, {})).toEqual(sent);
      },
    );
  });
});

describe('no answer', () => {
  test('the socket is not there', async () => {
    const { ok, text } = await createHelper('/tmp/mstr-no-such.sock').ask(RESTART, {});
    expect(ok).toBe(false);
    expect(text).toContain('is muster-helper.socket enabled?');
  });

  test('nobody listens, or it is no socket', async () => {
    await using folder = await tempFolder('helper');
    const path = join(folder.path, 's');
    await writeFile(path, '');
    await chmod(path, 0o600);
    const { ok, text } = await createHelper(path).ask(RESTART, {});
    expect(ok).toBe(false);
    expect(text).toContain('nobody listens there');
  });

  test('a path that is too long for a socket', async () => {
    const { ok } = await createHelper(`/tmp/${'x'.repeat(300)}`).ask(RESTART, {});
    expect(ok).toBe(false);
  });

  test.each([
    ['cut at once', (socket: Socket) => socket.end(), 'without an answer'],
    ['cut in the middle', (socket: Socket) => socket.end(ANSWER.slice(0, 20)), 'without an answer'],
    ['destroyed', (socket: Socket) => socket.destroy(), ''],
    ['garbage', (socket: Socket) => socket.end('hello\n'), 'neither output nor answer'],
    ['another shape', (socket: Socket) => socket.end('{"answer":{"ok":1}}\n'), 'neither'],
    ['null', (socket: Socket) => socket.end('null\n'), 'neither'],
    ['a line without end', (socket: Socket) => flood(socket), 'lines without end'],
  ])('%s', async (_, act, why) => {
    await against(act, async (path) => {
      const { ok, text } = await createHelper(path).ask(RESTART, {});
      expect(ok).toBe(false);
      expect(text).toContain(why);
    });
  });

  test('none in time', async () => {
    await against(
      () => undefined,
      async (path) => {
        const request: HelperRequest = {
          verb: 'run-task',
          task: 'a',
          dryRun: false,
          timeoutMs: 50,
        };
        const { ok, text } = await createHelper(path, { patienceMs: 50 }).ask(request, {});
        expect(ok).toBe(false);
        expect(text).toContain('did not answer in time');
      },
    );
  });
});

describe('an abort', () => {
  test('before it is asked', async () => {
    const { text } = await createHelper('/nowhere').ask(RESTART, { signal: AbortSignal.abort() });
    expect(text).toBe('stopped before it was asked');
  });

  test('closes its half, and still hears how it ended', async () => {
    const leave = new AbortController();
    await against(
      (socket) => {
        socket.on('end', () => socket.end('{"answer":{"ok":false,"text":"stopped it"}}\n'));
        leave.abort();
      },
      async (path) => {
        const answer = await createHelper(path).ask(RESTART, { signal: leave.signal });
        expect(answer).toEqual({ ok: false, text: 'stopped it' });
      },
    );
  });

  test('does not wait for ever for that', async () => {
    const leave = new AbortController();
    await against(
      () => leave.abort(),
      async (path) => {
        const asked = createHelper(path, { patienceMs: 50 }).ask(RESTART, { signal: leave.signal });
        expect((await asked).ok).toBe(false);
      },
    );
  });
});

function flood(socket: Socket): void {
  const piece = 'x'.repeat(1_000_000);
  const more = () => {
    if (!socket.destroyed) socket.write(piece, more);
  };
  more();
}
