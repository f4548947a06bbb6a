/** How notifiers reach the world: HTTP, mail, programs, the broker, and where secrets are kept. */
import type { Secret } from '../../protocol/config/secret.ts';

/** What could not be sent; its message holds no secrets. */
export class TransportError extends Error {
  /** Whether trying again later may help. */
  readonly retry: boolean;

  constructor(message: string, retry: boolean) {
    super(message);
    this.name = 'TransportError';
    this.retry = retry;
  }
}

/** Certificates and keys as texts of PEM; read by whoever holds the configuration. */
export interface TlsOptions {
  readonly ca?: string;
  readonly cert?: string;
  readonly key?: Secret;
  readonly serverName?: string;
  readonly insecureSkipVerify?: boolean;
  readonly minVersion?: 'TLSv1' | 'TLSv1.1' | 'TLSv1.2' | 'TLSv1.3';
}

export interface HttpRequest {
  /** May hold a token, as Slack's do. */
  readonly url: Secret;
  readonly headers: Readonly<Record<string, string>>;
  readonly authorization?: Secret;
  readonly body: string;
  readonly tls?: TlsOptions;
  readonly proxyUrl?: Secret;
  readonly followRedirects: boolean;
}

export interface HttpReply {
  readonly status: number;
  /** The beginning of it. */
  readonly body: string;
}

/** Throws TransportError when there is no reply. */
export interface HttpSender {
  post(request: HttpRequest, signal: AbortSignal): Promise<HttpReply>;
}

export interface MailServer {
  readonly host: string;
  readonly port: number;
  /** What is said at HELO. */
  readonly hello: string;
  readonly requireTls: boolean;
  readonly tls?: TlsOptions;
  readonly login?: MailLogin;
}

export interface MailLogin {
  readonly username: string;
  readonly password: Secret;
  /** Whom to act for, where that is another. */
  readonly identity?: string;
  readonly method?: 'CRAM-MD5';
}

export interface Mail {
  readonly from: string;
  readonly to: readonly string[];
  readonly headers: Readonly<Record<string, string>>;
  readonly messageId: string;
  readonly references: string;
  readonly text?: string;
  readonly html?: string;
}

/** Throws TransportError when the server does not take it. */
export interface MailSender {
  /** The server's last words. */
  send(server: MailServer, mail: Mail, signal: AbortSignal): Promise<string>;
}

export interface ProgramRun {
  readonly argv: readonly [string, ...string[]];
  readonly stdin: string;
  /** All of its environment. */
  readonly env: Readonly<Record<string, string>>;
  readonly timeoutMs: number;
}

export interface ProgramEnd {
  /** Undefined when a signal ended it. */
  readonly code: number | undefined;
  readonly timedOut: boolean;
  /** The beginning of what it wrote to stderr. */
  readonly stderr: string;
}

/** Throws TransportError when it cannot be started. */
export interface ProgramRunner {
  run(program: ProgramRun, signal: AbortSignal): Promise<ProgramEnd>;
}

/** Publishes at least once; an empty payload with `retain` clears the topic. */
export interface AlertPublisher {
  publish(topic: string, payload: string, options: { readonly retain: boolean }): Promise<void>;
}

/** Read again for each use, so that a new password needs no restart. Throws TransportError. */
export interface SecretReader {
  file(path: string): Promise<string>;
  variable(name: string): string | undefined;
}

export interface NotifyPorts {
  readonly http: HttpSender;
  readonly mail: MailSender;
  readonly programs: ProgramRunner;
  readonly publisher: AlertPublisher;
  readonly secrets: SecretReader;
}

/** One notification of a made-up alert to each channel of a receiver, at a person's request. */
export interface NotifyTester {
  /** Undefined: no such receiver. */
  test(receiver: string): Promise<NotifyTestReport | undefined>;
}

export interface NotifyTestReport {
  readonly receiver: string;
  readonly results: readonly NotifyTestResult[];
}

export interface NotifyTestResult {
  /** `slack_configs[0]`. */
  readonly channel: string;
  readonly ok: boolean;
  /** What was answered, or why not. */
  readonly answer: string;
  /** Whether the stages would have tried again. */
  readonly retry?: boolean;
}
