/** Mail against a real SMTP server. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { SMTPServerOptions } from 'smtp-server';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Certificate, certificate, hasOpenssl } from '../support/notifiers/certificate.ts';
import { NO_LIMIT, notification, notifier, testPorts } from '../support/notifiers/notifications.ts';
import { headerOf, smtpReceiver } from '../support/notifiers/smtp-receiver.ts';
import { type TempFolder, tempFolder } from '../support/temp-folder.ts';

const PASSWORD = 'c0rrect-h0rse';

describe.skipIf(!hasOpenssl)('mail (skipped where openssl is missing)', () => {
  let folder: TempFolder;
  let made: Certificate;

  beforeAll(async () => {
    folder = await tempFolder('mail');
    made = certificate(folder.path);
  });

  afterAll(() => folder[Symbol.asyncDispose]());

  const auth: SMTPServerOptions['onAuth'] = ({ username, password }, _session, callback) => {
    if (username === 'muster' && password === PASSWORD) return callback(null, { user: username });
    callback(new Error('Invalid username or password'));
  };

  const withTls = (options: SMTPServerOptions = {}) =>
    smtpReceiver({ key: made.key, cert: made.cert, authOptional: true, ...options });

  const config = (smarthost: string, more: Readonly<Record<string, unknown>> = {}) => ({
    smarthost,
    from: 'Muster <muster@example.org>',
    to: 'ops@example.org',
    tls_config: { ca_file: made.certFile },
    ...more,
  });

  const send = (given: Readonly<Record<string, unknown>>, parts = {}) =>
    notifier('email_configs', given, testPorts([], { MAIL_WORD: PASSWORD })).send(
      notification(parts),
      NO_LIMIT,
    );

  it('goes out by STARTTLS in HTML and text', async () => {
    await using server = await withTls();
    const link = 'http://m/ack?a=1&b=2';
    const to = '"Doe, Jane" <jane@example.org>, ops@example.org';
    const outcome = await send(config(server.smarthost, { to, hello: 'muster.example.org' }), {
      acknowledgeUrl: link,
    });
    expect(outcome).toMatchObject({ ok: true });
    const [mail] = server.received;
    expect(mail).toMatchObject({
      from: 'muster@example.org',
      to: ['jane@example.org', 'ops@example.org'],
      secure: true,
      hello: 'muster.example.org',
    });
    const raw = mail?.raw ?? '';
    expect(headerOf(raw, 'Subject')).toBe('[FIRING:2] DiskFull (home)');
    expect(headerOf(raw, 'Auto-Submitted')).toBe('auto-generated');
    expect(headerOf(raw, 'Content-Type')).toContain('multipart/alternative');
    const plain = raw.replaceAll('=\r\n', '').replaceAll('=3D', '=');
    expect(plain).toContain(`Acknowledge: ${link}`);
    expect(plain).toContain('<a href="http://m/ack?a=1&amp;b=2">Acknowledge</a>');
    expect(plain).toContain('Disk of &lt;b&gt; &amp; &#34;c&#34;');
  });

  it('keeps the messages of a group together, and a repeat the same', async () => {
    await using server = await withTls();
    const given = config(server.smarthost);
    await send(given);
    await send(given, { idempotencyKey: 'key-2' });
    await send(given, { idempotencyKey: 'key-2' });
    await send(given, { groupKey: 'other' });
    const of = (name: string) => server.received.map(({ raw }) => headerOf(raw, name));
    const [first, second, third, other] = of('References');
    expect([second, third]).toEqual([first, first]);
    expect(other).not.toBe(first);
    expect(of('In-Reply-To')).toEqual(of('References'));
    const ids = of('Message-ID');
    expect(ids[1]).toBe(ids[2]);
    expect(ids[0]).not.toBe(ids[1]);
  });

  it('logs in with a password from a file or the environment', async () => {
    await using server = await withTls({ authOptional: false, onAuth: auth });
    const file = join(folder.path, 'word');
    await writeFile(file, `${PASSWORD}\n`);
    const login = { auth_username: 'muster' };
    const given = config(server.smarthost, { ...login, auth_password_file: file });
    expect(await send(given)).toMatchObject({ ok: true });
    const variable = config(server.smarthost, { ...login, auth_password_env: 'MAIL_WORD' });
    expect(await send(variable)).toMatchObject({ ok: true });
    const identity = config(server.smarthost, {
      ...login,
      auth_identity: 'other',
      auth_password: PASSWORD,
    });
    expect(await send(identity)).toMatchObject({ ok: true });
    expect(server.received.map(({ user }) => user)).toEqual(['muster', 'muster', 'muster']);
    const wrong = await send(config(server.smarthost, { ...login, auth_password: 'wr0ng-w0rd' }));
    expect(wrong).toMatchObject({ ok: false, retry: false });
    expect(JSON.stringify(wrong)).not.toContain('wr0ng-w0rd');
  });

  it('refuses a server without TLS unless told that none is needed', async () => {
    await using server = await smtpReceiver({ authOptional: true, disabledCommands: ['STARTTLS'] });
    expect(await send(config(server.smarthost))).toMatchObject({ ok: false, retry: true });
    expect(server.received).toEqual([]);
    const given = config(server.smarthost, { require_tls: false });
    expect(await send(given)).toMatchObject({ ok: true });
    expect(server.received[0]).toMatchObject({ secure: false });
  });

  it('checks the certificate', async () => {
    await using server = await withTls();
    const unknown = config(server.smarthost, { tls_config: {} });
    expect(await send(unknown)).toMatchObject({ ok: false, retry: true });
    const open = config(server.smarthost, { tls_config: { insecure_skip_verify: true } });
    expect(await send(open)).toMatchObject({ ok: true });
  });

  it('tries again after a 4xx and when nobody listens, not after a 5xx', async () => {
    const codes = new Map([
      ['later@example.org', 451],
      ['never@example.org', 550],
    ]);
    await using server = await withTls({
      onRcptTo({ address }, _session, callback) {
        const code = codes.get(address);
        callback(
          code === undefined ? null : Object.assign(new Error('no'), { responseCode: code }),
        );
      },
    });
    const to = (address: string) => send(config(server.smarthost, { to: address }));
    expect(await to('later@example.org')).toMatchObject({ ok: false, retry: true });
    expect(await to('never@example.org')).toMatchObject({ ok: false, retry: false });
    const gone = await withTls();
    await gone[Symbol.asyncDispose]();
    expect(await send(config(gone.smarthost))).toMatchObject({ ok: false, retry: true });
  });

  it("adds the link to templates that do not know it, and the writer's headers", async () => {
    await using server = await withTls();
    const given = config(server.smarthost, {
      to: ['a@example.org', 'b@example.org'],
      headers: {
        subject: 'S {{ .Status }}\n{{ .Receiver }}',
        'X-Site': '{{ .CommonLabels.site }}',
      },
      html: '<body>{{ .CommonAnnotations.summary }}</body>',
      text: 'own',
    });
    await send(given, { acknowledgeUrl: 'http://m/ack?a=1&b=2' });
    const raw = server.received[0]?.raw ?? '';
    expect(server.received[0]?.to).toEqual(['a@example.org', 'b@example.org']);
    expect(headerOf(raw, 'Subject')).toBe('S firing team');
    expect(headerOf(raw, 'X-Site')).toBe('home');
    const plain = raw.replaceAll('=\r\n', '').replaceAll('=3D', '=');
    expect(plain).toContain('own\r\n\r\nAcknowledge: http://m/ack?a=1&b=2');
    expect(plain).toContain(
      '&#34;c&#34;<p><a href="http://m/ack?a=1&amp;b=2">Acknowledge</a></p></body>',
    );
  });

  it('ends when its time is up', async () => {
    const stop = new AbortController();
    await using server = await withTls({
      onMailFrom() {
        stop.abort();
      },
    });
    const sending = notifier('email_configs', config(server.smarthost));
    expect(await sending.send(notification(), stop.signal)).toMatchObject({
      ok: false,
      retry: true,
    });
  });
});
