/**
 * Remote write 1.0, receiving. What can be stored is stored; when something could not, the answer
 * is 400 and says what, because a sender must not send it again (docs/decisions/0013).
 */
import type { FastifyInstance, FastifyReply } from 'fastify';
import { ApiError } from '../../../core/api-errors.ts';
import { JournalError } from '../../../core/errors.ts';
import type { Metrics } from '../../../core/metrics.ts';
import { QueryError } from '../../../core/query/types.ts';
import type { MetadataSink, SampleSink, WrittenSeries } from '../../../ports/samples.ts';
import { ProtobufError, ProtobufReader } from '../../remote-write/protobuf.ts';
import { unsnap } from '../../remote-write/snappy.ts';
import { WriteRequestReader } from '../../remote-write/write-request.ts';
import { PROMETHEUS } from '../deps.ts';
import { writeSchema } from './schemas.ts';

const MAX_BODY_BYTES = 8 * 1_048_576;
const MAX_DECODED_BYTES = 32 * 1_048_576;
/** Bodies at work at once, all together; beyond, senders wait and try again. */
const MAX_AT_WORK_BYTES = 32 * 1_048_576;
/** Series read at a stretch: a few milliseconds. */
const STRETCH = 1_000;

export interface WriteDeps {
  readonly samples: SampleSink;
  readonly metadata: MetadataSink;
  readonly metrics: Metrics;
}

interface Received {
  readonly series: WrittenSeries[];
  readonly samples: number;
  readonly malformed: number;
  readonly histograms: number;
  readonly problem: string | undefined;
}

export function remoteWrite(app: FastifyInstance, deps: WriteDeps): void {
  const counts = counters(deps.metrics);
  let atWork = 0;
  app.addContentTypeParser(
    'application/x-protobuf',
    { parseAs: 'buffer', bodyLimit: MAX_BODY_BYTES },
    (_request, body, done) => done(null, body),
  );
  app.post<{ Body: unknown }>(
    `${PROMETHEUS}/write`,
    { schema: writeSchema, bodyLimit: MAX_BODY_BYTES },
    async (request, reply) => {
      const { body } = request;
      if (!(body instanceof Uint8Array)) {
        throw new ApiError('unsupported-media-type', 'Send application/x-protobuf.');
      }
      checkForm(request.headers['content-type'], request.headers['content-encoding']);
      if (atWork > 0 && atWork + body.length > MAX_AT_WORK_BYTES) {
        retriable(new JournalError('journal-busy', 'too much is being written'), reply);
      }
      atWork += body.length;
      try {
        await take(body, deps, counts, reply);
      } finally {
        atWork -= body.length;
      }
      return reply.code(204).send();
    },
  );
}

/** Stores what can be stored; throws what the sender has to hear. */
async function take(
  body: Uint8Array,
  { samples, metadata }: WriteDeps,
  counts: ReturnType<typeof counters>,
  reply: FastifyReply,
): Promise<void> {
  const received = await read(body, metadata);
  const { refused } = await samples
    .write(received.series)
    .catch((error: unknown) => retriable(error, reply));
  counts.samples.inc(received.samples - received.malformed - refused);
  counts.refused.with({ reason: 'limit' }).inc(refused);
  counts.refused.with({ reason: 'malformed' }).inc(received.malformed);
  counts.refused.with({ reason: 'histogram' }).inc(received.histograms);
  const problem = problemOf(received, refused);
  if (problem !== undefined) throw new QueryError('bad_data', problem);
}

function counters(metrics: Metrics) {
  return {
    samples: metrics.counter({
      name: 'muster_collector_remote_write_samples_total',
      help: 'Samples taken by remote write.',
    }),
    refused: metrics.counters({
      name: 'muster_collector_remote_write_refused_total',
      help: 'Samples of remote write that were not taken, by reason.',
      labels: ['reason'],
    }),
  };
}

function checkForm(type = '', encoding = 'snappy'): void {
  if (/proto\s*=\s*"?(?!prometheus\.WriteRequest)/.test(type)) {
    throw new ApiError(
      'unsupported-media-type',
      `${type} is not taken: send remote write 1.0, proto=prometheus.WriteRequest.`,
    );
  }
  if (encoding !== 'snappy') {
    throw new ApiError('unsupported-media-type', `The body is ${encoding}: send snappy.`);
  }
}

async function read(body: Uint8Array, metadata: MetadataSink): Promise<Received> {
  const bytes = unsnap(body, MAX_DECODED_BYTES);
  if (bytes === undefined) throw malformed('the body is no snappy block');
  if (bytes === 'too-large') {
    throw new ApiError('body-too-large', `Decoded, a body may have ${MAX_DECODED_BYTES} bytes.`);
  }
  try {
    return await readRequest(new WriteRequestReader(new ProtobufReader(bytes)), metadata);
  } catch (error) {
    throw error instanceof ProtobufError ? malformed(error.message) : error;
  }
}

async function readRequest(input: WriteRequestReader, sink: MetadataSink): Promise<Received> {
  const found = { samples: 0, malformed: 0, histograms: 0 };
  const series: WrittenSeries[] = [];
  let problem: string | undefined;
  let parts = 0;
  for (let part = input.next(); part !== undefined; part = input.next()) {
    if (++parts % STRETCH === 0) await new Promise((resolve) => setImmediate(resolve));
    if ('metadata' in part) {
      sink.describe(part.metadata);
      continue;
    }
    const { samples, histograms } = part.series;
    found.samples += samples;
    found.histograms += histograms;
    if (part.series.series === undefined) {
      found.malformed += samples;
      problem ??= part.series.problem;
    } else if (samples > 0) series.push(part.series.series);
  }
  return { ...found, series, problem };
}

function problemOf({ problem, histograms, malformed }: Received, refused: number) {
  const said: string[] = [];
  if (problem !== undefined) said.push(`${malformed} samples: ${problem}`);
  if (histograms > 0) said.push(`${histograms} native histograms: they are not taken`);
  if (refused > 0) said.push(`${refused} samples: the limit on series is reached`);
  return said.length === 0 ? undefined : `not stored, all else was: ${said.join('; ')}`;
}

function malformed(reason: string): QueryError {
  return new QueryError('bad_data', `not a remote write request: ${reason}`);
}

/** The sender keeps what the disk refuses now, and sends it again. */
function retriable(error: unknown, reply: FastifyReply): never {
  if (!(error instanceof JournalError)) throw error;
  void reply.header('retry-after', '5');
  throw new QueryError('unavailable', `not stored, send it again: ${error.message}`);
}
