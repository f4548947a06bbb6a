/** SMTP by nodemailer: one connection for each message, TLS as the receiver asks. */
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { createTransport } from 'nodemailer';
import type { Options } from 'nodemailer/lib/smtp-transport/index.js';
import {
  type Mail,
  type MailLogin,
  type MailSender,
  type MailServer,
  TransportError,
} from '../../ports/notify.ts';
import { reasonOf } from './reason.ts';
import { tlsSettings } from './tls.ts';

/** SMTP over TLS from the first byte. */
const TLS_PORT = 465;
const TIMEOUT_MS = 30_000;

export const mailSender: MailSender = {
  async send(server, mail, signal) {
    let socket: Socket | undefined;
    // nodemailer ends nothing that is under way; a socket that is gone does.
    const stop = (): void => void socket?.destroy(new Error('not done in time'));
    signal.addEventListener('abort', stop);
    try {
      socket = await connected(server, signal);
      const transport = createTransport({ ...optionsOf(server), connection: socket });
      const sent = await transport.sendMail(messageOf(mail));
      return sent.response;
    } catch (error) {
      throw failure(error, server, signal);
    } finally {
      signal.removeEventListener('abort', stop);
      socket?.destroy();
    }
  },
};

async function connected({ host, port }: MailServer, signal: AbortSignal): Promise<Socket> {
  const until = AbortSignal.any([signal, AbortSignal.timeout(TIMEOUT_MS)]);
  until.throwIfAborted();
  const socket = connect({ host, port });
  try {
    await once(socket, 'connect', { signal: until });
    return socket;
  } catch (error) {
    socket.destroy();
    throw error;
  }
}

function optionsOf({ host, port, hello, requireTls, tls, login }: MailServer): Options {
  const secure = port === TLS_PORT;
  return {
    host,
    port,
    name: hello,
    secure,
    requireTLS: requireTls,
    // As Alertmanager: who does not ask for TLS gets none, rather than one that is not checked.
    ignoreTLS: !requireTls && !secure,
    tls: tlsSettings(tls, host),
    greetingTimeout: TIMEOUT_MS,
    socketTimeout: TIMEOUT_MS,
    disableFileAccess: true,
    disableUrlAccess: true,
    ...(login === undefined ? {} : authOf(login)),
  };
}

function authOf({ username, password, identity, method }: MailLogin): Partial<Options> {
  const auth = { user: username, pass: password.reveal() };
  if (identity === undefined)
    return { auth, ...(method === undefined ? {} : { authMethod: method }) };
  // nodemailer sends no identity by itself.
  const words = Buffer.from(`${identity}\0${username}\0${password.reveal()}`).toString('base64');
  return {
    auth: { type: 'custom', method: 'PLAIN', ...auth },
    customAuth: {
      PLAIN: async (context) => {
        const answer = await context.sendCommand(`AUTH PLAIN ${words}`);
        if (answer.status !== 235) {
          throw Object.assign(new Error(answer.response), { responseCode: answer.status });
        }
        return true;
      },
    },
  };
}

function messageOf(mail: Mail): Parameters<ReturnType<typeof createTransport>['sendMail']>[0] {
  const { Subject, ...headers } = mail.headers;
  return {
    from: mail.from,
    to: [...mail.to],
    ...(Subject === undefined ? {} : { subject: Subject }),
    messageId: mail.messageId,
    inReplyTo: mail.references,
    references: mail.references,
    headers: { ...headers, 'Auto-Submitted': 'auto-generated' },
    ...(mail.text === undefined ? {} : { text: mail.text }),
    ...(mail.html === undefined ? {} : { html: mail.html }),
  };
}

/** A 5xx about the mail or the login is the server's last word; everything else may pass. */
function failure(error: unknown, server: MailServer, signal: AbortSignal): TransportError {
  const reason = `${server.host}: ${reasonOf(error, signal)}`;
  const secret = server.login?.password.reveal();
  const clean =
    secret === undefined || secret === '' ? reason : reason.replaceAll(secret, '[secret]');
  return new TransportError(clean, !isFinal(error));
}

const FINAL = new Set(['EAUTH', 'EENVELOPE', 'EMESSAGE']);

function isFinal(error: unknown): boolean {
  if (typeof error !== 'object' || error === null) return false;
  const { code, responseCode } = error as { code?: unknown; responseCode?: unknown };
  return typeof code === 'string' && FINAL.has(code) && Number(responseCode ?? 0) >= 500;
}
