/** How commands go on, as it happens: Server-Sent Events at the pace of who reads them. */
import type { FastifyInstance } from 'fastify';
import type { CommandEvent, FleetView, FollowQuery } from '../../../ports/fleet-desk.ts';
import { API } from '../deps.ts';
import type { EventStreams } from '../event-streams.ts';
import { asked, input, problems, text } from './deps.ts';

const schema = {
  tags: ['commands'],
  summary: 'How a command goes on, as it happens (Server-Sent Events)',
  description:
    'First how it is now, then each change: `device` (one device: state, text), `output` (a piece of ' +
    'what it put out: device, part, output) and `command` (the whole, with counts); `data` is ' +
    '{kind, command, data}. It ends when the command, or the command on the device that is named, ' +
    'has ended. Who comes again is told everything as it is then (`Last-Event-ID` is ignored); a ' +
    'piece of output may come twice, `part` tells. Changes within 200 ms, or while the reader does ' +
    'not read, are told once.',
  querystring: input({
    command: { ...text, minLength: 1, description: 'The id of a command' },
    device: {
      ...text,
      minLength: 1,
      description: 'Only this device; without a command: all that goes to it, without end',
    },
    output: { type: 'boolean', default: false, description: 'With what devices put out' },
  }),
  response: {
    200: { description: 'Events', content: { 'text/event-stream': { schema: text } } },
    ...problems,
  },
};

export function commandEvents(app: FastifyInstance, fleet: FleetView, streams: EventStreams): void {
  app.get(`${API}/commands/events`, { schema }, async (request, reply) => {
    const follow = await asked(() => fleet.follow(request.query as FollowQuery));
    const stream = streams.begin(reply);
    try {
      for await (const event of follow(stream.signal)) await stream.write(eventText(event));
    } finally {
      stream.end();
    }
  });
}

function eventText(event: CommandEvent): string {
  return `event: ${event.kind}\ndata: ${JSON.stringify(event)}\n\n`;
}
