/** Everything about layers, flags, commands and tasks that is reached by HTTP. */
import type { FastifyInstance } from 'fastify';
import type { FleetView } from '../../../ports/fleet-desk.ts';
import type { HttpPart } from '../deps.ts';
import type { EventStreams } from '../event-streams.ts';
import { commandEvents } from './command-events.ts';
import { commands, tasks } from './commands.ts';
import { flags } from './flags.ts';
import { layers } from './layers.ts';

export function fleet(view: FleetView, streams: EventStreams): HttpPart {
  return async (app: FastifyInstance) => {
    layers(app, view);
    flags(app, view);
    commands(app, view);
    commandEvents(app, view, streams);
    tasks(app, view);
  };
}
