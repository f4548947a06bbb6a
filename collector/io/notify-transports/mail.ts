/** SMTP by nodemailer: one connection for each message, TLS as the receiver asks. */
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
    signal.throwIfAborted();
    const transport = createTransport(optionsOf(server));
    const ended = new Promise<never>((_resolve, reject) => {
      signal.addEventListener('abort', () => {
        transport.close();
        reject(new TransportError(`no answer from ${server.host}: not done in time`, true));
      });
    });
    try {
      const sent = await Promise.race([transport.sendMail(messageOf(mail)), ended]);
      return sent.response;
    } catch (error) {
      throw failure(error, server, signal);
    } finally {
      transport.close();
    }
  },
};

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
    connectionTimeout: TIMEOUT_MS,
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

/** A 5xx of the server is its last word; everything else may pass. */
function failure(error: unknown, server: MailServer, signal: AbortSignal): TransportError {
  if (error instanceof TransportError) return error;
  const code = codeOf(error);
  const reason = `${server.host}: ${reasonOf(error, signal)}`;
  const secret = server.login?.password.reveal();
  const clean =
    secret === undefined || secret === '' ? reason : reason.replaceAll(secret, '[secret]');
  return new TransportError(clean, code === undefined || code < 500);
}

function codeOf(error: unknown): number | undefined {
  if (typeof error !== 'object' || error === null || !('responseCode' in error)) return undefined;
  return typeof error.responseCode === 'number' ? error.responseCode : undefined;
}
