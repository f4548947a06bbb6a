/**
 * What checks ask of the network (`io/probing`).
 *
 * Nothing here rejects: what went wrong is an answer, with words for a person. When its time is
 * over, whatever is open is closed at once and the answer says `late`. No answer and no reason
 * holds a secret that was given.
 */

/** When a probe has to end. An `AbortSignal` and its listener cost a tenth of a connection. */
export interface Ending {
  readonly isOver: boolean;
  /** `stop` is called once, when it is over; what is returned makes it forget that. */
  whenOver(stop: () => void): () => void;
}

export interface CertificateSeen {
  readonly subject: string;
  /** Validity, Unix time in seconds. */
  readonly from: number;
  readonly to: number;
}

export interface Failed {
  readonly ok: false;
  readonly why: string;
  /** The time was over before there was an answer. */
  readonly late: boolean;
  /** What the server showed before it failed. */
  readonly certificates?: readonly CertificateSeen[];
}

export type Probed<T> = ({ readonly ok: true } & T) | Failed;

export interface ProbeTls {
  /** Trusted authorities instead of the system's, in PEM. */
  readonly ca?: string;
  /** Asked for (SNI) and expected in the certificate; the host's name unless given. */
  readonly servername?: string;
  /** Without it an untrusted certificate is only told (`distrust`). */
  readonly verify: boolean;
}

export interface ProbeTarget {
  readonly host: string;
  readonly port: number;
  readonly tls?: ProbeTls;
}

interface Connected {
  /** From the look-up of the name to the connection, TLS included; or to the whole answer. */
  readonly seconds: number;
  /** Of a server with TLS, its own first. */
  readonly certificates?: readonly CertificateSeen[];
  /** Why its certificate is not trusted. */
  readonly distrust?: string;
}

export interface ConnectProbe extends ProbeTarget {
  readonly send?: string;
  /** Reads until `enough`, the end or the limit. */
  readonly read?: { readonly maxBytes: number; enough(text: string): boolean };
}

export interface ConnectAnswer extends Connected {
  /** What was read. */
  readonly text: string;
}

export interface HttpProbe {
  readonly method: string;
  /** `http:` or `https:`, without user and password. */
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
  readonly tls: ProbeTls;
  /** Of the answer's body; what is above is not read. */
  readonly maxBytes: number;
}

/** One answer: redirects are the caller's. */
export interface HttpAnswer extends Connected {
  readonly status: number;
  /** By lower-case name; repeated ones are joined with a comma. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

export const DNS_TYPES = [
  'A',
  'AAAA',
  'CAA',
  'CNAME',
  'MX',
  'NS',
  'PTR',
  'SOA',
  'SRV',
  'TXT',
] as const;
export type DnsType = (typeof DNS_TYPES)[number];

export interface DnsProbe {
  readonly name: string;
  readonly type: DnsType;
  /** Address, with or without port; the system's servers unless given. */
  readonly server?: string;
}

export interface DnsAnswer {
  /** As in a zone file: `10 mail.example.com`. */
  readonly values: readonly string[];
  readonly seconds: number;
}

export interface DatagramProbe {
  readonly host: string;
  readonly port: number;
  readonly payload: Uint8Array;
  /** Others are dropped, and the next one waited for. */
  accept(reply: Uint8Array): boolean;
}

export interface DatagramAnswer {
  readonly reply: Uint8Array;
  /** Between sending and the reply, by a clock that does not step. */
  readonly seconds: number;
  /** Replies that were not accepted. */
  readonly dropped: number;
}

export interface MqttProbe extends ProbeTarget {
  readonly clientId: string;
  readonly username?: string;
  readonly password?: string;
  /** Published and expected back on this topic. */
  readonly roundTrip?: { readonly topic: string; readonly payload: string };
}

export interface MqttAnswer extends Connected {
  readonly roundTripSeconds?: number;
}

export interface DatabaseProbe {
  readonly host: string;
  readonly port: number;
  /** Instead of host and port: a Unix socket (Redis), or the folder it lies in (PostgreSQL). */
  readonly socket?: string;
  readonly tls?: ProbeTls;
  readonly username?: string;
  readonly password?: string;
  /** Name (PostgreSQL) or number (Redis). */
  readonly database?: string;
}

export interface PostgresProbe extends DatabaseProbe {
  /** One statement; it runs in a transaction that may only read. */
  readonly query: string;
  /** When the server stops it: it would go on for nobody. */
  readonly timeoutMs: number;
}

export interface DatabaseAnswer {
  /** Until it was ready for queries. */
  readonly connectSeconds: number;
  /** With the query. */
  readonly seconds: number;
  /** First column of the first row, or what a PING was answered with; `undefined`: NULL, no row. */
  readonly value: string | undefined;
}

export interface Prober {
  http(probe: HttpProbe, ending: Ending): Promise<Probed<HttpAnswer>>;
  connect(probe: ConnectProbe, ending: Ending): Promise<Probed<ConnectAnswer>>;
  resolve(probe: DnsProbe, ending: Ending): Promise<Probed<DnsAnswer>>;
  datagram(probe: DatagramProbe, ending: Ending): Promise<Probed<DatagramAnswer>>;
  mqtt(probe: MqttProbe, ending: Ending): Promise<Probed<MqttAnswer>>;
  postgres(probe: PostgresProbe, ending: Ending): Promise<Probed<DatabaseAnswer>>;
  redis(probe: DatabaseProbe, ending: Ending): Promise<Probed<DatabaseAnswer>>;
}
